package databaseuser

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	databaseUserExists  = fault.NewKind("USER_ALREADY_EXISTS", fault.Conflict, "The project already has a database user named %s.")
	databaseUsersLimit  = fault.NewKind("GROUP_USERS_LIMIT_EXCEEDED", fault.Forbidden, "A project holds at most %s database users.")
	unknownDatabaseRole = fault.NewKind("ATLAS_INVALID_ROLE", fault.BadRequest, "There is no role %s on the database %s.")
)
