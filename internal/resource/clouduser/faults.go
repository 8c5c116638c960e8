package clouduser

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	hasRole       = fault.NewKind("USER_ALREADY_HAS_ROLE", fault.Conflict, "The user has the role %s already.")     // Telamon's own
	lacksRole     = fault.NewKind("USER_DOES_NOT_HAVE_ROLE", fault.NotFound, "The user does not have the role %s.") // Telamon's own
	usersPerMaker = fault.NewKind("MAX_NEW_USERS_EXCEEDED", fault.BadRequest,
		"The keys and accounts of an organization together, or a user, have at most %s users created who have accepted no invitation.") // Telamon's own
)
