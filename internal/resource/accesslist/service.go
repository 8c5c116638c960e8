package accesslist

import (
	"context"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// maxEntries is how many entries a request adds: no project may have a higher limit.
const maxEntries = 200

type listIn struct {
	api.InGroup
	api.Paging
}

func (s *Service) list(tx store.Tx, in listIn) (page api.Page[NetworkPermissionEntry], err error) {
	page, err = in.page(tx)
	return page, err
}

func (in listIn) page(tx store.Tx) (page api.Page[NetworkPermissionEntry], err error) {
	return shape.Page(tx, Entries, of(in.GroupID), in.Paging, toWire)
}

type createIn struct {
	listIn
	Body []NetworkPermissionEntry
}

func (s *Service) create(ctx context.Context, in createIn) (page api.Page[NetworkPermissionEntry], err error) {
	if len(in.Body) > maxEntries {
		return page, fault.NetworkEntriesLimit.With(strconv.Itoa(maxEntries)) // before any work on them
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		entries, err := fromWire(in.GroupID, in.Body, tx.Now())
		if err != nil {
			return err
		}
		p, err := state.Project(tx, in.GroupID)
		if err != nil {
			return err
		}
		if err := putAll(tx, p, entries); err != nil {
			return err
		}
		page, err = in.page(tx)
		return err
	})
	return page, err
}

// putAll puts all entries, within the project's limit. A list that is beyond it already, because the limit was lowered,
// may still change.
func putAll(tx store.Tx, p *model.Project, entries []*Entry) error {
	before, err := Entries.Count(tx, of(p.ID))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := put(tx, p, e); err != nil {
			return err
		}
	}
	after, err := Entries.Count(tx, of(p.ID))
	if err != nil {
		return err
	}
	limit, err := state.Limit(tx, p.ID, model.LimitNetworkEntries)
	if err == nil && after > max(before, limit) {
		err = fault.NetworkEntriesLimit.With(strconv.FormatInt(limit, 10))
	}
	return err
}

// put adds e, or lets it take the place of the entry for the same network.
func put(tx store.Tx, p *model.Project, e *Entry) error {
	what := event.Type("NETWORK_PERMISSION_ENTRY_ADDED")
	old, err := Entries.Get(tx, Entries.ID(e))
	switch {
	case store.IsNotFound(err):
		e.Created, e.Rev = tx.Now(), 0
	case err != nil:
		return err
	case old.Comment == e.Comment && old.DeleteAfter.Equal(e.DeleteAfter):
		return nil
	default:
		what = "NETWORK_PERMISSION_ENTRY_UPDATED"
		e.Created, e.Rev = old.Created, old.Rev
	}
	if err := Entries.Put(tx, e); err != nil {
		return err
	}
	if !e.DeleteAfter.IsZero() {
		if err := reconcile.Schedule(tx, ExpireKind, Entries.ID(e), "", e.DeleteAfter); err != nil {
			return err
		}
	}
	return event.Write(tx, event.In(what, p).About(event.Entry(e.CIDR)))
}

type oneIn struct {
	api.InGroup
	EntryValue string `path:"entryValue" api:"is=networkEntry" doc:"Address, or range in CIDR notation with its slash as %2F. The range of one address is found by the address alone too."`
}

// find returns the entry that in names.
func (in oneIn) find(tx store.Tx) (*Entry, error) {
	missing, value := fault.NetworkEntryMissing.With(in.EntryValue), in.EntryValue
	if !isGroup(value) {
		p, err := shape.Network(value)
		if err != nil {
			return nil, missing.Because(err)
		}
		value = p.String()
	}
	e, err := Entries.Get(tx, key(in.GroupID, value))
	return e, store.IfMissing(err, missing)
}

func (s *Service) get(tx store.Tx, in oneIn) (out NetworkPermissionEntry, err error) {
	e, err := in.find(tx)
	if err == nil {
		out = toWire(e)
	}
	return out, err
}

func (s *Service) status(tx store.Tx, in oneIn) (out NetworkPermissionEntryStatus, err error) {
	_, err = s.get(tx, in)
	return NetworkPermissionEntryStatus{Status: "ACTIVE"}, err
}

func (s *Service) delete(tx store.Tx, in oneIn) (api.None, error) {
	e, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, remove(tx, e)
}

func remove(tx store.Tx, e *Entry) error {
	p, err := state.Projects.Get(tx, e.GroupID)
	if err != nil {
		return err
	}
	if err := event.Write(tx, event.In("NETWORK_PERMISSION_ENTRY_REMOVED", p).About(event.Entry(e.CIDR))); err != nil {
		return err
	}
	return Entries.Delete(tx, e)
}

// Vacate removes the list of a project that goes.
func (s *Service) Vacate(tx store.Tx, groupID model.ID) error {
	return Entries.DeleteAll(tx, of(groupID))
}

// Usage counts the project's entries, for its limit.
func (s *Service) Usage(tx store.Tx, groupID model.ID) (limit string, n int64, err error) {
	n, err = Entries.Count(tx, of(groupID))
	return model.LimitNetworkEntries, n, err
}
