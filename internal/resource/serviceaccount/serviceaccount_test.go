package serviceaccount_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

func ofOrg(s *apitest.Server) string   { return "/orgs/" + s.OrgID + "/serviceAccounts" }
func ofGroup(s *apitest.Server) string { return "/groups/" + s.ProjectID + "/serviceAccounts" }

type secret struct {
	ID, Secret, MaskedSecretValue    string
	CreatedAt, ExpiresAt, LastUsedAt time.Time
}

type account struct {
	ClientID, Name, Description string
	Roles                       []string
	Secrets                     []secret
}

func (a account) path(s *apitest.Server) string    { return ofOrg(s) + "/" + a.ClientID }
func (a account) inGroup(s *apitest.Server) string { return ofGroup(s) + "/" + a.ClientID }

// token gets a token with the account's first secret.
func (a account) token(s *apitest.Server) string { return s.Token(a.ClientID, a.Secrets[0].Secret) }

func (a account) calls(s *apitest.Server) *apitest.Caller { return s.Bearer("", a.token(s)) }

// newAccount makes an account of the organization with a role there.
func newAccount(s *apitest.Server, role string) (a account) {
	body := fmt.Sprintf(`{"name":"a test's","description":"made by a test","roles":[%q],"secretExpiresAfterHours":8}`, role)
	s.Owner().Post(ofOrg(s), body).Want(http.StatusCreated).JSON(&a)
	return a
}

// newGroupAccount makes an account with a role in the project.
func newGroupAccount(s *apitest.Server, role string) (a account) {
	body := fmt.Sprintf(`{"name":"a test's","description":"made by a test","roles":[%q],"secretExpiresAfterHours":8760}`, role)
	s.Owner().Post(ofGroup(s), body).Want(http.StatusCreated).JSON(&a)
	return a
}

