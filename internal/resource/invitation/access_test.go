package invitation_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// Who is in the organization gets into the project without being asked.
func TestAddingPeopleToAProject(t *testing.T) {
	s := apitest.Start(t)
	s.Join("member@example.com")
	access := "/groups/" + s.ProjectID + "/access"
	add := func(name string, roles ...string) *apitest.Answer {
		return s.Owner().Post(access, map[string]any{"username": name, "roles": roles})
	}
	a := add("Member@example.com", "GROUP_OWNER").Want(http.StatusNoContent)
	if len(a.Body) != 0 || a.Header.Get("Deprecation") == "" || a.Header.Get("Sunset") == "" {
		t.Errorf("%q %v", a.Body, a.Header)
	}
	add("member@example.com", "GROUP_OWNER").WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	got := add("new@example.com", "GROUP_READ_ONLY", "GROUP_READ_ONLY").Want(http.StatusOK).Object()
	if got["username"] != "new@example.com" || fmt.Sprint(got["roles"]) != "[ORG_MEMBER]" ||
		fmt.Sprint(got["groupRoleAssignments"]) != "[map[groupId:"+s.ProjectID+" groupRole:GROUP_READ_ONLY]]" {
		t.Errorf("invited: %v", got)
	}
	s.LinkTo("new@example.com")
	people := map[string]any{}
	for _, u := range s.Owner().Get("/groups/" + s.ProjectID + "/users").Want(http.StatusOK).Results() {
		people[u["username"].(string)] = u["orgMembershipStatus"]
	}
	if people["member@example.com"] != "ACTIVE" || people["new@example.com"] != "PENDING" {
		t.Errorf("the project has %v", people)
	}
	for name, roles := range map[string][]string{"": {"GROUP_OWNER"}, "x": {"GROUP_OWNER"}, "x@example.com": {}, "y@example.com": {"ORG_OWNER"}} {
		add(name, roles...).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	}
}
