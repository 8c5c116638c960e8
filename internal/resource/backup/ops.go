// Package backup is the family Cloud Backups: snapshots of clusters, and the jobs that restore them.
//
// A request declares a snapshot or a job and answers at once; the reconcilers take and restore. Snapshots are taken on
// demand and by schedule, of clusters that declare backups.
package backup

import (
	"context"
	"net/http"
	"os"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Plane is what the family needs of running databases. Every call may be repeated.
type Plane interface {
	Snapshot(ctx context.Context, cluster, snapshot model.ID) (plane.Taken, error)
	Data(cluster model.ID) (bytes int64, err error)
	VerifyAll(ctx context.Context, snapshots []model.ID) (damaged map[model.ID]error, err error)
	DropSnapshot(ctx context.Context, snapshot model.ID) error
	Sweep(ctx context.Context, cluster model.ID, kept []model.ID, oplogs bool) error
	Lay(ctx context.Context, snapshot model.ID, legs []plane.Leg, cluster model.ID, dataset string) error
	Unlay(cluster model.ID, dataset string) error
	Hold(cluster model.ID) (release func())
	Pause(ctx context.Context, cluster model.ID, now time.Time) error
	Ship(ctx context.Context, cluster model.ID, now time.Time) error
	Send(ctx context.Context, cluster model.ID) error
	Unship(cluster model.ID)
	PruneLogs(ctx context.Context, cluster model.ID, present string, before bson.Timestamp) error
	Pack(ctx context.Context, snapshot, download model.ID, root string, modified time.Time) error
	Packed(download model.ID) (*os.File, error)
	DropPack(download model.ID) error
	Start(c *model.Cluster) (model.Topology, error)
	Contents(ctx context.Context, snapshot model.ID) ([]plane.Namespace, error)
	Export(ctx context.Context, e plane.Export, exported func(collections, total int)) error
	Copy(ctx context.Context, c plane.Copying) error
	Place(ctx context.Context, cluster, job model.ID, i int, part plane.Part, overwrite bool) error
	DropCopies(ctx context.Context, cluster model.ID) error
}

// Service serves the family and does its work.
type Service struct {
	Store       store.Store
	Plane       Plane
	MinDuration time.Duration                        // the least time for which a snapshot or job is unfinished, so that a watching client sees it
	Version     string                               // MongoDB version of the clusters
	Wake        func(store.Tx, *model.Cluster) error // has a cluster looked at that may run again
	Node        string                               // this node's name
	Bucket      bool                                 // there is a bucket that snapshots are stored in

	ShipEvery time.Duration // from one copying of an oplog to the next; 0: a minute
	Secret    []byte        // key of the links of downloads; the same on all nodes
	BaseURL   func() string // of this node's API
}

const (
	tag            = "Cloud Backups"
	snapshotsPath  = "/groups/{groupId}/clusters/{clusterName}/backup/snapshots"
	scheduleSunset = "2027-07-01" // of its first version

	schedulePath = "/groups/{groupId}/clusters/{clusterName}/backup/schedule"
	jobsPath     = "/groups/{groupId}/clusters/{clusterName}/backup/restoreJobs"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return slices.Concat(s.clusterOperations(), s.tenantOperations(), s.policyOperations(), s.collectionOperations())
}

func (s *Service) clusterOperations() api.Operations {
	read := authz.Any(authz.GroupReadOnly)
	manage := authz.Any(authz.GroupBackupManager)
	atCluster := fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI}
	return api.Operations{
		{
			ID: "takeSnapshot", Aliases: []string{"takeGroupClusterBackupSnapshots", "takeSnapshots"}, Method: http.MethodPost, Path: snapshotsPath,
			Tag: tag, Summary: "Take one on-demand snapshot",
			Description: "Takes a snapshot of a running cluster: a copy of all its data as of one instant.",
			Roles:       authz.Any(authz.GroupBackupCreator, authz.GroupBackupManager), Status: http.StatusOK, Level: api.Real,
			Errors:   append(fault.Kinds{complianceUnmet, snapshotUnfinished, fault.ClusterNotReady}, atCluster...),
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.take))},
		},
		{
			ID: "listReplicaSetBackups", Aliases: []string{"listGroupClusterBackupSnapshots", "listBackupSnapshots"}, Method: http.MethodGet,
			Path: snapshotsPath, Tag: tag, Summary: "Return all snapshots of one cluster", Description: "Returns the snapshots, newest first.",
			Roles: read, Status: http.StatusOK, Level: api.Real, Errors: atCluster,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, list[dedicated](Snapshots, true, (*Snapshot).replicaSetWire)))},
		},
		{
			ID: "getReplicaSetBackup", Aliases: []string{"getGroupClusterBackupSnapshot", "getClusterBackupSnapshot"}, Method: http.MethodGet,
			Path: snapshotsPath + "/{snapshotId}", Tag: tag, Summary: "Return one snapshot of one cluster",
			Roles: read, Status: http.StatusOK, Level: api.Real, Errors: atCluster,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, shape.Get(snapshotIn[dedicated].find, (*Snapshot).replicaSetWire)))},
		},
		{
			ID: "updateSnapshotRetention", Aliases: []string{"updateGroupClusterBackupSnapshot", "updateBackupSnapshot"}, Method: http.MethodPatch,
			Path: snapshotsPath + "/{snapshotId}", Tag: tag, Summary: "Change for how long one snapshot of one cluster is kept",
			Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: append(fault.Kinds{complianceForbids, snapshotUnfinished}, atCluster...),
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, retain))},
		},
		{
			ID: "deleteReplicaSetBackup", Aliases: []string{"deleteGroupClusterBackupSnapshot", "deleteClusterBackupSnapshot"}, Method: http.MethodDelete,
			Path: snapshotsPath + "/{snapshotId}", Tag: tag, Summary: "Remove one snapshot of one cluster",
			Roles: manage, Status: http.StatusNoContent, Level: api.Real, Errors: append(fault.Kinds{complianceForbids, snapshotUnfinished}, atCluster...),
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, deleteSnapshot))},
		},
		{
			ID: "listShardedClusterBackups", Aliases: []string{"listGroupClusterBackupSnapshotShardedClusters", "listBackupShardedClusters"},
			Method: http.MethodGet, Path: snapshotsPath + "/shardedClusters", Tag: tag, Summary: "Return all snapshots of one sharded cluster",
			Description: "Returns an empty list: Telamon has no sharded clusters so far.",
			Roles:       read, Status: http.StatusOK, Level: api.Declared, Errors: atCluster,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, listSharded))},
		},
		{
			ID: "getShardedClusterBackup", Aliases: []string{"getGroupClusterBackupSnapshotShardedCluster", "getBackupShardedCluster"},
			Method: http.MethodGet, Path: snapshotsPath + "/shardedCluster/{snapshotId}", Tag: tag, Summary: "Return one snapshot of one sharded cluster",
			Description: "Returns a replica set's snapshot without members, which only sharded clusters have.",
			Roles:       read, Status: http.StatusOK, Level: api.Declared, Errors: atCluster,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, shape.Get(snapshotIn[dedicated].find, (*Snapshot).shardedWire)))},
		},
		{
			ID: "deleteShardedClusterBackup", Aliases: []string{"deleteGroupClusterBackupSnapshotShardedCluster", "deleteBackupShardedCluster"},
			Method: http.MethodDelete, Path: snapshotsPath + "/shardedCluster/{snapshotId}", Tag: tag, Summary: "Remove one snapshot of one sharded cluster",
			Description: "Answers 404 for a replica set's snapshot, which stays.",
			Roles:       manage, Status: http.StatusNoContent, Level: api.Declared, Errors: atCluster,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, deleteSharded))},
		},
		{
			ID: "createBackupRestoreJob", Aliases: []string{"createGroupClusterBackupRestoreJob"}, Method: http.MethodPost, Path: jobsPath,
			Tag: tag, Summary: "Create one restore job of one cluster",
			Description: "What the job does follows from deliveryType: automated puts the data of a snapshot in place of a cluster's data: of the same cluster or of another one, which may be in " +
				"another project. pointInTime does so with the data as of a second or of an operation of the oplog. The target's clients see a short pause. " +
				"download makes a file with what mongodump would write, which can be fetched for an hour.",
			Roles: authz.Any(authz.GroupBackupExportOperator, authz.GroupBackupRecovery, authz.GroupBackupManager), Status: http.StatusOK, Level: api.Real,
			Errors:   append(fault.Kinds{restoreUnfinished, fault.ClusterNotReady, snapshotNotReady, noPointInTime, downloadsLimit, targetTooSmall}, atCluster...),
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, createJob))},
		},
		{
			ID: "listBackupRestoreJobs", Aliases: []string{"listGroupClusterBackupRestoreJobs"}, Method: http.MethodGet, Path: jobsPath, Tag: tag,
			Summary: "Return all restore jobs of one cluster", Description: "Returns the jobs that restore the cluster's snapshots, newest first.",
			Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: atCluster,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, list[dedicated](Jobs, true, s.show)))},
		},
		{
			ID: "getBackupRestoreJob", Aliases: []string{"getGroupClusterBackupRestoreJob"}, Method: http.MethodGet, Path: jobsPath + "/{restoreJobId}",
			Tag: tag, Summary: "Return one restore job of one cluster",
			Description: "Returns a job and how far it is: it has ended once finishedAt is there or failed, cancelled or expired is true.",
			Roles:       manage, Status: http.StatusOK, Level: api.Real, Errors: atCluster,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, shape.Get(jobIn[dedicated].find, s.show)))},
		},
		{
			ID: "cancelBackupRestoreJob", Aliases: []string{"cancelGroupClusterBackupRestoreJob"}, Method: http.MethodDelete, Path: jobsPath + "/{restoreJobId}",
			Tag: tag, Summary: "Cancel one restore job of one cluster",
			Description: "Ends a job: its target keeps its data, and the link of a download stops working. The request is refused if the job has restored its data.",
			Roles:       authz.Any(authz.GroupBackupExportOperator, authz.GroupBackupRecovery, authz.GroupBackupManager), Status: http.StatusNoContent, Level: api.Real,
			Errors:   append(fault.Kinds{jobEnded}, atCluster...),
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, cancel))},
		},
		{
			ID: "getBackupSchedule", Aliases: []string{"getGroupClusterBackupSchedule"}, Method: http.MethodGet, Path: schedulePath, Tag: tag,
			Summary: "Return the backup schedule of one cluster", Description: "Returns the service's default schedule until it is changed. Snapshots are taken by the schedule while the cluster declares backups.",
			Roles: read, Status: http.StatusOK, Level: api.Real, Errors: atCluster,
			Versions: []api.Version{
				api.At("2023-01-01", store.Read(s.Store, getSchedule[DiskBackupSnapshotSchedule])).Until(scheduleSunset),
				api.At("2024-08-05", store.Read(s.Store, getSchedule[DiskBackupSnapshotSchedule20240805])),
			},
		},
		{
			ID: "updateBackupSchedule", Aliases: []string{"updateGroupClusterBackupSchedule"}, Method: http.MethodPatch, Path: schedulePath, Tag: tag,
			Summary: "Update the backup schedule of one cluster", Description: "Changes what the body names. Items keep the ids that items of the same frequencyType had.",
			Roles: authz.Any(authz.GroupBackupManager, authz.GroupOwner), Status: http.StatusOK, Level: api.Real, Errors: append(fault.Kinds{complianceForbids, complianceUnmet, fault.TenantUnsupported}, atCluster...),
			Versions: []api.Version{
				api.At("2023-01-01", store.Write(s.Store, updateSchedule[DiskBackupSnapshotSchedule])).Until(scheduleSunset),
				api.At("2024-08-05", store.Write(s.Store, updateSchedule[DiskBackupSnapshotSchedule20240805])),
			},
		},
		{
			ID: "deleteAllBackupSchedules", Aliases: []string{"deleteGroupClusterBackupSchedule", "deleteClusterBackupSchedule"}, Method: http.MethodDelete,
			Path: schedulePath, Tag: tag, Summary: "Remove the items of the backup schedule of one cluster", Description: "Returns the schedule that is left: a policy without items.",
			Roles: authz.Any(authz.GroupBackupManager, authz.GroupAtlasAdmin), Status: http.StatusOK, Level: api.Real, Errors: append(fault.Kinds{complianceUnmet, fault.TenantUnsupported}, atCluster...),
			Versions: []api.Version{
				api.At("2023-01-01", store.Write(s.Store, deleteSchedule[DiskBackupSnapshotSchedule])).Until(scheduleSunset),
				api.At("2024-08-05", store.Write(s.Store, deleteSchedule[DiskBackupSnapshotSchedule20240805])),
			},
		},
	}
}
