package team_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

type (
	object = map[string]any
	list   = []any
)

const nobody = "0123456789abcdef01234567"

// create creates a team and returns its path and id.
func create(t *testing.T, s *apitest.Server, name string, usernames ...string) (path, id string) {
	t.Helper()
	id = s.Owner().Post("/orgs/"+s.OrgID+"/teams", object{"name": name, "usernames": usernames}).Want(http.StatusOK).Object()["id"].(string)
	return "/orgs/" + s.OrgID + "/teams/" + id, id
}

// names are a field of the items of a page.
func names(t *testing.T, a *apitest.Answer, field string) string {
	t.Helper()
	var all []string
	for _, r := range a.Want(http.StatusOK).Results() {
		all = append(all, fmt.Sprint(r[field]))
	}
	return strings.Join(all, " ")
}

// told are the organization's events since its creation, oldest first: those about people and teams.
func told(t *testing.T, s *apitest.Server) (all []string) {
	t.Helper()
	for _, e := range slices.Backward(s.Owner().Get("/orgs/" + s.OrgID + "/events?itemsPerPage=500").Want(http.StatusOK).Results()) {
		line := e["eventTypeName"].(string)
		if who, ok := e["targetUsername"]; ok {
			line += " " + who.(string)
		}
		if e["teamId"] != nil || e["targetUsername"] != nil {
			all = append(all, line)
		}
	}
	return all
}

func TestATeamFromBeginningToEnd(t *testing.T) {
	s := apitest.Start(t)
	s.Join("jane@example.com")
	owner, teams := s.Owner(), "/orgs/"+s.OrgID+"/teams"
	made := owner.Post(teams, object{"name": "Night shift", "usernames": list{"JANE@example.com", "jane@example.com"}}).Want(http.StatusOK).Object()
	id := made["id"].(string)
	if made["name"] != "Night shift" || fmt.Sprint(made["usernames"]) != "[JANE@example.com jane@example.com]" {
		t.Errorf("created %v", made)
	}
	create(t, s, "Day shift", "jane@example.com")
	if got := names(t, owner.Get(teams), "name"); got != "Day shift Night shift" {
		t.Errorf("the teams are %s", got)
	}
	if got := names(t, owner.Get(teams+"?itemsPerPage=1&pageNum=2"), "name"); got != "Night shift" {
		t.Errorf("the second page has %s", got)
	}
	for _, path := range []string{teams + "/" + id, teams + "/byName/Night%20shift"} {
		if got := owner.Get(path).Want(http.StatusOK).Object(); got["id"] != id || got["name"] != "Night shift" {
			t.Errorf("%s: %v", path, got)
		}
	}
	owner.Patch(teams+"/"+id, object{"name": "Day shift"}).WantError(http.StatusConflict, "TEAM_NAME_NOT_AVAILABLE")
	for range 2 { // the second time nothing changes
		if got := owner.Patch(teams+"/"+id, object{"name": "Nachtschicht"}).Want(http.StatusOK).Object(); got["name"] != "Nachtschicht" {
			t.Errorf("renamed: %v", got)
		}
	}
	owner.Get(teams+"/byName/Night%20shift").WantError(http.StatusNotFound, "TEAM_NAME_NOT_FOUND")
	s.Restart()
	s.Owner().Get(teams + "/byName/Nachtschicht").Want(http.StatusOK)
	s.Owner().Delete(teams + "/" + id).Want(http.StatusNoContent)
	s.Owner().Delete(teams+"/"+id).WantError(http.StatusNotFound, "TEAM_NOT_FOUND")
	if tables := s.Mentions(id); len(tables) > 0 {
		t.Errorf("%v still have the team", tables)
	}
	want := []string{
		"INVITED_TO_ORG jane@example.com", "JOINED_ORG jane@example.com", "TEAM_CREATED", "JOINED_TEAM jane@example.com",
		"TEAM_CREATED", "JOINED_TEAM jane@example.com", "TEAM_NAME_CHANGED", "TEAM_DELETED",
	}
	if got := told(t, s); !slices.Equal(got, want) {
		t.Errorf("the events are %q", got)
	}
}