// events are the types of a feed's events about the account, newest first.
func events(s *apitest.Server, feed string, a account) (out []string) {
	for _, e := range s.Owner().Get(feed + "/events?itemsPerPage=500").Want(http.StatusOK).Results() {
		if e["targetPublicKey"] == a.ClientID {
			out = append(out, strings.TrimPrefix(e["eventTypeName"].(string), "SERVICE_ACCOUNT_"))
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

func TestLifeOfAnAccount(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	a := newAccount(s, "ORG_READ_ONLY")
	first := a.Secrets[0]
	if !strings.HasPrefix(first.Secret, "mdb_sa_sk_") || first.ExpiresAt.Sub(first.CreatedAt) != 8*time.Hour || !first.LastUsedAt.IsZero() {
		t.Errorf("secret %+v", first)
	}
	mine := a.calls(s)
	var seen account
	mine.Get(a.path(s)).Want(http.StatusOK).JSON(&seen)
	if got := seen.Secrets[0]; got.Secret != "" || got.LastUsedAt.IsZero() || !strings.HasSuffix(first.Secret, got.MaskedSecretValue[len(got.MaskedSecretValue)-4:]) {
		t.Errorf("shown later as %+v", got)
	}
	mine.Patch(a.path(s), `{"roles":["ORG_OWNER"]}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	mine.At("2024-05-30").Get(a.path(s)).WantError(http.StatusNotAcceptable, "INVALID_VERSION_DATE")
	mine.At("2024-08-05").Get(a.path(s)).Want(http.StatusOK)

	owner.Patch(a.path(s), `{"name":"another","description":null,"roles":["ORG_OWNER","ORG_OWNER"]}`).Want(http.StatusOK).JSON(&seen)
	if seen.Name != "another" || seen.Description != "made by a test" || !slices.Equal(seen.Roles, []string{"ORG_OWNER"}) {
		t.Errorf("changed to %+v", seen)
	}
	owner.Patch(a.path(s), `{"name":"another"}`).Want(http.StatusOK)
	mine.Patch(a.path(s), `{"description":"by itself"}`).Want(http.StatusOK) // its new role counts at once
	if e := owner.Get("/orgs/" + s.OrgID + "/events").Results()[0]; e["publicKey"] != a.ClientID || e["apiKeyId"] != a.ClientID[len("mdb_sa_id_"):] {
		t.Errorf("who did it: %v", e)
	}

	s.Restart()
	owner = s.Owner()
	again := s.Bearer("", s.Token(a.ClientID, first.Secret))
	again.Get(a.path(s)).Want(http.StatusOK)
	owner.Delete(a.path(s)).Want(http.StatusNoContent)
	again.Get(a.path(s)).Want(http.StatusUnauthorized)
	if token := s.Token(a.ClientID, first.Secret); token != "" {
		t.Error("an account that has gone got a token")
	}
	owner.Get(a.path(s)).WantError(http.StatusNotFound, "SERVICE_ACCOUNT_NOT_FOUND")
	want(t, "events", events(s, "/orgs/"+s.OrgID, a), []string{"DELETED", "DETAILS_CHANGED", "ROLES_CHANGED", "DETAILS_CHANGED", "CREATED"})
}

func TestRefusals(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	a := newGroupAccount(s, "GROUP_READ_ONLY")
	const good = `"name":"x","description":"x","secretExpiresAfterHours":8,`
	for _, c := range []struct {
		method, path, body string
		fields             []string
	}{
		{"POST", ofOrg(s), `{}`, []string{"description", "name", "roles", "secretExpiresAfterHours"}},
		{"POST", ofOrg(s), `{` + good + `"roles":[]}`, []string{"roles"}},
		{"POST", ofOrg(s), `{` + good + `"roles":["GROUP_OWNER"]}`, []string{"roles[0]"}},
		{"POST", ofOrg(s), `{"name":"<x>","description":"","secretExpiresAfterHours":-1,"roles":["ORG_OWNER"]}`, []string{"description", "name", "secretExpiresAfterHours"}},
		{"POST", ofOrg(s), `{"name":"x","description":"x","secretExpiresAfterHours":7,"roles":["ORG_OWNER"]}`, []string{"secretExpiresAfterHours"}},
		{"POST", ofGroup(s), `{"name":"x","description":"x","secretExpiresAfterHours":8761,"roles":["GROUP_OWNER"]}`, []string{"secretExpiresAfterHours"}},
		{"POST", ofGroup(s), `{` + good + `"roles":["ORG_OWNER","GROUP_OWNER"]}`, []string{"roles[0]"}},
		{"PATCH", a.path(s), `{"roles":[]}`, []string{"roles"}},
		{"PATCH", a.inGroup(s), `{"roles":[]}`, []string{"roles"}},
		{"PATCH", a.inGroup(s), `{"roles":["ORG_OWNER"]}`, []string{"roles[0]"}},
		{"POST", a.inGroup(s) + ":invite", `{"roles":["ORG_OWNER"]}`, []string{"roles[0]"}},
		{"POST", a.path(s) + "/secrets", `{}`, []string{"secretExpiresAfterHours"}},
		{"POST", a.path(s) + "/secrets", `{"secretExpiresAfterHours":8761}`, []string{"secretExpiresAfterHours"}},
		{"POST", a.path(s) + "/accessList", `[{"ipAddress":"1.2.3.4"},{},{"ipAddress":"1.2.3.4","cidrBlock":"1.2.3.0/24"}]`, []string{"[1]", "[2]"}},
		{"POST", a.path(s) + "/accessList", `[{"ipAddress":"1.2.3"}]`, []string{"[0].ipAddress"}},
		{"GET", ofOrg(s) + "/xyz", ``, []string{"clientId"}},
	} {
		var body any = c.body
		if c.body == "" {
			body = nil
		}
		want(t, c.method+" "+c.path+" "+c.body, owner.Do(c.method, c.path, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"), c.fields)
	}
	gone := account{ClientID: "mdb_sa_id_" + strings.Repeat("0", 24)}
	for _, path := range []string{gone.path(s), gone.inGroup(s)} {
		for _, c := range [][3]string{
			{"GET", "", ""}, {"PATCH", "", "{}"}, {"DELETE", "", ""}, {"GET", "/accessList", ""}, {"POST", "/accessList", "[]"},
			{"DELETE", "/accessList/1.2.3.4", ""}, {"POST", "/secrets", `{"secretExpiresAfterHours":8}`}, {"DELETE", "/secrets/x", ""},
		} {
			var body any = c[2]
			if c[2] == "" {
				body = nil
			}
			owner.Do(c[0], path+c[1], body).WantError(http.StatusNotFound, "SERVICE_ACCOUNT_NOT_FOUND")
		}
	}
	owner.Get(gone.path(s)+"/groups").WantError(http.StatusNotFound, "SERVICE_ACCOUNT_NOT_FOUND")
	owner.Post(gone.inGroup(s)+":invite", `{"roles":["GROUP_OWNER"]}`).WantError(http.StatusNotFound, "SERVICE_ACCOUNT_NOT_FOUND")
	owner.Delete(a.path(s)+"/secrets/"+strings.Repeat("0", 24)).WantError(http.StatusNotFound, "SERVICE_ACCOUNT_SECRET_NOT_FOUND")
	if n := len(events(s, "/orgs/"+s.OrgID, a)); n != 2 {
		t.Errorf("refused requests left %d events", n)
	}
}

func TestSecrets(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	a := newGroupAccount(s, "GROUP_OWNER") // its first secret lives a year
	mine := a.calls(s)
	var second secret
	mine.Post(a.inGroup(s)+"/secrets", `{"secretExpiresAfterHours":8760}`).Want(http.StatusCreated).JSON(&second)
	if second.Secret == "" || s.Token(a.ClientID, second.Secret) == "" {
		t.Errorf("second secret %+v", second)
	}
	owner.Post(a.path(s)+"/secrets", `{"secretExpiresAfterHours":8}`).WantError(http.StatusBadRequest, "MAX_SERVICE_ACCOUNT_SECRETS_EXCEEDED")
	var seen account
	owner.Get(a.path(s)).JSON(&seen)
	if life := seen.Secrets[0].ExpiresAt.Sub(second.CreatedAt); life.Round(time.Minute) != 7*24*time.Hour {
		t.Errorf("beside a new secret, the old one lives %v", life)
	}
	s.Advance(7*24*time.Hour + time.Minute)
	if a.token(s) != "" || s.Token(a.ClientID, second.Secret) == "" {
		t.Error("after a week the old secret must be over, and the new one not")
	}
	owner.Post(a.path(s)+"/secrets", `{"secretExpiresAfterHours":8}`).WantError(http.StatusBadRequest, "MAX_SERVICE_ACCOUNT_SECRETS_EXCEEDED")

	// A secret's end is the end of the tokens that were got with it.
	token := s.Bearer("", s.Token(a.ClientID, second.Secret))
	mine.Delete(a.inGroup(s) + "/secrets/" + a.Secrets[0].ID).Want(http.StatusNoContent)
	mine.Get(a.inGroup(s)).Want(http.StatusUnauthorized)
	token.Get(a.inGroup(s)).Want(http.StatusOK)
	owner.Delete(a.path(s) + "/secrets/" + second.ID).Want(http.StatusNoContent)
	token.Get(a.inGroup(s)).Want(http.StatusUnauthorized)
	owner.Post(a.path(s)+"/secrets", `{"secretExpiresAfterHours":8}`).Want(http.StatusCreated) // there is room again
	want(t, "the project's events", events(s, "/groups/"+s.ProjectID, a), []string{"SECRET_DELETED", "SECRET_ADDED", "ADDED_TO_GROUP"})
	want(t, "the organization's events", events(s, "/orgs/"+s.OrgID, a),
		[]string{"SECRET_ADDED", "SECRET_DELETED", "SECRET_DELETED", "SECRET_ADDED", "ADDED_TO_GROUP", "CREATED"})
}

// TestTheOrganizationsBound: secrets live no longer than the organization allows.
func TestTheOrganizationsBound(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	a := newAccount(s, "ORG_MEMBER")
	owner.Patch("/orgs/"+s.OrgID+"/settings", `{"maxServiceAccountSecretValidityInHours":24}`).Want(http.StatusOK)
	owner.Post(a.path(s)+"/secrets", `{"secretExpiresAfterHours":25}`).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Post(a.path(s)+"/secrets", `{"secretExpiresAfterHours":24}`).Want(http.StatusCreated)
}

func TestAnAccountInAProject(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	a := newAccount(s, "ORG_MEMBER")
	mine := a.calls(s)
	mine.Get(ofGroup(s)).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	owner.Get(a.inGroup(s)).WantError(http.StatusNotFound, "SERVICE_ACCOUNT_NOT_FOUND")
	var seen account
	owner.Post(a.inGroup(s)+":invite", `{"roles":["GROUP_READ_ONLY","GROUP_READ_ONLY"]}`).Want(http.StatusOK).JSON(&seen)
	if !slices.Equal(seen.Roles, []string{"GROUP_READ_ONLY"}) || seen.ClientID != a.ClientID || len(seen.Secrets) != 1 {
		t.Errorf("invited as %+v", seen)
	}
	mine.Get(a.inGroup(s)).Want(http.StatusOK)
	mine.Patch(a.inGroup(s), `{"roles":["GROUP_OWNER"]}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	owner.Post(a.inGroup(s)+":invite", `{"roles":["GROUP_OWNER"]}`).Want(http.StatusOK)
	mine.Patch(a.inGroup(s), `{"name":"renamed","roles":["GROUP_OWNER","GROUP_CLUSTER_MANAGER"]}`).Want(http.StatusOK).JSON(&seen)
	if !slices.Equal(seen.Roles, []string{"GROUP_OWNER", "GROUP_CLUSTER_MANAGER"}) || seen.Name != "renamed" {
		t.Errorf("changed to %+v", seen)
	}
	groups := owner.Get(a.path(s) + "/groups").Want(http.StatusOK).Object()
	if fmt.Sprint(groups["results"]) != fmt.Sprintf("[map[groupId:%s roles:[GROUP_OWNER GROUP_CLUSTER_MANAGER]]]", s.ProjectID) || groups["totalCount"] != 1.0 {
		t.Errorf("projects %v", groups)
	}
	if listed := owner.Get(ofGroup(s) + "?includeSystemManaged=true").Want(http.StatusOK).Results(); len(listed) != 1 || listed[0]["clientId"] != a.ClientID {
		t.Errorf("the project's accounts: %v", listed) // the owner's has no role in the project itself
	}
	mine.Post(a.inGroup(s)+":invite", `{"roles":["GROUP_OWNER"]}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	mine.Delete(a.inGroup(s)).Want(http.StatusNoContent)
	mine.Get(a.inGroup(s)).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	if a.token(s) == "" {
		t.Error("an account that left a project must still be the organization's")
	}
	want(t, "events", events(s, "/groups/"+s.ProjectID, a),
		[]string{"REMOVED_FROM_GROUP", "ROLES_CHANGED", "DETAILS_CHANGED", "ROLES_CHANGED", "ADDED_TO_GROUP"})
}

// TestWhoManagesAnAccount: a secret is worth all that its account may do, so a project's owner gets none of an account
// that may do more elsewhere.
func TestWhoManagesAnAccount(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	projectOwner := newGroupAccount(s, "GROUP_OWNER").calls(s)
	mighty := newAccount(s, "ORG_OWNER")
	owner.Post(mighty.inGroup(s)+":invite", `{"roles":["GROUP_READ_ONLY"]}`).Want(http.StatusOK)
	plain := newGroupAccount(s, "GROUP_READ_ONLY")
	for _, c := range [][3]string{
		{"POST", "/secrets", `{"secretExpiresAfterHours":8}`}, {"POST", "/accessList", `[{"ipAddress":"1.2.3.4"}]`}, {"PATCH", "", `{"name":"mine"}`},
	} {
		projectOwner.Do(c[0], mighty.inGroup(s)+c[1], c[2]).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
		if a := projectOwner.Do(c[0], plain.inGroup(s)+c[1], c[2]); a.Status >= 300 {
			t.Errorf("%v: %d %s", c, a.Status, a.Body)
		}
	}
	projectOwner.Delete(mighty.inGroup(s)+"/secrets/"+mighty.Secrets[0].ID).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	projectOwner.Patch(mighty.inGroup(s), `{"roles":["GROUP_OWNER"]}`).Want(http.StatusOK) // roles in the project are the project's
	projectOwner.Delete(mighty.inGroup(s)).Want(http.StatusNoContent)
	owner.Post(mighty.inGroup(s)+":invite", `{"roles":["GROUP_READ_ONLY"]}`).Want(http.StatusOK)
	owner.Post(mighty.inGroup(s)+"/secrets", `{"secretExpiresAfterHours":8}`).Want(http.StatusCreated)
}

// TestAnAccountOutlivesItsProject: its roles there go with it.
func TestAnAccountOutlivesItsProject(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	a := newGroupAccount(s, "GROUP_READ_ONLY")
	var p struct{ ID string }
	owner.Post("/groups", map[string]string{"name": "short-lived", "orgId": s.OrgID}).Want(http.StatusOK).JSON(&p)
	owner.Post("/groups/"+p.ID+"/serviceAccounts/"+a.ClientID+":invite", `{"roles":["GROUP_OWNER"]}`).Want(http.StatusOK)
	if n := len(owner.Get(a.path(s) + "/groups?itemsPerPage=1&pageNum=2").Want(http.StatusOK).Results()); n != 1 {
		t.Errorf("%d projects on the second page", n)
	}
	owner.Delete("/groups/" + p.ID).Want(http.StatusNoContent)
	if got := owner.Get(a.path(s) + "/groups").Want(http.StatusOK).Results(); len(got) != 1 || got[0]["groupId"] != s.ProjectID {
		t.Errorf("projects %v", got)
	}
	a.calls(s).Get(a.inGroup(s)).Want(http.StatusOK)
}

func TestPagesAndLimit(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	first, second := newAccount(s, "ORG_MEMBER"), newGroupAccount(s, "GROUP_READ_ONLY")
	page := owner.Get(ofOrg(s) + "?itemsPerPage=2").Want(http.StatusOK).Object()
	if page["totalCount"] != 3.0 || page["results"].([]any)[1].(map[string]any)["clientId"] != first.ClientID {
		t.Errorf("page %v", page)
	}
	if rest := owner.Get(ofOrg(s) + "?itemsPerPage=2&pageNum=2").Results(); len(rest) != 1 || rest[0]["clientId"] != second.ClientID {
		t.Errorf("second page %v", rest)
	}
	for range 200 - 3 {
		newAccount(s, "ORG_MEMBER")
	}
	body := `{"name":"x","description":"x","roles":["%s"],"secretExpiresAfterHours":8}`
	owner.Post(ofOrg(s), fmt.Sprintf(body, "ORG_MEMBER")).WantError(http.StatusBadRequest, "MAX_SERVICE_ACCOUNTS_PER_ORG_EXCEEDED")
	owner.Post(ofGroup(s), fmt.Sprintf(body, "GROUP_OWNER")).WantError(http.StatusBadRequest, "MAX_SERVICE_ACCOUNTS_PER_ORG_EXCEEDED")
}
