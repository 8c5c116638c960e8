package server

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/audit"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/auditing"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// auditLogs are the audit logs of this node's primaries, by cluster.
type auditLogs struct {
	mu  sync.Mutex
	all map[model.ID]map[int]*audit.Log // by member
}

// auditLog is a member's log, which is listed until it is closed.
type auditLog struct {
	*audit.Log
	delist func()
}

// Close makes the log durable.
func (l auditLog) Close() error {
	l.delist()
	return l.Log.Close()
}

func (a *auditLogs) list(cluster model.ID, member int, l *audit.Log) auditLog {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all == nil {
		a.all = map[model.ID]map[int]*audit.Log{}
	}
	if a.all[cluster] == nil {
		a.all[cluster] = map[int]*audit.Log{}
	}
	a.all[cluster][member] = l
	return auditLog{l, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.all[cluster], member)
	}}
}

func (a *auditLogs) of(cluster model.ID, member int) *audit.Log {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all[cluster][member]
}

// auditChange is a change of a user or a role that the audit log of a cluster is to tell of.
type auditChange struct {
	ID      model.ID        `json:"id"`
	Cluster model.ID        `json:"cluster"`
	Kind    string          `json:"kind"`
	Param   json.RawMessage `json:"param"` // as extended JSON
	Rev     int64           `json:"-"`
}

var auditChanges = &store.Table[auditChange]{
	Name:    "audit_changes",
	ID:      func(c *auditChange) string { return c.ID },
	Rev:     func(c *auditChange) *int64 { return &c.Rev },
	Indexes: []store.Index[auditChange]{{Name: "cluster", Key: func(c *auditChange) []string { return []string{c.Cluster} }}},
}

const auditingWork reconcile.Kind = "audit.change"

// noteChange has the clusters of a project tell of a change in their audit logs, if they are audited.
func noteChange(tx store.Tx, groupID model.ID, kind string, param bson.D) error {
	policy, err := auditing.PolicyOf(tx, groupID)
	if err != nil || policy == nil {
		return err
	}
	text, err := bson.MarshalExtJSON(param, false, false)
	if err != nil {
		return err
	}
	clusters, err := state.Clusters.List(tx, store.Query{Index: "name", Prefix: []string{groupID}})
	for _, c := range clusters {
		if !c.Runs() || err != nil {
			continue
		}
		change := &auditChange{ID: model.NewID(), Cluster: c.ID, Kind: kind, Param: text}
		if err = auditChanges.Put(tx, change); err == nil {
			err = reconcile.Schedule(tx, auditingWork, change.ID, c.Node, tx.Now())
		}
	}
	return err
}

// auditor writes changes of users and roles to the audit logs of primaries.
type auditor struct{ *Server }

// Tables are those of what is still to be written.
func (a auditor) Tables() []*store.Schema { return []*store.Schema{auditChanges.Schema()} }

// Work is the writing.
func (a auditor) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{auditingWork: a}
}

// Reconcile writes one change. A process that is killed in between writes it again.
func (a auditor) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	var change *auditChange
	var c *model.Cluster
	err = a.store.View(ctx, func(tx store.Tx) (err error) {
		if change, err = auditChanges.Get(tx, key); err == nil {
			c, err = state.Clusters.Get(tx, change.Cluster)
		}
		return err
	})
	if err != nil {
		return again, store.IfMissing(err, nil) // it is written, or the cluster is gone
	}
	if _, err := a.access.of(c.GroupID).get(ctx, userName{}); err != nil {
		return again, err
	}
	for _, m := range c.Members {
		if l := a.audits.of(c.ID, m.ID); l != nil && m.Primary {
			var param bson.D
			if err := bson.UnmarshalExtJSON(change.Param, false, &param); err != nil {
				return again, err
			}
			l.Change(change.Kind, param)
		}
	}
	return again, a.GiveUp(ctx, key, nil)
}

// GiveUp forgets a change.
func (a auditor) GiveUp(ctx context.Context, key string, _ error) error {
	return a.store.Update(ctx, func(tx store.Tx) error {
		change, err := auditChanges.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		return auditChanges.Delete(tx, change)
	})
}

// OnClusterReady does nothing.
func (a auditor) OnClusterReady(store.Tx, *model.Cluster) error { return nil }

// OnClusterDelete forgets what was to be written.
func (a auditor) OnClusterDelete(tx store.Tx, c *model.Cluster) error {
	return auditChanges.DeleteAll(tx, store.Query{Index: "cluster", Prefix: []string{c.ID}})
}

// OnClusterLost forgets what was to be written.
func (a auditor) OnClusterLost(tx store.Tx, c *model.Cluster) error { return a.OnClusterDelete(tx, c) }
