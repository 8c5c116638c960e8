package apikey_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312010/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

func inProject(s *apitest.Server) string { return "/groups/" + s.ProjectID + "/apiKeys" }

// newProjectKey makes a key with a role in the project.
func newProjectKey(s *apitest.Server, role string) (k key) {
	s.Owner().Post(inProject(s), fmt.Sprintf(`{"desc":"a test's","roles":[%q]}`, role)).Want(http.StatusOK).JSON(&k)
	return k
}

// rolesIn are the roles that a key is shown with in a scope, the id of a project or organization.
func rolesIn(k map[string]any, scope string) (out []string) {
	for _, r := range k["roles"].([]any) {
		if r := r.(map[string]any); r["groupId"] == scope || r["orgId"] == scope {
			out = append(out, r["roleName"].(string))
		}
	}
	return out
}

func want(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestAKeyInAProject(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	k := newProjectKey(s, "GROUP_CLUSTER_MANAGER")
	mine := s.As(k.PublicKey, k.PrivateKey)
	listed := owner.Get(inProject(s)).Want(http.StatusOK).Results()
	if len(listed) != 1 || listed[0]["id"] != k.ID || listed[0]["privateKey"] == k.PrivateKey {
		t.Fatalf("the project's keys: %v", listed) // the owner's has no role in the project itself
	}
	want(t, "in the project", rolesIn(listed[0], s.ProjectID), []string{"GROUP_CLUSTER_MANAGER"})
	want(t, "in the organization", rolesIn(listed[0], s.OrgID), []string{"ORG_MEMBER"})
	mine.Get(inProject(s)).Want(http.StatusOK)
	mine.Post(inProject(s), `{"desc":"x","roles":["GROUP_OWNER"]}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")

	got := owner.Patch(inProject(s)+"/"+k.ID, `{"desc":"new","roles":["GROUP_OWNER","GROUP_OWNER"]}`).Want(http.StatusOK).Object()
	want(t, "after the change", rolesIn(got, s.ProjectID), []string{"GROUP_OWNER"})
	if got["desc"] != "new" {
		t.Errorf("description %v", got["desc"])
	}
	owner.Patch(inProject(s)+"/"+k.ID, `{}`).Want(http.StatusOK)
	mine.Post(inProject(s)+"/"+k.ID, `[{"roles":["GROUP_READ_ONLY"]},{"roles":["GROUP_ACCESS_MANAGER"]}]`).Want(http.StatusNoContent)
	got = owner.Get(path(s) + "/" + k.ID).Want(http.StatusOK).Object()
	want(t, "after it was added again", rolesIn(got, s.ProjectID), []string{"GROUP_READ_ONLY", "GROUP_ACCESS_MANAGER"})

	// An access manager gives nobody a role in the organization; its owner may.
	mine.Post(inProject(s), `{"desc":"x","roles":["GROUP_READ_ONLY","ORG_OWNER"]}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	mine.Post(inProject(s), `{"desc":"x","roles":["GROUP_READ_ONLY","ORG_MEMBER"]}`).Want(http.StatusOK)
	both := owner.Post(inProject(s), `{"desc":"x","roles":["GROUP_READ_ONLY","ORG_OWNER"]}`).Want(http.StatusOK).Object()
	want(t, "of both kinds", rolesIn(both, s.OrgID), []string{"ORG_OWNER"})

	mine.Delete(inProject(s) + "/" + k.ID).Want(http.StatusNoContent)
	mine.Get(inProject(s)).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	owner.Delete(inProject(s)+"/"+k.ID).WantError(http.StatusNotFound, "API_KEY_NOT_FOUND")
	got = mine.Get(path(s) + "/" + k.ID).Want(http.StatusOK).Object() // it is still a member of the organization
	want(t, "after it was removed", rolesIn(got, s.ProjectID), nil)

	s.Restart()
	owner = s.Owner()
	owner.Patch(inProject(s)+"/"+k.ID, `{"roles":["GROUP_READ_ONLY"]}`).Want(http.StatusOK) // clients assign keys so, too
	s.As(k.PublicKey, k.PrivateKey).Get(inProject(s)).Want(http.StatusOK)
	want(t, "events", slices.DeleteFunc(s.EventTypes(s.ProjectID), func(e string) bool { return !strings.HasPrefix(e, "API_KEY") }), []string{
		"API_KEY_ADDED_TO_GROUP", "API_KEY_REMOVED_FROM_GROUP", "API_KEY_ADDED_TO_GROUP", "API_KEY_ADDED_TO_GROUP",
		"API_KEY_ROLES_CHANGED", "API_KEY_DESCRIPTION_CHANGED", "API_KEY_ROLES_CHANGED", "API_KEY_ADDED_TO_GROUP",
	})
	if e := owner.Get("/groups/" + s.ProjectID + "/events").Results()[0]; e["targetPublicKey"] != k.PublicKey {
		t.Errorf("event %v", e)
	}
	want(t, "the organization's events", types(s)[:2], []string{"API_KEY_ADDED_TO_GROUP", "API_KEY_REMOVED_FROM_GROUP"})
}

func TestRefusalsInAProject(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	k := newKey(s, "ORG_MEMBER")
	one := inProject(s) + "/" + k.ID
	for _, c := range []struct {
		method, path, body string
		fields             []string
	}{
		{"POST", inProject(s), `{}`, []string{"desc", "roles"}},
		{"POST", inProject(s), `{"desc":"x","roles":["NONSENSE","GROUP_OWNER",""]}`, []string{"roles[0]", "roles[2]"}},
		{"POST", inProject(s), `{"desc":"x","roles":["ORG_MEMBER"]}`, []string{"roles"}},
		{"POST", one, `[]`, []string{"body"}},
		{"POST", one, `[{"roles":[]}]`, []string{"body"}},
		{"POST", one, `[{"roles":["GROUP_OWNER"]},{"roles":["ORG_OWNER"]}]`, []string{"[1].roles[0]"}},
		{"PATCH", one, `{"roles":[]}`, []string{"roles"}},
		{"PATCH", one, `{"roles":["ORG_OWNER"]}`, []string{"roles[0]"}},
	} {
		code := "VALIDATION_ERROR"
		if strings.Contains(c.fields[0], "roles[") { // a role that there is not
			code = "INVALID_ENUM_VALUE"
		}
		want(t, c.method+" "+c.body, owner.Do(c.method, c.path, c.body).WantError(http.StatusBadRequest, code), c.fields)
	}
	for _, id := range []string{k.ID, strings.Repeat("0", 24)} { // not in the project; nowhere
		owner.Patch(inProject(s)+"/"+id, `{"desc":"x"}`).WantError(http.StatusNotFound, "API_KEY_NOT_FOUND")
		owner.Delete(inProject(s)+"/"+id).WantError(http.StatusNotFound, "API_KEY_NOT_FOUND")
	}
	owner.Post(inProject(s)+"/"+strings.Repeat("0", 24), `[{"roles":["GROUP_OWNER"]}]`).WantError(http.StatusNotFound, "API_KEY_NOT_FOUND")
	if n := len(owner.Get(inProject(s)).Results()); n != 0 {
		t.Errorf("refused requests left %d keys in the project", n)
	}
}

// TestAKeyOutlivesItsProject: its roles there go with it.
func TestAKeyOutlivesItsProject(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	var p struct{ ID string }
	owner.Post("/groups", map[string]string{"name": "short-lived", "orgId": s.OrgID}).Want(http.StatusOK).JSON(&p)
	var k key
	owner.Post("/groups/"+p.ID+"/apiKeys", `{"desc":"x","roles":["GROUP_OWNER"]}`).Want(http.StatusOK).JSON(&k)
	owner.Post(inProject(s)+"/"+k.ID, `[{"roles":["GROUP_READ_ONLY"]}]`).Want(http.StatusNoContent)
	owner.Delete("/groups/" + p.ID).Want(http.StatusNoContent)
	got := s.As(k.PublicKey, k.PrivateKey).Get(path(s) + "/" + k.ID).Want(http.StatusOK).Object()
	want(t, "in the project that has gone", rolesIn(got, p.ID), nil)
	want(t, "in the other", rolesIn(got, s.ProjectID), []string{"GROUP_READ_ONLY"})
}

// TestTheSDKInAProject: the current generation's names.
func TestTheSDKInAProject(t *testing.T) {
	s := apitest.Start(t)
	sdk, err := admin.NewClient(admin.UseBaseURL(s.URL), admin.UseOAuthAuth(t.Context(), s.ClientID, s.ClientSecret))
	if err != nil {
		t.Fatal(err)
	}
	keys := sdk.ProgrammaticAPIKeysApi
	k, _, err := keys.CreateGroupApiKey(t.Context(), s.ProjectID, &admin.CreateAtlasProjectApiKey{Desc: "the SDK's", Roles: []string{"GROUP_READ_ONLY"}}).Execute()
	if err != nil || k.GetPrivateKey() == "" {
		t.Fatalf("create: %v %v", k, err)
	}
	roles := []admin.UserAccessRoleAssignment{{Roles: &[]string{"GROUP_OWNER"}}}
	if _, err := keys.AddGroupApiKey(t.Context(), s.ProjectID, k.GetId(), &roles).Execute(); err != nil {
		t.Fatalf("add: %v", err)
	}
	list, _, err := keys.ListGroupApiKeys(t.Context(), s.ProjectID).Execute()
	if err != nil || list.GetTotalCount() != 1 || len(list.GetResults()[0].GetRoles()) != 2 {
		t.Fatalf("list: %v %v", list, err)
	}
	if _, _, err := keys.UpdateApiKeyRoles(t.Context(), s.ProjectID, k.GetId(), &admin.UpdateAtlasProjectApiKey{Roles: &[]string{"GROUP_READ_ONLY"}}).Execute(); err != nil {
		t.Fatalf("update: %v", err)
	}
	if _, err := keys.RemoveGroupApiKey(t.Context(), s.ProjectID, k.GetId()).Execute(); err != nil {
		t.Fatalf("remove: %v", err)
	}
	_, err = keys.RemoveGroupApiKey(t.Context(), s.ProjectID, k.GetId()).Execute()
	if e, ok := admin.AsError(err); !ok || e.GetErrorCode() != "API_KEY_NOT_FOUND" {
		t.Errorf("remove again: %v", errors.Unwrap(err))
	}
}
