package login_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/login"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

const grant = "urn:ietf:params:oauth:grant-type:device_code"

type object = map[string]any

// poll asks for the tokens of a device code.
func poll(s *apitest.Server, code string) (int, object) {
	return s.Device("token", url.Values{"grant_type": {grant}, "device_code": {code}})
}

// TestTheFirstOwnerLogsIn does what somebody does first who has no key at hand: with the password of bootstrap.json.
func TestTheFirstOwnerLogsIn(t *testing.T) {
	s := apitest.Start(t)
	_, asked := s.Device("authorize", url.Values{"scope": {"openid profile offline_access"}})
	code := asked["user_code"].(string)
	if status, page := s.Connect(code, s.OwnerUsername, s.OwnerPassword); status != http.StatusOK || strings.Contains(page, s.OwnerPassword) {
		t.Fatalf("%d %s", status, page)
	}
	status, got := poll(s, asked["device_code"].(string))
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, got)
	}
	s.Bearer("", got["access_token"].(string)).Post("/groups", map[string]string{"name": "Mine", "orgId": s.OrgID}).Want(http.StatusOK)
}

// change works on the store of a stopped server, which runs again afterwards.
func change(t *testing.T, s *apitest.Server, fn func(store.Tx) error) {
	t.Helper()
	s.Stop()
	tables := append(login.Tables(), state.Tables()...)
	st, err := sqlite.Open(t.Context(), filepath.Join(s.DataDir, "telamon.db"), time.Now, tables)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	s.Restart()
}

func TestAProgramIsLetIn(t *testing.T) {
	s := apitest.Start(t)
	id := s.Join("Jane@example.com")
	status, asked := s.Device("authorize", url.Values{"scope": {"openid profile offline_access"}})
	code, device := asked["user_code"].(string), asked["device_code"].(string)
	if status != http.StatusOK || len(code) != 8 || asked["verification_uri"] != s.URL+"/account/connect" || asked["expires_in"] != 600.0 || asked["interval"] != 5.0 {
		t.Fatalf("%d %v", status, asked)
	}
	if status, body := poll(s, device); status != http.StatusBadRequest || body["errorCode"] != "DEVICE_AUTHORIZATION_PENDING" || body["error"] != 400.0 {
		t.Errorf("%d %v", status, body)
	}
	if status, body := poll(s, device); status != http.StatusBadRequest || body["errorCode"] != "DEVICE_AUTHORIZATION_SLOW_DOWN" {
		t.Errorf("%d %v", status, body)
	}
	res, err := http.Get(s.URL + "/account/connect")
	if err != nil || res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Fatalf("%v (%v)", res, err)
	}
	res.Body.Close()
	shown := strings.ToLower(code[:4] + "-" + code[4:])
	for _, c := range []struct {
		code, username, password string
		status                   int
	}{
		{shown, "jane@example.com", "not her password", http.StatusForbidden},
		{shown, "nobody@example.com", apitest.Password, http.StatusForbidden},
		{shown, "owner@telamon.example", "", http.StatusBadRequest},
		{shown, "owner@telamon.example", "x", http.StatusForbidden},
		{"BCDFGHJK", "jane@example.com", apitest.Password, http.StatusNotFound},
		{shown, "JANE@example.com", apitest.Password, http.StatusOK},
		{shown, "jane@example.com", apitest.Password, http.StatusConflict},
	} {
		if status, page := s.Connect(c.code, c.username, c.password); status != c.status || c.password != "" && strings.Contains(page, c.password) && len(c.password) > 1 {
			t.Errorf("%+v: %d %s", c, status, page)
		}
	}
	status, got := poll(s, device)
	if status != http.StatusOK || got["token_type"] != "Bearer" || got["expires_in"] != 3600.0 {
		t.Fatalf("%d %v", status, got)
	}
	if status, body := poll(s, device); status != http.StatusBadRequest || body["errorCode"] != "DEVICE_AUTHORIZATION_EXPIRED" {
		t.Errorf("a device code works twice: %d %v", status, body)
	}
	claims(t, got["access_token"].(string), "Jane@example.com")
	jane := s.Bearer("", got["access_token"].(string))
	jane.Get("/orgs/" + s.OrgID).Want(http.StatusOK)
	jane.Get("/groups/"+s.ProjectID).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	u := s.Owner().Get("/users/" + id).Want(http.StatusOK).Object()
	if last, err := time.Parse(time.RFC3339, u["lastAuth"].(string)); err != nil || time.Since(last) > time.Minute {
		t.Errorf("lastAuth is %v", u["lastAuth"])
	}
	s.Restart()
	s.Bearer("", got["access_token"].(string)).Get("/orgs/" + s.OrgID).Want(http.StatusOK)
	tampered := got["access_token"].(string)
	s.Bearer("", tampered[:len(tampered)-2]+"AA").Get("/orgs").Want(http.StatusUnauthorized)
	if tables := s.Mentions(got["refresh_token"].(string)); len(tables) != 0 {
		t.Errorf("the refresh token is in %v", tables)
	}
}

