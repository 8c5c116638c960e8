package authn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/clock"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

type world struct {
	t       *testing.T
	store   store.Store
	clock   *clock.Clock
	usage   *Usage
	auth    *Authenticator
	key     *model.APIKey
	private string
	account *model.ServiceAccount
	secret  string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: new(clock.Clock)}
	w.store = sqlitetest.Open(t, w.clock.Now,
		state.APIKeys.Schema(), state.KeyAddresses.Schema(), state.ServiceAccounts.Schema(), state.Tokens.Schema())
	w.usage = NewUsage(w.clock.Now)
	w.auth = New(w.store, []byte("secret"), w.usage, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")})
	grants := []authz.Grant{{Role: authz.OrgOwner, OrgID: "org"}}
	w.key, w.private = NewAPIKey("org", "", grants, w.clock.Now())
	w.account, w.secret = NewServiceAccount("org", "a", grants, w.clock.Now(), 8*time.Hour)
	w.update(func(tx store.Tx) error {
		return errors.Join(state.APIKeys.Put(tx, w.key), state.ServiceAccounts.Put(tx, w.account))
	})
	return w
}

func (w *world) update(fn func(store.Tx) error) {
	w.t.Helper()
	if err := w.store.Update(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// digest answers a challenge as RFC 7616 says.
func digest(user, password, nonce, nc, method, uri string) string {
	response := md5Hex(strings.Join([]string{HA1(user, password), nonce, nc, "cnonce", "auth", md5Hex(method + ":" + uri)}, ":"))
	return `Digest username="` + user + `", realm="` + Realm + `", nonce="` + nonce + `", uri="` + uri + `", cnonce="cnonce", nc=` + nc +
		`, qop=auth, response="` + response + `", algorithm=MD5`
}

func (w *world) nonce() string {
	h := http.Header{}
	w.auth.Challenge(h)
	_, rest, _ := strings.Cut(h.Get("WWW-Authenticate"), `nonce="`)
	nonce, _, _ := strings.Cut(rest, `"`)
	return nonce
}

func (w *world) call(authorization, from string) (*authz.Principal, error) {
	r := httptest.NewRequest("GET", "/api/atlas/v2/groups?pretty=true", nil)
	r.Header.Set("Authorization", authorization)
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(from), 5).String()
	return w.auth.Authenticate(r)
}

const target = "/api/atlas/v2/groups?pretty=true"

func TestDigest(t *testing.T) {
	w := newWorld(t)
	user, nonce := w.key.PublicKey, w.nonce()
	if len(nonce) != 32 {
		t.Errorf("nonce %q is not as long as the service's", nonce)
	}
	good := digest(user, w.private, nonce, "00000001", "GET", target)
	for _, c := range []struct {
		name, header string
		ok           bool
	}{
		{"right", good, true},
		{"the same again", good, false},
		{"the next count", digest(user, w.private, nonce, "00000002", "GET", target), true},
		{"a count left out", digest(user, w.private, nonce, "00000009", "GET", target), true},
		{"an earlier count, late", digest(user, w.private, nonce, "00000005", "GET", target), true},
		{"an earlier count, twice", digest(user, w.private, nonce, "00000005", "GET", target), false},
		{"count zero", digest(user, w.private, nonce, "00000000", "GET", target), false},
		{"wrong password", digest(user, "x", w.nonce(), "00000001", "GET", target), false},
		{"unknown user", digest("nobodyyy", w.private, w.nonce(), "00000001", "GET", target), false},
		{"another's nonce", digest(user, w.private, strings.Repeat("A", 32), "00000001", "GET", target), false},
		{"another method", digest(user, w.private, w.nonce(), "00000001", "POST", target), false},
		{"another target", digest(user, w.private, w.nonce(), "00000001", "GET", "/api/atlas/v2/groups"), false},
		{"unquoted", strings.ReplaceAll(digest(user, w.private, w.nonce(), "00000001", "GET", target), `cnonce="cnonce"`, "cnonce=cnonce"), true},
		{"no credentials", "", false},
		{"another scheme", "Basic eDp5", false},
	} {
		who, err := w.call(c.header, "192.0.2.1")
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && !errors.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil && (who.ID != w.key.ID || who.Kind != authz.APIKey || who.Address != netip.MustParseAddr("192.0.2.1")) {
			t.Errorf("%s: %+v", c.name, who)
		}
	}
}

func TestANonceGrowsOldAndAnyNodeKnowsIt(t *testing.T) {
	now := time.Now()
	node := newNonces([]byte("s"), func() time.Time { return now })
	other := newNonces([]byte("s"), func() time.Time { return now })
	foreign := newNonces([]byte("t"), func() time.Time { return now })
	n := node.issue()
	if !other.use(n, 1) || foreign.use(n, 1) {
		t.Error("nodes of one store must accept each other's nonces, and no others")
	}
	now = now.Add(nonceLife + time.Second)
	if node.use(n, 2) {
		t.Error("an old nonce was accepted")
	}
}

// TestNoTwoNoncesAreTheSame: two callers with the same nonce would both count their uses of it from 1, and the second
// be refused as a replay of the first. Clocks that tell microseconds only make that common.
func TestNoTwoNoncesAreTheSame(t *testing.T) {
	now := time.Now()
	n := newNonces([]byte("s"), func() time.Time { return now })
	if a, b := n.issue(), n.issue(); a == b || !n.use(a, 1) || !n.use(b, 1) {
		t.Errorf("%s and %s", a, b)
	}
	now = now.Add(-time.Hour)
	if !n.use(n.issue(), 1) {
		t.Error("after the clock was put back, a new nonce was refused")
	}
}

func TestUsedNoncesAreBounded(t *testing.T) {
	now := time.Now()
	n := newNonces([]byte("s"), func() time.Time { now = now.Add(time.Microsecond); return now })
	for range nonceLimit + 10 {
		n.use(n.issue(), 1)
	}
	if len(n.used) > nonceLimit || len(n.previous) > nonceLimit {
		t.Errorf("%d and %d nonces are remembered", len(n.used), len(n.previous))
	}
}

func TestAccessListAndItsUse(t *testing.T) {
	w := newWorld(t)
	entry := &model.KeyAddress{KeyID: w.key.ID, CIDR: "192.0.2.0/24", Created: w.clock.Now()}
	w.update(func(tx store.Tx) error { return state.KeyAddresses.Put(tx, entry) })
	header := func() string { return digest(w.key.PublicKey, w.private, w.nonce(), "00000001", "GET", target) }
	if _, err := w.call(header(), "198.51.100.7"); !errors.Is(err, fault.AddressNotListed) {
		t.Errorf("an address off the list: %v", err)
	}
	for range 3 {
		if _, err := w.call(header(), "192.0.2.9"); err != nil {
			t.Errorf("an address on the list: %v", err)
		}
	}
	read := func() *model.KeyAddress {
		var e *model.KeyAddress
		if err := w.store.View(t.Context(), func(tx store.Tx) (err error) {
			e, err = state.KeyAddresses.Get(tx, state.KeyAddresses.ID(entry))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		w.usage.Current(e)
		return e
	}
	if e := read(); e.Count != 3 || e.LastAddress != "192.0.2.9" {
		t.Errorf("before it is written: %+v", e)
	}
	if err := w.usage.Flush(t.Context(), w.store); err != nil {
		t.Fatal(err)
	}
	if e := read(); e.Count != 3 || e.LastUsed.IsZero() {
		t.Errorf("after it is written: %+v", e)
	}
}

func TestTheAddressBehindProxies(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1", "198.51.100.1", "192.0.2.1"},
		{"127.0.0.1", "198.51.100.1", "198.51.100.1"},
		{"127.0.0.1", "203.0.113.9, 198.51.100.1, 10.1.2.3", "198.51.100.1"},
		{"127.0.0.1", "", "127.0.0.1"},
		{"127.0.0.1", "nonsense", "127.0.0.1"},
		{"::ffff:127.0.0.1", "2001:db8::1", "2001:db8::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(c.peer), 5).String()
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := w.auth.Address(r).String(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func (w *world) token(id, secret, form string) (status int, body map[string]any) {
	r := httptest.NewRequest("POST", "/api/oauth/token", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	rec := httptest.NewRecorder()
	NewOAuth(w.store, w.clock).Token(rec, r)
	_ = json.Unmarshal(rec.Body.Bytes(), &body)
	return rec.Code, body
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	const grant = "grant_type=client_credentials"
	if status, body := w.token(w.account.ClientID, "wrong", grant); status != 401 || body["error"] != "invalid_client" {
		t.Errorf("a wrong secret: %d %v", status, body)
	}
	if status, _ := w.token(w.account.ClientID, w.secret, "grant_type=password"); status != 400 {
		t.Errorf("another grant: %d", status)
	}
	status, body := w.token(w.account.ClientID, w.secret, grant)
	token, _ := body["access_token"].(string)
	if status != 200 || token == "" || body["expires_in"] != 3600.0 || body["token_type"] != "Bearer" {
		t.Fatalf("%d %v", status, body)
	}
	who, err := w.call("Bearer "+token, "192.0.2.1")
	if err != nil || who.ID != w.account.ClientID || who.Kind != authz.ServiceAccount {
		t.Fatalf("%+v, %v", who, err)
	}
	revoke := httptest.NewRequest("POST", "/api/oauth/revoke", strings.NewReader("token="+token))
	revoke.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	revoke.SetBasicAuth(w.account.ClientID, w.secret)
	rec := httptest.NewRecorder()
	NewOAuth(w.store, w.clock).Revoke(rec, revoke)
	if rec.Code != 200 {
		t.Errorf("revoke: %d %s", rec.Code, rec.Body)
	}
	if _, err := w.call("Bearer "+token, "192.0.2.1"); !errors.Is(err, fault.Unauthenticated) {
		t.Errorf("a revoked token: %v", err)
	}
	w.clock.MoveTo(w.clock.Now().Add(9 * time.Hour))
	if status, _ := w.token(w.account.ClientID, w.secret, grant); status != 401 {
		t.Errorf("an expired secret: %d", status)
	}
}

func TestAnAccountHasAHundredTokens(t *testing.T) {
	w := newWorld(t)
	o := NewOAuth(w.store, w.clock)
	for range tokenLimit + 5 {
		if err := o.issue(t.Context(), w.account.ClientID, randomText()); err != nil {
			t.Fatal(err)
		}
	}
	err := w.store.View(context.Background(), func(tx store.Tx) error {
		n, err := state.Tokens.Count(tx, store.Query{Index: "client", Prefix: []string{w.account.ClientID}})
		if n != tokenLimit {
			t.Errorf("%d live tokens", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCredentialsLookLikeTheServices(t *testing.T) {
	key, private := NewAPIKey("org", "", nil, time.Now())
	if len(key.PublicKey) != 8 || strings.Trim(key.PublicKey, "abcdefghijklmnopqrstuvwxyz") != "" || len(private) != 36 {
		t.Errorf("%s %d", key.PublicKey, len(private))
	}
	if raw, _ := json.Marshal(key); bytes.Contains(raw, []byte(private)) {
		t.Error("the private key is stored")
	}
}

func FuzzDigest(f *testing.F) {
	f.Add(`username="a", realm="MMS Public API", nonce="n", uri="/", cnonce="c", nc=00000001, qop=auth, response="0123456789abcdef0123456789abcdef"`)
	f.Add(`username="a\"b",,realm=x`)
	f.Add(`=,"="`)
	f.Fuzz(func(t *testing.T, header string) {
		c, err := parseDigest(header)
		if err == nil && (c.username == "" || c.realm != Realm || c.qop != "auth") {
			t.Errorf("%q: %+v", header, c)
		}
	})
}
