package backup

import (
	"context"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type createJobIn struct {
	api.InCluster
	Body DiskBackupSnapshotRestoreJob
}

func (s *Service) createJob(ctx context.Context, in createJobIn) (out DiskBackupSnapshotRestoreJob, err error) {
	if err := checkJob(&in.Body); err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		snap, err := (snapshotIn{in.InCluster, in.Body.SnapshotID}).find(tx)
		if err != nil {
			return err
		}
		if snap.Status != Completed {
			return fault.SnapshotNotReady.With(snap.ID)
		}
		target, err := s.target(tx, &in.Body)
		if err != nil {
			return err
		}
		if target.Node != snap.Node {
			return fault.Field("targetClusterName", "must be a cluster on the node of the snapshot; %s is on another", target.Name)
		}
		j := &Job{
			ID: model.NewID(), GroupID: snap.GroupID, ClusterID: snap.ClusterID, Cluster: snap.Cluster, SnapshotID: snap.ID, Taken: snap.Created,
			TargetID: target.ID, Target: target.Name, TargetIn: target.GroupID, Created: tx.Now(),
		}
		if err := Jobs.Put(tx, j); err != nil {
			return err
		}
		if err := reconcile.Schedule(tx, RestoreKind, j.ID, target.Node, tx.Now()); err != nil {
			return err
		}
		out = j.wire()
		return write(tx, j.TargetIn, j.Target, "CPS_RESTORE_REQUESTED_AUDIT")
	})
	return out, err
}

// checkJob holds a request against the rules that need no other object.
func checkJob(w *DiskBackupSnapshotRestoreJob) error {
	var bad []fault.Violation
	if w.DeliveryType != automated {
		bad = append(bad, fault.Violation{Field: "deliveryType", Description: "must be automated: Telamon has no downloads and no points in time yet"})
	}
	for _, f := range []struct{ name, value string }{
		{"snapshotId", w.SnapshotID}, {"targetClusterName", w.TargetClusterName}, {"targetGroupId", w.TargetGroupID},
	} {
		if f.value == "" {
			bad = append(bad, fault.Violation{Field: f.name, Description: "is required for an automated restore"})
		}
	}
	if len(bad) > 0 {
		return fault.Invalid(bad...)
	}
	return nil
}

// target returns the cluster that a job restores to: one that runs, that the caller may restore to, and that no other
// job is restoring.
func (s *Service) target(tx store.Tx, w *DiskBackupSnapshotRestoreJob) (*model.Cluster, error) {
	p, err := state.Projects.Get(tx, w.TargetGroupID)
	if err != nil {
		return nil, store.IfMissing(err, fault.GroupNotFound.With(w.TargetGroupID))
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
	if err != nil {
		return nil, err
	}
	for _, j := range jobs {
		if j.unfinished() {
			return nil, fault.RestoreUnfinished.With(c.Name)
		}
	}
	return c, nil
}

func (s *Service) listJobs(ctx context.Context, in listIn) (page api.Page[DiskBackupSnapshotRestoreJob], err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		c, err := dedicated(tx, in.GroupID, in.ClusterName)
		if err != nil {
			return err
		}
		page, err = shape.Page(tx, Jobs, of(c), in.Paging, (*Job).wire)
		return err
	})
	return page, err
}

type jobIn struct {
	api.InCluster
	RestoreJobID string `path:"restoreJobId" api:"is=objectId" doc:"Id of the restore job."`
}

func (s *Service) getJob(ctx context.Context, in jobIn) (out DiskBackupSnapshotRestoreJob, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		c, err := dedicated(tx, in.GroupID, in.ClusterName)
		if err != nil {
			return err
		}
		j, err := Jobs.Get(tx, in.RestoreJobID)
		if err == nil && j.ClusterID != c.ID {
			err = store.ErrNotFound
		}
		if err != nil {
			return store.IfMissing(err, fault.ResourceNotFound.With("restore job "+in.RestoreJobID))
		}
		out = j.wire()
		return nil
	})
	return out, err
}
