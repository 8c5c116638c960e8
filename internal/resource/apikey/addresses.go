package apikey

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// maxAddresses is how many entries the access list of a key holds, as many as a service account's.
const maxAddresses = 200

func entries(k *model.APIKey) store.Query {
	return store.Query{Index: "key", Prefix: []string{k.ID}}
}

type addressesIn struct {
	oneIn
	api.Paging
}

func (s *Service) addresses(ctx context.Context, in addressesIn) (page api.Page[UserAccessListResponse], err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		k, err := in.find(tx)
		if err != nil {
			return err
		}
		page, err = s.page(tx, in.Paging, k)
		return err
	})
	return page, err
}

func (s *Service) page(tx store.Tx, p api.Paging, k *model.APIKey) (page api.Page[UserAccessListResponse], err error) {
	q := entries(k)
	total, err := state.KeyAddresses.Count(tx, q)
	if err != nil {
		return page, err
	}
	q.Offset, q.Limit = p.Offset(), p.ItemsPerPage
	found, err := state.KeyAddresses.List(tx, q)
	page.TotalCount = api.Total(p, total)
	for _, a := range found {
		s.Usage.Current(a)
		page.Results = append(page.Results, toEntry(k, a))
	}
	return page, err
}

type admitIn struct {
	addressesIn
	Body []UserAccessListRequest
}

func (s *Service) admit(ctx context.Context, in admitIn) (page api.Page[UserAccessListResponse], err error) {
	if len(in.Body) > maxAddresses {
		return page, fault.KeyAddressesLimit.With(strconv.Itoa(maxAddresses)) // before any work on them
	}
	networks, err := read(in.Body)
	if err != nil {
		return page, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		k, err := in.find(tx)
		if err != nil {
			return err
		}
		for _, p := range networks {
			if err := add(ctx, tx, k, p); err != nil {
				return err
			}
		}
		n, err := state.KeyAddresses.Count(tx, entries(k))
		if err != nil {
			return err
		}
		if n > maxAddresses {
			return fault.KeyAddressesLimit.With(strconv.Itoa(maxAddresses))
		}
		page, err = s.page(tx, in.Paging, k)
		return err
	})
	return page, err
}

// read reads the networks of a request, and names every entry that has not exactly one.
func read(list []UserAccessListRequest) ([]netip.Prefix, error) {
	var out []netip.Prefix
	var bad []fault.Violation
	for i, w := range list {
		p, err := shape.Network(w.IPAddress + w.CIDRBlock)
		switch {
		case (w.IPAddress == "") == (w.CIDRBlock == ""):
			bad = append(bad, fault.Violation{Field: fmt.Sprintf("[%d]", i), Description: "must have exactly one of ipAddress and cidrBlock"})
		case err != nil:
			bad = append(bad, fault.Violation{Field: fmt.Sprintf("[%d]", i), Description: "must name an address or a range of addresses"})
		}
		out = append(out, p)
	}
	if len(bad) > 0 {
		return nil, fault.Invalid(bad...)
	}
	return out, nil
}

func add(ctx context.Context, tx store.Tx, k *model.APIKey, p netip.Prefix) error {
	a := &model.KeyAddress{KeyID: k.ID, CIDR: p.String(), Created: tx.Now()}
	if err := state.KeyAddresses.Put(tx, a); err != nil {
		if _, taken := store.Duplicate(err); taken {
			return fault.DuplicateAccessItem.With(a.CIDR)
		}
		return err
	}
	return event.Write(ctx, tx, event.InOrg("API_KEY_ACCESS_LIST_ENTRY_ADDED", k.OrgID).OfKey(k.PublicKey).At(a.CIDR))
}

type addressIn struct {
	oneIn
	IPAddress string `path:"ipAddress" api:"is=network" doc:"Address, or range in CIDR notation with its slash as %2F. The range of one address is found by the address alone too."`
}

// entry returns the key and the entry of its list that in names.
func (in addressIn) entry(tx store.Tx) (*model.APIKey, *model.KeyAddress, error) {
	k, err := in.find(tx)
	if err != nil {
		return nil, nil, err
	}
	missing := fault.AccessListNotFound.With(in.IPAddress)
	p, err := shape.Network(in.IPAddress)
	if err != nil {
		return nil, nil, missing.Because(err)
	}
	a, err := state.KeyAddresses.Get(tx, state.KeyAddresses.ID(&model.KeyAddress{KeyID: k.ID, CIDR: p.String()}))
	return k, a, store.IfMissing(err, missing)
}

func (s *Service) address(ctx context.Context, in addressIn) (out UserAccessListResponse, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		k, a, err := in.entry(tx)
		if err != nil {
			return err
		}
		s.Usage.Current(a)
		out = toEntry(k, a)
		return nil
	})
	return out, err
}

func (s *Service) expel(ctx context.Context, in addressIn) (api.None, error) {
	return api.None{}, s.Store.Update(ctx, func(tx store.Tx) error {
		k, a, err := in.entry(tx)
		if err != nil {
			return err
		}
		if err := state.KeyAddresses.Delete(tx, a); err != nil {
			return err
		}
		if err := keepsCaller(ctx, tx, k); err != nil {
			return err
		}
		return event.Write(ctx, tx, event.InOrg("API_KEY_ACCESS_LIST_ENTRY_DELETED", k.OrgID).OfKey(k.PublicKey).At(a.CIDR))
	})
}

// keepsCaller refuses a list that shuts out the address from which the key itself is calling. An empty list shuts out
// none.
func keepsCaller(ctx context.Context, tx store.Tx, k *model.APIKey) error {
	who := authz.From(ctx)
	if who.ID != k.ID {
		return nil
	}
	rest, err := state.KeyAddresses.List(tx, entries(k))
	if err != nil || len(rest) == 0 {
		return err
	}
	admitted := slices.ContainsFunc(rest, func(a *model.KeyAddress) bool {
		p, err := netip.ParsePrefix(a.CIDR)
		return err == nil && p.Contains(who.Address)
	})
	if !admitted {
		return fault.CannotRemoveCaller.With(who.Address.String())
	}
	return nil
}
