package backup

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// DiskBackupShardedClusterSnapshot is a snapshot in the shape of a sharded cluster's. A replica set's snapshot has no
// members.
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

func (s *Snapshot) shardedWire() DiskBackupShardedClusterSnapshot {
	return DiskBackupShardedClusterSnapshot{DiskBackupSnapshot: s.wire(), Members: []DiskBackupShardedClusterSnapshotMember{}, SnapshotIDs: []string{}}
}

// listSharded is empty: there are no sharded clusters so far.
func listSharded(tx store.Tx, in allIn[dedicated]) (api.Page[DiskBackupShardedClusterSnapshot], error) {
	_, err := in.Of.cluster(tx)
	return api.Page[DiskBackupShardedClusterSnapshot]{TotalCount: new(int)}, err
}

// deleteSharded removes nothing: a replica set's snapshot has an operation of its own.
func deleteSharded(tx store.Tx, in snapshotIn[dedicated]) (none api.None, err error) {
	if _, err := in.find(tx); err != nil {
		return none, err
	}
	return none, fault.ResourceNotFound.With("snapshot " + in.SnapshotID + " of a sharded cluster")
}
