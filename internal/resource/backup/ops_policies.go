package backup

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	bucketsPath    = "/groups/{groupId}/backup/exportBuckets"
	exportsPath    = "/groups/{groupId}/clusters/{clusterName}/backup/exports"
	policyPath     = "/groups/{groupId}/backupCompliancePolicy"
	databasesPath  = snapshotsPath + "/{snapshotId}/databases"
	oneBucketPath  = bucketsPath + "/{exportBucketId}"
	policySunset   = "2027-07-01" // of the first versions
	contentVersion = "2025-03-12"
)

// policyOperations are the operations on compliance policies, and on the databases and collections of snapshots.
func (s *Service) policyOperations() api.Operations {
	owner, manage := authz.Any(authz.GroupOwner), authz.Any(authz.GroupBackupManager)
	inSnapshot := fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI, snapshotNotReady, snapshotElsewhere}
	return api.Operations{
		{
			ID: "getDataProtectionSettings", Aliases: []string{"getCompliancePolicy", "getGroupBackupCompliancePolicy"}, Method: http.MethodGet, Path: policyPath, Tag: tag,
			Summary: "Return the backup compliance policy of one project", Description: "Returns an empty object if there is none.",
			Roles: owner, Status: http.StatusOK, Level: api.Real,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, getPolicy)).Until(policySunset), api.At("2023-10-01", store.Read(s.Store, getPolicy))},
		},
		{
			ID: "updateDataProtectionSettings", Aliases: []string{"updateCompliancePolicy", "updateGroupBackupCompliancePolicy"}, Method: http.MethodPut, Path: policyPath, Tag: tag,
			Summary: "Update the backup compliance policy of one project",
			Description: "Declares for how long snapshots are kept at least, and how often they are taken. While there is a policy, it can only become stronger, " +
				"schedules must meet it, and no snapshot is deleted by a request.",
			Roles: owner, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{complianceForbids, complianceUnmet},
			Versions: []api.Version{
				api.At("2023-01-01", store.Write(s.Store, putPolicy[DataProtectionSettings](s))).Until(policySunset),
				api.At("2023-10-01", store.Write(s.Store, putPolicy[DataProtectionSettings20231001](s))),
			},
		},
		{
			ID: "disableDataProtectionSettings", Aliases: []string{"disableCompliancePolicy", "disableGroupBackupCompliancePolicy"}, Method: http.MethodDelete, Path: policyPath, Tag: tag,
			Summary: "Disable the backup compliance policy of one project", Description: "Is refused: whoever could disable the policy could delete what it protects. The policy is deleted with its project.",
			Roles: owner, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{complianceForbids},
			Versions: api.Since("2024-11-13", store.Write(s.Store, disablePolicy)),
		},
		{
			ID: "listBackupSnapshotDatabases", Aliases: []string{"listGroupClusterBackupSnapshotDatabases"}, Method: http.MethodGet, Path: databasesPath, Tag: tag,
			Summary: "Return all databases in one snapshot of one cluster", Description: "Reads the snapshot itself. The server's own databases are not shown.",
			Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: inSnapshot, Versions: api.Since(contentVersion, s.listDatabases),
		},
		{
			ID: "getBackupSnapshotDatabase", Aliases: []string{"getGroupClusterBackupSnapshotDatabase"}, Method: http.MethodGet, Path: databasesPath + "/{databaseName}", Tag: tag,
			Summary: "Return one database in one snapshot of one cluster",
			Roles:   manage, Status: http.StatusOK, Level: api.Real, Errors: inSnapshot, Versions: api.Since(contentVersion, s.getDatabase),
		},
		{
			ID: "listBackupSnapshotDatabaseCollections", Aliases: []string{"listGroupClusterBackupSnapshotDatabaseCollections"}, Method: http.MethodGet, Path: databasesPath + "/{databaseName}/collections", Tag: tag,
			Summary: "Return all collections of one database in one snapshot of one cluster",
			Roles:   manage, Status: http.StatusOK, Level: api.Real, Errors: inSnapshot, Versions: api.Since(contentVersion, s.listCollections),
		},
		{
			ID: "getBackupSnapshotDatabaseCollection", Aliases: []string{"getGroupClusterBackupSnapshotDatabaseCollection"}, Method: http.MethodGet, Path: databasesPath + "/{databaseName}/collections/{collectionName}", Tag: tag,
			Summary: "Return one collection of one database in one snapshot of one cluster",
			Roles:   manage, Status: http.StatusOK, Level: api.Real, Errors: inSnapshot, Versions: api.Since(contentVersion, s.getCollection),
		},
	}
}

