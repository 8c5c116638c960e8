package backup

import (
	"net/http"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/resource/backup/collections"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	collectionJobsPath = "/groups/{groupId}/clusters/{clusterName}/collectionRestoreJobs"
	oneCollectionJob   = collectionJobsPath + "/{jobId}"
)

// collectionOperations are those of jobs that restore databases and collections.
func (s *Service) collectionOperations() api.Operations {
	manage := authz.Any(authz.GroupBackupManager)
	atCluster := fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI}
	return api.Operations{
		{
			ID: "createCollectionRestoreJob", Aliases: []string{"createGroupClusterCollectionRestoreJob"}, Method: http.MethodPost, Path: collectionJobsPath, Tag: tag,
			Summary: "Restore databases and collections of one cluster",
			Description: "Copies databases and collections, as they are in a snapshot or were at a point in time, into a running cluster, beside what it has or in its place. " +
				"Each appears when it is complete, in one step. If one cannot be restored, none is.",
			Roles: authz.Any(authz.GroupBackupRecovery), Status: http.StatusCreated, Level: api.Real,
			Errors:   slices.Concat(fault.Kinds{restoreUnfinished, fault.ClusterNotReady, snapshotNotReady, noPointInTime}, atCluster),
			Versions: api.Since(contentVersion, store.Write(s.Store, restoreCollections)),
		},
		{
			ID: "listCollectionRestoreJobs", Aliases: []string{"listGroupClusterCollectionRestoreJobs"}, Method: http.MethodGet, Path: collectionJobsPath, Tag: tag,
			Summary: "Return all collection restore jobs of one cluster", Description: "Returns the jobs that restore from the cluster's backups, newest first.",
			Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: atCluster, Versions: api.Since(contentVersion, store.Read(s.Store, listCollectionJobs)),
		},
		{
			ID: "getCollectionRestoreJob", Aliases: []string{"getGroupClusterCollectionRestoreJob"}, Method: http.MethodGet, Path: oneCollectionJob, Tag: tag,
			Summary: "Return one collection restore job of one cluster",
			Roles:   manage, Status: http.StatusOK, Level: api.Real, Errors: atCluster,
			Versions: api.Since(contentVersion, store.Read(s.Store, shape.Get(collectionJobIn.find, (*collections.Job).Wire))),
		},
		{
			ID: "listRestoreJobCollections", Aliases: []string{"listGroupClusterCollectionRestoreJobCollections"}, Method: http.MethodGet, Path: oneCollectionJob + "/collections", Tag: tag,
			Summary: "Return how far one collection restore job is with each collection", Description: "Returns nothing before the job has read what the backup has.",
			Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: atCluster, Versions: api.Since(contentVersion, store.Read(s.Store, listCollectionStates)),
		},
		{
			ID: "getRestoreJobCollection", Aliases: []string{"getGroupClusterCollectionRestoreJobCollection"}, Method: http.MethodGet,
			Path: oneCollectionJob + "/collections/{sourceNamespace}", Tag: tag, Summary: "Return how far one collection restore job is with one collection",
			Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: atCluster, Versions: api.Since(contentVersion, store.Read(s.Store, getCollectionState)),
		},
	}
}
