package alert

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	alertNotFound  = fault.NewKind("ALERT_NOT_FOUND", fault.NotFound, "There is no alert with id %s.")                               // Telamon's own
	configNotFound = fault.NewKind("ALERT_CONFIG_NOT_FOUND", fault.NotFound, "There is no alert configuration with id %s.")          // Telamon's own
	configsLimit   = fault.NewKind("MAX_ALERT_CONFIGS_EXCEEDED", fault.BadRequest, "A project has at most %s alert configurations.") // Telamon's own
)
