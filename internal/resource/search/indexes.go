// Package search is the family Atlas Search: indexes for full text and vectors, in both generations of the API, and the
// nodes that would serve them. Indexes are checked, kept and shown, and go through the service's states; nothing searches
// them yet.
package search

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Indexes serves search indexes.
type Indexes struct {
	kept.Clustered[oneIndex, SearchIndexResponse, place]
}

// place is the cluster of an index.
type place struct {
	Cluster string `json:"cluster"`
}

type index = kept.Object[SearchIndexResponse, place]

// maxIndexes is how many a project has at most. It is Telamon's own limit.
const maxIndexes = 2500

var indexes = &store.Table[index]{
	Name: "search_indexes",
	ID:   func(i *index) string { return i.ID },
	Rev:  func(i *index) *int64 { return &i.Rev },
	Indexes: []store.Index[index]{
		{Name: "name", Unique: true, Key: func(i *index) []string {
			return []string{i.GroupID, i.Internal.Cluster, i.Value.Database, i.Value.CollectionName, i.Value.Name}
		}},
	},
}

// NewIndexes returns the indexes on st, which are in each state but the last for as long as duration.
func NewIndexes(st store.Store, duration time.Duration) *Indexes {
	return &Indexes{kept.Clustered[oneIndex, SearchIndexResponse, place]{
		Cluster: state.ClusterByName,
		Objects: kept.Objects[oneIndex, SearchIndexResponse, place]{
			Store: st, Table: indexes, Validate: check, Permit: permit, Show: show, Limit: kept.Limit{N: maxIndexes, Exceeded: indexesLimit},
			Duplicate: func(i *index) error { return indexExists.With(i.Value.Name) },
			Events: func(i *index) kept.Events {
				return kept.Events{Created: "FTS_INDEX_CREATED", Updated: "FTS_INDEX_UPDATED", Deleted: "FTS_INDEX_DELETED", About: []event.Subject{event.Cluster(i.Internal.Cluster)}}
			},
			States: &kept.States[SearchIndexResponse]{
				Duration: duration, Work: "searchIndex.end", Ending: indexBeingDeleted,
				Made: building, Change: building, End: kept.Through[SearchIndexResponse]("DELETING"), Show: showState,
			},
		},
	}}
}

func building(*SearchIndexResponse) []string { return []string{"PENDING", "BUILDING", ready} }

// ready is the state of an index that has been built.
const ready = "READY"

func showState(w *SearchIndexResponse, state string) { w.Status, w.Queryable = state, state == ready }

func show(store.Tx, string) (func(i *index) SearchIndexResponse, error) {
	return func(i *index) SearchIndexResponse {
		w := i.Value
		w.IndexID = i.ID
		return w
	}, nil
}

type oneIndex struct {
	api.InCluster
	IndexID string `path:"indexId" api:"is=objectId" doc:"Id of the index."`
}

// RowID is the id of the index's row.
func (in oneIndex) RowID() (string, error) { return in.IndexID, indexNotFound.With(in.IndexID) }

type inCollection struct {
	api.InCluster
	DatabaseName   string `path:"databaseName" api:"maxLen=64" doc:"Name of the database."`
	CollectionName string `path:"collectionName" api:"maxLen=255" doc:"Name of the collection."`
}

func (in inCollection) query(s *Indexes) store.Query {
	q := s.Clustered.InCluster(in.GroupID, in.ClusterName)
	q.Prefix = append(q.Prefix, in.DatabaseName, in.CollectionName)
	return q
}

type clusterIn struct{ api.InCluster }

func (s *Indexes) listCluster(tx store.Tx, in clusterIn) ([]SearchIndexResponse, error) {
	return s.list(tx, in.InCluster, s.Clustered.InCluster(in.GroupID, in.ClusterName))
}

func (s *Indexes) listCollection(tx store.Tx, in inCollection) ([]SearchIndexResponse, error) {
	return s.list(tx, in.InCluster, in.query(s))
}

