package clouduser_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// Who is a member of the organization gets into a project at once, who is invited there gets in with it, and anybody
// else is invited into both.
func TestThreeWaysIntoAProject(t *testing.T) {
	s := apitest.Start(t)
	users := "/groups/" + s.ProjectID + "/users"
	s.Join("member@example.com")
	s.Owner().Post("/orgs/"+s.OrgID+"/users", asks("asked@example.com", "ORG_READ_ONLY")).Want(http.StatusCreated)
	before := len(letters(t, s))
	for name, status := range map[string]string{"member@example.com": "ACTIVE", "Asked@example.com": "PENDING", "fresh@example.com": "PENDING"} {
		u := s.Owner().Post(users, object{"username": name, "roles": []string{"GROUP_OWNER", "GROUP_OWNER"}}).Want(http.StatusCreated).Object()
		if text(u, "orgMembershipStatus") != status || text(u, "roles") != "[GROUP_OWNER]" {
			t.Errorf("%s is %v", name, u)
		}
		if got := text(s.Owner().Get(users+"/"+u["id"].(string)).Want(http.StatusOK).Object(), "orgMembershipStatus"); got != status {
			t.Errorf("%s is %s", name, got)
		}
		s.Owner().Post(users, object{"username": name, "roles": []string{"GROUP_READ_ONLY"}}).WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	}
	if n := len(letters(t, s)) - before; n != 1 {
		t.Errorf("%d letters went out, though one person had to be asked", n)
	}
	fresh := s.Owner().Get("/orgs/" + s.OrgID + "/users?username=fresh%40example.com").Want(http.StatusOK).Results()[0]
	if text(fresh, "roles", "orgRoles") != "[ORG_MEMBER]" {
		t.Errorf("who came for a project is %v", fresh)
	}
	for name, body := range map[string]object{
		"nothing": {}, "no role": {"username": "x@example.com", "roles": []string{}}, "no address": {"username": "x", "roles": []string{"GROUP_OWNER"}},
		"an organization's role": {"username": "x@example.com", "roles": []string{"ORG_OWNER"}}, "no such role": {"username": "x@example.com", "roles": []string{"GROUP_GOD"}},
	} {
		t.Run(name, func(t *testing.T) { s.Owner().Post(users, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR") })
	}
	s.Owner().Post("/groups/"+nobody+"/users", object{"username": "x@example.com", "roles": []string{"GROUP_OWNER"}}).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
}

func TestRolesInAProject(t *testing.T) {
	s := apitest.Start(t)
	id := s.Join("jane@example.com")
	users := "/groups/" + s.ProjectID + "/users"
	s.Owner().Post(users+"/"+id+":addRole", object{"groupRole": "GROUP_OWNER"}).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	s.Owner().Post(users, object{"username": "jane@example.com", "roles": []string{"GROUP_READ_ONLY"}}).Want(http.StatusCreated)
	if got := text(s.Owner().Post(users+"/"+id+":addRole", object{"groupRole": "GROUP_OWNER"}).Want(http.StatusOK).Object(), "roles"); got != "[GROUP_READ_ONLY GROUP_OWNER]" {
		t.Errorf("the roles are %s", got)
	}
	s.Owner().Post(users+"/"+id+":addRole", object{"groupRole": "GROUP_OWNER"}).WantError(http.StatusConflict, "USER_ALREADY_HAS_ROLE")
	for _, wrong := range []string{"ORG_OWNER", "GROUP_GOD", ""} {
		for _, verb := range []string{":addRole", ":removeRole"} {
			s.Owner().Post(users+"/"+id+verb, object{"groupRole": wrong}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
		}
	}
	s.Owner().Post(users+"/"+id+":removeRole", object{"groupRole": "GROUP_READ_ONLY"}).Want(http.StatusOK)
	s.Owner().Post(users+"/"+id+":removeRole", object{"groupRole": "GROUP_READ_ONLY"}).WantError(http.StatusNotFound, "USER_DOES_NOT_HAVE_ROLE")
	s.Owner().Post(users+"/"+id+":removeRole", object{"groupRole": "GROUP_OWNER"}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	old := s.Owner().At("2023-01-01")
	if got := text(old.Do(http.MethodPut, users+"/"+id+"/roles", object{"groupRoles": []string{"GROUP_DATA_ACCESS_ADMIN"}}).Want(http.StatusOK).Object(), "groupRoles"); got != "[GROUP_DATA_ACCESS_ADMIN]" {
		t.Errorf("set to %s", got)
	}
	for _, wrong := range [][]string{{}, {"ORG_OWNER"}} {
		old.Do(http.MethodPut, users+"/"+id+"/roles", object{"groupRoles": wrong}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	}
	old.Do(http.MethodPut, users+"/"+nobody+"/roles", object{"groupRoles": []string{"GROUP_OWNER"}}).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	changed := "USER_ROLES_CHANGED_AUDIT jane@example.com by apiKey"
	if got := told(events(t, s, s.ProjectID)); !slices.Equal(got, []string{"JOINED_GROUP jane@example.com by apiKey", changed, changed, changed}) {
		t.Errorf("the events are %q", got)
	}
}

// Who is in a project through a team is listed on demand, with the roles that team and project give together.
func TestPeopleThroughTeams(t *testing.T) {
	s := apitest.Start(t)
	for _, name := range []string{"both@example.com", "team@example.com", "none@example.com"} {
		s.Join(name)
	}
	users := "/groups/" + s.ProjectID + "/users"
	s.Owner().Post(users, object{"username": "both@example.com", "roles": []string{"GROUP_READ_ONLY"}}).Want(http.StatusCreated)
	for _, name := range []string{"one", "two"} {
		team := s.Owner().Post("/orgs/"+s.OrgID+"/teams", object{"name": name, "usernames": []string{"both@example.com", "team@example.com"}}).Want(http.StatusOK).Object()["id"]
		role := map[string]string{"one": "GROUP_SEARCH_INDEX_EDITOR", "two": "GROUP_READ_ONLY"}[name]
		s.Owner().Post("/groups/"+s.ProjectID+"/teams", []object{{"teamId": team, "roleNames": []string{role}}}).Want(http.StatusOK)
	}
	if got := usernames(s.Owner().Get(users)); got != "both@example.com "+owner {
		t.Errorf("without teams the project has %s", got)
	}
	list := s.Owner().Get(users + "?flattenTeams=true")
	if got := usernames(list); got != "both@example.com "+owner+" team@example.com" {
		t.Errorf("with teams the project has %s", got)
	}
	for i, want := range []string{"[GROUP_READ_ONLY GROUP_SEARCH_INDEX_EDITOR]", "[GROUP_OWNER]", "[GROUP_SEARCH_INDEX_EDITOR GROUP_READ_ONLY]"} {
		if got := text(list.Results()[i], "roles"); got != want {
			t.Errorf("the roles are %s, not %s", got, want)
		}
	}
	if got := usernames(s.Owner().At("2023-01-01").Get(users + "?flattenTeams=true&includeOrgUsers=true")); got != "both@example.com "+owner+" team@example.com" {
		t.Errorf("in the older version the project has %s", got)
	}
	id := list.Results()[2]["id"].(string)
	s.Owner().Get(users+"/"+id).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	s.Owner().Delete(users+"/"+id).WantError(http.StatusNotFound, "USER_NOT_FOUND")
}

// Whom a deprecated invitation into a project waits for comes into it by that alone: nothing else changes it or ends it,
// and nothing says that it was done.
func TestAPlaceThatWaitsForADeprecatedInvitation(t *testing.T) {
	s := apitest.Start(t)
	two := second(s)
	id := s.Join("jane@example.com")
	invites, user := "/groups/"+s.ProjectID+"/invites", "/orgs/"+s.OrgID+"/users/"+id
	s.Owner().Post(invites, object{"username": "jane@example.com", "roles": []string{"GROUP_READ_ONLY"}}).Want(http.StatusOK)
	in := func(groups ...string) object {
		all := []object{}
		for _, g := range groups {
			all = append(all, object{"groupId": g, "groupRoles": []string{"GROUP_OWNER"}})
		}
		return object{"roles": object{"orgRoles": []string{"ORG_MEMBER"}, "groupRoleAssignments": all}}
	}
	s.Owner().Patch(user, in(two, s.ProjectID)).WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	s.Owner().Post("/groups/"+s.ProjectID+"/users", object{"username": "jane@example.com", "roles": []string{"GROUP_OWNER"}}).WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	place := "/groups/" + s.ProjectID + "/users/" + id
	s.Owner().Delete(place).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	s.Owner().At("2023-01-01").Delete(place).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	s.Owner().Post(place+":addRole", object{"groupRole": "GROUP_OWNER"}).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	for _, groups := range [][]string{{two}, {}} {
		got := s.Owner().Patch(user, in(groups...)).Want(http.StatusOK).Object()
		if n := len(got["roles"].(object)["groupRoleAssignments"].([]any)); n != len(groups) {
			t.Errorf("with roles in %d projects, there are %v", len(groups), got)
		}
	}
	var open []object
	if s.Owner().Get(invites).Want(http.StatusOK).JSON(&open); len(open) != 1 || text(open[0], "roles") != "[GROUP_READ_ONLY]" {
		t.Errorf("the invitation is %v", open)
	}
}
