package authn

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

const formType = "application/x-www-form-urlencoded"

func request(target, media, body string) *http.Request {
	r := httptest.NewRequest("POST", target, strings.NewReader(body))
	r.Header.Set("Content-Type", media)
	return r
}

// ask calls a token endpoint with the account's credentials, escaped as Go's clients do.
func (w *world) ask(endpoint func(http.ResponseWriter, *http.Request), id, secret, form string) (status int, body map[string]any) {
	r := request("/api/oauth/token", formType, form)
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	rec := httptest.NewRecorder()
	endpoint(rec, r)
	_ = json.Unmarshal(rec.Body.Bytes(), &body)
	return rec.Code, body
}

const grant = "grant_type=client_credentials"

// token gets a token with a secret.
func (w *world) token(secret string) string {
	w.t.Helper()
	status, body := w.ask(w.oauth.Token, w.account.ClientID, secret, grant)
	token, _ := body["access_token"].(string)
	if status != 200 || token == "" || body["expires_in"] != 3600.0 || body["token_type"] != "Bearer" {
		w.t.Fatalf("%d %v", status, body)
	}
	return token
}

func (w *world) wantToken(token string, works bool) {
	w.t.Helper()
	who, err := w.call("Bearer "+token, "192.0.2.1")
	if works && (err != nil || who.ID != w.account.ClientID || who.Name != who.ID || who.Kind != authz.ServiceAccount) {
		w.t.Errorf("a token that should work: %+v, %v", who, err)
	}
	if !works && !errors.Is(err, fault.Unauthenticated) {
		w.t.Errorf("a token that should not work: %+v, %v", who, err)
	}
}