func (s *Indexes) list(tx store.Tx, in api.InCluster, q store.Query) ([]SearchIndexResponse, error) {
	if _, err := s.Cluster(tx, in.GroupID, in.ClusterName); err != nil {
		return nil, err
	}
	return s.Select(tx, in.GroupID, q)
}

// find is Find, and refuses an index of another cluster than the one that in names.
func (s *Indexes) find(tx store.Tx, in oneIndex) (*index, error) {
	i, err := s.Find(tx, in)
	if err == nil && i.Internal.Cluster != in.ClusterName {
		return nil, indexNotFound.With(in.IndexID)
	}
	return i, err
}

func (s *Indexes) get(tx store.Tx, in oneIndex) (out SearchIndexResponse, err error) {
	if _, err := s.find(tx, in); err != nil {
		return out, err
	}
	return s.Get(tx, in)
}

func (s *Indexes) create(tx store.Tx, in kept.CreateInClusterIn[SearchIndexCreateRequest]) (out SearchIndexResponse, err error) {
	c, err := s.Cluster(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return out, err
	}
	w := in.Body
	return s.Add(tx, &index{GroupID: in.GroupID, Internal: place{c.Name}, Value: SearchIndexResponse{
		CollectionName: w.CollectionName, Database: w.Database, LatestDefinition: &w.Definition, LatestDefinitionVersion: &SearchIndexDefinitionVersion{}, Name: w.Name, Type: w.Type,
	}})
}

type updateIn struct {
	oneIndex
	Body SearchIndexUpdateRequest
}

func (s *Indexes) update(tx store.Tx, in updateIn) (SearchIndexResponse, error) {
	return s.define(tx, in.oneIndex, in.Body.Definition)
}

// define gives an index another definition.
func (s *Indexes) define(tx store.Tx, in oneIndex, d Definition) (out SearchIndexResponse, err error) {
	if _, err := s.find(tx, in); err != nil {
		return out, err
	}
	return s.Update(tx, in, func(i *index) error {
		version := SearchIndexDefinitionVersion{CreatedAt: api.Time{Time: tx.Now()}, Version: i.Value.LatestDefinitionVersion.Version + 1}
		i.Value.LatestDefinition, i.Value.LatestDefinitionVersion = &d, &version
		return nil
	})
}

type namedIn struct {
	inCollection
	IndexName string `path:"indexName" api:"maxLen=255" doc:"Name of the index."`
}

// named is the index that in names, by its id.
func (in namedIn) named(tx store.Tx) (one oneIndex, err error) {
	i, err := indexes.Find(tx, "name", in.GroupID, in.ClusterName, in.DatabaseName, in.CollectionName, in.IndexName)
	if err != nil {
		return one, store.IfMissing(err, indexNotFound.With(in.IndexName))
	}
	return oneIndex{in.InCluster, i.ID}, nil
}

func (s *Indexes) getNamed(tx store.Tx, in namedIn) (out SearchIndexResponse, err error) {
	one, err := in.named(tx)
	if err != nil {
		return out, err
	}
	return s.Get(tx, one)
}

type updateNamedIn struct {
	namedIn
	Body SearchIndexUpdateRequest
}

func (s *Indexes) updateNamed(tx store.Tx, in updateNamedIn) (out SearchIndexResponse, err error) {
	one, err := in.named(tx)
	if err != nil {
		return out, err
	}
	return s.define(tx, one, in.Body.Definition)
}

func (s *Indexes) deleteNamed(tx store.Tx, in namedIn) (none api.None, err error) {
	one, err := in.named(tx)
	if err != nil {
		return none, err
	}
	return s.Delete(tx, one)
}

func (s *Indexes) delete(tx store.Tx, in oneIndex) (none api.None, err error) {
	if _, err := s.find(tx, in); err != nil {
		return none, err
	}
	return s.Delete(tx, in)
}
