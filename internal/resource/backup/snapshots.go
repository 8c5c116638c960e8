package backup

import (
	"errors"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
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

func (s *Service) take(tx store.Tx, in takeIn) (out DiskBackupSnapshot, err error) {
	days := api.Or(in.Body.RetentionInDays, usualRetention)
	if days > longestRetention {
		return out, fault.Field("retentionInDays", "must be at most %d", longestRetention)
	}
	c, err := running(tx, in.InCluster)
	if err != nil {
		return out, err
	}
	if err := noUnfinished(tx, c); err != nil {
		return out, err
	}
	policy, err := policyOf(tx, c.GroupID)
	if err != nil {
		return out, err
	}
	if (retention{"days", days}).shorter(policy.onDemand()) {
		return out, complianceUnmet.With("retentionInDays")
	}
	snap := s.snapshot(tx, c)
	snap.Description, snap.Expires = in.Body.Description, tx.Now().AddDate(0, 0, days)
	if err := snap.keep(tx, tx.Now()); err != nil {
		return out, err
	}
	return snap.wire(), write(tx, snap.GroupID, snap.Cluster, "CPS_ON_DEMAND_SNAPSHOT_REQUESTED")
}

// snapshot returns a snapshot that is to be taken of a cluster.
func (s *Service) snapshot(tx store.Tx, c *model.Cluster) *Snapshot {
	return &Snapshot{
		ID: model.NewID(), GroupID: c.GroupID, ClusterID: c.ID, Cluster: c.Name, ReplicaSet: c.ReplicaSet, Provider: c.Provider(), Node: c.Node,
		Status: Queued, Since: tx.Now(), Created: tx.Now(), Version: s.Version, Flex: c.Flex,
	}
}

// keep stores a snapshot, and schedules its work.
func (s *Snapshot) keep(tx store.Tx, due time.Time) error {
	if err := Snapshots.Put(tx, s); err != nil {
		return err
	}
	return reconcile.Schedule(tx, SnapshotKind, s.ID, s.Node, due)
}

// write appends an event about a cluster of a project.
func write(tx store.Tx, groupID model.ID, cluster string, what event.Type) error {
	return event.WriteInProject(tx, groupID, what, event.Cluster(cluster))
}

// running returns the cluster that in names, which must be a dedicated one and run.
func running(tx store.Tx, in api.InCluster) (*model.Cluster, error) {
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	if err == nil && !c.Runs() {
		err = fault.ClusterNotReady.With(c.Name)
	}
	return c, err
}

// noUnfinished refuses a snapshot on demand while another one is being taken.
func noUnfinished(tx store.Tx, c *model.Cluster) error {
	all, err := Snapshots.List(tx, of(c))
	if err == nil && slices.ContainsFunc(all, func(s *Snapshot) bool { return s.unfinished() && s.Rhythm == "" }) {
		err = snapshotUnfinished.With(c.Name)
	}
	return err
}

// finished is find, and refuses a snapshot that is still being taken.
func (in snapshotIn[K]) finished(tx store.Tx) (*Snapshot, error) {
	snap, err := in.find(tx)
	if err == nil && snap.unfinished() {
		err = snapshotUnfinished.With(snap.Cluster)
	}
	return snap, err
}

func deleteSnapshot(tx store.Tx, in snapshotIn[dedicated]) (none api.None, err error) {
	snap, err := in.finished(tx)
	if err != nil {
		return none, err
	}
	if err := snap.protected(tx, time.Time{}); err != nil {
		return none, err
	}
	return none, remove(tx, snap)
}

// BackupSnapshotRetention says how long a snapshot is kept.
type BackupSnapshotRetention struct {
	Links          []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	RetentionUnit  string     `json:"retentionUnit" api:"required,enum=DAYS|WEEKS|MONTHS|YEARS" doc:"Unit of retentionValue."`
	RetentionValue int        `json:"retentionValue" api:"required" doc:"For how long the snapshot is kept, from when it was asked for."`
}

type retainIn struct {
	snapshotIn[dedicated]
	Body BackupSnapshotRetention
}

// retain changes when a snapshot expires.
func retain(tx store.Tx, in retainIn) (out DiskBackupReplicaSet, err error) {
	snap, err := in.finished(tx)
	if err != nil {
		return out, err
	}
	if in.Body.RetentionUnit == "" {
		return out, fault.Field("retentionUnit", "is required, with retentionValue")
	}
	var bad fault.Problems
	k := retention{in.Body.RetentionUnit, in.Body.RetentionValue}
	if checkRetention(&bad, "", k); bad.Err() != nil {
		return out, bad.Err()
	}
	if err := snap.protected(tx, k.after(snap.Created)); err != nil {
		return out, err
	}
	snap.Expires = k.after(snap.Created)
	if err := snap.keep(tx, snap.Expires); err != nil {
		return out, err
	}
	return snap.replicaSetWire(), write(tx, snap.GroupID, snap.Cluster, "CPS_SNAPSHOT_RETENTION_MODIFIED_AUDIT")
}

// remove deletes the snapshot's row and schedules the removal of its files.
func remove(tx store.Tx, snap *Snapshot) error {
	if err := write(tx, snap.GroupID, snap.Cluster, snap.event(removed)); err != nil {
		return err
	}
	return drop(tx, snap)
}

func drop(tx store.Tx, snap *Snapshot) error {
	if err := Snapshots.Delete(tx, snap); err != nil {
		return err
	}
	node, err := state.Standing(tx, snap.Node)
	if err != nil {
		return err
	}
	return errors.Join(sweep(tx, snap), reconcile.Schedule(tx, SnapshotKind, snap.ID, node, tx.Now()))
}

// dropAll removes the snapshots that q selects.
func dropAll(tx store.Tx, q store.Query) error {
	all, err := Snapshots.List(tx, q)
	if err != nil {
		return err
	}
	for _, snap := range all {
		if err := drop(tx, snap); err != nil {
			return err
		}
	}
	return nil
}

// OnClusterDelete removes the snapshots, jobs and schedule of a cluster that has been deleted. Its snapshots stay until
// they expire if its owner asked for that, or if the project has a compliance policy.
func (s *Service) OnClusterDelete(tx store.Tx, c *model.Cluster) error {
	p, err := policyOf(tx, c.GroupID)
	if err == nil && p == nil && !c.Declared.RetainBackups {
		err = dropAll(tx, of(c))
	}
	if c.Ready && s.Bucket {
		err = errors.Join(err, SweepLater(tx, c.ID, c.Node))
	}
	own := store.Query{IDs: []string{c.ID}}
	return errors.Join(err, Schedules.DeleteAll(tx, own), state.Moves.DeleteAll(tx, own), dropJobs(tx, c), dropCollectionJobs(tx, c), ExportJobs.DeleteAll(tx, of(c)))
}

// OnClusterLost fails the snapshots and jobs that are under way at a cluster whose node is gone for good.
func (s *Service) OnClusterLost(tx store.Tx, c *model.Cluster) error {
	all, err := Snapshots.List(tx, of(c))
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
	const gone = "the node of the cluster is gone for good"
	if err := loseCollectionJobs(tx, c, gone); err != nil {
		return err
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
			if err := fail(tx, j, gone); err != nil {
				return err
			}
		}
	}
	return nil
}