func TestPeopleOfATeam(t *testing.T) {
	s := apitest.Start(t)
	jane, joe := s.Join("jane@example.com"), s.Join("joe@example.com")
	path, id := create(t, s, "one", "jane@example.com")
	owner, old := s.Owner(), s.Owner().At("2023-01-01")
	invited := owner.Post("/orgs/"+s.OrgID+"/users", object{"username": "new@example.com", "roles": object{"orgRoles": list{"ORG_MEMBER"}}, "teamIds": list{id}}).
		Want(http.StatusCreated).Object()
	if invited["orgMembershipStatus"] != "PENDING" || fmt.Sprint(invited["teamIds"]) != "["+id+"]" {
		t.Fatalf("invited %v", invited)
	}
	fresh := invited["id"].(string)

	if got := names(t, old.Post(path+"/users", list{object{"id": joe}}), "username"); got != "jane@example.com joe@example.com" {
		t.Errorf("added, and the team has %s", got)
	}
	for query, want := range map[string]string{
		"":                               "jane@example.com joe@example.com new@example.com",
		"?username=JOE%40example.com":    "joe@example.com",
		"?userId=" + jane:                "jane@example.com",
		"?userId=" + nobody:              "",
		"?orgMembershipStatus=PENDING":   "new@example.com",
		"?orgMembershipStatuses=ACTIVE":  "jane@example.com joe@example.com",
		"?itemsPerPage=1&pageNum=2":      "joe@example.com",
		"?itemsPerPage=500&pageNum=2000": "",
	} {
		if got := names(t, owner.Get(path+"/users"+query), "username"); got != want {
			t.Errorf("%q gives %s", query, got)
		}
	}
	if got := names(t, old.Get(path+"/users"), "teamIds"); got != "["+id+"] ["+id+"]" {
		t.Errorf("the older version shows teams %s", got)
	}
	owner.Get(path+"/users?orgMembershipStatus=GONE").WantError(http.StatusBadRequest, "VALIDATION_ERROR")

	old.Post(path+"/users", list{object{"id": joe}}).WantError(http.StatusConflict, "USER_ALREADY_IN_TEAM")
	old.Post(path+"/users", list{object{"id": fresh}}).WantError(http.StatusNotFound, "CANNOT_ADD_PENDING_USER")
	old.Post(path+"/users", list{object{"id": nobody}}).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	old.Post(path+"/users", list{}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Post(path+":addUser", object{"id": joe}).Want(http.StatusOK) // is in it already
	old.Delete(path + "/users/" + joe).Want(http.StatusNoContent)
	old.Delete(path+"/users/"+joe).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	if got := owner.Post(path+":removeUser", object{"id": fresh}).Want(http.StatusOK).Object(); fmt.Sprint(got["teamIds"]) != "[]" {
		t.Errorf("taken out, and %v", got)
	}
	owner.Post(path+":removeUser", object{"id": fresh}).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	owner.Post(path+":addUser", object{"id": nobody}).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	owner.Post(path+":addUser", object{"id": "x"}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	if got := owner.Post(path+":addUser", object{"id": fresh}).Want(http.StatusOK).Object(); fmt.Sprint(got["teamIds"]) != "["+id+"]" {
		t.Errorf("put in again, and %v", got)
	}
	// Who is removed from the organization is in no team of it, and neither is whose invitation ends.
	owner.Delete("/orgs/" + s.OrgID + "/users/" + jane).Want(http.StatusNoContent)
	owner.Delete("/orgs/" + s.OrgID + "/users/" + fresh).Want(http.StatusNoContent)
	if got := names(t, owner.Get(path+"/users"), "username"); got != "" {
		t.Errorf("at the end the team has %s", got)
	}
	want := []string{
		"INVITED_TO_ORG new@example.com", "INVITED_TO_TEAM new@example.com", "JOINED_TEAM joe@example.com", "REMOVED_FROM_TEAM joe@example.com",
		"REMOVED_FROM_TEAM new@example.com", "INVITED_TO_TEAM new@example.com", "REMOVED_FROM_TEAM jane@example.com", "REMOVED_FROM_ORG jane@example.com",
		"REMOVED_FROM_TEAM new@example.com", "ORG_INVITATION_DELETED new@example.com",
	}
	if got := told(t, s)[6:]; !slices.Equal(got, want) {
		t.Errorf("the events are %q", got)
	}
}

func TestTeamsOfProjects(t *testing.T) {
	s := apitest.Start(t)
	s.Join("jane@example.com")
	a, one := create(t, s, "one", "jane@example.com")
	_, two := create(t, s, "two", "jane@example.com")
	owner, teams := s.Owner(), "/groups/"+s.ProjectID+"/teams"
	role := func(id string, roles ...string) object { return object{"teamId": id, "roleNames": roles} }
	got := owner.Post(teams, list{role(two, "GROUP_READ_ONLY"), role(one, "GROUP_OWNER", "GROUP_OWNER", "GROUP_SEARCH_INDEX_EDITOR")})
	if got := names(t, got, "roleNames"); got != "[GROUP_OWNER GROUP_SEARCH_INDEX_EDITOR] [GROUP_READ_ONLY]" {
		t.Errorf("the project's teams have %s", got)
	}
	owner.Post(teams, list{role(one, "GROUP_READ_ONLY")}).WantError(http.StatusConflict, "TEAM_EXISTS_IN_GROUP")
	owner.Post(teams, list{role(nobody, "GROUP_READ_ONLY")}).WantError(http.StatusNotFound, "TEAM_NOT_FOUND")
	fields := owner.Post(teams, list{role(one, "ORG_OWNER"), role(one), object{"roleNames": list{"GROUP_OWNER"}}}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	if len(fields) == 0 {
		t.Error("no field is named")
	}
	owner.Post(teams, list{}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Delete(a).WantError(http.StatusNotFound, "CANNOT_DELETE_TEAM_ASSIGNED_TO_PROJECT")
	if got := owner.Get(teams + "/" + two).Want(http.StatusOK).Object(); got["teamId"] != two {
		t.Errorf("got %v", got)
	}
	for range 2 { // the second time nothing changes
		if got := names(t, owner.Patch(teams+"/"+two, object{"roleNames": list{"GROUP_DATA_ACCESS_ADMIN"}}), "roleNames"); !strings.HasSuffix(got, " [GROUP_DATA_ACCESS_ADMIN]") {
			t.Errorf("changed, and the project's teams have %s", got)
		}
	}
	owner.Patch(teams+"/"+two, object{"roleNames": list{}}).WantError(http.StatusForbidden, "NO_ROLES_IN_ASSIGNMENT")
	owner.Patch(teams+"/"+two, object{"roleNames": list{"GROUP_NONSENSE"}, "teamId": one}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Delete(teams + "/" + two).Want(http.StatusNoContent)
	for _, id := range []string{two, nobody} {
		code := map[string]string{two: "TEAM_NOT_IN_GROUP", nobody: "TEAM_NOT_FOUND"}[id]
		owner.Get(teams+"/"+id).WantError(http.StatusNotFound, code)
		owner.Delete(teams+"/"+id).WantError(http.StatusNotFound, code)
		owner.Patch(teams+"/"+id, object{"roleNames": list{"GROUP_OWNER"}}).WantError(http.StatusNotFound, code)
	}
	want := []string{"TEAM_ADDED_TO_GROUP", "TEAM_ADDED_TO_GROUP", "TEAM_ROLES_MODIFIED", "TEAM_REMOVED_FROM_GROUP"}
	if got := slices.DeleteFunc(s.EventTypes(s.ProjectID), func(e string) bool { return !strings.HasPrefix(e, "TEAM_") }); !slices.Equal(got, reversed(want)) {
		t.Errorf("the project's events are %q", got)
	}
	// A team of another organization is none here, and a project that goes leaves nothing in its teams.
	project := owner.Post("/groups", object{"name": "brief", "orgId": s.OrgID}).Want(http.StatusOK).Object()["id"].(string)
	owner.Post("/groups/"+project+"/teams", list{role(two, "GROUP_OWNER")}).Want(http.StatusOK)
	owner.Delete("/groups/" + project).Want(http.StatusNoContent)
	if tables := s.Mentions(project); len(tables) > 0 {
		t.Errorf("%v still have the project", tables)
	}
	s.Owner().Delete("/orgs/" + s.OrgID + "/teams/" + two).Want(http.StatusNoContent)
}

func reversed(s []string) []string {
	out := slices.Clone(s)
	slices.Reverse(out)
	return out
}

func TestTeamsThatAreRefused(t *testing.T) {
	s := apitest.Start(t)
	s.Join("jane@example.com")
	s.Invite("new@example.com")
	create(t, s, "taken", "jane@example.com")
	teams := "/orgs/" + s.OrgID + "/teams"
	for _, c := range []struct {
		name, code string
		status     int
		body       any
	}{
		{"no name", "VALIDATION_ERROR", 400, object{"usernames": list{"jane@example.com"}}},
		{"an empty name", "VALIDATION_ERROR", 400, object{"name": "", "usernames": list{"jane@example.com"}}},
		{"a name of spaces", "VALIDATION_ERROR", 400, object{"name": " x", "usernames": list{"jane@example.com"}}},
		{"a name that cannot be printed", "VALIDATION_ERROR", 400, object{"name": "a\nb", "usernames": list{"jane@example.com"}}},
		{"a long name", "VALIDATION_ERROR", 400, object{"name": strings.Repeat("ä", 129), "usernames": list{"jane@example.com"}}},
		{"no addresses", "VALIDATION_ERROR", 400, object{"name": "x", "usernames": list{"jane"}}},
		{"a stranger", "USERNAME_NOT_FOUND", 404, object{"name": "x", "usernames": list{"jane@example.com", "who@example.com"}}},
		{"somebody who is invited", "CANNOT_ADD_PENDING_USER", 404, object{"name": "x", "usernames": list{"new@example.com"}}},
		{"a name that is taken", "TEAM_NAME_NOT_AVAILABLE", 409, object{"name": "taken", "usernames": list{"jane@example.com"}}},
	} {
		t.Run(c.name, func(t *testing.T) { s.Owner().Post(teams, c.body).WantError(c.status, c.code) })
	}
	if got := names(t, s.Owner().Get(teams), "name"); got != "taken" {
		t.Errorf("of what was refused, there is %s", got)
	}
}
