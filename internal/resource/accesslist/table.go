package accesslist

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Entry is an entry of a project's access list in stored form.
type Entry struct {
	GroupID     model.ID  `json:"groupId"`
	CIDR        string    `json:"cidr"` // masked, always with its length; or the id of a security group
	Comment     string    `json:"comment,omitempty"`
	DeleteAfter time.Time `json:"deleteAfter,omitzero"`
	Created     time.Time `json:"created"`
	Rev         int64     `json:"-"`
}

func (e *Entry) network() (netip.Prefix, error) { return netip.ParsePrefix(e.CIDR) }

// isGroup reports whether the entry is for a security group of AWS. Such an entry admits nobody: there are no networks
// of AWS here.
func (e *Entry) isGroup() bool { return isGroup(e.CIDR) }

func isGroup(value string) bool { return strings.Contains(value, "sg-") }

// Entries: a network stands once in a project's list.
var Entries = &store.Table[Entry]{
	Name: "network_entries",
	ID:   func(e *Entry) string { return key(e.GroupID, e.CIDR) },
	Rev:  func(e *Entry) *int64 { return &e.Rev },
	Indexes: []store.Index[Entry]{
		{Name: "group", Key: func(e *Entry) []string { return []string{e.GroupID, state.Instant(e.Created), e.CIDR} }},
	},
}

func key(groupID model.ID, cidr string) string { return groupID + "@" + cidr }

// of selects the entries of a project.
func of(groupID model.ID) store.Query { return store.Query{Index: "group", Prefix: []string{groupID}} }

// Network is one that may reach a project's clusters, perhaps for a time.
type Network struct {
	prefix netip.Prefix
	until  time.Time // zero: for ever
}

// Admits reports whether the network has the address, and its time is not over.
func (n Network) Admits(addr netip.Addr, now time.Time) bool {
	return n.prefix.Contains(addr.Unmap().WithZone("")) && (n.until.IsZero() || n.until.After(now))
}

// Networks are those of a project's list. A list without entries admits nobody.
func Networks(tx store.Tx, groupID model.ID) ([]Network, error) {
	entries, err := Entries.List(tx, of(groupID))
	if err != nil {
		return nil, err
	}
	all := make([]Network, 0, len(entries))
	for _, e := range entries {
		if e.isGroup() {
			continue
		}
		prefix, err := e.network()
		if err != nil {
			return nil, err
		}
		all = append(all, Network{prefix, e.DeleteAfter})
	}
	return all, nil
}

// Admits reports whether addr may reach the project's clusters.
func Admits(tx store.Tx, groupID model.ID, addr netip.Addr) (bool, error) {
	all, err := Networks(tx, groupID)
	return slices.ContainsFunc(all, func(n Network) bool { return n.Admits(addr, tx.Now()) }), err
}

// Tables are what the family stores.
func (s *Service) Tables() []*store.Schema { return []*store.Schema{Entries.Schema()} }
