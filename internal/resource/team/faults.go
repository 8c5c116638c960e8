package team

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	userPending      = fault.NewKind("CANNOT_ADD_PENDING_USER", fault.NotFound, "The user %s has not accepted the organization's invitation yet.")
	teamNameNotFound = fault.NewKind("TEAM_NAME_NOT_FOUND", fault.NotFound, "There is no team named %s here.")
	teamNameTaken    = fault.NewKind("TEAM_NAME_NOT_AVAILABLE", fault.Conflict, "The organization %[2]s already has a team named %[1]s.")
	teamInGroup      = fault.NewKind("TEAM_EXISTS_IN_GROUP", fault.Conflict, "The project already has the team %s.")
	teamNotInGroup   = fault.NewKind("TEAM_NOT_IN_GROUP", fault.NotFound, "The team %s has no roles in the project.")
	teamInUse        = fault.NewKind("CANNOT_DELETE_TEAM_ASSIGNED_TO_PROJECT", fault.NotFound, "The team still has roles in projects: remove it from them first.")
	teamWithoutRoles = fault.NewKind("NO_ROLES_IN_ASSIGNMENT", fault.Forbidden, "A team in a project has at least one role there.")
	teamsPerOrg      = fault.NewKind("MAX_TEAMS_PER_ORG_EXCEEDED", fault.BadRequest, "An organization holds at most %s teams.")
	teamsPerGroup    = fault.NewKind("MAX_TEAMS_PER_GROUP_EXCEEDED", fault.BadRequest, "A project has at most %s teams.")
)
