package clouduser_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

const owner = "owner@telamon.example"

// The story of an invitation, told by MongoDB's Go SDK, a mail program and a browser.
func TestInvitationWithTheSDK(t *testing.T) {
	s := apitest.Start(t)
	users := s.SDK().MongoDBCloudUsersApi
	ctx := context.Background()
	u, _, err := users.CreateUser(ctx, &admin.CloudAppUser{
		Country: "US", FirstName: "Jane", LastName: "Doe", MobileNumber: "+1 212.555.0179", Password: password, Username: "Jane@Example.com",
		Roles: &[]admin.CloudAccessRoleAssignment{{GroupId: &s.ProjectID, RoleName: admin.PtrString("GROUP_CLUSTER_MANAGER")}},
	}).Execute()
	if err != nil {
		t.Fatal(err)
	}
	if u.Password != password || u.EmailAddress != "Jane@Example.com" || len(u.GetRoles()) != 1 || u.GetRoles()[0].GetGroupId() != s.ProjectID {
		t.Fatalf("created %+v", u)
	}
	got, _, err := users.GetUser(ctx, u.GetId()).Execute()
	if err != nil || got.Username != u.Username || got.Password != "" || len(got.GetRoles()) != 0 {
		t.Fatalf("before the answer: %+v (%v)", got, err)
	}
	link := linkOf(t, s, "Jane@Example.com")
	status, header, page := visit(t, link)
	for _, want := range []string{"Telamon", "Project0", s.PublicKey, `method="post"`} {
		if status != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("the page (%d) does not have %q: %s", status, want, page)
		}
	}
	if csp := header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'sha256-") ||
		header.Get("Referrer-Policy") != "no-referrer" || strings.Contains(page, "<script") {
		t.Errorf("the page's headers are %v", header)
	}
	member, _, err := users.GetProjectUser(ctx, s.ProjectID, u.GetId()).Execute()
	if err != nil || member.OrgMembershipStatus != "PENDING" || member.GetInviterUsername() != s.PublicKey || member.FirstName != nil ||
		member.GetInvitationExpiresAt().Sub(member.GetInvitationCreatedAt()) != 30*24*time.Hour {
		t.Fatalf("pending: %+v (%v)", member, err)
	}
	if status, page := answer(t, link, "accept"); status != http.StatusOK || !strings.Contains(page, "You have joined") {
		t.Fatalf("%d %s", status, page)
	}
	list, _, err := users.ListProjectUsers(ctx, s.ProjectID).Username("jane@example.com").Execute()
	if err != nil || list.GetTotalCount() != 1 {
		t.Fatalf("%+v (%v)", list, err)
	}
	member = &list.GetResults()[0]
	if member.OrgMembershipStatus != "ACTIVE" || member.Id != u.GetId() || !slices.Equal(member.Roles, []string{"GROUP_CLUSTER_MANAGER"}) ||
		member.GetFirstName() != "Jane" || member.InvitationCreatedAt != nil || member.GetMobileNumber() != "+1 212.555.0179" {
		t.Fatalf("active: %+v", member)
	}
	got, _, err = users.GetUserByUsername(ctx, "JANE@example.com").Execute()
	if err != nil || got.GetId() != u.GetId() || len(got.GetRoles()) != 2 {
		t.Fatalf("%+v (%v)", got, err)
	}
	if _, _, err := users.RemoveProjectUser(ctx, s.ProjectID, u.GetId()).Execute(); err != nil {
		t.Fatal(err)
	}
	if _, res, err := users.GetProjectUser(ctx, s.ProjectID, u.GetId()).Execute(); err == nil || res.StatusCode != http.StatusNotFound {
		t.Fatalf("removed, but %v", err)
	}
	got, _, err = users.GetUser(ctx, u.GetId()).Execute()
	if err != nil || len(got.GetRoles()) != 1 || got.GetRoles()[0].GetOrgId() != s.OrgID || got.GetRoles()[0].GetRoleName() != "ORG_MEMBER" {
		t.Fatalf("the membership in the organization should stay: %+v (%v)", got, err)
	}
	log := events(t, s, s.ProjectID)
	if i := slices.IndexFunc(log, func(e *event.Event) bool { return e.Type == "JOINED_GROUP" }); i < 0 ||
		log[i].ActorID != u.GetId() || log[i].ActorName != u.Username || log[i].Address != "127.0.0.1" {
		t.Errorf("who joined is not who did it: %+v", log)
	}
	project := told(log)
	want := []string{"INVITED_TO_GROUP Jane@Example.com by apiKey", "JOINED_GROUP Jane@Example.com by user", "REMOVED_FROM_GROUP Jane@Example.com by apiKey"}
	if !slices.Equal(project, want) {
		t.Errorf("the project's events are %q", project)
	}
	org := told(events(t, s, s.OrgID))
	want = []string{"INVITED_TO_ORG Jane@Example.com by apiKey", "JOINED_ORG Jane@Example.com by user"}
	if !slices.Equal(org, want) {
		t.Errorf("the organization's events are %q", org)
	}
}

