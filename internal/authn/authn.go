// Package authn finds out who calls: a programmatic key by HTTP digest, or a service account or cloud user by bearer
// token; and whether the caller's access list admits the address that the call comes from.
//
// Every request asks the store anew, so the removal of a key, account, secret, token or listed address, and the change
// of a role, take effect at the next request, on every node of the store.
package authn

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// Authenticator authenticates requests against the store's keys and tokens.
type Authenticator struct {
	store  store.Store
	nonces *nonces
	usage  *Usage
	proxy  []netip.Prefix
}

// New returns an Authenticator. secret signs nonces and is the same on every node of a store. The X-Forwarded-For of
// addresses in proxies is believed.
func New(st store.Store, secret []byte, usage *Usage, proxies []netip.Prefix) *Authenticator {
	return &Authenticator{store: st, nonces: newNonces(secret, time.Now), usage: usage, proxy: proxies}
}

// errStale: the credentials are right, but their nonce has been used or is too old.
var errStale = errors.New("authn: stale nonce")

// Challenge sets the digest challenge, in exactly the form that the service's clients can read. If refused is errStale,
// the challenge says so, and the client answers it without asking for the password again (RFC 7616, section 3.3,
// stale).
func (a *Authenticator) Challenge(h http.Header, refused error) {
	stale := "false"
	if errors.Is(refused, errStale) {
		stale = "true"
	}
	h.Set("WWW-Authenticate", `Digest realm="`+Realm+`", domain="", nonce="`+a.nonces.issue()+`", algorithm=MD5, qop="auth", stale=`+stale)
}

// Authenticate returns the request's caller.
func (a *Authenticator) Authenticate(r *http.Request) (*authz.Principal, error) {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	var h *holder
	var err error
	switch {
	case strings.EqualFold(scheme, "Digest"):
		h, err = a.digest(r, rest)
	case strings.EqualFold(scheme, "Bearer"):
		h, err = a.bearer(r.Context(), strings.TrimSpace(rest))
	default:
		err = fault.Unauthenticated.With()
	}
	if err != nil {
		return nil, err
	}
	addr := a.Address(r)
	if err := a.admit(h, addr); err != nil {
		return nil, err
	}
	who := h.Principal
	who.Address = addr
	return &who, nil
}

// digest checks the credentials of a programmatic key. An unknown key takes as long as a known one.
func (a *Authenticator) digest(r *http.Request, header string) (*holder, error) {
	cred, err := parseDigest(header)
	if err != nil {
		return nil, fault.Unauthenticated.With().Because(err)
	}
	h, err := a.findKey(r.Context(), cred.username)
	if err != nil && !store.IsNotFound(err) {
		return nil, err
	}
	known, ha1 := err == nil, strings.Repeat("0", 32)
	if known {
		ha1 = h.ha1
	}
	if !cred.matches(ha1, r.Method, r.RequestURI) || !known {
		return nil, fault.Unauthenticated.With()
	}
	switch a.nonces.use(cred.nonce, cred.count) {
	case fresh:
		return h, nil
	case stale:
		return nil, fault.Unauthenticated.With().Because(errStale)
	}
	return nil, fault.Unauthenticated.With()
}

// admit checks an address against the access list of a key or account, and counts the use of the entry that admits it.
func (a *Authenticator) admit(h *holder, addr netip.Addr) error {
	entry, ok := h.admits(addr)
	if !ok {
		return fault.AddressNotListed.With(addr.String())
	}
	if entry != "" {
		a.usage.note(entry, addr)
	}
	return nil
}