// Operations are those of export buckets and of export jobs.
func (s *Buckets) Operations() api.Operations {
	read := authz.Any(authz.GroupReadOnly)
	manage := authz.Any(authz.GroupBackupManager)
	export := authz.Any(authz.GroupBackupExportOperator, authz.GroupAtlasAdmin)
	exported := authz.Any(authz.GroupBackupManager, authz.GroupAtlasAdmin)
	atCluster := fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI}
	return api.Operations{
		{
			ID: "listExportBuckets", Aliases: []string{"listGroupBackupExportBuckets"}, Method: http.MethodGet, Path: bucketsPath, Tag: tag,
			Summary: "Return all export buckets of one project", Roles: read, Status: http.StatusOK, Level: api.Real,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.listAWS)).Until(policySunset), api.At("2024-05-30", store.Read(s.Store, s.List))},
		},
		{
			ID: "createExportBucket", Aliases: []string{"createGroupBackupExportBucket"}, Method: http.MethodPost, Path: bucketsPath, Tag: tag,
			Summary:     "Add one export bucket to one project",
			Description: "Registers a bucket by its name. Telamon finds it at the service of S3's protocol that it is configured for; roles and addresses are kept as declared.",
			Roles:       authz.Any(authz.GroupBackupManager, authz.GroupOwner), Status: http.StatusOK, Level: api.Real,
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.createAWS)).Until(policySunset), api.At("2024-05-30", store.Write(s.Store, s.create))},
		},
		{
			ID: "getExportBucket", Aliases: []string{"getGroupBackupExportBucket"}, Method: http.MethodGet, Path: oneBucketPath, Tag: tag,
			Summary: "Return one export bucket of one project", Roles: read, Status: http.StatusOK, Level: api.Real,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.getAWS)).Until(policySunset), api.At("2024-05-30", store.Read(s.Store, s.Get))},
		},
		{
			ID: "updateBackupExportBucket", Aliases: []string{"updateGroupBackupExportBucket"}, Method: http.MethodPatch, Path: oneBucketPath, Tag: tag,
			Summary: "Update which networks exports to one bucket use", Roles: manage, Status: http.StatusOK, Level: api.Declared,
			Versions: api.Since("2024-05-30", store.Write(s.Store, s.update)),
		},
		{
			ID: "deleteExportBucket", Aliases: []string{"deleteGroupBackupExportBucket"}, Method: http.MethodDelete, Path: oneBucketPath, Tag: tag,
			Summary: "Remove one export bucket from one project", Description: "Takes the bucket out of the schedules that export to it. The objects in the bucket stay.",
			Roles: manage, Status: http.StatusNoContent, Level: api.Real,
			Versions: api.Since("2023-01-01", store.Write(s.Store, s.Delete)),
		},
		{
			ID: "listBackupExportJobs", Aliases: []string{"listBackupExports", "listGroupClusterBackupExports"}, Method: http.MethodGet, Path: exportsPath, Tag: tag,
			Summary: "Return all export jobs of one cluster", Description: "Returns the jobs, newest first.", Roles: exported, Status: http.StatusOK, Level: api.Real, Errors: atCluster,
			Versions: api.Since("2023-01-01", store.Read(s.Store, list[dedicated](ExportJobs, true, (*ExportJob).wire))),
		},
		{
			ID: "createBackupExportJob", Aliases: []string{"createBackupExport", "createGroupClusterBackupExport"}, Method: http.MethodPost, Path: exportsPath, Tag: tag,
			Summary: "Export one snapshot of one cluster into a bucket", Description: "Writes the documents of all collections as JSON, as the service lays them out.",
			Roles: export, Status: http.StatusOK, Level: api.Real, Errors: append(fault.Kinds{snapshotNotReady, exportsLimit}, atCluster...),
			Versions: api.Since("2023-01-01", store.Write(s.Store, s.export)),
		},
		{
			ID: "getBackupExportJob", Aliases: []string{"getBackupExport", "getGroupClusterBackupExport"}, Method: http.MethodGet, Path: exportsPath + "/{exportId}", Tag: tag,
			Summary: "Return one export job of one cluster", Roles: exported, Status: http.StatusOK, Level: api.Real, Errors: atCluster,
			Versions: api.Since("2023-01-01", store.Read(s.Store, shape.Get(exportJobIn.find, (*ExportJob).wire))),
		},
	}
}
