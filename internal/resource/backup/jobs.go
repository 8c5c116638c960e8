package backup

import (
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type createJobIn struct {
	api.InCluster
	Body DiskBackupSnapshotRestoreJob
}

func createJob(tx store.Tx, in createJobIn) (out DiskBackupSnapshotRestoreJob, err error) {
	if err := checkJob(&in.Body); err != nil {
		return out, err
	}
	snap, err := (snapshotIn{in.InCluster, in.Body.SnapshotID}).find(tx)
	if err != nil {
		return out, err
	}
	if snap.Status != Completed {
		return out, snapshotNotReady.With(snap.ID)
	}
	target, err := targetOf(tx, &in.Body)
	if err != nil {
		return out, err
	}
	if target.Node != snap.Node {
		return out, fault.Field("targetClusterName", "must be a cluster on the node of the snapshot; %s is on another", target.Name)
	}
	j := &Job{
		ID: model.NewID(), GroupID: snap.GroupID, ClusterID: snap.ClusterID, Cluster: snap.Cluster, SnapshotID: snap.ID, Taken: snap.Created,
		TargetID: target.ID, Target: target.Name, TargetIn: target.GroupID, Created: tx.Now(),
	}
	if err := Jobs.Put(tx, j); err != nil {
		return out, err
	}
	if err := reconcile.Schedule(tx, RestoreKind, j.ID, target.Node, tx.Now()); err != nil {
		return out, err
	}
	return j.wire(), write(tx, j.TargetIn, j.Target, "CPS_RESTORE_REQUESTED_AUDIT")
}

// checkJob holds a request against the rules that need no other object.
func checkJob(w *DiskBackupSnapshotRestoreJob) error {
	var bad fault.Problems
	if w.DeliveryType != automated {
		bad.Add("deliveryType", "must be automated: Telamon has no downloads and no points in time yet")
	}
	for _, f := range []struct{ name, value string }{
		{"snapshotId", w.SnapshotID}, {"targetClusterName", w.TargetClusterName}, {"targetGroupId", w.TargetGroupID},
	} {
		if f.value == "" {
			bad.Add(f.name, "is required for an automated restore")
		}
	}
	return bad.Err()
}

// targetOf returns the cluster that a job restores to: one that runs, that the caller may restore to, and that no other
// job is restoring.
func targetOf(tx store.Tx, w *DiskBackupSnapshotRestoreJob) (*model.Cluster, error) {
	p, err := state.Project(tx, w.TargetGroupID)
	if err != nil {
		return nil, err
	}
	need := authz.Any(authz.GroupBackupExportOperator, authz.GroupBackupRecovery, authz.GroupBackupManager)
	if err := api.Require(tx.Context(), need, authz.Scope{OrgID: p.OrgID, GroupID: p.ID}); err != nil {
		return nil, err
	}
	c, err := running(tx, api.InCluster{InGroup: api.InGroup{GroupID: p.ID}, ClusterName: w.TargetClusterName})
	if err != nil {
		return nil, err
	}
	jobs, err := Jobs.List(tx, store.Query{Index: "target", Prefix: []string{c.ID}})
	if err == nil && slices.ContainsFunc(jobs, (*Job).unfinished) {
		err = restoreUnfinished.With(c.Name)
	}
	return c, err
}

type jobIn struct {
	api.InCluster
	RestoreJobID string `path:"restoreJobId" api:"is=objectId" doc:"Id of the restore job."`
}

// find returns the job that in names.
func (in jobIn) find(tx store.Tx) (*Job, error) {
	return inCluster(tx, in.InCluster, Jobs, "restore job", in.RestoreJobID, func(j *Job) model.ID { return j.ClusterID })
}
