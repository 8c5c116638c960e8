// Package team is the family Teams: groups of an organization's people who have roles in projects together. A team's people
// have its roles as long as they are in it. (The operations of the family MongoDB Cloud Users that are about the people of
// teams are here too.)
package team

import (
	"net/http"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct{ Store store.Store }

const (
	tag       = "Teams"
	ofPeople  = "MongoDB Cloud Users"
	newer     = "2025-02-19" // first version of the operations that replace deprecated ones
	sunset    = "2027-07-01"
	ofOrg     = "/orgs/{orgId}/teams"
	one       = ofOrg + "/{teamId}"
	users     = one + "/users"
	ofProject = "/groups/{groupId}/teams"
	inProject = ofProject + "/{teamId}"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return slices.Concat(s.teamOperations(), s.peopleOperations(), s.projectOperations())
}

func (s *Service) teamOperations() api.Operations {
	read, manage := authz.Any(authz.OrgMember), authz.Any(authz.OrgOwner)
	missing := fault.Kinds{fault.TeamNotFound}
	return api.Operations{{
		ID: "listOrganizationTeams", Aliases: []string{"listOrgTeams"}, Method: http.MethodGet, Path: ofOrg, Tag: tag,
		Summary: "Return all teams of one organization", Description: "Returns the teams, by name.",
		Roles: read, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.list)),
	}, {
		ID: "createTeam", Aliases: []string{"createOrgTeam"}, Method: http.MethodPost, Path: ofOrg, Tag: tag,
		Summary: "Create one team in one organization",
		Description: "Creates a team of users who have accepted the organization's invitation, perhaps without any. It has no roles until it is added to projects. " +
			"An organization has up to 250 teams, a team up to 250 users, and a user is in up to 100 teams.",
		Roles: manage, Status: http.StatusOK, Level: api.Real,
		Errors:   fault.Kinds{teamNameTaken, teamsPerOrg, fault.UsersPerTeam, fault.TeamsPerUser, fault.UsernameNotFound, userPending},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.create)),
	}, {
		ID: "getTeamById", Aliases: []string{"getOrgTeam"}, Method: http.MethodGet, Path: one, Tag: tag,
		Summary: "Return one team by id",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since("2023-01-01", store.Read(s.Store, shape.Get(getIn.find, toWire))),
	}, {
		ID: "getTeamByName", Aliases: []string{"getOrgTeamByName"}, Method: http.MethodGet, Path: ofOrg + "/byName/{teamName}", Tag: tag,
		Summary: "Return one team by name",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{teamNameNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, shape.Get(byNameIn.find, toWire))),
	}, {
		ID: "renameTeam", Aliases: []string{"renameOrgTeam"}, Method: http.MethodPatch, Path: one, Tag: tag,
		Summary: "Rename one team",
		Roles:   manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.TeamNotFound, teamNameTaken},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.rename)),
	}, {
		ID: "deleteTeam", Aliases: []string{"deleteOrgTeam"}, Method: http.MethodDelete, Path: one, Tag: tag,
		Summary: "Remove one team", Description: "Deletes a team that has no roles in projects. Its people stay in the organization.",
		Roles: manage, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{fault.TeamNotFound, teamInUse},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.delete)),
	}}
}

