package accesslist

import (
	"encoding/json"
	"net/netip"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/policy"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Entry is an entry of a project's access list as it is stored. Its Internal is its network, masked and with its length, or
// the id of a security group, which admits nobody: there are no networks of AWS here.
type Entry = kept.Object[NetworkPermissionEntry, string]

// Entries has one row for each network of a project's list.
var Entries = &store.Table[Entry]{
	Name: "network_entries",
	ID:   func(e *Entry) string { return key(e.GroupID, e.Internal) },
	Rev:  func(e *Entry) *int64 { return &e.Rev },
	Indexes: []store.Index[Entry]{
		{Name: "group", Key: func(e *Entry) []string { return []string{e.GroupID, state.TimeKey(e.Created), e.Internal} }},
	},
	Older: kept.Older(older),
}

// older reads the form in which Telamon first stored entries.
func older(body []byte) (Entry, error) {
	var old struct {
		GroupID, CIDR, Comment string
		DeleteAfter, Created   time.Time
	}
	err := json.Unmarshal(body, &old)
	w := NetworkPermissionEntry{Comment: old.Comment, AWSSecurityGroup: old.CIDR}
	if p, err := netip.ParsePrefix(old.CIDR); err == nil {
		w.AWSSecurityGroup, w.CIDRBlock, w.IPAddress = "", shape.CIDR(p), shape.SingleAddress(p)
	}
	if !old.DeleteAfter.IsZero() {
		w.DeleteAfterDate = &api.Time{Time: old.DeleteAfter}
	}
	return Entry{GroupID: old.GroupID, Value: w, Internal: old.CIDR, Created: old.Created}, err
}

func key(groupID model.ID, cidr string) string { return groupID + "@" + cidr }

// of selects the entries of a project.
func of(groupID model.ID) store.Query { return store.Query{Index: "group", Prefix: []string{groupID}} }

// Network is a network from which a project's clusters can be reached.
type Network struct {
	prefix netip.Prefix
	until  time.Time // zero: no end
}

// Admits reports whether the network contains the address and has not expired.
func (n Network) Admits(addr netip.Addr, now time.Time) bool {
	return n.prefix.Contains(addr.Unmap().WithZone("")) && (n.until.IsZero() || n.until.After(now))
}

// Networks returns the networks of a project's list. Without any, nobody is admitted.
func Networks(tx store.Tx, groupID model.ID) ([]Network, error) {
	entries, err := Entries.List(tx, of(groupID))
	if err != nil {
		return nil, err
	}
	all := make([]Network, 0, len(entries))
	for _, e := range entries {
		if e.Value.AWSSecurityGroup != "" {
			continue
		}
		prefix, err := netip.ParsePrefix(e.Internal)
		if err != nil {
			return nil, err
		}
		all = append(all, Network{prefix, end(e)})
	}
	return all, nil
}

// Admits reports whether addr may reach the project's clusters.
func Admits(tx store.Tx, groupID model.ID, addr netip.Addr) (bool, error) {
	all, err := Networks(tx, groupID)
	return slices.ContainsFunc(all, func(n Network) bool { return n.Admits(addr, tx.Now()) }), err
}

// PolicySubjects returns the project's list, as policies see it.
func (s *Service) PolicySubjects(tx store.Tx, groupID model.ID) ([]policy.Subject, error) {
	all, err := Networks(tx, groupID)
	networks := make([]netip.Prefix, len(all))
	for i, n := range all {
		networks[i] = n.prefix
	}
	return []policy.Subject{policy.AccessList(groupID, networks)}, err
}
