package rollingindex

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// wanted is an index that is to be built.
type wanted struct {
	ID      model.ID                    `json:"id"`
	Cluster model.ID                    `json:"cluster"`
	Request DatabaseRollingIndexRequest `json:"request"`
	Rev     int64                       `json:"-"`
}

var builds = &store.Table[wanted]{
	Name:    "rolling_indexes",
	ID:      func(w *wanted) string { return w.ID },
	Rev:     func(w *wanted) *int64 { return &w.Rev },
	Indexes: []store.Index[wanted]{{Name: "cluster", Key: func(w *wanted) []string { return []string{w.Cluster} }}},
}

// Tables are the family's tables.
func (s *Service) Tables() []*store.Schema { return []*store.Schema{builds.Schema()} }

const building reconcile.Kind = "rollingIndex.build"

// Work is what the family does in the background.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{building: s}
}

// maxBuilds is how many builds a cluster has at a time.
const maxBuilds = 10

type createIn struct {
	api.InCluster
	Body DatabaseRollingIndexRequest
}

func create(tx store.Tx, in createIn) (none api.Empty, err error) {
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return none, err
	}
	switch {
	case c.Declared.Shared():
		return none, fault.TenantUnsupported.With(in.ClusterName)
	case !c.Runs():
		return none, fault.ClusterNotReady.With(in.ClusterName)
	}
	if _, err := in.Body.index(); err != nil {
		return none, err
	}
	n, err := builds.Count(tx, ofCluster(c.ID))
	if err == nil && n >= maxBuilds {
		err = tooMany.With(strconv.Itoa(maxBuilds))
	}
	if err != nil {
		return none, err
	}
	w := &wanted{ID: model.NewID(), Cluster: c.ID, Request: in.Body}
	if err := builds.Put(tx, w); err != nil {
		return none, err
	}
	return none, reconcile.Schedule(tx, building, w.ID, c.Node, tx.Now())
}

func ofCluster(id model.ID) store.Query { return store.Query{Index: "cluster", Prefix: []string{id}} }

// index is the index as createIndexes takes it.
func (r *DatabaseRollingIndexRequest) index() (bson.D, error) {
	key, names := bson.D{}, []string{}
	for i, one := range r.Keys {
		if len(one) != 1 {
			return nil, fault.Field(fmt.Sprintf("keys[%d]", i), "must be an object with one field")
		}
		for name, kind := range one {
			var value any = kind
			if n, err := strconv.ParseFloat(kind, 64); err == nil {
				value = n
			}
			key, names = append(key, bson.E{Key: name, Value: value}), append(names, name+"_"+kind)
		}
	}
	out := bson.D{{Key: "key", Value: key}, {Key: "name", Value: strings.Join(names, "_")}}
	if r.Collation != nil {
		doc, err := document(r.Collation)
		if err != nil {
			return nil, fault.Field("collation", "must be an object")
		}
		out = append(out, bson.E{Key: "collation", Value: doc})
	}
	if r.Options == nil {
		return out, nil
	}
	options, err := document(r.Options)
	if err != nil {
		return nil, fault.Field("options", "must have objects of a database's values")
	}
	for _, o := range options {
		switch o.Key {
		case "background":
		case "name":
			out[1] = o
		default:
			out = append(out, o)
		}
	}
	return out, nil
}

// document is a value of the wire as the database takes it.
func document(v any) (doc bson.D, err error) {
	raw, err := json.Marshal(v)
	if err == nil {
		err = bson.UnmarshalExtJSON(raw, false, &doc)
	}
	return doc, err
}

// Reconcile builds an index, and tells how that ended.
func (s *Service) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	var w *wanted
	err = s.Store.View(ctx, func(tx store.Tx) (err error) {
		w, err = builds.Get(tx, key)
		return err
	})
	if err != nil {
		return again, store.IfMissing(err, nil)
	}
	index, err := w.Request.index()
	if err == nil {
		_, err = s.Plane.Run(ctx, w.Cluster, bson.D{{Key: "createIndexes", Value: w.Request.Collection}, {Key: "indexes", Value: bson.A{index}}, {Key: "$db", Value: w.Request.DB}})
	}
	if ctx.Err() != nil {
		return again, ctx.Err() // the build goes on from the start
	}
	return again, s.end(ctx, w.ID, err)
}

// end removes a build that has ended, with the event that tells how.
func (s *Service) end(ctx context.Context, id model.ID, failed error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		w, err := builds.Get(tx, id)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		if err := builds.Delete(tx, w); err != nil {
			return err
		}
		c, err := state.Clusters.Get(tx, w.Cluster)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		if failed != nil {
			return event.WriteInProject(tx, c.GroupID, "ROLLING_INDEX_FAILED_INDEX_BUILD", event.Cluster(c.Name), event.Reason(failed.Error()))
		}
		return event.WriteInProject(tx, c.GroupID, "ROLLING_INDEX_SUCCESS_INDEX_BUILD", event.Cluster(c.Name))
	})
}

// GiveUp tells that an index was not built.
func (s *Service) GiveUp(ctx context.Context, key string, cause error) error {
	return s.end(ctx, key, cause)
}

// OnClusterReady does nothing: a build that a pause has cut off has told so.
func (s *Service) OnClusterReady(store.Tx, *model.Cluster) error { return nil }

// OnClusterDelete forgets what was to be built.
func (s *Service) OnClusterDelete(tx store.Tx, c *model.Cluster) error {
	return builds.DeleteAll(tx, ofCluster(c.ID))
}

// OnClusterLost forgets what was to be built.
func (s *Service) OnClusterLost(tx store.Tx, c *model.Cluster) error { return s.OnClusterDelete(tx, c) }
