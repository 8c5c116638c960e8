package sampledata

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Load is a load of the data set as it is stored.
type Load struct {
	ID        model.ID  `json:"id"`
	GroupID   model.ID  `json:"groupId"`
	ClusterID model.ID  `json:"clusterId"`
	Cluster   string    `json:"cluster"`
	Created   time.Time `json:"created"`
	Ended     time.Time `json:"ended,omitzero"`
	Failure   string    `json:"failure,omitempty"` // why it failed, for people
	Rev       int64     `json:"-"`
}

// Loads are the loads, by their cluster.
var Loads = &store.Table[Load]{
	Name: "sample_loads",
	ID:   func(l *Load) string { return l.ID },
	Rev:  func(l *Load) *int64 { return &l.Rev },
	Indexes: []store.Index[Load]{
		{Name: "cluster", Key: func(l *Load) []string { return []string{l.ClusterID, state.TimeKey(l.Created)} }},
	},
}

// Tables are what the family stores.
func (s *Service) Tables() []*store.Schema { return []*store.Schema{Loads.Schema()} }

// SampleDatasetStatus is the status of a load.
type SampleDatasetStatus struct {
	ID           string                 `json:"_id,omitempty" api:"readonly,is=objectId" doc:"Id of the load."`
	ClusterName  string                 `json:"clusterName,omitempty" api:"readonly,is=clusterName" doc:"Name of the cluster."`
	CompleteDate api.Nullable[api.Time] `json:"completeDate" api:"readonly" doc:"When the load ended. null until then."`
	CreateDate   api.Time               `json:"createDate,omitzero" api:"readonly" doc:"When the load was asked for."`
	ErrorMessage api.Nullable[string]   `json:"errorMessage" api:"readonly" doc:"Why the load failed. null if it has not."`
	State        string                 `json:"state,omitempty" api:"readonly,enum=WORKING|FAILED|COMPLETED" doc:"State of the load."`
}

func (l *Load) wire() SampleDatasetStatus {
	w := SampleDatasetStatus{ID: l.ID, ClusterName: l.Cluster, CreateDate: api.Time{Time: l.Created}, State: "WORKING"}
	switch {
	case l.Failure != "":
		w.State, w.ErrorMessage = "FAILED", api.NullOr(&l.Failure)
	case !l.Ended.IsZero():
		w.State = "COMPLETED"
	}
	if !l.Ended.IsZero() {
		w.CompleteDate = api.NullOr(&api.Time{Time: l.Ended})
	}
	return w
}

type requestIn struct {
	api.InGroup
	Name string `path:"name" api:"is=clusterName" doc:"Name of the cluster."`
}

// request begins a load, or returns the one that is under way.
func request(tx store.Tx, in requestIn) (out SampleDatasetStatus, err error) {
	c, err := state.ClusterByName(tx, in.GroupID, in.Name)
	if err != nil {
		return out, err
	}
	if !c.Runs() {
		return out, fault.ClusterNotReady.With(c.Name)
	}
	last, err := Loads.List(tx, store.Query{Index: "cluster", Prefix: []string{c.ID}, Reverse: true, Limit: 1})
	if err != nil {
		return out, err
	}
	if len(last) > 0 && last[0].Ended.IsZero() {
		return last[0].wire(), nil
	}
	l := &Load{ID: model.NewID(), GroupID: in.GroupID, ClusterID: c.ID, Cluster: c.Name, Created: tx.Now()}
	if err := Loads.Put(tx, l); err != nil {
		return out, err
	}
	if err := reconcile.Schedule(tx, Kind, l.ID, c.Node, tx.Now()); err != nil {
		return out, err
	}
	return l.wire(), event.WriteInProject(tx, in.GroupID, "SAMPLE_DATASET_LOAD_REQUESTED", event.Cluster(c.Name))
}

type getIn struct {
	api.InGroup
	ID string `path:"name" api:"is=objectId" doc:"Id of the load."`
}

var get = shape.Get(getIn.find, (*Load).wire)

func (in getIn) find(tx store.Tx) (*Load, error) {
	l, err := Loads.Get(tx, in.ID)
	if err == nil && l.GroupID != in.GroupID {
		err = store.ErrNotFound
	}
	return l, store.IfMissing(err, fault.ResourceNotFound.With("sample data set load "+in.ID))
}

// OnClusterReady does nothing: a load has work of its own.
func (s *Service) OnClusterReady(store.Tx, *model.Cluster) error { return nil }

// OnClusterDelete removes the loads of a cluster that has been deleted.
func (s *Service) OnClusterDelete(tx store.Tx, c *model.Cluster) error {
	return Loads.DeleteAll(tx, store.Query{Index: "cluster", Prefix: []string{c.ID}})
}

// OnClusterLost does nothing: OnClusterDelete deletes the loads when the lost cluster is deleted.
func (s *Service) OnClusterLost(store.Tx, *model.Cluster) error { return nil }

// Kind is the work of a load; its key is the load's id.
const Kind reconcile.Kind = "sample"

// Reconcile loads the data set, and ends the load when it has been under way long enough to be seen.
func (s *Service) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	var l *Load
	var now time.Time
	err = s.Store.View(ctx, func(tx store.Tx) error {
		now = tx.Now()
		l, err = Loads.Get(tx, key)
		return err
	})
	if err != nil || !l.Ended.IsZero() {
		return again, store.IfMissing(err, nil)
	}
	all, err := collections()
	if err != nil {
		return again, err
	}
	for _, c := range all {
		if err := s.Plane.Load(ctx, l.ClusterID, c.db, c.name, c.docs); err != nil {
			return again, err
		}
	}
	if seen := l.Created.Add(s.MinDuration); now.Before(seen) {
		return seen, nil
	}
	return again, s.end(ctx, key, "")
}

// GiveUp ends a load that failed.
func (s *Service) GiveUp(ctx context.Context, key string, _ error) error {
	return s.end(ctx, key, "the data could not be written: the cluster does not run, or the server's log has the cause")
}

func (s *Service) end(ctx context.Context, key, failure string) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		l, err := Loads.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		l.Ended, l.Failure = tx.Now(), failure
		return Loads.Put(tx, l)
	})
}

// Work is what the family does later.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{Kind: s}
}