func TestWhoIsListed(t *testing.T) {
	s := apitest.Start(t)
	create(t, s, "b@example.com", inProject(s, "GROUP_READ_ONLY"))
	create(t, s, "a@example.com", inProject(s, "GROUP_OWNER"), inOrg(s, "ORG_BILLING_ADMIN"), inOrg(s, "ORG_BILLING_ADMIN"))
	create(t, s, "C@example.com", inOrg(s, "ORG_READ_ONLY"))
	create(t, s, "nobody@example.com")
	if n := len(letters(t, s)); n != 3 {
		t.Fatalf("%d letters", n)
	}
	answer(t, linkOf(t, s, "a@example.com"), "accept")
	answer(t, linkOf(t, s, "C@example.com"), "accept")
	for query, want := range map[string]map[string]string{
		"":                                     {"a@example.com": "ACTIVE", "b@example.com": "PENDING", owner: "ACTIVE"},
		"?flattenTeams=true":                   {"a@example.com": "ACTIVE", "b@example.com": "PENDING", owner: "ACTIVE"},
		"?orgMembershipStatus=PENDING":         {"b@example.com": "PENDING"},
		"?orgMembershipStatuses=ACTIVE":        {"a@example.com": "ACTIVE", owner: "ACTIVE"},
		"?username=B%40EXAMPLE.com":            {"b@example.com": "PENDING"},
		"?username=nobody%40example.com":       {},
		"?includeOrgUsers=true&itemsPerPage=3": {"a@example.com": "ACTIVE", "b@example.com": "PENDING", "C@example.com": "ACTIVE"},
		"?orgMembershipStatuses=PENDING&orgMembershipStatuses=INVITATION_EXPIRED": {"b@example.com": "PENDING"},
		"?orgMembershipStatuses=INVITATION_REJECTED":                              {},
	} {
		if got := statuses(t, s, query); !maps.Equal(got, want) {
			t.Errorf("%q gives %v", query, got)
		}
	}
	s.Owner().Get("/groups/"+s.ProjectID+"/users?orgMembershipStatus=GONE").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	s.Owner().Get("/groups/"+s.ProjectID+"/users?orgMembershipStatuses=GONE").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	a := s.Owner().At("2023-01-01").Get("/groups/" + s.ProjectID + "/users").Want(http.StatusOK)
	if a.Header.Get("Sunset") != "Thu, 1 Jul 2027 00:00:00 GMT" || a.Header.Get("Deprecation") != "Wed, 19 Feb 2025 00:00:00 GMT" {
		t.Errorf("the older version's headers are %v", a.Header)
	}
	old := a.Results()
	if len(old) != 2 || old[0]["username"] != "a@example.com" || old[1]["username"] != owner || old[1]["mobileNumber"] != nil {
		t.Fatalf("the older version lists %v", old)
	}
	roles := fmt.Sprint(old[0]["roles"])
	for _, role := range []string{"ORG_BILLING_ADMIN", "GROUP_OWNER"} {
		if strings.Count(roles, role) != 1 {
			t.Errorf("the roles are %s", roles)
		}
	}
	if _, has := old[0]["password"]; has {
		t.Error("a list has a password")
	}
	s.Owner().Get("/groups/0123456789abcdef01234567/users").WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	s.Restart()
	s.Advance(61 * 24 * time.Hour)
	if got := statuses(t, s, ""); !maps.Equal(got, map[string]string{"a@example.com": "ACTIVE", owner: "ACTIVE"}) {
		t.Errorf("after a restart and two months: %v", got)
	}
}

