package clouduser_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

const nobody = "0123456789abcdef01234567"

// asks is a newer invitation's body.
func asks(username string, roles ...string) object {
	return object{"username": username, "roles": object{"orgRoles": roles}}
}

// text is a value of an answer, as a person reads it.
func text(o object, path ...string) string {
	var v any = o
	for _, p := range path {
		v = v.(object)[p]
	}
	return fmt.Sprint(v)
}

// usernames are those of the people on a page.
func usernames(a *apitest.Answer) string {
	var all []string
	for _, u := range a.Want(http.StatusOK).Results() {
		all = append(all, u["username"].(string))
	}
	return strings.Join(all, " ")
}

// second makes another project.
func second(s *apitest.Server) string {
	return s.Owner().Post("/groups", object{"name": "Second", "orgId": s.OrgID}).Want(http.StatusOK).Object()["id"].(string)
}

func TestAnInvitationInTheNewerWay(t *testing.T) {
	s := apitest.Start(t)
	users := "/orgs/" + s.OrgID + "/users"
	s.Join("joe@example.com")
	team := s.Owner().Post("/orgs/"+s.OrgID+"/teams", object{"name": "ours", "usernames": []string{"joe@example.com"}}).Want(http.StatusOK).Object()["id"].(string)
	body := asks("Jane@Example.com", "ORG_READ_ONLY", "ORG_BILLING_ADMIN", "ORG_READ_ONLY")
	body["roles"].(object)["groupRoleAssignments"] = []object{{"groupId": s.ProjectID, "groupRoles": []string{"GROUP_OWNER"}}}
	body["teamIds"] = []string{team}
	u := s.Owner().Post(users, body).Want(http.StatusCreated).Object()
	id := u["id"].(string)
	for path, want := range map[string]string{
		"orgMembershipStatus": "PENDING", "username": "Jane@Example.com", "inviterUsername": s.PublicKey, "teamIds": "[" + team + "]",
		"roles":     "map[groupRoleAssignments:[map[groupId:" + s.ProjectID + " groupRoles:[GROUP_OWNER]]] orgRoles:[ORG_READ_ONLY ORG_BILLING_ADMIN]]",
		"firstName": "<nil>", "createdAt": "<nil>",
	} {
		if got := text(u, path); got != want {
			t.Errorf("%s is %s, not %s", path, got, want)
		}
	}
	created, _ := time.Parse(time.RFC3339, text(u, "invitationCreatedAt"))
	if expires, _ := time.Parse(time.RFC3339, text(u, "invitationExpiresAt")); expires.Sub(created) != 30*24*time.Hour {
		t.Errorf("from %v to %v", created, expires)
	}
	for _, again := range []string{"Jane@Example.com", "jane@example.com", "joe@example.com"} {
		s.Owner().Post(users, asks(again, "ORG_MEMBER")).WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	}
	if got := s.Owner().Get(users + "/" + id + "?orgMembershipStatuses=PENDING").Want(http.StatusOK).Object(); text(got, "roles") != text(u, "roles") {
		t.Errorf("read back: %v", got)
	}
	s.Owner().Get(users+"/"+id+"?orgMembershipStatuses=ACTIVE").WantError(http.StatusNotFound, "USER_NOT_FOUND")
	for query, want := range map[string]string{
		"": "Jane@Example.com joe@example.com " + owner, "?orgMembershipStatus=PENDING": "Jane@Example.com", "?orgMembershipStatuses=ACTIVE": "joe@example.com " + owner,
		"?username=JOE%40EXAMPLE.COM": "joe@example.com", "?itemsPerPage=1&pageNum=2": "joe@example.com",
	} {
		if got := usernames(s.Owner().Get(users + query)); got != want {
			t.Errorf("%q gives %s", query, got)
		}
	}
	old := s.Owner().At("2023-01-01").Get(users)
	if got := usernames(old); got != "joe@example.com "+owner || text(old.Results()[0], "teamIds") != "["+team+"]" {
		t.Errorf("the older version lists %s", old.Body)
	}
	// What has expired can be repeated: nothing of it is left.
	s.Advance(30 * 24 * time.Hour)
	s.Owner().Get(users+"/"+id).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	if got := usernames(s.Owner().Get("/orgs/" + s.OrgID + "/teams/" + team + "/users")); got != "joe@example.com" {
		t.Errorf("the team still has %s", got)
	}
	s.Owner().Post(users, asks("jane@example.com", "ORG_MEMBER")).Want(http.StatusCreated)
}

