package serviceaccount

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

type entries = api.Page[ServiceAccountIPAccessListEntry]

func (f *found) list() authn.AccessList {
	return authn.AccessList{Holder: f.ClientID, OrgID: f.OrgID}
}

type listInOrgIn struct {
	inOrg
	api.Paging
}

func (s *Service) listInOrg(ctx context.Context, in listInOrgIn) (entries, error) {
	return s.addresses(ctx, in.inOrg, in.Paging)
}

type listInGroupIn struct {
	inGroup
	api.Paging
}

func (s *Service) listInGroup(ctx context.Context, in listInGroupIn) (entries, error) {
	return s.addresses(ctx, in.inGroup, in.Paging)
}

func (s *Service) addresses(ctx context.Context, at place, p api.Paging) (page entries, err error) {
	defer s.Usage.Hold()()
	err = s.Store.View(ctx, func(tx store.Tx) error {
		f, err := at.find(tx)
		if err != nil {
			return err
		}
		page, err = s.page(tx, f, p)
		return err
	})
	return page, err
}

// page shows entries with their use as of now.
func (s *Service) page(tx store.Tx, f *found, p api.Paging) (entries, error) {
	return shape.Page(tx, state.KeyAddresses, state.AccessList(f.ClientID), p, func(e *model.KeyAddress) ServiceAccountIPAccessListEntry {
		s.Usage.Current(e)
		return toEntry(e)
	})
}

type admitInOrgIn struct {
	listInOrgIn
	Body []ServiceAccountIPAccessListEntry `api:"maxItems=200"`
}

func (s *Service) admitInOrg(ctx context.Context, in admitInOrgIn) (entries, error) {
	return s.admit(ctx, in.inOrg, in.Paging, in.Body)
}

type admitInGroupIn struct {
	listInGroupIn
	Body []ServiceAccountIPAccessListEntry `api:"maxItems=200"`
}

func (s *Service) admitInGroup(ctx context.Context, in admitInGroupIn) (entries, error) {
	return s.admit(ctx, in.inGroup, in.Paging, in.Body)
}

func (s *Service) admit(ctx context.Context, at place, p api.Paging, body []ServiceAccountIPAccessListEntry) (page entries, err error) {
	networks, err := read(body)
	if err != nil {
		return page, err
	}
	defer s.Usage.Hold()()
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		f, err := at.find(tx)
		if err != nil {
			return err
		}
		if err := f.manage(ctx); err != nil {
			return err
		}
		if err := f.list().Add(tx, networks); err != nil {
			return err
		}
		for _, n := range networks {
			if err := event.Write(tx, f.event("SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_ADDED").About(event.Entry(n.String()))); err != nil {
				return err
			}
		}
		page, err = s.page(tx, f, p)
		return err
	})
	return page, err
}

// read reads the networks of a request, and names every entry that has not exactly one.
func read(list []ServiceAccountIPAccessListEntry) ([]netip.Prefix, error) {
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

type expelInOrgIn struct {
	inOrg
	IPAddress string `path:"ipAddress" api:"is=network" doc:"Address, or range in CIDR notation with its slash as %2F. The range of one address is found by the address alone too."`
}

func (s *Service) expelInOrg(ctx context.Context, in expelInOrgIn) (api.None, error) {
	return s.expel(ctx, in.inOrg, in.IPAddress)
}

type expelInGroupIn struct {
	inGroup
	IPAddress string `path:"ipAddress" api:"is=network" doc:"Address, or range in CIDR notation with its slash as %2F. The range of one address is found by the address alone too."`
}

func (s *Service) expelInGroup(ctx context.Context, in expelInGroupIn) (api.None, error) {
	return s.expel(ctx, in.inGroup, in.IPAddress)
}

func (s *Service) expel(ctx context.Context, at place, address string) (api.None, error) {
	return api.None{}, s.Store.Update(ctx, func(tx store.Tx) error {
		f, err := at.find(tx)
		if err != nil {
			return err
		}
		if err := f.manage(ctx); err != nil {
			return err
		}
		p, err := shape.Network(address)
		if err != nil {
			return fault.AccessListNotFound.With(address).Because(err)
		}
		e, err := f.list().Find(tx, p)
		if err != nil {
			return err
		}
		if err := f.list().Remove(tx, e); err != nil {
			return err
		}
		return event.Write(tx, f.event("SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_DELETED").About(event.Entry(e.CIDR)))
	})
}