func TestRemovalInBothVersions(t *testing.T) {
	s := apitest.Start(t)
	users := "/groups/" + s.ProjectID + "/users/"
	id := create(t, s, "jane@example.com", inProject(s, "GROUP_OWNER"))
	old := s.Owner().At("2023-01-01")
	old.Delete(users+id).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	s.Owner().Delete(users + id).Want(http.StatusNoContent)
	s.Owner().Delete(users+id).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	s.Owner().Delete(users+"0123456789abcdef01234567").WantError(http.StatusNotFound, "USER_NOT_FOUND")
	link := linkOf(t, s, "jane@example.com")
	if _, _, page := visit(t, link); strings.Contains(page, "Project0") {
		t.Errorf("the page still names the project: %s", page)
	}
	answer(t, link, "accept")
	if got := statuses(t, s, ""); len(got) != 1 {
		t.Errorf("who was removed while pending came in: %v", got)
	}
	if roles := s.Owner().Get("/users/" + id).Object()["roles"].([]any); len(roles) != 1 {
		t.Errorf("the roles are %v", roles)
	}
	other := create(t, s, "joe@example.com", inProject(s, "GROUP_READ_ONLY"))
	answer(t, linkOf(t, s, "joe@example.com"), "accept")
	old.Delete(users + other).Want(http.StatusNoContent)
	s.Owner().Get(users+other).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	want := []string{
		"INVITED_TO_GROUP jane@example.com by apiKey", "GROUP_INVITATION_DELETED jane@example.com by apiKey",
		"INVITED_TO_GROUP joe@example.com by apiKey", "JOINED_GROUP joe@example.com by user", "REMOVED_FROM_GROUP joe@example.com by apiKey",
	}
	if got := told(events(t, s, s.ProjectID)); !slices.Equal(got, want) {
		t.Errorf("the events are %q", got)
	}
}

func TestTimeEndsAnInvitation(t *testing.T) {
	s := apitest.Start(t)
	id := create(t, s, "jane@example.com", inProject(s, "GROUP_OWNER"))
	link := linkOf(t, s, "jane@example.com")
	s.Advance(30*24*time.Hour - time.Minute)
	if status, _, _ := visit(t, link); status != http.StatusOK {
		t.Fatalf("a minute early: %d", status)
	}
	s.Advance(time.Minute)
	if status, _, page := visit(t, link); status != http.StatusGone || !strings.Contains(page, "has expired") {
		t.Errorf("%d %s", status, page)
	}
	if status, page := answer(t, link, "accept"); status != http.StatusGone || !strings.Contains(page, "has expired") {
		t.Errorf("%d %s", status, page)
	}
	if got := statuses(t, s, ""); len(got) != 1 {
		t.Errorf("the project has %v", got)
	}
	s.Owner().Get("/users/"+id).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	if got := told(events(t, s, s.OrgID)); !slices.Equal(got, []string{"INVITED_TO_ORG jane@example.com by apiKey", "ORG_INVITATION_DELETED jane@example.com by system"}) {
		t.Errorf("the events are %q", got)
	}
	s.Advance(31 * 24 * time.Hour)
	if status, _, _ := visit(t, s.URL+path(link)); status != http.StatusNotFound {
		t.Errorf("long after, the link is still remembered: %d", status)
	}
}

