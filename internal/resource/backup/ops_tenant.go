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
	flexTag       = "Flex Snapshots"
	flexJobsTag   = "Flex Restore Jobs"
	tenantTag     = "Shared-Tier Snapshots"
	tenantJobsTag = "Shared-Tier Restore Jobs"

	flexBackup       = "/groups/{groupId}/flexClusters/{name}/backup"
	tenantBackup     = "/groups/{groupId}/clusters/{clusterName}/backup/tenant"
	serverlessBackup = "/groups/{groupId}/serverless/{clusterName}/backup"

	// The service ended the shared tiers and serverless instances in 2026, on these days. Source: Atlas documentation.
	deprecated = "2025-02-01"
)

// tenantOperations are those of Flex clusters' snapshots and jobs, by the three names that such a cluster has had.
func (s *Service) tenantOperations() api.Operations {
	read := authz.Any(authz.GroupReadOnly)
	owner := authz.Any(authz.GroupOwner)
	readOrOwn := authz.Any(authz.GroupOwner, authz.GroupReadOnly)
	recovers := authz.Any(authz.GroupBackupRecovery, authz.GroupOwner)
	missing := fault.Kinds{fault.ClusterNotFound, fault.NonFlexInFlexAPI}
	restoring := append(fault.Kinds{targetTooSmall, restoreUnfinished, fault.ClusterNotReady, snapshotNotReady, fault.FlexInClusterAPI}, missing...)
	return api.Operations{
		{
			ID: "listFlexBackups", Aliases: []string{"listGroupFlexClusterBackupSnapshots", "listFlexBackupSnapshots"}, Method: http.MethodGet, Path: flexBackup + "/snapshots",
			Tag: flexTag, Summary: "Return all snapshots of one Flex cluster", Description: "Returns the snapshots, oldest first: one for each of the last eight days.",
			Roles: read, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At("2024-11-13", store.Read(s.Store, list[flexCluster](Snapshots, false, (*Snapshot).flexWire)))},
		},
		{
			ID: "getFlexBackup", Aliases: []string{"getGroupFlexClusterBackupSnapshot", "getFlexBackupSnapshot"}, Method: http.MethodGet, Path: flexBackup + "/snapshots/{snapshotId}",
			Tag: flexTag, Summary: "Return one snapshot of one Flex cluster",
			Roles: read, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At("2024-11-13", store.Read(s.Store, shape.Get(snapshotIn[flexCluster].find, (*Snapshot).flexWire)))},
		},
		{
			ID: "downloadFlexBackup", Aliases: []string{"downloadGroupFlexClusterBackup"}, Method: http.MethodPost, Path: flexBackup + "/download",
			Tag: flexTag, Summary: "Download one snapshot of one Flex cluster",
			Description: "Begins a job that makes a file with what mongodump would write. The job tells where it can be fetched for an hour.",
			Roles:       authz.Any(authz.GroupBackupExportOperator, authz.GroupOwner), Status: http.StatusOK, Level: api.Real,
			Errors:   append(fault.Kinds{snapshotNotReady, downloadsLimit}, missing...),
			Versions: []api.Version{api.At("2024-11-13", store.Write(s.Store, s.downloadFlex))},
		},
		{
			ID: "createFlexBackupRestoreJob", Aliases: []string{"createGroupFlexClusterBackupRestoreJob", "createFlexRestoreJob"}, Method: http.MethodPost, Path: flexBackup + "/restoreJobs",
			Tag: flexJobsTag, Summary: "Create one restore job of one Flex cluster",
			Description: "Puts the data of a snapshot in place of a cluster's data, of this project or of another one.",
			Roles:       recovers, Status: http.StatusOK, Level: api.Real, Errors: restoring,
			Versions: []api.Version{api.At("2024-11-13", store.Write(s.Store, restoreFlex[flexCluster, FlexBackupRestoreJobCreate20241113](s.flexJob)))},
		},
		{
			ID: "listFlexBackupRestoreJobs", Aliases: []string{"listGroupFlexClusterBackupRestoreJobs", "listFlexRestoreJobs"}, Method: http.MethodGet, Path: flexBackup + "/restoreJobs",
			Tag: flexJobsTag, Summary: "Return all restore jobs of one Flex cluster", Description: "Returns the jobs that restore the cluster's snapshots, newest first.",
			Roles: readOrOwn, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At("2024-11-13", store.Read(s.Store, list[flexCluster](Jobs, true, s.flexJob)))},
		},
		{
			ID: "getFlexBackupRestoreJob", Aliases: []string{"getGroupFlexClusterBackupRestoreJob", "getFlexRestoreJob"}, Method: http.MethodGet, Path: flexBackup + "/restoreJobs/{restoreJobId}",
			Tag: flexJobsTag, Summary: "Return one restore job of one Flex cluster",
			Roles: readOrOwn, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At("2024-11-13", store.Read(s.Store, shape.Get(jobIn[flexCluster].find, s.flexJob)))},
		},
		{
			ID: "listSharedClusterBackups", Method: http.MethodGet, Path: tenantBackup + "/snapshots", Tag: tenantTag,
			Summary: "Return all snapshots of one cluster of a shared tier", Description: "Returns the snapshots of a Flex cluster, oldest first. Free clusters have none.",
			Roles: read, Status: http.StatusOK, Level: api.Real, Deprecated: deprecated, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, all(list[tenant](Snapshots, false, (*Snapshot).tenantWire))))},
		},
		{
			ID: "getSharedClusterBackup", Method: http.MethodGet, Path: tenantBackup + "/snapshots/{snapshotId}", Tag: tenantTag,
			Summary: "Return one snapshot of one cluster of a shared tier",
			Roles:   read, Status: http.StatusOK, Level: api.Real, Deprecated: deprecated, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, shape.Get(snapshotIn[tenant].find, (*Snapshot).tenantWire)))},
		},
		{
			ID: "createSharedClusterBackupRestoreJob", Method: http.MethodPost, Path: tenantBackup + "/restore", Tag: tenantJobsTag,
			Summary: "Create one restore job of one cluster of a shared tier", Description: "Puts the data of a snapshot of a Flex cluster in place of a cluster's data.",
			Roles: owner, Status: http.StatusOK, Level: api.Real, Deprecated: deprecated, Errors: restoring,
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, restoreFlex[tenant, TenantRestore](s.tenantRestore)))},
		},
		{
			ID: "listSharedClusterBackupRestoreJobs", Method: http.MethodGet, Path: tenantBackup + "/restores", Tag: tenantJobsTag,
			Summary: "Return all restore jobs of one cluster of a shared tier", Description: "Returns the jobs that restore the cluster's snapshots, newest first.",
			Roles: read, Status: http.StatusOK, Level: api.Real, Deprecated: deprecated, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, all(list[tenant](Jobs, true, s.tenantRestore))))},
		},
		{
			ID: "getSharedClusterBackupRestoreJob", Method: http.MethodGet, Path: tenantBackup + "/restores/{restoreId}", Tag: tenantJobsTag,
			Summary: "Return one restore job of one cluster of a shared tier",
			Roles:   read, Status: http.StatusOK, Level: api.Real, Deprecated: deprecated, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, shape.Get(tenantJobIn.find, s.tenantRestore)))},
		},
		{
			ID: "listServerlessBackups", Aliases: []string{"listGroupServerlessBackupSnapshots", "listServerlessBackupSnapshots"}, Method: http.MethodGet, Path: serverlessBackup + "/snapshots",
			Tag: tag, Summary: "Return all snapshots of one serverless instance", Description: "Returns the snapshots of the Flex cluster that the instance is, newest first.",
			Roles: read, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, list[instance](Snapshots, true, (*Snapshot).serverlessWire)))},
		},
		{
			ID: "getServerlessBackup", Aliases: []string{"getGroupServerlessBackupSnapshot", "getServerlessBackupSnapshot"}, Method: http.MethodGet, Path: serverlessBackup + "/snapshots/{snapshotId}",
			Tag: tag, Summary: "Return one snapshot of one serverless instance",
			Roles: read, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, shape.Get(snapshotIn[instance].find, (*Snapshot).serverlessWire)))},
		},
		{
			ID: "createServerlessBackupRestoreJob", Aliases: []string{"createGroupServerlessBackupRestoreJob"}, Method: http.MethodPost, Path: serverlessBackup + "/restoreJobs",
			Tag: tag, Summary: "Create one restore job of one serverless instance", Description: "Puts the data of a snapshot in place of a cluster's data. deliveryType is automated.",
			Roles: owner, Status: http.StatusOK, Level: api.Real, Errors: restoring,
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, restoreFlex[instance, ServerlessBackupRestoreJob]((*Job).serverlessWire)))},
		},
		{
			ID: "listServerlessBackupRestoreJobs", Aliases: []string{"listGroupServerlessBackupRestoreJobs"}, Method: http.MethodGet, Path: serverlessBackup + "/restoreJobs",
			Tag: tag, Summary: "Return all restore jobs of one serverless instance", Description: "Returns the jobs that restore the instance's snapshots, newest first.",
			Roles: owner, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, list[instance](Jobs, true, (*Job).serverlessWire)))},
		},
		{
			ID: "getServerlessBackupRestoreJob", Aliases: []string{"getGroupServerlessBackupRestoreJob"}, Method: http.MethodGet, Path: serverlessBackup + "/restoreJobs/{restoreJobId}",
			Tag: tag, Summary: "Return one restore job of one serverless instance",
			Roles: owner, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, shape.Get(jobIn[instance].find, (*Job).serverlessWire)))},
		},
	}
}
