package clouduser

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	hasRole   = fault.NewKind("USER_ALREADY_HAS_ROLE", fault.Conflict, "The user has the role %s already.")     // Telamon's own
	lacksRole = fault.NewKind("USER_DOES_NOT_HAVE_ROLE", fault.NotFound, "The user does not have the role %s.") // Telamon's own
)
