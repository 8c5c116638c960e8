package accesslist

import (
	"net/netip"
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

// Admits says whether addr may reach the project's clusters: whether an entry that has not expired has it. A list
// without entries admits nobody.
func Admits(tx store.Tx, groupID model.ID, addr netip.Addr) (bool, error) {
	entries, err := Entries.List(tx, of(groupID))
	if err != nil {
		return false, err
	}
	addr = addr.Unmap().WithZone("")
	for _, e := range entries {
		if e.isGroup() {
			continue
		}
		p, err := e.network()
		if err != nil {
			return false, err
		}
		if p.Contains(addr) && (e.DeleteAfter.IsZero() || e.DeleteAfter.After(tx.Now())) {
			return true, nil
		}
	}
	return false, nil
}

// Tables are what the family stores.
func (s *Service) Tables() []*store.Schema { return []*store.Schema{Entries.Schema()} }
