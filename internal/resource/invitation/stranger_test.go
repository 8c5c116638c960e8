package invitation_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// newUser makes an account for somebody, with a password that its maker knows.
func newUser(who *apitest.Caller, username, password string, roles ...object) {
	who.At("2023-01-01").Post("/users", object{
		"country": "US", "firstName": "Jane", "lastName": "Doe", "mobileNumber": "2125550179", "username": username, "password": password, "roles": roles,
	}).Want(http.StatusOK)
}

// Whoever makes an account knows its password, and may be anybody. What others invite the person to is the person's alone.
func TestAPasswordThatSomebodyElseHasSet(t *testing.T) {
	const theirs = "Eve knows this one"
	s := apitest.Start(t)
	key := s.Owner().Post("/orgs/"+s.OrgID+"/apiKeys", object{"desc": "x", "roles": list{"ORG_READ_ONLY"}}).Want(http.StatusOK).Object()
	newUser(s.As(key["publicKey"].(string), key["privateKey"].(string)), "boss@example.com", theirs)
	connect := func(password string) int {
		t.Helper()
		status, asked := s.Device("authorize", url.Values{})
		if status != http.StatusOK {
			t.Fatal(status)
		}
		status, _ = s.Connect(asked["user_code"].(string), "boss@example.com", password)
		return status
	}
	if status := connect(theirs); status != http.StatusForbidden {
		t.Errorf("who is nowhere is let in: %d", status)
	}

	s.Owner().Post("/orgs/"+s.OrgID+"/users", object{"username": "boss@example.com", "roles": object{"orgRoles": list{"ORG_OWNER"}}}).Want(http.StatusCreated)
	link := s.LinkTo("boss@example.com")
	if status, page := answer(t, link, url.Values{"answer": {"accept"}}); status != http.StatusBadRequest || !strings.Contains(page, "accepting makes one") {
		t.Errorf("no password is asked for: %d %s", status, page)
	}
	if status, page := answer(t, link, account()); status != http.StatusOK {
		t.Fatalf("%d %s", status, page)
	}
	if theirs, own := connect(theirs), connect(apitest.Password); theirs != http.StatusForbidden || own != http.StatusOK {
		t.Errorf("the other's password: %d, the own one: %d", theirs, own)
	}
}

// A password stays with who has been let in anywhere, and with whom the organization that made it waits for.
func TestAPasswordStays(t *testing.T) {
	s := apitest.Start(t)
	second := s.Owner().Post("/orgs", object{"name": "Second", "apiKey": object{"desc": "x", "roles": list{"ORG_OWNER"}}}).Want(http.StatusCreated).Object()
	key, orgID := second["apiKey"].(object), second["organization"].(object)["id"].(string)
	s.Join("jane@example.com")
	s.As(key["publicKey"].(string), key["privateKey"].(string)).
		Post("/orgs/"+orgID+"/users", object{"username": "jane@example.com", "roles": object{"orgRoles": list{"ORG_OWNER"}}}).Want(http.StatusCreated)
	s.Accept("jane@example.com")
	s.User("jane@example.com").Get("/orgs/" + orgID).Want(http.StatusOK)

	s.Invite("joe@example.com")
	s.Owner().Post("/groups/"+s.ProjectID+"/users", object{"username": "joe@example.com", "roles": list{"GROUP_READ_ONLY"}}).Want(http.StatusCreated)
	s.Accept("joe@example.com")
	s.User("joe@example.com").Get("/groups/" + s.ProjectID).Want(http.StatusOK)
}

// Somebody who has two pages open and answers both has one password, and is not left to believe in another.
func TestAPasswordIsSetOnce(t *testing.T) {
	s := apitest.Start(t)
	second := s.Owner().Post("/groups", object{"name": "Second", "orgId": s.OrgID}).Want(http.StatusOK).Object()["id"].(string)
	ask := func(groupID string) (link string) {
		s.Owner().At("2023-01-01").Post("/groups/"+groupID+"/invites", object{"username": "jane@example.com", "roles": list{"GROUP_OWNER"}}).Want(http.StatusOK)
		return s.LinkTo("jane@example.com")
	}
	first, other := ask(s.ProjectID), ask(second)
	if status, page := answer(t, first, account()); status != http.StatusOK {
		t.Fatalf("%d %s", status, page)
	}
	late := account()
	late.Set("password", "another password")
	late.Set("again", "another password")
	if status, page := answer(t, other, late); status != http.StatusConflict || !strings.Contains(page, "an account by now") || strings.Contains(page, `name="password"`) {
		t.Errorf("%d %s", status, page)
	}
	if status, page := answer(t, other, url.Values{"answer": {"accept"}}); status != http.StatusOK {
		t.Errorf("%d %s", status, page)
	}
	s.User("jane@example.com").Get("/groups/" + second).Want(http.StatusOK)
}

// Who deletes a project ends its invitations, and is in their events.
func TestTheEndOfAProjectIsSomebodys(t *testing.T) {
	s := apitest.Start(t)
	id := s.Owner().Post("/groups", object{"name": "Second", "orgId": s.OrgID}).Want(http.StatusOK).Object()["id"].(string)
	s.Owner().At("2023-01-01").Post("/groups/"+id+"/invites", object{"username": "jane@example.com", "roles": list{"GROUP_OWNER"}}).Want(http.StatusOK)
	s.Owner().Delete("/groups/" + id).Want(http.StatusNoContent)
	ended := s.Owner().Get("/orgs/" + s.OrgID + "/events?eventType=ORG_INVITATION_DELETED").Want(http.StatusOK).Results()
	if len(ended) != 1 || ended[0]["publicKey"] != s.PublicKey || ended[0]["remoteAddress"] == nil {
		t.Errorf("events %v", ended)
	}
}
