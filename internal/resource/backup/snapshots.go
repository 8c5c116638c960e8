package backup

import (
	"context"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	usualRetention   = 7      // days that a snapshot is kept if its request does not say
	longestRetention = 36_500 // days
)

type takeIn struct {
	api.InCluster
	Body DiskBackupOnDemandSnapshotRequest
}

func (s *Service) take(ctx context.Context, in takeIn) (out DiskBackupSnapshot, err error) {
	days := api.Or(in.Body.RetentionInDays, usualRetention)
	if days > longestRetention {
		return out, fault.Field("retentionInDays", "must be at most %d", longestRetention)
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		c, err := running(tx, in.InCluster)
		if err != nil {
			return err
		}
		if err := noUnfinished(tx, c); err != nil {
			return err
		}
		snap := &Snapshot{
			ID: model.NewID(), GroupID: c.GroupID, ClusterID: c.ID, Cluster: c.Name, ReplicaSet: c.ReplicaSet, Provider: c.Provider(), Node: c.Node,
			Description: in.Body.Description, Status: Queued, Since: tx.Now(), Created: tx.Now(), Expires: tx.Now().AddDate(0, 0, days), Version: s.Version,
		}
		if err := Snapshots.Put(tx, snap); err != nil {
			return err
		}
		if err := reconcile.Schedule(tx, SnapshotKind, snap.ID, snap.Node, tx.Now()); err != nil {
			return err
		}
		out = snap.wire()
		return write(tx, snap.GroupID, snap.Cluster, "CPS_ON_DEMAND_SNAPSHOT_REQUESTED")
	})
	return out, err
}

// write appends an event about a cluster of a project.
func write(tx store.Tx, groupID model.ID, cluster string, what event.Type) error {
	return event.Tell(tx, groupID, what, event.Cluster(cluster))
}

// dedicated returns the cluster that a path names, which is no Flex cluster.
func dedicated(tx store.Tx, groupID model.ID, name string) (*model.Cluster, error) {
	c, err := state.ClusterByName(tx, groupID, name)
	if err == nil && c.Flex {
		err = fault.FlexInClusterAPI.With(name)
	}
	return c, err
}

// running is dedicated for a cluster that must have a running database.
func running(tx store.Tx, in api.InCluster) (*model.Cluster, error) {
	c, err := dedicated(tx, in.GroupID, in.ClusterName)
	if err == nil && !c.Runs() {
		err = fault.ClusterNotReady.With(c.Name)
	}
	return c, err
}

// noUnfinished refuses a second snapshot on demand beside one that is being taken.
func noUnfinished(tx store.Tx, c *model.Cluster) error {
	all, err := Snapshots.List(tx, store.Query{Index: "cluster", Prefix: []string{c.ID}})
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.unfinished() {
			return fault.SnapshotUnfinished.With(c.Name)
		}
	}
	return nil
}

type listIn struct {
	api.InCluster
	api.Paging
}

func (s *Service) listSnapshots(ctx context.Context, in listIn) (page api.Page[DiskBackupReplicaSet], err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		c, err := dedicated(tx, in.GroupID, in.ClusterName)
		if err != nil {
			return err
		}
		page, err = shape.Page(tx, Snapshots, of(c), in.Paging, (*Snapshot).replicaSetWire)
		return err
	})
	return page, err
}

// of selects what belongs to a cluster, newest first.
func of(c *model.Cluster) store.Query {
	return store.Query{Index: "cluster", Prefix: []string{c.ID}, Reverse: true}
}

type snapshotIn struct {
	api.InCluster
	SnapshotID string `path:"snapshotId" api:"is=objectId" doc:"Id of the snapshot."`
}

// find returns the snapshot that in names.
func (in snapshotIn) find(tx store.Tx) (*Snapshot, error) {
	c, err := dedicated(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return nil, err
	}
	snap, err := Snapshots.Get(tx, in.SnapshotID)
	if err == nil && snap.ClusterID != c.ID {
		err = store.ErrNotFound
	}
	return snap, store.IfMissing(err, fault.ResourceNotFound.With("snapshot "+in.SnapshotID))
}

func (s *Service) getSnapshot(ctx context.Context, in snapshotIn) (out DiskBackupReplicaSet, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		snap, err := in.find(tx)
		if err == nil {
			out = snap.replicaSetWire()
		}
		return err
	})
	return out, err
}

func (s *Service) deleteSnapshot(ctx context.Context, in snapshotIn) (api.None, error) {
	return api.None{}, s.Store.Update(ctx, func(tx store.Tx) error {
		snap, err := in.find(tx)
		if err != nil {
			return err
		}
		if snap.unfinished() {
			return fault.SnapshotUnfinished.With(snap.Cluster)
		}
		return remove(tx, snap)
	})
}

// remove takes the snapshot's row away and schedules the removal of its files.
func remove(tx store.Tx, snap *Snapshot) error {
	if err := write(tx, snap.GroupID, snap.Cluster, "CPS_SNAPSHOT_DELETED_AUDIT"); err != nil {
		return err
	}
	return drop(tx, snap)
}

func drop(tx store.Tx, snap *Snapshot) error {
	if err := Snapshots.Delete(tx, snap); err != nil {
		return err
	}
	return reconcile.Schedule(tx, SnapshotKind, snap.ID, snap.Node, tx.Now())
}

// ClusterGone removes the snapshots and jobs of a cluster that has been deleted.
func (s *Service) ClusterGone(tx store.Tx, c *model.Cluster) error {
	all, err := Snapshots.List(tx, store.Query{Index: "cluster", Prefix: []string{c.ID}})
	if err != nil {
		return err
	}
	for _, snap := range all {
		if err := drop(tx, snap); err != nil {
			return err
		}
	}
	return Jobs.DeleteAll(tx, store.Query{Index: "cluster", Prefix: []string{c.ID}})
}

// ClusterLost fails the snapshots and jobs that are under way at a cluster whose node is gone for good.
func (s *Service) ClusterLost(tx store.Tx, c *model.Cluster) error {
	all, err := Snapshots.List(tx, store.Query{Index: "cluster", Prefix: []string{c.ID}})
	if err != nil {
		return err
	}
	for _, snap := range all {
		if !snap.unfinished() {
			continue
		}
		if err := come(tx, snap, Failed, 0); err != nil {
			return err
		}
	}
	for _, index := range []string{"cluster", "target"} {
		jobs, err := Jobs.List(tx, store.Query{Index: index, Prefix: []string{c.ID}})
		if err != nil {
			return err
		}
		for _, j := range jobs {
			if !j.unfinished() {
				continue
			}
			if err := fail(tx, j); err != nil {
				return err
			}
		}
	}
	return nil
}