func (s *Service) peopleOperations() api.Operations {
	manage := authz.Any(authz.OrgOwner)
	missing := fault.Kinds{fault.TeamNotFound, fault.UserNotFound}
	joining := fault.Kinds{fault.TeamNotFound, fault.UserNotFound, fault.UsersPerTeam, fault.TeamsPerUser}
	return api.Operations{{
		ID: "listTeamUsers", Aliases: []string{"listOrgTeamUsers"}, Method: http.MethodGet, Path: users, Tag: ofPeople,
		Summary:     "Return all cloud users of one team",
		Description: "Returns the people of the team, by username. Version 2023-01-01 leaves out those who have not accepted the organization's invitation.",
		Roles:       authz.Any(authz.OrgMember), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.TeamNotFound},
		Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.listActivePeople)).Until(sunset), api.At(newer, store.Read(s.Store, s.listPeople))},
	}, {
		ID: "addTeamUser", Aliases: []string{"addOrgTeamUsers", "addTeamUsers"}, Method: http.MethodPost, Path: users, Tag: tag,
		Summary:     "Add cloud users to one team",
		Description: "Adds users who have accepted the organization's invitation: either all of the body or none. Answers with all active people of the team.",
		Roles:       manage, Status: http.StatusOK, Level: api.Real, Deprecated: newer, Sunset: sunset, Errors: append(fault.Kinds{fault.UserInTeam, userPending}, joining...),
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.addActive)),
	}, {
		ID: "removeTeamUser", Aliases: []string{"removeOrgTeamUserFromTeam"}, Method: http.MethodDelete, Path: users + "/{userId}", Tag: tag,
		Summary: "Remove one cloud user from one team", Description: "Removes a user, and what the team gives, at once.",
		Roles: manage, Status: http.StatusNoContent, Level: api.Real, Deprecated: newer, Sunset: sunset, Errors: missing,
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.remove)),
	}, {
		ID: "addUserToTeam", Aliases: []string{"addOrgTeamUser"}, Method: http.MethodPost, Path: one + ":addUser", Tag: ofPeople,
		Summary: "Add one cloud user to one team", Description: "Adds a user of the organization, or one who is invited there. A user who is in the team already stays in it.",
		Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: joining, Versions: api.Since(newer, store.Write(s.Store, changeOne(join))),
	}, {
		ID: "removeUserFromTeam", Aliases: []string{"removeOrgTeamUser"}, Method: http.MethodPost, Path: one + ":removeUser", Tag: ofPeople,
		Summary: "Remove one cloud user from one team, active or invited", Description: "Removes a user, active or invited, and what the team gives, at once.",
		Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since(newer, store.Write(s.Store, changeOne(quit))),
	}}
}

func (s *Service) projectOperations() api.Operations {
	read, manage := authz.Any(authz.GroupReadOnly), authz.Any(authz.GroupOwner, authz.GroupAccessManager)
	missing := fault.Kinds{fault.TeamNotFound, teamNotInGroup}
	return api.Operations{{
		ID: "listProjectTeams", Aliases: []string{"listGroupTeams"}, Method: http.MethodGet, Path: ofProject, Tag: tag,
		Summary: "Return all teams of one project", Description: "Returns the teams with roles in the project, by name.",
		Roles: read, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.listInProject)),
	}, {
		ID: "addAllTeamsToProject", Aliases: []string{"addGroupTeams"}, Method: http.MethodPost, Path: ofProject, Tag: tag,
		Summary: "Add teams to one project",
		Description: "Gives teams of the project's organization roles in the project: either all of the body or none. The people of the teams have " +
			"the roles at once. A project has up to 100 teams. Answers with all of them.",
		Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.TeamNotFound, teamInGroup, teamsPerGroup},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.addToProject)),
	}, {
		ID: "getProjectTeam", Aliases: []string{"getGroupTeam"}, Method: http.MethodGet, Path: inProject, Tag: tag,
		Summary: "Return one team of one project",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since("2023-01-01", store.Read(s.Store, s.getInProject)),
	}, {
		ID: "updateTeamRoles", Aliases: []string{"updateGroupTeam"}, Method: http.MethodPatch, Path: inProject, Tag: tag,
		Summary: "Update the roles of one team in one project", Description: "Replaces the team's roles in the project. Answers with all teams of the project.",
		Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: append(fault.Kinds{teamWithoutRoles}, missing...),
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.updateInProject)),
	}, {
		ID: "removeProjectTeam", Aliases: []string{"removeGroupTeam"}, Method: http.MethodDelete, Path: inProject, Tag: tag,
		Summary: "Remove one team from one project", Description: "Removes the team's roles in the project; its people lose them at once.",
		Roles: manage, Status: http.StatusNoContent, Level: api.Real, Errors: missing, Versions: api.Since("2023-01-01", store.Write(s.Store, s.removeFromProject)),
	}}
}