// claims reads a token as programs do, which do not verify it.
func claims(t *testing.T, token, username string) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("no JWT: %s", token)
	}
	var header struct{ Alg string }
	var body struct {
		Sub      string
		Exp, Iat int64
	}
	for i, v := range []any{&header, &body} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err == nil {
			err = json.Unmarshal(raw, v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if header.Alg != "HS256" || body.Sub != username || body.Exp-body.Iat != 3600 || time.Until(time.Unix(body.Exp, 0)) > time.Hour {
		t.Errorf("%+v %+v", header, body)
	}
}

func TestTokensAreRefreshedAndRevoked(t *testing.T) {
	s := apitest.Start(t)
	s.Join("jane@example.com")
	access, refresh := s.Login("jane@example.com", apitest.Password)
	works := func(token string) bool { return s.Bearer("", token).Get("/orgs").Status == http.StatusOK }
	again := func() (int, object) {
		return s.Device("token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "scope": {"openid"}})
	}
	status, got := again()
	second, _ := got["access_token"].(string)
	if status != http.StatusOK || got["refresh_token"] != refresh || second == access || !works(access) || !works(second) {
		t.Fatalf("%d %v", status, got)
	}
	s.Device("revoke", url.Values{"token": {access}, "token_type_hint": {"access_token"}})
	if works(access) || !works(second) {
		t.Error("an access token ends alone")
	}
	for range 2 {
		if status, body := s.Device("revoke", url.Values{"token": {refresh}, "token_type_hint": {"refresh_token"}}); status != http.StatusOK {
			t.Errorf("%d %v", status, body)
		}
	}
	if works(second) {
		t.Error("a token outlives its session")
	}
	if status, body := again(); status != http.StatusBadRequest || body["errorCode"] != "INVALID_REFRESH_TOKEN" {
		t.Errorf("%d %v", status, body)
	}
	account := s.Token(s.ClientID, s.ClientSecret)
	s.Device("revoke", url.Values{"token": {account}})
	if !works(account) {
		t.Error("anybody can revoke a service account's token")
	}
	for _, f := range []url.Values{
		{"grant_type": {grant}}, {"grant_type": {"refresh_token"}}, {"grant_type": {"password"}}, {}, {"grant_type": {grant, grant}},
		{"grant_type": {grant}, "device_code": {"x"}, "client_id": {""}},
	} {
		if status, body := s.Device("token", f); status != http.StatusBadRequest || body["errorCode"] == "UNEXPECTED_ERROR" || body["detail"] == "" {
			t.Errorf("%v: %d %v", f, status, body)
		}
	}
}

func TestLoginsEndWithTimeAndWithTheirUser(t *testing.T) {
	s := apitest.Start(t)
	id := s.Join("jane@example.com")
	access, refresh := s.Login("jane@example.com", apitest.Password)
	_, asked := s.Device("authorize", url.Values{})
	works := func() bool { return s.Bearer("", access).Get("/orgs").Status == http.StatusOK }
	past := func(tx store.Tx) error {
		tokens, err := state.Tokens.List(tx, store.Query{})
		for _, k := range tokens {
			k.Expires = time.Now().Add(-time.Second).UTC()
			err = state.Tokens.Put(tx, k)
		}
		requests, err2 := login.Requests.List(tx, store.Query{})
		for _, q := range requests {
			q.Expires = time.Now().Add(-time.Second).UTC()
			err2 = login.Requests.Put(tx, q)
		}
		if err == nil {
			err = err2
		}
		return err
	}
	change(t, s, past)
	if works() {
		t.Error("a token works after its hour")
	}
	if status, page := s.Connect(asked["user_code"].(string), "jane@example.com", apitest.Password); status != http.StatusNotFound {
		t.Errorf("a code works after its ten minutes: %d %s", status, page)
	}
	if _, body := poll(s, asked["device_code"].(string)); body["errorCode"] != "DEVICE_AUTHORIZATION_EXPIRED" {
		t.Errorf("%v", body)
	}
	_, got := s.Device("token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	access = got["access_token"].(string)
	if !works() {
		t.Fatal("a refreshed login does not work")
	}
	change(t, s, func(tx store.Tx) error {
		u, err := state.Users.Get(tx, id)
		if err != nil {
			return err
		}
		return state.Users.Delete(tx, u)
	})
	if works() {
		t.Error("somebody who has gone is let in")
	}
	if _, body := s.Device("token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}); body["errorCode"] != "INVALID_REFRESH_TOKEN" {
		t.Errorf("%v", body)
	}
	change(t, s, func(tx store.Tx) error {
		all, err := login.Sessions.List(tx, store.Query{})
		for _, l := range all {
			l.Expires = time.Now().Add(-time.Second).UTC()
			err = login.Sessions.Put(tx, l)
		}
		return err
	})
	s.Device("authorize", url.Values{})
	change(t, s, func(tx store.Tx) error {
		n, err := login.Sessions.Count(tx, store.Query{})
		m, err2 := login.Requests.Count(tx, store.Query{})
		if n != 0 || m != 1 || err2 != nil {
			t.Errorf("%d sessions and %d requests are remembered", n, m)
		}
		return err
	})
}

// Whoever tries passwords has few tries, right ones or wrong; others are let in meanwhile.
func TestTriesAreFew(t *testing.T) {
	s := apitest.Start(t)
	s.Join("jane@example.com")
	s.Join("joe@example.com")
	_, asked := s.Device("authorize", url.Values{})
	var mu sync.Mutex
	seen := map[int]int{}
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			status, _ := s.Connect(asked["user_code"].(string), "jane@example.com", "wrong password")
			mu.Lock()
			defer mu.Unlock()
			seen[status]++
		})
	}
	wg.Wait()
	if seen[http.StatusForbidden] != 5 || seen[http.StatusTooManyRequests] != 7 {
		t.Errorf("%v", seen)
	}
	if status, _ := s.Connect(asked["user_code"].(string), "JANE@example.com", apitest.Password); status != http.StatusTooManyRequests {
		t.Errorf("the right password after too many wrong ones: %d", status)
	}
	s.User("joe@example.com").Get("/orgs/" + s.OrgID).Want(http.StatusOK)
}

