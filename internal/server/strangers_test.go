package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/login"
	"github.com/telamon-db/telamon/internal/ratelimit"
	"github.com/telamon-db/telamon/internal/store"
)

// limitedScene is a server with its rate limits, whose handler is called in process from any address.
type limitedScene struct {
	t       *testing.T
	server  *Server
	handler http.Handler
}

func newLimitedScene(t *testing.T, cfg Config) *limitedScene {
	t.Helper()
	cfg.DataDir, cfg.Listen, cfg.Management = t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.release(); err != nil {
			t.Error(err)
		}
	})
	return &limitedScene{t, s, s.handler()}
}

// post sends a form from an address, with the name and password of HTTP Basic unless name is "".
func (m *limitedScene) post(address, path, name, password, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form))
	r.RemoteAddr = address + ":1234"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if name != "" {
		r.SetBasicAuth(name, password)
	}
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, r)
	return w
}

func (m *limitedScene) token(address, client string) int {
	return m.post(address, "/api/oauth/token", client, m.server.bootstrap.ClientSecret, "grant_type=client_credentials").Code
}

// TestInventedAccountsResetNoLimits asks for tokens with more invented ids than limits are remembered.
func TestInventedAccountsResetNoLimits(t *testing.T) {
	m := newLimitedScene(t, Config{Limits: map[string]ratelimit.Limit{"tokens": {Capacity: 2, Refill: 1}}})
	account, begun := m.server.bootstrap.ClientID, time.Now()
	const good, bad = "192.0.2.1", "192.0.2.2"
	tokens := func(address string) (n int) {
		for m.token(address, account) == http.StatusOK {
			n++
		}
		return n
	}
	for _, address := range []string{good, bad} {
		if n := tokens(address); n < 2 {
			t.Fatalf("%d tokens", n)
		}
	}
	for i := range 110_000 {
		if w := m.post(bad, "/api/oauth/token", fmt.Sprint("invented", i), "x", "grant_type=client_credentials"); w.Code != http.StatusUnauthorized {
			t.Fatalf("request %d: %d", i, w.Code)
		}
	}
	for _, address := range []string{good, bad} {
		if n := tokens(address); n > int(time.Since(begun)/time.Minute) {
			t.Errorf("%s has %d tokens again", address, n)
		}
	}
	if n := tokens("192.0.2.3"); n == 0 {
		t.Error("a third address gets none")
	}
}

// TestLoginsOfOneAddressLockNobodyOut opens more logins than are open at a time, each under another name, on a server
// with and on one without rate limits.
func TestLoginsOfOneAddressLockNobodyOut(t *testing.T) {
	for _, limitsOff := range []bool{false, true} {
		m := newLimitedScene(t, Config{LimitsOff: limitsOff})
		ask := func(address, name string) (int, string) {
			w := m.post(address, login.AuthorizePath, name, "x", "client_id=test")
			var asked struct {
				Code string `json:"device_code"`
			}
			_ = json.Unmarshal(w.Body.Bytes(), &asked) // a refusal has none
			return w.Code, asked.Code
		}
		first, code := ask("192.0.2.1", "")
		if first != http.StatusOK {
			t.Fatal(first)
		}
		for i := range 300 {
			ask("192.0.2.2", fmt.Sprint("name", i))
		}
		if n := m.open(); n > 21 {
			t.Errorf("rate limits off: %v: one address has %d logins open", limitsOff, n-1)
		}
		w := m.post("192.0.2.1", login.TokenPath, "", "", "client_id=test&grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code="+code)
		if !strings.Contains(w.Body.String(), "DEVICE_AUTHORIZATION_PENDING") {
			t.Errorf("rate limits off: %v: the login of another address: %s", limitsOff, w.Body)
		}
	}
}

// TestNobodyIsLockedOutByName: many addresses try a person's name, and the person, who has the right password, comes in.
func TestNobodyIsLockedOutByName(t *testing.T) {
	m := newLimitedScene(t, Config{})
	var asked struct {
		Code string `json:"user_code"`
	}
	w := m.post("192.0.2.1", login.AuthorizePath, "", "", "client_id=test")
	if err := json.Unmarshal(w.Body.Bytes(), &asked); err != nil {
		t.Fatal(err)
	}
	try := func(address, password string) int {
		form := url.Values{"code": {asked.Code}, "username": {m.server.bootstrap.OwnerUsername}, "password": {password}}
		return m.post(address, login.PagePath, "", "", form.Encode()).Code
	}
	for i := range 40 {
		if status := try(fmt.Sprint("198.51.100.", i), "wrong"); status != http.StatusForbidden {
			t.Fatalf("%d", status)
		}
	}
	if status := try("192.0.2.1", m.server.bootstrap.OwnerPassword); status != http.StatusOK {
		t.Errorf("the right password: %d", status)
	}
}

// open is how many logins are open.
func (m *limitedScene) open() (n int64) {
	m.t.Helper()
	err := m.server.store.View(m.t.Context(), func(tx store.Tx) (err error) {
		n, err = login.Requests.Count(tx, store.Query{})
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return n
}