func TestWhatIsNoInvitation(t *testing.T) {
	s := apitest.Start(t)
	roles := func(more ...object) object {
		return object{"username": "x@example.com", "roles": object{"orgRoles": []string{"ORG_MEMBER"}, "groupRoleAssignments": more}}
	}
	for _, c := range []struct {
		name, code string
		status     int
		body       object
		fields     string
	}{
		{"nothing", "VALIDATION_ERROR", 400, object{}, "[roles username]"},
		{"no role", "VALIDATION_ERROR", 400, asks("x@example.com"), "[roles.orgRoles]"},
		{"an unknown role", "VALIDATION_ERROR", 400, asks("x@example.com", "ORG_GOD"), "[roles.orgRoles[0]]"},
		{"a project's role", "VALIDATION_ERROR", 400, asks("x@example.com", "GROUP_OWNER"), "[roles.orgRoles[0]]"},
		{"no address", "VALIDATION_ERROR", 400, asks("x", "ORG_MEMBER"), "[username]"},
		{"a role for two places", "VALIDATION_ERROR", 400, roles(object{"groupId": s.ProjectID, "orgId": s.OrgID, "groupRoles": []string{"GROUP_OWNER"}}),
			"[roles.groupRoleAssignments[0].orgId]"},
		{"an organization's role in a project", "VALIDATION_ERROR", 400, roles(object{"groupId": s.ProjectID, "groupRoles": []string{"ORG_OWNER"}}),
			"[roles.groupRoleAssignments[0].groupRoles[0]]"},
		{"half a role", "VALIDATION_ERROR", 400, roles(object{"groupId": s.ProjectID}, object{"groupRoles": []string{"GROUP_OWNER"}}),
			"[roles.groupRoleAssignments[0].groupRoles roles.groupRoleAssignments[1].groupId]"},
		{"a project twice", "VALIDATION_ERROR", 400, roles(object{"groupId": s.ProjectID, "groupRoles": []string{"GROUP_OWNER"}},
			object{"groupId": s.ProjectID, "groupRoles": []string{"GROUP_OWNER"}}), "[roles.groupRoleAssignments[1].groupId]"},
		{"a foreign project", "GROUP_NOT_FOUND", 404, roles(object{"groupId": nobody, "groupRoles": []string{"GROUP_OWNER"}}), "[]"},
		{"a foreign team", "TEAM_NOT_FOUND", 404, object{"username": "x@example.com", "roles": object{"orgRoles": []string{"ORG_MEMBER"}}, "teamIds": []string{nobody}}, "[]"},
		{"a team of no id", "TEAM_NOT_FOUND", 404, object{"username": "x@example.com", "roles": object{"orgRoles": []string{"ORG_MEMBER"}}, "teamIds": []string{"x"}}, "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fields := s.Owner().Post("/orgs/"+s.OrgID+"/users", c.body).WantError(c.status, c.code)
			if got := fmt.Sprint(fields); got != c.fields {
				t.Errorf("the fields are %s", got)
			}
		})
	}
	if n := len(letters(t, s)); n != 0 || usernames(s.Owner().Get("/orgs/"+s.OrgID+"/users")) != owner {
		t.Errorf("%d letters, and there is %s", n, usernames(s.Owner().Get("/orgs/"+s.OrgID+"/users")))
	}
	if tables := s.Mentions("x@example.com"); len(tables) > 0 {
		t.Errorf("half done: %v have the person", tables)
	}
}

