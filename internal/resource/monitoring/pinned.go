package monitoring

import (
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// pins are the collections of a cluster that rankings have first.
type pins struct {
	ClusterID  model.ID `json:"clusterId"`
	GroupID    model.ID `json:"groupId"`
	Namespaces []string `json:"namespaces"`
	Rev        int64    `json:"-"`
}

var pinned = &store.Table[pins]{
	Name: "pinned_namespaces",
	ID:   func(p *pins) string { return p.ClusterID },
	Rev:  func(p *pins) *int64 { return &p.Rev },
}

// mostPinned is how many collections of a cluster can be pinned.
const mostPinned = 20

func pinnedOf(tx store.Tx, c *model.Cluster) ([]string, error) {
	p, err := pinned.Get(tx, c.ID)
	if err != nil {
		return nil, store.IfMissing(err, nil)
	}
	return p.Namespaces, nil
}

// PinnedNamespaces are the collections of a cluster that are pinned.
type PinnedNamespaces struct {
	ClusterID        string   `json:"clusterId,omitempty" api:"readonly,is=objectId" doc:"Id of the cluster."`
	GroupID          string   `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	PinnedNamespaces []string `json:"pinnedNamespaces" api:"required,readonly" doc:"The collections, as DATABASE.COLLECTION."`
}

// NamespacesRequest names collections.
type NamespacesRequest struct {
	Namespaces []string `json:"namespaces,omitempty" api:"writeonly,maxItems=20,maxLen=255" doc:"Collections, as DATABASE.COLLECTION."`
}

type pinIn struct {
	api.InCluster
	Body NamespacesRequest
}

func listPinned(tx store.Tx, in api.InCluster) (PinnedNamespaces, error) {
	return changePins(tx, pinIn{InCluster: in}, nil)
}

// pinOnly pins the collections of the body, and no others.
func pinOnly(tx store.Tx, in pinIn) (PinnedNamespaces, error) {
	return changePins(tx, in, func([]string) []string { return in.Body.Namespaces })
}

// pin pins the collections of the body too.
func pin(tx store.Tx, in pinIn) (PinnedNamespaces, error) {
	return changePins(tx, in, func(had []string) []string { return append(had, in.Body.Namespaces...) })
}

// unpin unpins the collections of the body.
func unpin(tx store.Tx, in pinIn) (PinnedNamespaces, error) {
	return changePins(tx, in, func(had []string) []string {
		return slices.DeleteFunc(had, func(ns string) bool { return slices.Contains(in.Body.Namespaces, ns) })
	})
}

// changePins changes which collections are pinned; nil changes nothing.
func changePins(tx store.Tx, in pinIn, change func(had []string) []string) (out PinnedNamespaces, err error) {
	c, err := state.ClusterByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return out, err
	}
	p, err := pinned.Get(tx, c.ID)
	if store.IsNotFound(err) {
		p, err = &pins{ClusterID: c.ID, GroupID: c.GroupID}, nil
	}
	if err != nil {
		return out, err
	}
	if change == nil {
		return p.show(c), nil
	}
	var bad fault.Problems
	for _, ns := range in.Body.Namespaces {
		if db, coll, ok := strings.Cut(ns, "."); !ok || db == "" || coll == "" {
			bad.Add("namespaces", "must be DATABASE.COLLECTION each")
			break
		}
	}
	next := slices.Clone(change(slices.Clone(p.Namespaces)))
	slices.Sort(next)
	if p.Namespaces = slices.Compact(next); len(p.Namespaces) > mostPinned {
		bad.Add("namespaces", "must leave no more than %d that are pinned", mostPinned)
	}
	if err := bad.Err(); err != nil {
		return out, err
	}
	return p.show(c), pinned.Put(tx, p)
}

func (p *pins) show(c *model.Cluster) PinnedNamespaces {
	return PinnedNamespaces{c.ID, c.GroupID, api.List(p.Namespaces)}
}
