package accesslist

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/policy"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	kept.Objects[one, NetworkPermissionEntry, string]
}

// New returns the family on st.
func New(st store.Store) *Service {
	s := &Service{kept.Objects[one, NetworkPermissionEntry, string]{
		Store: st, Table: Entries, Limit: kept.Limit{Name: model.LimitNetworkEntries, Exceeded: networkEntriesLimit}, Show: show,
		Events: func(e *Entry) kept.Events {
			return kept.Events{
				Created: "NETWORK_PERMISSION_ENTRY_ADDED", Updated: "NETWORK_PERMISSION_ENTRY_UPDATED", Deleted: "NETWORK_PERMISSION_ENTRY_REMOVED",
				About: []event.Subject{event.Entry(e.Internal)},
			}
		},
		Expiry: kept.Expiry[NetworkPermissionEntry, string]{Kind: "accessList.expire", At: end},
	}}
	s.Permit = func(tx store.Tx, e *Entry) error { return policy.Permit(tx, e.GroupID, s) }
	return s
}

type one struct {
	api.InGroup
	EntryValue string `path:"entryValue" api:"is=networkEntry" doc:"Address, or range in CIDR notation with its slash as %2F. The range of one address is found by the address alone too."`
}

// RowID is the id of the entry's row.
func (in one) RowID() (string, error) {
	missing := networkEntryMissing.With(in.EntryValue)
	p, err := shape.Network(in.EntryValue)
	if err != nil { // the id of a security group, or of nothing
		return key(in.GroupID, in.EntryValue), missing.Because(err)
	}
	return key(in.GroupID, p.String()), missing
}

// show completes an entry for a response.
func show(store.Tx, model.ID) (func(e *Entry) NetworkPermissionEntry, error) {
	return func(e *Entry) NetworkPermissionEntry {
		w := e.Value
		w.GroupID, w.Links = e.GroupID, api.Self("/groups/"+e.GroupID+"/accessList/"+url.PathEscape(e.Internal))
		return w
	}, nil
}

func (s *Service) status(tx store.Tx, in one) (out NetworkPermissionEntryStatus, err error) {
	_, err = s.Find(tx, in)
	return NetworkPermissionEntryStatus{Status: "ACTIVE"}, err
}

// maxEntries bounds the entries of a request: no project can have a higher limit.
const maxEntries = 200

type createIn struct {
	kept.ListIn
	Body []NetworkPermissionEntry
}

func (s *Service) create(tx store.Tx, in createIn) (page api.Page[NetworkPermissionEntry], err error) {
	if len(in.Body) > maxEntries {
		return page, networkEntriesLimit.With(strconv.Itoa(maxEntries)) // before any work on them
	}
	var bad fault.Problems
	entries := make([]*Entry, len(in.Body))
	for i, w := range in.Body {
		at := fmt.Sprintf("[%d]", i)
		shape.CheckExpiry(&bad, at+".deleteAfterDate", w.DeleteAfterDate, tx.Now())
		entries[i] = read(&bad, at, w)
		entries[i].GroupID = in.GroupID
	}
	if err := bad.Err(); err != nil {
		return page, err
	}
	for _, e := range entries {
		if err := s.put(tx, e); err != nil {
			return page, err
		}
	}
	return s.List(tx, in.ListIn)
}

// put adds e, or replaces the entry for the same network.
func (s *Service) put(tx store.Tx, e *Entry) error {
	old, err := Entries.Get(tx, Entries.ID(e))
	switch {
	case store.IsNotFound(err):
		_, err = s.Add(tx, e)
		return err
	case err != nil || reflect.DeepEqual(old.Value, e.Value):
		return err
	}
	old.Value = e.Value
	return s.Put(tx, old)
}

// read validates the entry at path and brings it into the form in which it is stored and shown.
func read(bad *fault.Problems, path string, w NetworkPermissionEntry) *Entry {
	named := slices.DeleteFunc([]string{w.AWSSecurityGroup, w.CIDRBlock, w.IPAddress}, func(s string) bool { return s == "" })
	if len(named) != 1 {
		bad.Add(path, "must have exactly one of awsSecurityGroup, cidrBlock and ipAddress")
		return new(Entry)
	}
	w.DeleteAfterDate = w.DeleteAfterDate.Whole()
	if w.AWSSecurityGroup != "" {
		return &Entry{Value: w, Internal: w.AWSSecurityGroup}
	}
	p, err := shape.Network(named[0])
	if err != nil {
		bad.Add(path, "must name an address or a range of addresses")
	}
	w.CIDRBlock, w.IPAddress = shape.CIDR(p), shape.SingleAddress(p)
	return &Entry{Value: w, Internal: p.String()}
}

// end returns when an entry expires; zero: never.
func end(e *Entry) time.Time { return api.Or(e.Value.DeleteAfterDate, api.Time{}).Time }