func TestRolesOfAUser(t *testing.T) {
	s := apitest.Start(t)
	two := second(s)
	users := "/orgs/" + s.OrgID + "/users/"
	id := s.Join("jane@example.com")
	change := func(body object) string {
		return text(s.Owner().Patch(users+id, body).Want(http.StatusOK).Object(), "roles")
	}
	in := func(group string, roles ...string) object { return object{"groupId": group, "groupRoles": roles} }
	all := func(org string, groups ...object) object {
		return object{"roles": object{"orgRoles": []string{org}, "groupRoleAssignments": append([]object{}, groups...)}}
	}
	if got := change(all("ORG_READ_ONLY", in(s.ProjectID, "GROUP_OWNER"), in(two, "GROUP_READ_ONLY"))); strings.Count(got, "groupId") != 2 || !strings.Contains(got, "ORG_READ_ONLY") {
		t.Errorf("the roles are %s", got)
	}
	if got := change(object{"roles": object{"orgRoles": []string{"ORG_MEMBER"}}}); strings.Count(got, "groupId") != 2 || !strings.Contains(got, "[ORG_MEMBER]") {
		t.Errorf("without projects in the body, the roles are %s", got)
	}
	if got := change(all("ORG_MEMBER", in(two, "GROUP_OWNER"))); strings.Count(got, "groupId") != 1 || !strings.Contains(got, "GROUP_OWNER") {
		t.Errorf("with one project in the body, the roles are %s", got)
	}
	if got := change(object{}); !strings.Contains(got, "GROUP_OWNER") {
		t.Errorf("an empty change changes: %s", got)
	}
	change(all("ORG_MEMBER"))
	s.Owner().Patch(users+id, object{"roles": object{}}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	s.Owner().Patch(users+id, object{"teamIds": []string{nobody}}).WantError(http.StatusNotFound, "TEAM_NOT_FOUND")
	s.Owner().Patch(users+nobody, object{}).WantError(http.StatusNotFound, "USER_NOT_FOUND")

	if got := text(s.Owner().Post(users+id+":addRole", object{"orgRole": "ORG_BILLING_ADMIN"}).Want(http.StatusOK).Object(), "roles", "orgRoles"); got != "[ORG_MEMBER ORG_BILLING_ADMIN]" {
		t.Errorf("the roles are %s", got)
	}
	s.Owner().Post(users+id+":addRole", object{"orgRole": "ORG_BILLING_ADMIN"}).WantError(http.StatusConflict, "USER_ALREADY_HAS_ROLE")
	s.Owner().Post(users+id+":addRole", object{"orgRole": "GROUP_OWNER"}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	s.Owner().Post(users+nobody+":addRole", object{"orgRole": "ORG_MEMBER"}).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	s.Owner().Post(users+id+":removeRole", object{"orgRole": "ORG_MEMBER"}).Want(http.StatusOK)
	s.Owner().Post(users+id+":removeRole", object{"orgRole": "ORG_MEMBER"}).WantError(http.StatusNotFound, "USER_DOES_NOT_HAVE_ROLE")
	s.Owner().Post(users+id+":removeRole", object{"orgRole": "ORG_BILLING_ADMIN"}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	old := s.Owner().At("2023-01-01")
	if got := text(old.Do(http.MethodPut, users+id+"/roles", object{"orgRoles": []string{"ORG_OWNER", "ORG_OWNER"}}).Want(http.StatusOK).Object(), "orgRoles"); got != "[ORG_OWNER]" {
		t.Errorf("set to %s", got)
	}
	old.Do(http.MethodPut, users+id+"/roles", object{"orgRoles": []string{}}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	old.Do(http.MethodPut, users+nobody+"/roles", object{"orgRoles": []string{"ORG_MEMBER"}}).WantError(http.StatusNotFound, "USER_NOT_FOUND")

	changed := "USER_ROLES_CHANGED_AUDIT jane@example.com by apiKey"
	want := []string{ // those in projects that roles are changed in, too
		"INVITED_TO_ORG jane@example.com by apiKey", "JOINED_ORG jane@example.com by user",
		changed, changed, changed, changed, changed, changed,
	}
	if got := told(events(t, s, s.OrgID)); !slices.Equal(got, want) {
		t.Errorf("the organization's events are %q", got)
	}
	want = []string{"JOINED_GROUP jane@example.com by apiKey", "REMOVED_FROM_GROUP jane@example.com by apiKey"}
	if got := told(events(t, s, s.ProjectID)); !slices.Equal(got, want) {
		t.Errorf("the project's events are %q", got)
	}
}

// The last owner who is there cannot go in any way: one who is only invited does not count.
func TestTheLastOwnerStays(t *testing.T) {
	s := apitest.Start(t)
	users := "/orgs/" + s.OrgID + "/users"
	one := users + "/" + s.OwnerUserID
	s.Owner().Post(users, asks("jane@example.com", "ORG_OWNER")).Want(http.StatusCreated)
	member := []string{"ORG_MEMBER"}
	leaves := map[string]func() *apitest.Answer{
		"removed":     func() *apitest.Answer { return s.Owner().Delete(one) },
		"removed old": func() *apitest.Answer { return s.Owner().At("2023-01-01").Delete(one) },
		"demoted":     func() *apitest.Answer { return s.Owner().Patch(one, object{"roles": object{"orgRoles": member}}) },
		"demoted old": func() *apitest.Answer {
			return s.Owner().At("2023-01-01").Do(http.MethodPut, one+"/roles", object{"orgRoles": member})
		},
		"loses a role": func() *apitest.Answer { return s.Owner().Post(one+":removeRole", object{"orgRole": "ORG_OWNER"}) },
	}
	for how, leave := range leaves {
		t.Run(how, func(t *testing.T) { leave().WantError(http.StatusForbidden, "CANNOT_DEMOTE_LAST_ORG_OWNER") })
	}
	if got := text(s.Owner().Get(one).Want(http.StatusOK).Object(), "roles", "groupRoleAssignments"); !strings.Contains(got, "GROUP_OWNER") {
		t.Errorf("half of it was done: %s", got)
	}
	// Of two owners who go at once, one stays.
	id := s.Join("joe@example.com")
	s.Owner().Post(users+"/"+id+":addRole", object{"orgRole": "ORG_OWNER"}).Want(http.StatusOK)
	var wg sync.WaitGroup
	answers := make([]*apitest.Answer, 2)
	for i, who := range []string{s.OwnerUserID, id} {
		wg.Go(func() { answers[i] = s.Owner().Delete(users + "/" + who) })
	}
	wg.Wait()
	if answers[0].Status+answers[1].Status != http.StatusNoContent+http.StatusForbidden {
		t.Errorf("%s and %s", answers[0].Body, answers[1].Body)
	}
}

func TestRemovalFromAnOrganizationInBothVersions(t *testing.T) {
	s := apitest.Start(t)
	users := "/orgs/" + s.OrgID + "/users/"
	invited := s.Owner().Post("/orgs/"+s.OrgID+"/users", asks("jane@example.com", "ORG_MEMBER")).Want(http.StatusCreated).Object()["id"].(string)
	s.Owner().Post("/groups/"+s.ProjectID+"/users", object{"username": "jane@example.com", "roles": []string{"GROUP_OWNER"}}).Want(http.StatusCreated)
	link := linkOf(t, s, "jane@example.com")
	old := s.Owner().At("2023-01-01")
	old.Delete(users+invited).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	s.Owner().Delete(users + invited).Want(http.StatusNoContent)
	s.Owner().Delete(users+invited).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	if status, _, _ := visit(t, link); status != http.StatusGone {
		t.Errorf("the link of who was removed: %d", status)
	}
	active := s.Join("joe@example.com")
	s.Owner().Post("/groups/"+s.ProjectID+"/users", object{"username": "joe@example.com", "roles": []string{"GROUP_OWNER"}}).Want(http.StatusCreated)
	a := old.Delete(users + active).Want(http.StatusNoContent)
	if a.Header.Get("Sunset") != "Thu, 1 Jul 2027 00:00:00 GMT" {
		t.Errorf("the older version's headers are %v", a.Header)
	}
	if got := usernames(s.Owner().Get("/groups/" + s.ProjectID + "/users")); got != owner {
		t.Errorf("in the project there is %s", got)
	}
	want := []string{"INVITED_TO_GROUP jane@example.com by apiKey", "GROUP_INVITATION_DELETED jane@example.com by apiKey",
		"JOINED_GROUP joe@example.com by apiKey", "REMOVED_FROM_GROUP joe@example.com by apiKey"}
	if got := told(events(t, s, s.ProjectID)); !slices.Equal(got, want) {
		t.Errorf("the project's events are %q", got)
	}
}

// Roles are a set: the same ones in another order are no change, and no event tells of one.
func TestTheSameRolesChangeNothing(t *testing.T) {
	s := apitest.Start(t)
	id := s.Join("jane@example.com")
	user, team := "/orgs/"+s.OrgID+"/users/"+id, "/groups/"+s.ProjectID+"/teams"
	old := s.Owner().At("2023-01-01")
	teamID := s.Owner().Post("/orgs/"+s.OrgID+"/teams", object{"name": "t", "usernames": []string{"jane@example.com"}}).Want(http.StatusOK).Object()["id"].(string)
	s.Owner().Post(team, []object{{"teamId": teamID, "roleNames": []string{"GROUP_READ_ONLY", "GROUP_OWNER"}}}).Want(http.StatusOK)
	for _, roles := range [][]string{{"ORG_MEMBER", "ORG_READ_ONLY"}, {"ORG_READ_ONLY", "ORG_MEMBER"}, {"ORG_READ_ONLY", "ORG_MEMBER", "ORG_READ_ONLY"}} {
		s.Owner().Patch(user, object{"roles": object{"orgRoles": roles}}).Want(http.StatusOK)
		old.Do(http.MethodPut, user+"/roles", object{"orgRoles": roles}).Want(http.StatusOK)
		s.Owner().Patch(team+"/"+teamID, object{"roleNames": []string{"GROUP_OWNER", "GROUP_READ_ONLY"}}).Want(http.StatusOK)
	}
	for series, want := range map[string]int{s.OrgID: 1, s.ProjectID: 0} {
		n := 0
		for _, e := range events(t, s, series) {
			if e.Type == "USER_ROLES_CHANGED_AUDIT" || e.Type == "TEAM_ROLES_MODIFIED" {
				n++
			}
		}
		if n != want {
			t.Errorf("%d changes of roles are told in %s, not %d", n, series, want)
		}
	}
}
