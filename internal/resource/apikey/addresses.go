package apikey

import (
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

func (s *Service) addresses(tx store.Tx, in addressesIn) (page api.Page[UserAccessListResponse], err error) {
	k, err := in.find(tx)
	if err != nil {
		return page, err
	}
	return s.page(tx, in.Paging, k)
}

func (s *Service) page(tx store.Tx, p api.Paging, k *model.APIKey) (api.Page[UserAccessListResponse], error) {
	return shape.Page(tx, state.KeyAddresses, state.AccessList(k.ID), p, func(a *model.KeyAddress) UserAccessListResponse {
		return s.show(k, a)
	})
}

// show shows an entry with its current usage counts.
func (s *Service) show(k *model.APIKey, a *model.KeyAddress) UserAccessListResponse {
	s.Usage.Current(a)
	return toEntry(k, a)
}

type admitIn struct {
	addressesIn
	Body []UserAccessListRequest
}

func (s *Service) admit(tx store.Tx, in admitIn) (page api.Page[UserAccessListResponse], err error) {
	networks, err := shape.Networks(in.Body, authn.MaxAddresses, func(w UserAccessListRequest) (string, string) { return w.IPAddress, w.CIDRBlock })
	if err != nil {
		return page, err
	}
	k, err := in.find(tx)
	if err != nil {
		return page, err
	}
	if err := listOf(k).Add(tx, networks); err != nil {
		return page, err
	}
	for _, p := range networks {
		if err := writeEvent(tx, k, "API_KEY_ACCESS_LIST_ENTRY_ADDED", event.Entry(p.String())); err != nil {
			return page, err
		}
	}
	return s.page(tx, in.Paging, k)
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

func (s *Service) address(tx store.Tx, in addressIn) (out UserAccessListResponse, err error) {
	k, a, err := in.entry(tx)
	if err != nil {
		return out, err
	}
	return s.show(k, a), nil
}

func (s *Service) expel(tx store.Tx, in addressIn) (none api.None, err error) {
	k, a, err := in.entry(tx)
	if err != nil {
		return none, err
	}
	if err := listOf(k).Remove(tx, a); err != nil {
		return none, err
	}
	return none, writeEvent(tx, k, "API_KEY_ACCESS_LIST_ENTRY_DELETED", event.Entry(a.CIDR))
}
