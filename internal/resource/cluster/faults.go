package cluster

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family has.
var (
	cannotUpdatePaused = fault.NewKind("CANNOT_UPDATE_PAUSED_CLUSTER", fault.Conflict, "The cluster %s is paused; resume it before you change it.")
	freeClusterRefused = fault.NewKind("CANNOT_CREATE_FREE_CLUSTER_VIA_PUBLIC_API", fault.BadRequest, "The free cluster is refused: %s.")
	asymmetricShard    = fault.NewKind("ASYMMETRIC_SHARD_UNSUPPORTED", fault.BadRequest, "This version of the API has no shape for the cluster; ask for a newer one.")
	duringOutage       = fault.NewKind("CANNOT_TERMINATE_CLUSTER_WITH_UNDERGOING_REGIONAL_OUTAGE_SIMULATION", fault.BadRequest, "The cluster %s has an outage simulation; end it first.")
)
