package serviceaccount

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

type entries = api.Page[ServiceAccountIPAccessListEntry]

func (f *found) list() authn.AccessList {
	return authn.AccessList{Holder: f.ClientID, OrgID: f.OrgID}
}

type listIn[P ref] struct {
	At P `in:"path"`
	api.Paging
}

func (a accounts[P, W]) addresses(tx store.Tx, in listIn[P]) (page entries, err error) {
	f, err := in.At.find(tx)
	if err != nil {
		return page, err
	}
	return a.page(tx, f, in.Paging)
}

// page returns a page of entries with their current usage counts.
func (s *Service) page(tx store.Tx, f *found, p api.Paging) (entries, error) {
	return shape.Page(tx, state.KeyAddresses, state.AccessList(f.ClientID), p, func(e *model.KeyAddress) ServiceAccountIPAccessListEntry {
		s.Usage.Current(e)
		return toEntry(e)
	})
}

type admitIn[P ref] struct {
	listIn[P]
	Body []ServiceAccountIPAccessListEntry `api:"maxItems=200"`
}

func (a accounts[P, W]) admit(tx store.Tx, in admitIn[P]) (page entries, err error) {
	networks, err := shape.Networks(in.Body, authn.MaxAddresses, func(w ServiceAccountIPAccessListEntry) (string, string) {
		return w.IPAddress, w.CIDRBlock
	})
	if err != nil {
		return page, err
	}
	f, err := manageable(tx, in.At)
	if err != nil {
		return page, err
	}
	if err := f.list().Add(tx, networks); err != nil {
		return page, err
	}
	for _, n := range networks {
		if err := event.Write(tx, f.event("SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_ADDED").About(event.Entry(n.String()))); err != nil {
			return page, err
		}
	}
	return a.page(tx, f, in.Paging)
}

type expelIn[P ref] struct {
	At        P      `in:"path"`
	IPAddress string `path:"ipAddress" api:"is=network" doc:"Address, or range in CIDR notation with its slash as %2F. The range of one address is found by the address alone too."`
}

func (a accounts[P, W]) expel(tx store.Tx, in expelIn[P]) (none api.None, err error) {
	f, err := manageable(tx, in.At)
	if err != nil {
		return none, err
	}
	p, err := shape.Network(in.IPAddress)
	if err != nil {
		return none, fault.AccessListNotFound.With(in.IPAddress).Because(err)
	}
	e, err := f.list().Find(tx, p)
	if err != nil {
		return none, err
	}
	if err := f.list().Remove(tx, e); err != nil {
		return none, err
	}
	return none, event.Write(tx, f.event("SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_DELETED").About(event.Entry(e.CIDR)))
}