// changeAccount changes the stored account.
func (w *world) changeAccount(change func(tx store.Tx, a *model.ServiceAccount) error) {
	w.t.Helper()
	w.update(func(tx store.Tx) error {
		a, err := state.ServiceAccounts.Get(tx, w.account.ClientID)
		if err != nil {
			return err
		}
		return change(tx, a)
	})
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	id := w.account.ClientID
	for name, c := range map[string]struct {
		id, secret, form string
		status           int
		code             string
	}{
		"wrong secret":    {id, "wrong", grant, 401, "invalid_client"},
		"no secret":       {id, "", grant, 401, "invalid_client"},
		"unknown account": {"mdb_sa_id_" + strings.Repeat("0", 24), w.secret, grant, 401, "invalid_client"},
		"another grant":   {id, w.secret, "grant_type=password", 400, "unsupported_grant_type"},
		"no grant":        {id, w.secret, "scope=x", 400, "invalid_request"},
		"twice":           {id, w.secret, grant + "&" + grant, 400, "invalid_request"},
		"bad escape":      {id, w.secret, grant + "&a=%zz", 400, "invalid_request"},
		"too long":        {id, w.secret, grant + "&a=" + strings.Repeat("a", maxForm), 400, "invalid_request"},
	} {
		if status, body := w.ask(w.oauth.Token, c.id, c.secret, c.form); status != c.status || body["error"] != c.code || body["access_token"] != nil {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
	token := w.token(w.secret)
	w.wantToken(token, true)
	w.wantToken(token+"x", false)
	w.wantToken("", false)
	w.changeAccount(func(_ store.Tx, a *model.ServiceAccount) error {
		if s := a.Secrets[0]; s.LastUsed.IsZero() || w.clock.Now().Sub(s.LastUsed) > time.Minute {
			t.Errorf("the secret was used at %v", s.LastUsed)
		}
		return nil
	})
	w.clock.MoveTo(w.clock.Now().Add(9 * time.Hour))
	if status, _ := w.ask(w.oauth.Token, id, w.secret, grant); status != 401 {
		t.Errorf("an expired secret: %d", status)
	}
	w.wantToken(token, true) // until its own hour is over
}

// TestACredentialsWayOnly: accounts name themselves by HTTP Basic.
func TestACredentialsWayOnly(t *testing.T) {
	w := newWorld(t)
	inForm := grant + "&client_id=" + w.account.ClientID + "&client_secret=" + w.secret
	r := request("/api/oauth/token", formType, inForm)
	rec := httptest.NewRecorder()
	w.oauth.Token(rec, r)
	if rec.Code != 401 || !strings.HasPrefix(rec.Header().Get("WWW-Authenticate"), "Basic ") || rec.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("credentials in the form: %d %v", rec.Code, rec.Header())
	}
	for _, media := range []string{"application/json", "", "nonsense;;"} {
		r := request("/api/oauth/token?"+grant, media, grant)
		r.SetBasicAuth(w.account.ClientID, w.secret)
		rec := httptest.NewRecorder()
		if w.oauth.Token(rec, r); rec.Code != 400 {
			t.Errorf("body of type %q: %d", media, rec.Code)
		}
	}
}

func TestRevocation(t *testing.T) {
	w := newWorld(t)
	token, other := w.token(w.secret), w.token(w.secret)
	if status, _ := w.ask(w.oauth.Revoke, w.account.ClientID, "wrong", "token="+token); status != 401 {
		t.Errorf("revoked with a wrong secret: %d", status)
	}
	if status, body := w.ask(w.oauth.Revoke, w.account.ClientID, w.secret, "token_type_hint=access_token"); status != 400 || body["error"] != "invalid_request" {
		t.Errorf("revoked nothing: %d %v", status, body)
	}
	stranger, secret := NewServiceAccount("org", "another", nil, w.clock.Now(), time.Hour)
	w.update(func(tx store.Tx) error { return state.ServiceAccounts.Put(tx, stranger) })
	for _, c := range [][3]string{{stranger.ClientID, secret, token}, {w.account.ClientID, w.secret, "unknown"}} {
		if status, _ := w.ask(w.oauth.Revoke, c[0], c[1], "token="+c[2]); status != 200 {
			t.Errorf("revoking what is not there, or not one's own: %d", status)
		}
	}
	w.wantToken(token, true)
	if status, _ := w.ask(w.oauth.Revoke, w.account.ClientID, w.secret, "token="+token+"&token_type_hint=access_token"); status != 200 {
		t.Errorf("revoke: %d", status)
	}
	w.wantToken(token, false)
	w.wantToken(other, true)
}

// TestWhatEndsTokens: the secret that they were got with, and the account.
func TestWhatEndsTokens(t *testing.T) {
	w := newWorld(t)
	next, text := NewSecret(w.clock.Now(), time.Hour)
	w.changeAccount(func(tx store.Tx, a *model.ServiceAccount) error {
		a.Secrets = append(a.Secrets, next)
		return state.ServiceAccounts.Put(tx, a)
	})
	first, second := w.token(w.secret), w.token(text)
	w.changeAccount(func(tx store.Tx, a *model.ServiceAccount) error {
		gone := a.Secrets[0].ID
		a.Secrets = a.Secrets[1:]
		return errors.Join(DeleteTokensOf(tx, a, gone), state.ServiceAccounts.Put(tx, a))
	})
	w.wantToken(first, false)
	w.wantToken(second, true)
	w.changeAccount(state.DeleteServiceAccount)
	w.wantToken(second, false)
	if status, _ := w.ask(w.oauth.Token, w.account.ClientID, text, grant); status != 401 {
		t.Errorf("an account that has gone: %d", status)
	}
}

func TestAnAccountHasAHundredTokens(t *testing.T) {
	w := newWorld(t)
	first := w.token(w.secret)
	for range tokenLimit - 1 {
		w.token(w.secret)
	}
	w.wantToken(first, true)
	last := w.token(w.secret)
	w.wantToken(first, false)
	w.wantToken(last, true)
	w.update(func(tx store.Tx) error {
		n, err := state.Tokens.Count(tx, state.TokensOf(w.account.ClientID))
		if n != tokenLimit {
			t.Errorf("%d live tokens", n)
		}
		return err
	})
}

// FuzzTokenRequest: no header and no form makes a client of anybody who is not one, and reading them never panics.
func FuzzTokenRequest(f *testing.F) {
	f.Add("Basic bm9ib2R5Og==", formType, grant)
	f.Add("Basic bWRiOiV6eg==", "application/x-www-form-urlencoded; charset=utf-8", "grant_type=%zz")
	f.Add("basic bWRiOnNl", "multipart/form-data; boundary=x", "--x\r\n\r\n--x--")
	f.Fuzz(func(t *testing.T, authorization, media, body string) {
		r := request("/api/oauth/token", media, body)
		r.Header.Set("Authorization", authorization)
		if id, secret, ok := Client(r); ok && (id == "" || secret == "") {
			t.Errorf("%q: %q %q", authorization, id, secret)
		}
		values, err := form(r)
		if err != nil {
			return
		}
		for name, v := range values {
			if len(v) != 1 {
				t.Errorf("%q has %s %d times", body, name, len(v))
			}
		}
	})
}

// The caller learns nothing of a failure of the server's, so the log has to.
func TestFailuresAreLogged(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	w.oauth.log = slog.New(slog.NewTextHandler(&log, nil))
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	status, body := w.ask(w.oauth.Token, w.account.ClientID, w.secret, grant)
	if status != http.StatusInternalServerError || body["error"] != "server_error" || !strings.Contains(log.String(), store.ErrClosed.Error()) || strings.Contains(log.String(), w.secret) {
		t.Errorf("%d %v: %s", status, body, &log)
	}
}
