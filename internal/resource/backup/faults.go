package backup

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	snapshotNotReady   = fault.NewKind("SNAPSHOT_NOT_COMPLETED", fault.Conflict, "The snapshot %s is not completed.")                      // Telamon's own
	restoreUnfinished  = fault.NewKind("UNFINISHED_RESTORE_JOB", fault.Conflict, "Another restore job of cluster %s is not finished yet.") // Telamon's own
	snapshotUnfinished = fault.NewKind("UNFINISHED_ON_DEMAND_SNAPSHOT", fault.Conflict, "An on-demand snapshot of cluster %s is not finished yet.")
)
