package apikey

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

func listOf(k *model.APIKey) authn.AccessList {
	return authn.AccessList{Holder: k.ID, OrgID: k.OrgID}
}

type addressesIn struct {
	oneIn
	api.Paging
}

func (s *Service) addresses(ctx context.Context, in addressesIn) (page api.Page[UserAccessListResponse], err error) {
	defer s.Usage.Hold()()
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

func (s *Service) page(tx store.Tx, p api.Paging, k *model.APIKey) (api.Page[UserAccessListResponse], error) {
	return shape.Page(tx, state.KeyAddresses, state.AccessList(k.ID), p, func(a *model.KeyAddress) UserAccessListResponse {
		return s.show(k, a)
	})
}

// show writes an entry with its use as of now.
func (s *Service) show(k *model.APIKey, a *model.KeyAddress) UserAccessListResponse {
	s.Usage.Current(a)
	return toEntry(k, a)
}

type admitIn struct {
	addressesIn
	Body []UserAccessListRequest
}

func (s *Service) admit(ctx context.Context, in admitIn) (page api.Page[UserAccessListResponse], err error) {
	networks, err := read(in.Body)
	if err != nil {
		return page, err
	}
	defer s.Usage.Hold()()
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		k, err := in.find(tx)
		if err != nil {
			return err
		}
		if err := listOf(k).Add(tx, networks); err != nil {
			return err
		}
		for _, p := range networks {
			if err := event.Write(tx, event.InOrg("API_KEY_ACCESS_LIST_ENTRY_ADDED", k.OrgID).About(event.Key(k.PublicKey), event.Entry(p.String()))); err != nil {
				return err
			}
		}
		page, err = s.page(tx, in.Paging, k)
		return err
	})
	return page, err
}

// read reads the networks of a request, and names every entry that has not exactly one.
func read(list []UserAccessListRequest) ([]netip.Prefix, error) {
	if len(list) > authn.MaxAddresses {
		return nil, authn.TooManyAddresses() // before any work on them
	}
	var out []netip.Prefix
	var bad fault.Problems
	for i, w := range list {
		out = append(out, shape.OneNetwork(&bad, fmt.Sprintf("[%d]", i), w.IPAddress, w.CIDRBlock))
	}
	return out, bad.Err()
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
	p, err := shape.Network(in.IPAddress)
	if err != nil {
		return nil, nil, fault.AccessListNotFound.With(in.IPAddress).Because(err)
	}
	a, err := listOf(k).Find(tx, p)
	return k, a, err
}

func (s *Service) address(ctx context.Context, in addressIn) (out UserAccessListResponse, err error) {
	defer s.Usage.Hold()()
	err = s.Store.View(ctx, func(tx store.Tx) error {
		k, a, err := in.entry(tx)
		if err == nil {
			out = s.show(k, a)
		}
		return err
	})
	return out, err
}

func (s *Service) expel(tx store.Tx, in addressIn) (api.None, error) {
	k, a, err := in.entry(tx)
	if err != nil {
		return api.None{}, err
	}
	if err := listOf(k).Remove(tx, a); err != nil {
		return api.None{}, err
	}
	return api.None{}, event.Write(tx, event.InOrg("API_KEY_ACCESS_LIST_ENTRY_DELETED", k.OrgID).About(event.Key(k.PublicKey), event.Entry(a.CIDR)))
}
