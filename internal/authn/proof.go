package authn

import (
	"crypto/subtle"
	"net/netip"
	"strings"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// VerifyAPIKey returns the principal of a second API key, whose two parts a caller sends in a body to show that it holds that
// key too. The key's access list applies to the caller's address. Errors: fault.UserUnauthorized,
// fault.AddressNotListed.
func VerifyAPIKey(tx store.Tx, public, private string, from netip.Addr) (*authz.Principal, error) {
	h := &holder{ha1: strings.Repeat("0", 32)}
	k, err := state.APIKeys.Find(tx, "public", public)
	if err != nil && !store.IsNotFound(err) {
		return nil, err
	}
	known := err == nil
	if known {
		h.ha1 = k.HA1
		h.Principal = authz.Principal{Kind: authz.APIKey, ID: k.ID, Name: k.PublicKey, OrgID: k.OrgID, Grants: k.Grants, Address: from}
	}
	if subtle.ConstantTimeCompare([]byte(HA1(public, private)), []byte(h.ha1)) != 1 || !known {
		return nil, fault.UserUnauthorized.With()
	}
	if err := h.learn(tx); err != nil {
		return nil, err
	}
	if _, ok := h.admits(from); !ok {
		return nil, fault.AddressNotListed.With(from.String())
	}
	return &h.Principal, nil
}
