package backup

import (
	"cmp"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// order is a body that asks for a snapshot of a Flex cluster to be restored. The operations have three names for such a
// cluster.
type order interface {
	order() (snapshot, target string, targetIn model.ID, err error)
}

func (w FlexBackupRestoreJobCreate20241113) order() (snapshot, target string, targetIn model.ID, err error) {
	return w.SnapshotID, w.Target, w.TargetIn, nil
}

func (w TenantRestore) order() (snapshot, target string, targetIn model.ID, err error) {
	return w.SnapshotID, w.Target, w.TargetIn, nil
}

type orderIn[K located, B order] struct {
	Of   K `in:"path"`
	Body B
}

// restoreFlex creates a job that restores a snapshot of a Flex cluster to any cluster, and returns it in the shape that
// show makes.
func restoreFlex[K located, B order, W any](show func(*Job) W) func(store.Tx, orderIn[K, B]) (W, error) {
	return func(tx store.Tx, in orderIn[K, B]) (out W, err error) {
		snapshot, target, targetIn, err := in.Body.order()
		if err != nil {
			return out, err
		}
		snap, err := (snapshotIn[K]{in.Of, snapshot}).find(tx)
		if err != nil {
			return out, err
		}
		j, err := restore(tx, snap, state.ClusterByName, cmp.Or(targetIn, snap.GroupID), target)
		if err != nil {
			return out, err
		}
		return show(j), nil
	}
}

type flexDownloadIn struct {
	Of   flexCluster `in:"path"`
	Body FlexBackupSnapshotDownloadCreate20241113
}

// downloadFlex has a snapshot of a Flex cluster packed into a file that can be downloaded.
func (s *Service) downloadFlex(tx store.Tx, in flexDownloadIn) (out FlexBackupRestoreJob20241113, err error) {
	snap, err := (snapshotIn[flexCluster]{in.Of, in.Body.SnapshotID}).find(tx)
	if err != nil {
		return out, err
	}
	j, err := snap.download(tx)
	if err != nil {
		return out, err
	}
	return s.flexJob(j), nil
}

type tenantJobIn struct {
	Of        tenant `in:"path"`
	RestoreID string `path:"restoreId" api:"is=objectId" doc:"Id of the restore job."`
}

// find returns the job that in names.
func (in tenantJobIn) find(tx store.Tx) (*Job, error) {
	return jobIn[tenant]{in.Of, in.RestoreID}.find(tx)
}
