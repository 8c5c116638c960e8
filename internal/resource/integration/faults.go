package integration

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	notConfigured = fault.NewKind("INTEGRATION_NOT_CONFIGURED", fault.NotFound, "The project has no integration of the type %s.")
	configured    = fault.NewKind("INTEGRATION_ALREADY_CONFIGURED", fault.Conflict, "The project already has an integration of the type %s.") // Telamon's own
)
