// Package authn finds out who calls: a programmatic key by HTTP digest, or a service account by bearer token; and
// whether the caller's access list admits the address that the call comes from.
package authn

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Authenticator authenticates requests against the store's keys and tokens.
type Authenticator struct {
	store  store.Store
	nonces *nonces
	usage  *Usage
	proxy  []netip.Prefix
}

// New returns an Authenticator. secret signs nonces and is the same on every node of a store. Addresses in proxies
// are believed when they say, in X-Forwarded-For, for whom they call.
func New(st store.Store, secret []byte, usage *Usage, proxies []netip.Prefix) *Authenticator {
	return &Authenticator{store: st, nonces: newNonces(secret, time.Now), usage: usage, proxy: proxies}
}

// Challenge sets the digest challenge, in exactly the form that the service's clients can read.
func (a *Authenticator) Challenge(h http.Header) {
	h.Set("WWW-Authenticate", `Digest realm="`+Realm+`", domain="", nonce="`+a.nonces.issue()+`", algorithm=MD5, qop="auth", stale=false`)
}

// Authenticate returns the request's caller.
func (a *Authenticator) Authenticate(r *http.Request) (*authz.Principal, error) {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	addr := a.Address(r)
	switch {
	case strings.EqualFold(scheme, "Digest"):
		return a.digest(r, rest, addr)
	case strings.EqualFold(scheme, "Bearer"):
		return a.bearer(r.Context(), strings.TrimSpace(rest), addr)
	}
	return nil, fault.Unauthenticated.With()
}

// digest checks the credentials of a programmatic key. An unknown key costs what a known one does.
func (a *Authenticator) digest(r *http.Request, header string, addr netip.Addr) (*authz.Principal, error) {
	cred, err := parseDigest(header)
	if err != nil {
		return nil, fault.Unauthenticated.With().Because(err)
	}
	var key *model.APIKey
	var list []*model.KeyAddress
	err = a.store.View(r.Context(), func(tx store.Tx) error {
		var err error
		if key, err = state.APIKeys.Find(tx, "public", cred.username); err != nil {
			return err
		}
		list, err = state.KeyAddresses.List(tx, store.Query{Index: "key", Prefix: []string{key.ID}})
		return err
	})
	if err != nil && !store.IsNotFound(err) {
		return nil, err
	}
	ha1 := strings.Repeat("0", 32)
	if err == nil {
		ha1 = key.HA1
	}
	if !cred.matches(ha1, r.Method, r.RequestURI) || err != nil || !a.nonces.use(cred.nonce, cred.count) {
		return nil, fault.Unauthenticated.With()
	}
	if err := a.admit(list, addr); err != nil {
		return nil, err
	}
	return &authz.Principal{Kind: authz.APIKey, ID: key.ID, Name: key.PublicKey, OrgID: key.OrgID, Grants: key.Grants, Address: addr}, nil
}

// admit holds an address against a key's access list. Without entries every address may use the key.
func (a *Authenticator) admit(list []*model.KeyAddress, addr netip.Addr) error {
	if len(list) == 0 {
		return nil
	}
	for _, e := range list {
		if p, err := netip.ParsePrefix(e.CIDR); err == nil && p.Contains(addr) {
			a.usage.note(state.KeyAddresses.ID(e), addr)
			return nil
		}
	}
	return fault.AddressNotListed.With(addr.String())
}

// bearer finds the service account of an access token.
func (a *Authenticator) bearer(ctx context.Context, token string, addr netip.Addr) (*authz.Principal, error) {
	var account *model.ServiceAccount
	err := a.store.View(ctx, func(tx store.Tx) error {
		t, err := state.Tokens.Get(tx, hash(token))
		if err != nil {
			return err
		}
		if !time.Now().Before(t.Expires) {
			return store.ErrNotFound
		}
		account, err = state.ServiceAccounts.Get(tx, t.ClientID)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, fault.Unauthenticated.With()
	case err != nil:
		return nil, err
	}
	return &authz.Principal{
		Kind: authz.ServiceAccount, ID: account.ClientID, Name: account.ClientID, OrgID: account.OrgID, Grants: account.Grants, Address: addr,
	}, nil
}

// Address is where a request comes from: the peer, or, behind trusted proxies, the last address in X-Forwarded-For
// that is not a trusted proxy itself.
func (a *Authenticator) Address(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && a.trusts(addr); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = next.Unmap().WithZone("")
	}
	return addr
}

func (a *Authenticator) trusts(addr netip.Addr) bool {
	for _, p := range a.proxy {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