func TestLinks(t *testing.T) {
	s := apitest.Start(t)
	create(t, s, "jane@example.com", inProject(s, "GROUP_OWNER"))
	create(t, s, "joe@example.com", inProject(s, "GROUP_OWNER"))
	link := linkOf(t, s, "jane@example.com")
	form := "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, method, link, contentType, body string
		status                                int
	}{
		{"tampered", "GET", link[:len(link)-2] + "zz", "", "", http.StatusNotFound},
		{"shortened", "POST", link[:len(link)-1], form, "answer=accept", http.StatusNotFound},
		{"without a token", "GET", s.URL + "/invitations/", "", "", http.StatusNotFound},
		{"hostile", "GET", s.URL + "/invitations/%00%2F..%2F%3Cscript%3E", "", "", http.StatusNotFound},
		{"very long", "GET", s.URL + "/invitations/" + strings.Repeat("x", 30_000), "", "", http.StatusNotFound},
		{"no answer", "POST", link, form, "", http.StatusBadRequest},
		{"another answer", "POST", link, form, "answer=maybe", http.StatusBadRequest},
		{"answer in the query", "POST", link + "?answer=accept", form, "", http.StatusBadRequest},
		{"not a form", "POST", link, "application/json", `{"answer":"accept"}`, http.StatusBadRequest},
		{"badly encoded", "POST", link, form, "answer=%zz", http.StatusBadRequest},
		{"huge", "POST", link, form, "x=" + strings.Repeat("x", 1<<20) + "&answer=accept", http.StatusRequestEntityTooLarge},
		{"other method", "DELETE", link, "", "", http.StatusMethodNotAllowed},
	} {
		if status, _, page := fetch(t, c.method, c.link, c.contentType, c.body); status != c.status {
			t.Errorf("%s: %d %s", c.name, status, page)
		}
	}
	if got := statuses(t, s, "?orgMembershipStatus=PENDING"); len(got) != 2 {
		t.Fatalf("after nonsense, pending are %v", got)
	}
	var wg sync.WaitGroup
	won := make(chan int, 6)
	for i := range cap(won) {
		wg.Go(func() {
			if status, _ := answer(t, link, []string{"accept", "decline"}[i%2]); status == http.StatusOK {
				won <- i
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Errorf("%d of %d answers counted", len(won), cap(won))
	}
	if status, page := answer(t, link, "accept"); status != http.StatusGone || !strings.Contains(page, "works once") {
		t.Errorf("a used link: %d %s", status, page)
	}
	if status, page := answer(t, linkOf(t, s, "joe@example.com"), "decline"); status != http.StatusOK || !strings.Contains(page, "declined") {
		t.Errorf("%d %s", status, page)
	}
	if got := statuses(t, s, "?username=joe%40example.com"); len(got) != 0 {
		t.Errorf("who declined is %v", got)
	}
	if got := told(events(t, s, s.ProjectID)); got[len(got)-1] != "GROUP_INVITATION_DELETED joe@example.com by user" {
		t.Errorf("the events are %q", got)
	}
}

// An invited person is no member yet: a project cannot be given to one.
func TestAProjectGoesToAnActiveUser(t *testing.T) {
	s := apitest.Start(t)
	id := create(t, s, "jane@example.com", inOrg(s, "ORG_MEMBER"))
	body := object{"name": "Janes", "orgId": s.OrgID}
	s.Owner().Post("/groups?projectOwnerId="+id, body).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	answer(t, linkOf(t, s, "jane@example.com"), "accept")
	project := s.Owner().Post("/groups?projectOwnerId="+id, body).Want(http.StatusOK).Object()["id"].(string)
	got := s.Owner().Get("/groups/" + project + "/users").Want(http.StatusOK).Results()
	if len(got) != 1 || got[0]["id"] != id {
		t.Fatalf("the project's users are %v", got)
	}
	create(t, s, "joe@example.com", object{"groupId": project, "roleName": "GROUP_OWNER"})
	s.Owner().Delete("/groups/" + project).Want(http.StatusNoContent)
	onDisk(t, s, func(tx store.Tx) error {
		n, err := state.Memberships.Count(tx, store.Query{Index: "scope", Prefix: []string{project}})
		if n != 0 {
			t.Errorf("%d memberships outlive their project", n)
		}
		return err
	}, state.Memberships.Schema())
	if status, _, page := visit(t, s.URL+path(linkOf(t, s, "joe@example.com"))); status != http.StatusOK || strings.Contains(page, "Janes") {
		t.Errorf("the invitation to a project that went: %d %s", status, page)
	}
}

// The commit is what counts: a letter that could not go out goes out after the next start, and once.
func TestALetterOutlivesTheServer(t *testing.T) {
	s := apitest.Start(t)
	outbox := filepath.Join(s.DataDir, "outbox")
	if err := os.WriteFile(outbox, nil, 0o600); err != nil { // no directory can be made there
		t.Fatal(err)
	}
	create(t, s, "jane@example.com", inProject(s, "GROUP_OWNER"))
	s.Stop()
	if err := os.Remove(outbox); err != nil {
		t.Fatal(err)
	}
	s.Restart()
	s.Advance(time.Hour)
	if got := letters(t, s); len(got) != 1 {
		t.Fatalf("the outbox has %v", got)
	}
	s.Restart()
	s.Advance(time.Hour)
	if got := letters(t, s); len(got) != 1 {
		t.Fatalf("after another start, the outbox has %v", got)
	}
}

func TestTheLastPlaceIsGivenOnce(t *testing.T) {
	s := apitest.Start(t)
	onDisk(t, s, func(tx store.Tx) error {
		for i := range 498 { // with the owner, 499
			id, name := model.NewID(), fmt.Sprintf("u%03d@example.com", i)
			for _, group := range []string{"", s.ProjectID} {
				err := state.Memberships.Put(tx, &model.Membership{UserID: id, Username: name, OrgID: s.OrgID, GroupID: group})
				if err != nil {
					return err
				}
			}
		}
		return nil
	}, state.Memberships.Schema())
	var wg sync.WaitGroup
	answers := make(chan *apitest.Answer, 4)
	for i := range cap(answers) {
		wg.Go(func() {
			answers <- s.Owner().Post("/users", person(fmt.Sprintf("x%d@example.com", i), inProject(s, "GROUP_READ_ONLY")))
		})
	}
	wg.Wait()
	close(answers)
	given := 0
	for a := range answers {
		if a.Status == http.StatusOK {
			given++
			continue
		}
		a.WantError(http.StatusBadRequest, "MAX_USERS_PER_ORG_EXCEEDED")
	}
	if n := len(letters(t, s)); given != 1 || n != 1 {
		t.Fatalf("%d got the last place, %d letters went out", given, n)
	}
}

func TestAFullProject(t *testing.T) {
	s := apitest.Start(t)
	onDisk(t, s, func(tx store.Tx) error {
		for i := range 499 {
			err := state.Memberships.Put(tx, &model.Membership{UserID: model.NewID(), Username: fmt.Sprint(i), OrgID: model.NewID(), GroupID: s.ProjectID})
			if err != nil {
				return err
			}
		}
		return nil
	}, state.Memberships.Schema())
	s.Owner().Post("/users", person("x@example.com", inProject(s, "GROUP_READ_ONLY"))).WantError(http.StatusBadRequest, "MAX_USERS_PER_GROUP_EXCEEDED")
	s.Owner().Post("/users", person("x@example.com", inOrg(s, "ORG_MEMBER"))).Want(http.StatusOK)
}

func TestANameIsTakenOnce(t *testing.T) {
	s := apitest.Start(t)
	var wg sync.WaitGroup
	answers := make(chan int, 4)
	for i := range cap(answers) {
		name := []string{"jane@example.com", "JANE@example.com"}[i%2]
		wg.Go(func() { answers <- s.Owner().Post("/users", person(name, inOrg(s, "ORG_MEMBER"))).Status })
	}
	wg.Wait()
	close(answers)
	count := map[int]int{}
	for status := range answers {
		count[status]++
	}
	if n := len(letters(t, s)); count[http.StatusOK] != 1 || count[http.StatusConflict] != 3 || n != 1 {
		t.Errorf("the answers are %v, with %d letters", count, n)
	}
}
