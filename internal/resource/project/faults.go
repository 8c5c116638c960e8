package project

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	groupsPerOrg       = fault.NewKind("MAX_GROUPS_PER_ORG_EXCEEDED", fault.BadRequest, "An organization holds at most %s projects.")
	groupNameNotFound  = fault.NewKind("GROUP_NAME_NOT_FOUND", fault.NotFound, "There is no project named %s.")
	groupAlreadyExists = fault.NewKind("GROUP_ALREADY_EXISTS", fault.Conflict, "The organization already has a project named %s.")
)
