package clouduser_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// beside makes another organization with a key that owns it.
func beside(s *apitest.Server) (orgID string, boss *apitest.Caller) {
	var made struct {
		Organization struct{ ID string }
		APIKey       struct{ PublicKey, PrivateKey string }
	}
	s.Owner().Post("/orgs", object{"name": "Beside", "apiKey": object{"desc": "k", "roles": []string{"ORG_OWNER"}}}).Want(http.StatusCreated).JSON(&made)
	return made.Organization.ID, s.As(made.APIKey.PublicKey, made.APIKey.PrivateKey)
}

// Somebody is shown with the roles and teams of all organizations that the caller shares with them, and of no other.
func TestAUserInTwoOrganizations(t *testing.T) {
	s := apitest.Start(t)
	id := s.Join("jane@example.com")
	orgID, boss := beside(s)
	boss.Post("/orgs/"+orgID+"/users", asks("jane@example.com", "ORG_READ_ONLY")).Want(http.StatusCreated)
	s.Accept("jane@example.com")
	team := boss.Post("/orgs/"+orgID+"/teams", object{"name": "t", "usernames": []string{"jane@example.com"}}).Want(http.StatusOK).Object()["id"].(string)
	for who, c := range map[string]struct {
		caller *apitest.Caller
		roles  []string
		teams  string
	}{
		"an owner":     {s.Owner(), []string{"ORG_MEMBER in " + s.OrgID}, "[]"},
		"another":      {boss, []string{"ORG_READ_ONLY in " + orgID}, "[" + team + "]"},
		"jane herself": {s.User("jane@example.com"), []string{"ORG_MEMBER in " + s.OrgID, "ORG_READ_ONLY in " + orgID}, "[" + team + "]"},
	} {
		for _, path := range []string{"/users/" + id, "/users/byName/Jane@example.com"} {
			u := c.caller.Get(path).Want(http.StatusOK).Object()
			var roles []string
			for _, r := range u["roles"].([]any) {
				roles = append(roles, text(r.(object), "roleName")+" in "+text(r.(object), "orgId"))
			}
			if slices.Sort(roles); !slices.Equal(roles, c.roles) || text(u, "teamIds") != c.teams {
				t.Errorf("%s sees %v", who, u)
			}
		}
	}
}

// Of somebody whom a deprecated invitation into a project waits for, that invitation alone tells.
func TestWhoIsOnlyAskedIntoAProject(t *testing.T) {
	s := apitest.Start(t)
	orgID, boss := beside(s)
	id := boss.Post("/users", person("jane@example.com", object{"orgId": orgID, "roleName": "ORG_MEMBER"})).Want(http.StatusOK).Object()["id"].(string)
	s.Accept("jane@example.com")
	s.Owner().Post("/groups/"+s.ProjectID+"/invites", object{"username": "jane@example.com", "roles": []string{"GROUP_OWNER"}}).Want(http.StatusOK)
	s.Owner().Get("/users/"+id).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	s.Owner().Get("/users/byName/jane@example.com").WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
	s.Accept("jane@example.com")
	if got := s.Owner().Get("/users/" + id).Want(http.StatusOK).Object(); len(got["roles"].([]any)) != 2 {
		t.Errorf("who has accepted is %v", got)
	}
}

// An invitation does not show what a person has told others: that takes accepting it.
func TestAnInvitationShowsNoMoreThanAName(t *testing.T) {
	s := apitest.Start(t)
	id := s.Join("jane@example.com")
	orgID, boss := beside(s)
	boss.Post("/orgs/"+orgID+"/users", asks("jane@example.com", "ORG_MEMBER")).Want(http.StatusCreated)
	for _, path := range []string{"/users/" + id, "/users/byName/jane@example.com"} {
		u := boss.Get(path).Want(http.StatusOK).Object()
		if text(u, "id")+" "+text(u, "username") != id+" jane@example.com" {
			t.Errorf("who is invited is %v", u)
		}
		for field, hidden := range map[string]string{"firstName": "", "lastName": "", "country": "<nil>", "mobileNumber": "<nil>", "createdAt": "<nil>", "lastAuth": "<nil>"} {
			if got := text(u, field); got != hidden {
				t.Errorf("%s is told: %s", field, got)
			}
		}
		if got := text(s.Owner().Get(path).Want(http.StatusOK).Object(), "firstName"); got != "Jane" {
			t.Errorf("who has let her in sees %q", got)
		}
	}
	s.Accept("jane@example.com")
	if got := text(boss.Get("/users/"+id).Want(http.StatusOK).Object(), "firstName"); got != "Jane" {
		t.Errorf("who has let her in now sees %q", got)
	}
	// What is known of who has been let in nowhere, the one who invites has told.
	fresh := create(t, s, "joe@example.com", inOrg(s, "ORG_MEMBER"))
	if got := text(s.Owner().Get("/users/"+fresh).Want(http.StatusOK).Object(), "mobileNumber"); got != "2125550179" {
		t.Errorf("the number of who has been created is %q", got)
	}
}
