package outage

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	outageState = fault.NewKind("INVALID_CLUSTER_OUTAGE_SIMULATION_STATE", fault.BadRequest, "The outage simulation is %s.")
)
