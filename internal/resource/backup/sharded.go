package backup

import (
	"context"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// DiskBackupShardedClusterSnapshot is a snapshot as that of a sharded cluster. One of a replica set has no members.
type DiskBackupShardedClusterSnapshot struct {
	ConfigServerType string `json:"configServerType,omitempty" api:"readonly,enum=EMBEDDED|DEDICATED" doc:"Kind of config servers. Absent from replica sets."`
	DiskBackupSnapshot
	Members     []DiskBackupShardedClusterSnapshotMember `json:"members" api:"readonly" doc:"Snapshots of the shards."`
	SnapshotIDs []string                                 `json:"snapshotIds" api:"readonly,is=objectId" doc:"Ids of the shards' snapshots."`
}

// DiskBackupShardedClusterSnapshotMember is the snapshot of a shard.
type DiskBackupShardedClusterSnapshotMember struct {
	CloudProvider  string `json:"cloudProvider" api:"required,readonly,enum=AWS|AZURE|GCP" doc:"Provider that the shard declares."`
	ID             string `json:"id" api:"required,readonly,is=objectId" doc:"Id of the shard's snapshot."`
	ReplicaSetName string `json:"replicaSetName" api:"required,readonly" doc:"Name of the shard's replica set."`
}

func (s *Service) getSharded(ctx context.Context, in snapshotIn) (out DiskBackupShardedClusterSnapshot, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		snap, err := in.find(tx)
		if err == nil {
			out = DiskBackupShardedClusterSnapshot{
				DiskBackupSnapshot: snap.wire(), Members: []DiskBackupShardedClusterSnapshotMember{}, SnapshotIDs: []string{},
			}
		}
		return err
	})
	return out, err
}

type listShardedIn struct{ api.InCluster }

// listSharded is empty: there are no sharded clusters so far.
func (s *Service) listSharded(ctx context.Context, in listShardedIn) (page api.Page[DiskBackupShardedClusterSnapshot], err error) {
	return api.Page[DiskBackupShardedClusterSnapshot]{TotalCount: new(int)}, s.Store.View(ctx, func(tx store.Tx) error {
		_, err := dedicated(tx, in.GroupID, in.ClusterName)
		return err
	})
}

// deleteSharded removes nothing: a replica set's snapshot has an operation of its own.
func (s *Service) deleteSharded(ctx context.Context, in snapshotIn) (api.None, error) {
	return api.None{}, s.Store.View(ctx, func(tx store.Tx) error {
		if _, err := in.find(tx); err != nil {
			return err
		}
		return fault.ResourceNotFound.With("snapshot " + in.SnapshotID + " of a sharded cluster")
	})
}