// Somebody in two organizations sees both, and what they do carries their name.
func TestAPersonInTwoOrganizations(t *testing.T) {
	s := apitest.Start(t)
	s.Invite("jane@example.com")
	s.Accept("jane@example.com")
	second := s.Owner().Post("/orgs", object{"name": "Second", "apiKey": object{"desc": "x", "roles": []string{"ORG_OWNER"}}}).Want(http.StatusCreated).Object()
	key := second["apiKey"].(object)
	boss := s.As(key["publicKey"].(string), key["privateKey"].(string))
	orgID := second["organization"].(object)["id"].(string)
	boss.Post("/orgs/"+orgID+"/users", object{"username": "jane@example.com", "roles": object{"orgRoles": []string{"ORG_GROUP_CREATOR"}}}).Want(http.StatusCreated)
	s.Advance(time.Second)
	s.Accept("jane@example.com")
	jane := s.User("jane@example.com")
	var names []string
	for _, o := range jane.Get("/orgs").Want(http.StatusOK).Results() {
		names = append(names, o["name"].(string))
	}
	if !slices.Equal(names, []string{"Second", "Telamon"}) {
		t.Errorf("the organizations are %v", names)
	}
	if all := jane.Get("/groups").Want(http.StatusOK).Results(); len(all) != 0 {
		t.Errorf("the projects are %v", all)
	}
	p := jane.Post("/groups", object{"name": "Janes", "orgId": orgID}).Want(http.StatusOK).Object()["id"].(string)
	if all := jane.Get("/groups").Want(http.StatusOK).Results(); len(all) != 1 || all[0]["id"] != p {
		t.Errorf("the projects are %v", all)
	}
	jane.Get("/groups/byName/Janes").Want(http.StatusOK)
	jane.Get("/groups/byName/Project0").WantError(http.StatusNotFound, "GROUP_NAME_NOT_FOUND")
	jane.Get("/users/byName/owner@telamon.example").Want(http.StatusOK)
	jane.Post("/groups", object{"name": "Mine", "orgId": s.OrgID}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	jane.Get("/users/"+model.NewID()).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	users := jane.Get("/groups/" + p + "/users").Want(http.StatusOK).Results()
	if len(users) != 1 || users[0]["username"] != "jane@example.com" {
		t.Errorf("the project's users are %v", users)
	}
	e := jane.Get("/groups/" + p + "/events?eventType=GROUP_CREATED").Want(http.StatusOK).Results()
	if len(e) != 1 || e[0]["username"] != "jane@example.com" || e[0]["userId"] != users[0]["id"] || e[0]["apiKeyId"] != nil {
		t.Errorf("the event is %v", e)
	}
}
