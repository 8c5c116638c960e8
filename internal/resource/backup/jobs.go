package backup

import (
	"slices"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/backup/collections"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type createJobIn struct {
	api.InCluster
	Body DiskBackupSnapshotRestoreJob
}

// creators create jobs, by their deliveryType.
var creators = map[string]func(store.Tx, createJobIn) (*Job, error){
	automated: createAutomated, download: createDownload, pointInTime: createPointInTime,
}

func createJob(tx store.Tx, in createJobIn) (out DiskBackupSnapshotRestoreJob, err error) {
	if err := checkJob(&in.Body); err != nil {
		return out, err
	}
	j, err := creators[in.Body.DeliveryType](tx, in)
	if err != nil {
		return out, err
	}
	return j.wire(), nil
}

func createAutomated(tx store.Tx, in createJobIn) (*Job, error) {
	w := &in.Body
	snap, err := (snapshotIn[dedicated]{dedicated{in.InCluster}, w.SnapshotID}).find(tx)
	if err != nil {
		return nil, err
	}
	return restore(tx, snap, state.DedicatedByName, w.TargetGroupID, w.TargetClusterName)
}

// restore creates a job that restores a snapshot to the cluster that find returns for a name in a project.
func restore(tx store.Tx, snap *Snapshot, find func(store.Tx, model.ID, string) (*model.Cluster, error), groupID model.ID, name string) (*Job, error) {
	if snap.Status != Completed {
		return nil, snapshotNotReady.With(snap.ID)
	}
	j := snap.job(tx, "")
	return j, j.restoreTo(tx, snap, find, groupID, name)
}

// restoreTo stores a job that restores a snapshot, with or without later changes, to a cluster.
func (j *Job) restoreTo(tx store.Tx, snap *Snapshot, find func(store.Tx, model.ID, string) (*model.Cluster, error), groupID model.ID, name string) error {
	target, err := targetOf(tx, find, groupID, name)
	if err != nil {
		return err
	}
	if err := snap.reaches(target); err != nil {
		return err
	}
	if most := target.DiskBytes(); most > 0 && snap.Data > most {
		return targetTooSmall.With(strconv.FormatInt(snap.Data>>20, 10), target.Name, strconv.FormatInt(most>>20, 10))
	}
	j.TargetID, j.Target, j.TargetIn = target.ID, target.Name, target.GroupID
	if err := j.begin(tx, target.Node); err != nil {
		return err
	}
	return write(tx, j.TargetIn, j.Target, j.event("CPS_RESTORE_REQUESTED_AUDIT", "TENANT_RESTORE_REQUESTED_AUDIT"))
}

// reaches refuses a target on another node, unless the snapshot is in the bucket.
func (s *Snapshot) reaches(target *model.Cluster) error {
	if target.Node == s.Node || s.Stored {
		return nil
	}
	return fault.Field("targetClusterName", "must be a cluster on the node of the snapshot; %s is on another", target.Name)
}

// event is that of a dedicated cluster's job, or that of a Flex cluster's.
func (j *Job) event(dedicated, flex event.Type) event.Type {
	if j.Flex {
		return flex
	}
	return dedicated
}

// targetOf returns the cluster that a job restores to. It must run, the caller must be allowed to restore to it, and no
// other job may be restoring it.
func targetOf(tx store.Tx, find func(store.Tx, model.ID, string) (*model.Cluster, error), groupID model.ID, name string) (*model.Cluster, error) {
	p, err := state.Project(tx, groupID)
	if err != nil {
		return nil, err
	}
	need := authz.Any(authz.GroupBackupExportOperator, authz.GroupBackupRecovery, authz.GroupBackupManager)
	if err := api.Require(tx.Context(), need, authz.Scope{OrgID: p.OrgID, GroupID: p.ID}); err != nil {
		return nil, err
	}
	c, err := find(tx, groupID, name)
	if err == nil && !c.Runs() {
		err = fault.ClusterNotReady.With(c.Name)
	}
	if err != nil {
		return nil, err
	}
	jobs, err := Jobs.List(tx, store.Query{Index: "target", Prefix: []string{c.ID}})
	if err != nil {
		return c, err
	}
	copying, err := collections.Jobs.List(tx, store.Query{Index: "target", Prefix: []string{c.ID}})
	if slices.ContainsFunc(jobs, (*Job).unfinished) || slices.ContainsFunc(copying, (*collections.Job).Unfinished) {
		err = restoreUnfinished.With(c.Name)
	}
	return c, err
}
