package apikey_test

import (
	"net/http"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestOnlyOwnersMakeOwners: whoever manages access to a project gives roles in it, but makes neither itself nor anybody
// else its owner, whichever way roles are given, and takes nothing from its owners.
func TestOnlyOwnersMakeOwners(t *testing.T) {
	s := apitest.Start(t)
	k, boss := newProjectKey(s, "GROUP_ACCESS_MANAGER"), newProjectKey(s, "GROUP_OWNER")
	manager := s.As(k.PublicKey, k.PrivateKey)
	user := s.Join("jane@example.com")
	team := s.Owner().Post("/orgs/"+s.OrgID+"/teams", map[string]any{"name": "Team", "usernames": []string{"jane@example.com"}}).Want(http.StatusOK).Object()["id"].(string)
	group := "/groups/" + s.ProjectID
	refused := func(method, path string, body any) {
		t.Helper()
		manager.Do(method, path, body).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	}
	refused(http.MethodPatch, inProject(s)+"/"+k.ID, `{"roles":["GROUP_OWNER"]}`)
	refused(http.MethodPost, inProject(s)+"/"+k.ID, `[{"roles":["GROUP_OWNER"]}]`)
	refused(http.MethodPost, inProject(s), `{"desc":"x","roles":["GROUP_OWNER"]}`)
	refused(http.MethodPatch, inProject(s)+"/"+boss.ID, `{"roles":["GROUP_READ_ONLY"]}`)
	refused(http.MethodDelete, inProject(s)+"/"+boss.ID, nil)
	refused(http.MethodPost, group+"/teams", []any{map[string]any{"teamId": team, "roleNames": []string{"GROUP_OWNER"}}})
	newest := manager.At("2025-02-19")
	newest.Post(group+"/users", map[string]any{"username": "jane@example.com", "roles": []string{"GROUP_OWNER"}}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	newest.Post(group+"/users", map[string]any{"username": "jane@example.com", "roles": []string{"GROUP_READ_ONLY"}}).Want(http.StatusCreated)
	newest.Post(group+"/users/"+user+":addRole", map[string]any{"groupRole": "GROUP_OWNER"}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	newest.Post(group+"/users/"+user+":addRole", map[string]any{"groupRole": "GROUP_CLUSTER_MANAGER"}).Want(http.StatusOK)
	newest.Delete(group+"/users/"+s.OwnerUserID).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	manager.Patch(inProject(s)+"/"+k.ID, `{"roles":["GROUP_ACCESS_MANAGER","GROUP_READ_ONLY"]}`).Want(http.StatusOK)
	manager.Post(group+"/teams", []any{map[string]any{"teamId": team, "roleNames": []string{"GROUP_READ_ONLY"}}}).Want(http.StatusOK)
	refused(http.MethodPatch, group+"/teams/"+team, map[string]any{"roleNames": []string{"GROUP_OWNER"}})
	owner := s.As(boss.PublicKey, boss.PrivateKey)
	owner.Patch(inProject(s)+"/"+k.ID, `{"roles":["GROUP_OWNER"]}`).Want(http.StatusOK)
}

// TestAKeyIsNamedByWhoOwnsIt: who owns a project names the keys that are in it alone; one that may do more elsewhere is
// named by the owners of the organization.
func TestAKeyIsNamedByWhoOwnsIt(t *testing.T) {
	s := apitest.Start(t)
	k, plain := newProjectKey(s, "GROUP_OWNER"), newProjectKey(s, "GROUP_READ_ONLY")
	boss := s.As(k.PublicKey, k.PrivateKey)
	var orgs struct{ ID string }
	s.Owner().Post(inProject(s), `{"desc":"the organization's","roles":["GROUP_READ_ONLY","ORG_OWNER"]}`).Want(http.StatusOK).JSON(&orgs)
	boss.Patch(inProject(s)+"/"+orgs.ID, `{"desc":"mine"}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	boss.Patch(inProject(s)+"/"+orgs.ID, `{"desc":"mine","roles":["GROUP_OWNER"]}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	if got := s.Owner().Get(path(s) + "/" + orgs.ID).Object()["desc"]; got != "the organization's" {
		t.Errorf("its description is %v", got)
	}
	boss.Patch(inProject(s)+"/"+orgs.ID, `{"roles":["GROUP_READ_ONLY"],"desc":"the organization's"}`).Want(http.StatusOK)
	boss.Patch(inProject(s)+"/"+plain.ID, `{"desc":"mine"}`).Want(http.StatusOK)
	s.Owner().Patch(inProject(s)+"/"+orgs.ID, `{"desc":"another"}`).Want(http.StatusOK)
}
