package authn

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/bearer"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// holder is all that the store knows about a possible caller. Requests share it and must not change it.
type holder struct {
	authz.Principal // without an address
	ha1             string
	list            []entry
	listRequired    bool
	expires         time.Time // of a token
}

// entry is an entry of an access list: its id in the store, and the addresses that it admits.
type entry struct {
	id      string
	network netip.Prefix
}

// findKey reads the key with that public part. store.ErrNotFound: there is none.
func (a *Authenticator) findKey(ctx context.Context, public string) (*holder, error) {
	return store.Recalled(ctx, a.store, "authn key "+public, func(tx store.Tx) (*holder, error) {
		k, err := state.APIKeys.Find(tx, "public", public)
		if err != nil {
			return nil, err
		}
		h := &holder{Principal: authz.Principal{Kind: authz.APIKey, ID: k.ID, Name: k.PublicKey, OrgID: k.OrgID, Grants: k.Grants}, ha1: k.HA1}
		return h, h.learn(tx)
	})
}

// findToken reads the account or user of the token with that hash. store.ErrNotFound: there is no such token.
func (a *Authenticator) findToken(ctx context.Context, hash string) (*holder, error) {
	return store.Recalled(ctx, a.store, "authn token "+hash, func(tx store.Tx) (*holder, error) {
		t, err := state.Tokens.Get(tx, hash)
		if err != nil {
			return nil, err
		}
		if t.UserID != "" {
			return user(tx, t)
		}
		sa, err := state.ServiceAccounts.Get(tx, t.ClientID)
		if err != nil {
			return nil, err
		}
		h := &holder{
			Principal: authz.Principal{Kind: authz.ServiceAccount, ID: sa.ClientID, Name: sa.ClientID, OrgID: sa.OrgID, Grants: sa.Grants},
			expires:   t.Expires,
		}
		return h, h.learn(tx)
	})
}

// user is the cloud user of a login's token. Access lists are those of keys and accounts: people may come from anywhere.
func user(tx store.Tx, t *model.Token) (*holder, error) {
	u, err := state.Users.Get(tx, t.UserID)
	if err != nil {
		return nil, err
	}
	grants, err := state.GrantsOf(tx, u.ID)
	return &holder{Principal: authz.Principal{Kind: authz.CloudUser, ID: u.ID, Name: u.Username, Grants: grants}, expires: t.Expires}, err
}

// learn reads what keys and accounts have in common: the access list, and whether the organization requires one.
func (h *holder) learn(tx store.Tx) error {
	org, err := state.Organizations.Get(tx, h.OrgID)
	if err != nil {
		return err
	}
	h.listRequired = org.Settings.APIAccessListRequired
	list, err := state.KeyAddresses.List(tx, state.AccessList(h.ID))
	if err != nil {
		return err
	}
	for _, e := range list {
		p, err := network(e)
		if err != nil {
			return err
		}
		h.list = append(h.list, entry{state.KeyAddresses.ID(e), p})
	}
	return nil
}

// admits reports whether the holder may call from addr, and which entry of the list says so. Without entries every address
// may, unless the organization requires a list.
func (h *holder) admits(addr netip.Addr) (entry string, ok bool) {
	for _, e := range h.list {
		if e.network.Contains(addr) {
			return e.id, true
		}
	}
	return "", len(h.list) == 0 && !h.listRequired
}

// network are the addresses that an entry admits.
func network(e *model.KeyAddress) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(e.CIDR)
	if err != nil {
		return p, fmt.Errorf("authn: access list of %s: %w", e.KeyID, err)
	}
	return p, nil
}

// bearer finds the service account or cloud user of an access token.
func (a *Authenticator) bearer(ctx context.Context, token string) (*holder, error) {
	h, err := a.findToken(ctx, bearer.Hash(token))
	switch {
	case store.IsNotFound(err):
		return nil, fault.Unauthenticated.With()
	case err != nil:
		return nil, err
	case !time.Now().Before(h.expires):
		return nil, fault.Unauthenticated.With()
	}
	return h, nil
}
