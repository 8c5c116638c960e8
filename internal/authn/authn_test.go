package authn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
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
	oauth   *OAuth
	org     *model.Organization
	key     *model.APIKey
	private string
	account *model.ServiceAccount
	secret  string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: new(clock.Clock)}
	w.store = sqlitetest.Open(t, w.clock.Now,
		state.Organizations.Schema(), state.APIKeys.Schema(), state.KeyAddresses.Schema(), state.ServiceAccounts.Schema(), state.Tokens.Schema())
	w.usage = NewUsage(w.clock.Now)
	w.auth = New(w.store, []byte("secret"), w.usage, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")})
	w.oauth = NewOAuth(w.store, w.clock, slog.New(slog.DiscardHandler))
	grants := []authz.Grant{{Role: authz.OrgOwner, OrgID: "org"}}
	w.key, w.private = NewAPIKey("org", "", grants, w.clock.Now())
	w.account, w.secret = NewServiceAccount("org", "a", grants, w.clock.Now(), 8*time.Hour)
	w.org = &model.Organization{ID: "org"}
	w.update(func(tx store.Tx) error {
		return errors.Join(state.Organizations.Put(tx, w.org), state.APIKeys.Put(tx, w.key), state.ServiceAccounts.Put(tx, w.account))
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
	w.auth.Challenge(h, nil)
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
		{"another algorithm", strings.ReplaceAll(digest(user, w.private, w.nonce(), "00000001", "GET", target), "MD5", "SHA-256"), false},
		{"a parameter twice", digest(user, w.private, w.nonce(), "00000001", "GET", target) + `, qop=auth`, false},
		{"a hashed name", digest(user, w.private, w.nonce(), "00000001", "GET", target) + `, userhash=true`, false},
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

// TestStale: only who knows the password learns that the nonce alone was at fault.
func TestStale(t *testing.T) {
	w := newWorld(t)
	used, other := w.nonce(), newNonces([]byte("another store's"), time.Now).issue()
	if _, err := w.call(digest(w.key.PublicKey, w.private, used, "00000001", "GET", target), "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ password, nonce, want string }{
		"used":                        {w.private, used, "stale=true"},
		"used, with a wrong password": {"x", used, "stale=false"},
		"another store's":             {w.private, other, "stale=false"},
	} {
		_, err := w.call(digest(w.key.PublicKey, c.password, c.nonce, "00000001", "GET", target), "192.0.2.1")
		h := http.Header{}
		if w.auth.Challenge(h, err); !errors.Is(err, fault.Unauthenticated) || !strings.HasSuffix(h.Get("WWW-Authenticate"), ", "+c.want) {
			t.Errorf("%s: %v, %s", name, err, h.Get("WWW-Authenticate"))
		}
	}
}

func (w *world) digestHeader() string {
	return digest(w.key.PublicKey, w.private, w.nonce(), "00000001", "GET", target)
}

// TestAccessListAndItsUse: keys and accounts alike.
func TestAccessListAndItsUse(t *testing.T) {
	w := newWorld(t)
	token := w.token(w.secret)
	for holder, header := range map[string]func() string{w.key.ID: w.digestHeader, w.account.ClientID: func() string { return "Bearer " + token }} {
		entry := &model.KeyAddress{KeyID: holder, CIDR: "192.0.2.0/24", Created: w.clock.Now()}
		v6 := &model.KeyAddress{KeyID: holder, CIDR: "2001:db8::/32", Created: w.clock.Now()}
		w.update(func(tx store.Tx) error {
			return errors.Join(state.KeyAddresses.Put(tx, entry), state.KeyAddresses.Put(tx, v6))
		})
		for from, admitted := range map[string]bool{
			"198.51.100.7": false, "::ffff:198.51.100.7": false, "2001:db9::1": false, "::192.0.2.9": false,
			"192.0.2.9": true, "::ffff:192.0.2.9": true, "2001:db8::1": true,
		} {
			_, err := w.call(header(), from)
			if admitted != (err == nil) || !admitted && !errors.Is(err, fault.AddressNotListed) {
				t.Errorf("%s from %s: %v", holder, from, err)
			}
		}
		if e := w.read(entry); e.Count != 2 || e.LastAddress != "192.0.2.9" {
			t.Errorf("before it is written: %+v", e)
		}
		if err := w.usage.Flush(t.Context(), w.store); err != nil {
			t.Fatal(err)
		}
		if e := w.read(entry); e.Count != 2 || e.LastUsed.IsZero() {
			t.Errorf("after it is written: %+v", e)
		}
	}
}

// read is the entry as it is shown.
func (w *world) read(entry *model.KeyAddress) (e *model.KeyAddress) {
	w.t.Helper()
	defer w.usage.Hold()()
	if err := w.store.View(w.t.Context(), func(tx store.Tx) (err error) {
		e, err = state.KeyAddresses.Get(tx, state.KeyAddresses.ID(entry))
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	w.usage.Current(e)
	return e
}

// TestEachUseIsSeenOnce, while counts are being written.
func TestEachUseIsSeenOnce(t *testing.T) {
	w := newWorld(t)
	entry := &model.KeyAddress{KeyID: w.key.ID, CIDR: "192.0.2.9/32", Created: w.clock.Now()}
	w.update(func(tx store.Tx) error { return state.KeyAddresses.Put(tx, entry) })
	id, addr := state.KeyAddresses.ID(entry), netip.MustParseAddr("192.0.2.9")
	done := make(chan error)
	go func() {
		var err error
		for range 50 {
			err = errors.Join(err, w.usage.Flush(w.t.Context(), w.store))
		}
		done <- err
	}()
	for n := range int64(500) {
		w.usage.note(id, addr)
		if e := w.read(entry); e.Count != n+1 {
			t.Fatalf("after %d uses: %d", n+1, e.Count)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestAListThatTheOrganizationRequires: who has none is let in from nowhere, but still gets tokens.
func TestAListThatTheOrganizationRequires(t *testing.T) {
	w := newWorld(t)
	w.org.Settings.APIAccessListRequired = true
	w.update(func(tx store.Tx) error { return state.Organizations.Put(tx, w.org) })
	token := w.token(w.secret)
	for _, header := range []string{w.digestHeader(), "Bearer " + token} {
		if _, err := w.call(header, "192.0.2.1"); !errors.Is(err, fault.AddressNotListed) {
			t.Errorf("without a list: %v", err)
		}
	}
	w.update(func(tx store.Tx) error {
		return state.KeyAddresses.Put(tx, &model.KeyAddress{KeyID: w.account.ClientID, CIDR: "192.0.2.1/32", Created: tx.Now()})
	})
	w.wantToken(token, true)
}

// TestChangesCountAtOnce: a role, a key, an organization that has gone.
func TestChangesCountAtOnce(t *testing.T) {
	w := newWorld(t)
	token := w.token(w.secret)
	w.key.Grants = nil
	w.update(func(tx store.Tx) error { return state.APIKeys.Put(tx, w.key) })
	if who, err := w.call(w.digestHeader(), "192.0.2.1"); err != nil || len(who.Grants) != 0 {
		t.Errorf("after its roles were taken: %+v, %v", who, err)
	}
	w.update(func(tx store.Tx) error { return state.DeleteAPIKey(tx, w.key) })
	if _, err := w.call(w.digestHeader(), "192.0.2.1"); !errors.Is(err, fault.Unauthenticated) {
		t.Errorf("a key that has gone: %v", err)
	}
	w.update(func(tx store.Tx) error { return state.Organizations.Delete(tx, w.org) })
	w.wantToken(token, false)
}

func TestAListKeepsItsCaller(t *testing.T) {
	w := newWorld(t)
	list := AccessList{Holder: w.key.ID, OrgID: "org"}
	me := authz.NewContext(t.Context(), &authz.Principal{ID: w.key.ID, OrgID: "org", Address: netip.MustParseAddr("192.0.2.9")})
	here, there := netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24")
	add := func(ctx context.Context, p ...netip.Prefix) error {
		return w.store.Update(ctx, func(tx store.Tx) error { return list.Add(tx, p) })
	}
	remove := func(ctx context.Context, p netip.Prefix) error {
		return w.store.Update(ctx, func(tx store.Tx) error {
			e, err := list.Find(tx, p)
			if err != nil {
				return err
			}
			return list.Remove(tx, e)
		})
	}
	require := func(yes bool) {
		w.org.Settings.APIAccessListRequired = yes
		w.update(func(tx store.Tx) error { return state.Organizations.Put(tx, w.org) })
	}
	for _, step := range []struct {
		name string
		got  error
		want *fault.Kind
	}{
		{"a list without its caller", add(me, there), fault.CannotRemoveCaller},
		{"a list with its caller", add(me, there, here), nil},
		{"the same again", add(me, here), fault.DuplicateAccessItem},
		{"the entry that admits its caller", remove(me, here), fault.CannotRemoveCaller},
		{"another entry", remove(me, there), nil},
		{"what is not there", remove(me, there), fault.AccessListNotFound},
	} {
		if step.want == nil && step.got != nil || step.want != nil && !errors.Is(step.got, step.want) {
			t.Errorf("%s: %v", step.name, step.got)
		}
	}
	require(true)
	if err := remove(me, here); !errors.Is(err, fault.CannotRemoveCaller) {
		t.Errorf("the last entry of a list that must be: %v", err)
	}
	require(false)
	if err := remove(me, here); err != nil {
		t.Errorf("the last entry: %v", err)
	}
	if err := add(t.Context(), there); err != nil {
		t.Errorf("by somebody else: %v", err)
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
