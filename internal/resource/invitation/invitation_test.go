package invitation_test

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

type (
	object = map[string]any
	list   = []any
)

// array is the answer of the operations that answer with a bare list.
func array(a *apitest.Answer) (all []object) {
	a.Want(http.StatusOK).JSON(&all)
	if all == nil {
		all = []object{}
	}
	return all
}

// names are the usernames of invitations, in order.
func names(all []object) (out []string) {
	for _, inv := range all {
		out = append(out, inv["username"].(string))
	}
	return out
}

// answer answers a link's page.
func answer(t *testing.T, link string, form url.Values) (int, string) {
	t.Helper()
	res, err := http.PostForm(link, form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(page)
}

// account is the form of who accepts without an account.
func account() url.Values {
	return url.Values{"answer": {"accept"}, "firstName": {"Jane"}, "lastName": {"Doe"}, "password": {apitest.Password}, "again": {apitest.Password}}
}

// states are the people of the newest lists with their states.
func states(s *apitest.Server, path string) map[string]string {
	out := map[string]string{}
	for _, u := range s.Owner().Get(path + "/users").Want(http.StatusOK).Results() {
		out[u["username"].(string)] = u["orgMembershipStatus"].(string)
	}
	return out
}

func newTeam(s *apitest.Server, name string) string {
	s.Join(name + "@example.com")
	return s.Owner().Post("/orgs/"+s.OrgID+"/teams", object{"name": name, "usernames": list{name + "@example.com"}}).Want(http.StatusOK).Object()["id"].(string)
}

func TestAnInvitationToAnOrganization(t *testing.T) {
	s := apitest.Start(t)
	old, invites, team := s.Owner().At("2023-01-01"), "/orgs/"+s.OrgID+"/invites", newTeam(s, "crew")
	if all := array(old.Get(invites)); len(all) != 0 {
		t.Fatalf("%v", all)
	}
	made := old.Post(invites, object{
		"username": "Jane@Example.com", "roles": list{"ORG_MEMBER"}, "teamIds": list{team},
		"groupRoleAssignments": list{object{"groupId": s.ProjectID, "roles": list{"GROUP_READ_ONLY", "GROUP_CLUSTER_MANAGER"}}},
	}).Want(http.StatusOK)
	if made.Header.Get("Deprecation") != "Wed, 4 Oct 2023 00:00:00 GMT" || made.Header.Get("Sunset") != "Thu, 1 Jul 2027 00:00:00 GMT" {
		t.Errorf("the headers are %v", made.Header)
	}
	inv := made.Object()
	created, err1 := time.Parse(time.RFC3339, inv["createdAt"].(string))
	expires, err2 := time.Parse(time.RFC3339, inv["expiresAt"].(string))
	if err1 != nil || err2 != nil || expires.Sub(created) != 30*24*time.Hour || inv["orgName"] != "Telamon" || inv["inviterUsername"] != s.PublicKey ||
		len(inv["groupRoleAssignments"].([]any)) != 2 || inv["teamIds"].([]any)[0] != team || inv["links"] != nil {
		t.Errorf("%v", inv)
	}
	id := inv["id"].(string)
	if got := old.Get(invites + "/" + id).Want(http.StatusOK).Body; string(got) != string(made.Body) {
		t.Errorf("%s is not %s", got, made.Body)
	}
	old.Post(invites, object{"username": "JANE@example.com", "roles": list{"ORG_OWNER"}}).WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	old.Post(invites, object{"username": "crew@example.com", "roles": list{"ORG_OWNER"}}).WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	if got := states(s, "/orgs/"+s.OrgID); got["Jane@Example.com"] != "PENDING" {
		t.Errorf("the newer list has %v", got)
	}

	changed := old.Patch(invites, object{"username": "jane@example.com", "roles": list{"ORG_READ_ONLY", "ORG_BILLING_ADMIN"}}).Want(http.StatusOK).Object()
	if changed["id"] != id || len(changed["roles"].([]any)) != 2 || len(changed["groupRoleAssignments"].([]any)) != 2 {
		t.Errorf("%v", changed)
	}
	changed = old.Patch(invites+"/"+id, object{"teamIds": list{}, "groupRoleAssignments": list{object{"groupId": s.ProjectID, "roles": list{"GROUP_OWNER"}}}}).Want(http.StatusOK).Object()
	if len(changed["roles"].([]any)) != 2 || len(changed["teamIds"].([]any)) != 0 || len(changed["groupRoleAssignments"].([]any)) != 1 {
		t.Errorf("%v", changed)
	}
	link := s.LinkTo("Jane@Example.com")
	if status, page := answer(t, link, account()); status != http.StatusOK || !strings.Contains(page, "You have joined") {
		t.Fatalf("%d %s", status, page)
	}
	old.Get(invites+"/"+id).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
	old.Delete(invites+"/"+id).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
	old.Patch(invites, object{"username": "jane@example.com"}).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
	u := s.Owner().Get("/users/byName/jane@example.com").Want(http.StatusOK).Object()
	if u["firstName"] != "Jane" || len(u["roles"].([]any)) != 3 {
		t.Errorf("%v", u)
	}
}

func TestInvitationsAreListedAsTheyWereMade(t *testing.T) {
	s := apitest.Start(t)
	old, invites := s.Owner().At("2023-01-01"), "/orgs/"+s.OrgID+"/invites"
	for _, name := range []string{"c@example.com", "a@example.com", "b@example.com"} {
		old.Post(invites, object{"username": name, "roles": list{"ORG_MEMBER"}}).Want(http.StatusOK)
		old.Post("/groups/"+s.ProjectID+"/invites", object{"username": "p" + name, "roles": list{"GROUP_READ_ONLY"}}).Want(http.StatusOK)
		s.Advance(time.Second)
	}
	s.Owner().Post("/orgs/"+s.OrgID+"/users", object{"username": "new@example.com", "roles": object{"orgRoles": list{"ORG_STREAM_PROCESSING_ADMIN"}}}).Want(http.StatusCreated)
	if got := names(array(old.Get(invites))); !slices.Equal(got, []string{"c@example.com", "a@example.com", "b@example.com", "new@example.com"}) {
		t.Errorf("%v", got)
	}
	if got := names(array(old.Get(invites + "?username=A%40example.com"))); !slices.Equal(got, []string{"a@example.com"}) {
		t.Errorf("%v", got)
	}
	if got := names(array(old.Get("/groups/" + s.ProjectID + "/invites"))); !slices.Equal(got, []string{"pc@example.com", "pa@example.com", "pb@example.com"}) {
		t.Errorf("%v", got)
	}
	if got := names(array(old.Get("/groups/" + s.ProjectID + "/invites?username=PA%40example.com"))); !slices.Equal(got, []string{"pa@example.com"}) {
		t.Errorf("%v", got)
	}
	s.Advance(30*24*time.Hour - 5*time.Minute)
	s.Restart()
	if got := array(old2(s).Get(invites)); len(got) != 4 {
		t.Errorf("just in time: %v", got)
	}
	s.Advance(10 * time.Minute)
	if got := array(old2(s).Get(invites)); len(got) != 0 {
		t.Errorf("after 30 days: %v", got)
	}
	if got := array(old2(s).Get("/groups/" + s.ProjectID + "/invites")); len(got) != 0 {
		t.Errorf("after 30 days: %v", got)
	}
	if got := s.EventTypes(s.ProjectID); slices.Index(got, "GROUP_INVITATION_DELETED") < 0 {
		t.Errorf("%v", got)
	}
	if got := s.Mentions("pa@example.com"); !slices.Equal(got, []string{"t_invitations"}) { // how it ended
		t.Errorf("who was never there is mentioned in %v", got)
	}
}

func old2(s *apitest.Server) *apitest.Caller { return s.Owner().At("2023-01-01") }

// Who is invited by the deprecated operation is told of by it alone, and removeProjectUser removes nobody.
func TestAnInvitationToAProjectStandsAside(t *testing.T) {
	s := apitest.Start(t)
	old, invites, users := s.Owner().At("2023-01-01"), "/groups/"+s.ProjectID+"/invites", "/groups/"+s.ProjectID
	userID := known(s, "jane@example.com")
	inv := old.Post(invites, object{"username": "jane@example.com", "roles": list{"GROUP_READ_ONLY"}}).Want(http.StatusOK).Object()
	if inv["groupId"] != s.ProjectID || inv["groupName"] != "Project0" || inv["inviterUsername"] != s.PublicKey {
		t.Errorf("%v", inv)
	}
	id := inv["id"].(string)
	for _, path := range []string{users, "/orgs/" + s.OrgID} {
		if got := states(s, path); got["jane@example.com"] != "" {
			t.Errorf("%s tells of who stands aside: %v", path, got)
		}
	}
	if got := array(old.Get("/orgs/" + s.OrgID + "/invites")); len(got) != 0 {
		t.Errorf("so do the organization's invitations: %v", got)
	}
	link := s.LinkTo("jane@example.com")
	s.Owner().Delete(users+"/users/"+userID).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	old.Delete(users+"/users/"+userID).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	old.Post(invites, object{"username": "jane@example.com", "roles": list{"GROUP_OWNER"}}).WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	s.Owner().Post("/orgs/"+s.OrgID+"/users", object{"username": "jane@example.com", "roles": object{"orgRoles": list{"ORG_MEMBER"}}}).WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	changed := old.Patch(invites, object{"username": "JANE@example.com", "roles": list{"GROUP_OWNER"}}).Want(http.StatusOK).Object()
	if changed["id"] != id || changed["roles"].([]any)[0] != "GROUP_OWNER" {
		t.Errorf("%v", changed)
	}
	changed = old.Patch(invites+"/"+id, object{"roles": list{"GROUP_CLUSTER_MANAGER", "GROUP_READ_ONLY"}}).Want(http.StatusOK).Object()
	if got := old.Get(invites + "/" + id).Want(http.StatusOK).Object(); len(got["roles"].([]any)) != 2 || !maps.Equal(object{"a": got["id"]}, object{"a": changed["id"]}) {
		t.Errorf("%v", got)
	}
	if status, page := answer(t, link, account()); status != http.StatusOK {
		t.Fatalf("%d %s", status, page)
	}
	if got := states(s, users); got["jane@example.com"] != "ACTIVE" {
		t.Errorf("%v", got)
	}
	if got := states(s, "/orgs/"+s.OrgID); got["jane@example.com"] != "ACTIVE" {
		t.Errorf("%v", got)
	}
	old.Get(invites+"/"+id).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
	s.Owner().Delete(users + "/users/" + userID).Want(http.StatusNoContent)
}

// known is the id of somebody whom another organization has invited, which shows it.
func known(s *apitest.Server, username string) string {
	second := s.Owner().Post("/orgs", object{"name": "Second", "apiKey": object{"desc": "x", "roles": list{"ORG_OWNER"}}}).Want(http.StatusCreated).Object()
	key, orgID := second["apiKey"].(object), second["organization"].(object)["id"].(string)
	id := s.As(key["publicKey"].(string), key["privateKey"].(string)).
		Post("/orgs/"+orgID+"/users", object{"username": username, "roles": object{"orgRoles": list{"ORG_MEMBER"}}}).Want(http.StatusCreated).Object()["id"].(string)
	s.Advance(0) // its letter is sent before any other
	return id
}

// An organization's invitation and two of its projects' to the same person end one by one.
func TestInvitationsSideBySide(t *testing.T) {
	s := apitest.Start(t)
	old, org := s.Owner().At("2023-01-01"), "/orgs/"+s.OrgID
	second := old.Post("/groups", object{"name": "Second", "orgId": s.OrgID}).Want(http.StatusOK).Object()["id"].(string)
	ask := func(path string, roles string) (id, link string) {
		id = old.Post(path+"/invites", object{"username": "jane@example.com", "roles": list{roles}}).Want(http.StatusOK).Object()["id"].(string)
		s.Advance(time.Second)
		return id, s.LinkTo("jane@example.com")
	}
	decline := url.Values{"answer": {"decline"}}
	inOrg, ofOrg := ask(org, "ORG_OWNER")
	_, ofFirst := ask("/groups/"+s.ProjectID, "GROUP_READ_ONLY")
	inSecond, _ := ask("/groups/"+second, "GROUP_OWNER")
	if status, page := answer(t, ofOrg, decline); status != http.StatusOK {
		t.Fatalf("%d %s", status, page)
	}
	old.Get(org+"/invites/"+inOrg).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
	if got := states(s, org); got["jane@example.com"] != "" {
		t.Errorf("who declined is %v", got)
	}
	old.Delete("/groups/" + second + "/invites/" + inSecond).Want(http.StatusNoContent)
	if status, page := answer(t, ofFirst, account()); status != http.StatusOK {
		t.Fatalf("%d %s", status, page)
	}
	u := s.Owner().At("2023-01-01").Get("/users/byName/jane@example.com").Want(http.StatusOK).Object()
	if roles := u["roles"].([]any); len(roles) != 2 || roles[0].(object)["roleName"] != "ORG_MEMBER" || roles[1].(object)["roleName"] != "GROUP_READ_ONLY" {
		t.Errorf("declined roles hold: %v", roles)
	}

	s.Invite("joe@example.com")
	id := old.Post("/groups/"+second+"/invites", object{"username": "joe@example.com", "roles": list{"GROUP_OWNER"}}).Want(http.StatusOK).Object()["id"].(string)
	s.Owner().Delete("/groups/" + second).Want(http.StatusNoContent)
	if got := states(s, org); got["joe@example.com"] != "PENDING" {
		t.Errorf("%v", got)
	}
	if got := s.Mentions(second); len(got) != 0 {
		t.Errorf("a project that went is mentioned in %v", got)
	}
	if got := s.Mentions(id); !slices.Equal(got, []string{"t_invitations", "t_work"}) {
		t.Errorf("the invitation into it is in %v", got)
	}
}

func TestWhatInvitationsRefuse(t *testing.T) {
	s := apitest.Start(t)
	old, org, project := s.Owner().At("2023-01-01"), "/orgs/"+s.OrgID+"/invites", "/groups/"+s.ProjectID+"/invites"
	unknown := "0123456789abcdef01234567"
	jane := func(more object) object {
		o := object{"username": "jane@example.com", "roles": list{"ORG_MEMBER"}}
		maps.Copy(o, more)
		return o
	}
	for _, c := range []struct {
		path   string
		body   any
		fields []string
	}{
		{org, object{}, []string{"username", "roles"}},
		{org, jane(object{"roles": list{}}), []string{"roles"}},
		{org, jane(object{"roles": list{"GROUP_OWNER"}}), []string{"roles[0]"}},
		{org, jane(object{"username": "jane"}), []string{"username"}},
		{org, jane(object{"groupRoleAssignments": list{object{}}}), []string{"groupRoleAssignments[0].groupId", "groupRoleAssignments[0].roles"}},
		{org, jane(object{"groupRoleAssignments": list{
			object{"groupId": s.ProjectID, "roles": list{"ORG_OWNER"}}, object{"groupId": s.ProjectID, "roles": list{"GROUP_OWNER"}},
		}}), []string{"groupRoleAssignments[0].roles[0]", "groupRoleAssignments[1].groupId"}},
		{project, object{}, []string{"username", "roles"}},
		{project, object{"username": "jane@example.com", "roles": list{"GROUP_NOBODY"}}, []string{"roles[0]"}},
	} {
		if got := old.Post(c.path, c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, c.fields) {
			t.Errorf("%v: %q", c.body, got)
		}
	}
	for _, path := range []string{org, project} {
		old.Patch(path, object{"roles": list{}}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
		old.Get(path+"/"+unknown).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
		old.Delete(path+"/"+unknown).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
	}
	old.Patch(org, jane(nil)).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
	old.Patch(org+"/"+unknown, object{}).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
	old.Patch(project, object{"username": "jane@example.com", "roles": list{"GROUP_OWNER"}}).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
	old.Patch(project+"/"+unknown, object{"roles": list{"GROUP_OWNER"}}).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
	old.Post(org, jane(object{"groupRoleAssignments": list{object{"groupId": unknown, "roles": list{"GROUP_OWNER"}}}})).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	old.Post(org, jane(object{"teamIds": list{unknown}})).WantError(http.StatusNotFound, "TEAM_NOT_FOUND")
	if got := s.Mentions("jane@example.com"); len(got) != 0 {
		t.Errorf("a refused invitation has left something in %v", got)
	}
	id := old2(s).Post(org, jane(nil)).Want(http.StatusOK).Object()["id"].(string)
	old2(s).Get(project+"/"+id).WantError(http.StatusNotFound, "INVITATION_NOT_FOUND")
	link := s.LinkTo("jane@example.com")
	old2(s).Delete(org + "/" + id).Want(http.StatusNoContent)
	if status, page := answer(t, link, account()); status != http.StatusGone || !strings.Contains(page, "does not hold") {
		t.Errorf("%d %s", status, page)
	}
	old2(s).Post(org, jane(nil)).Want(http.StatusOK)
}

// A letter that has not gone out when its invitation ends does not go out any more.
func TestALetterGoesWithItsInvitation(t *testing.T) {
	s := apitest.Start(t)
	old, org := s.Owner().At("2023-01-01"), "/orgs/"+s.OrgID+"/invites"
	id := old.Post(org, object{"username": "jane@example.com", "roles": list{"ORG_MEMBER"}}).Want(http.StatusOK).Object()["id"].(string)
	s.LinkTo("jane@example.com")
	old.Delete(org + "/" + id).Want(http.StatusNoContent)
	if got := s.Mentions("jane@example.com"); !slices.Equal(got, []string{"t_invitations"}) {
		t.Errorf("%v", got)
	}
}

// A project may come into the organization with somebody whom the organization waits for. Who then declines is nowhere in it.
func TestWhoDeclinesIsNowhereInTheOrganization(t *testing.T) {
	s := apitest.Start(t)
	s.Join("jane@example.com")
	s.Owner().Post("/groups/"+s.ProjectID+"/users", object{"username": "jane@example.com", "roles": list{"GROUP_OWNER"}}).Want(http.StatusCreated)
	second := s.Owner().Post("/orgs", object{"name": "Second", "apiKey": object{"desc": "x", "roles": list{"ORG_OWNER"}}}).Want(http.StatusCreated).Object()
	key, orgID := second["apiKey"].(object), second["organization"].(object)["id"].(string)
	boss := s.As(key["publicKey"].(string), key["privateKey"].(string))
	boss.Post("/orgs/"+orgID+"/users", object{"username": "jane@example.com", "roles": object{"orgRoles": list{"ORG_OWNER"}}}).Want(http.StatusCreated)
	link := s.LinkTo("jane@example.com")
	s.Owner().Post("/groups/"+s.ProjectID+":migrate", object{
		"destinationOrgId": orgID, "destinationOrgPublicApiKey": key["publicKey"], "destinationOrgPrivateApiKey": key["privateKey"],
	}).Want(http.StatusOK)
	if status, page := answer(t, link, url.Values{"answer": {"decline"}}); status != http.StatusOK {
		t.Fatalf("%d %s", status, page)
	}
	for _, u := range boss.Get("/groups/" + s.ProjectID + "/users").Want(http.StatusOK).Results() {
		if u["username"] == "jane@example.com" {
			t.Errorf("the project has %v", u)
		}
	}
	s.User("jane@example.com").Get("/groups/"+s.ProjectID).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	boss.Post("/groups/"+s.ProjectID+"/users", object{"username": "jane@example.com", "roles": list{"GROUP_OWNER"}}).Want(http.StatusCreated)
}
