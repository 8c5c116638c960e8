package backup

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	snapshotNotReady   = fault.NewKind("SNAPSHOT_NOT_COMPLETED", fault.Conflict, "The snapshot %s is not completed.")                                                       // Telamon's own
	targetTooSmall     = fault.NewKind("TARGET_CLUSTER_TOO_SMALL", fault.BadRequest, "The snapshot has %s MB of data, and the disks of cluster %s hold %s MB.")             // Telamon's own
	restoreUnfinished  = fault.NewKind("UNFINISHED_RESTORE_JOB", fault.Conflict, "Another restore job of cluster %s is not finished yet.")                                  // Telamon's own
	snapshotElsewhere  = fault.NewKind("SNAPSHOT_ON_ANOTHER_NODE", fault.Conflict, "The snapshot %s is on another node, which alone can read it.")                          // Telamon's own
	downloadsLimit     = fault.NewKind("MAX_DOWNLOADS_PER_CLUSTER_EXCEEDED", fault.Conflict, "Cluster %s has %s downloads already: cancel one, or wait until one expires.") // Telamon's own
	exportsLimit       = fault.NewKind("MAX_UNFINISHED_EXPORTS_PER_CLUSTER_EXCEEDED", fault.Conflict, "Cluster %s has %s unfinished exports already.")                      // Telamon's own
	complianceForbids  = fault.NewKind("BACKUP_COMPLIANCE_POLICY_FORBIDS", fault.BadRequest, "The project's backup compliance policy forbids %s.")                          // Telamon's own
	complianceUnmet    = fault.NewKind("BACKUP_POLICIES_NOT_MEETING_BACKUP_COMPLIANCE_POLICY_REQUIREMENTS", fault.BadRequest, "The project's backup compliance policy is not met by %s.")
	snapshotUnfinished = fault.NewKind("UNFINISHED_ON_DEMAND_SNAPSHOT", fault.Conflict, "An on-demand snapshot of cluster %s is not finished yet.")
	jobEnded           = fault.NewKind("RESTORE_JOB_ENDED", fault.Conflict, "The restore job %s has restored its data already.") // Telamon's own
	noPointInTime      = fault.NewKind("POINT_IN_TIME_NOT_ENABLED", fault.BadRequest, "Cluster %s does not declare pitEnabled.") // Telamon's own
)
