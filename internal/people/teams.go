package people

import (
	"strconv"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// How many people a team may have, and how many teams a person may be in (MongoDB documentation, "Atlas Service
// Limits").
const (
	maxTeamUsers = 250
	maxUserTeams = 100
)

// AddToTeam adds a member of an organization to one of its teams. m is the membership in the organization. If it is pending,
// so is that in the team. Errors: fault.UserInTeam, fault.UsersPerTeam, fault.TeamsPerUser.
func AddToTeam(tx store.Tx, t *model.Team, m *model.Membership) error {
	inTeam, err := state.TeamMembers.Count(tx, state.MembersOfTeam(t.ID))
	if err != nil {
		return err
	}
	ofUser, err := state.TeamMembers.Count(tx, state.UserTeams(m.UserID, ""))
	if err != nil {
		return err
	}
	member := &model.TeamMember{TeamID: t.ID, OrgID: t.OrgID, UserID: m.UserID, Username: m.Username, Created: tx.Now()}
	err = state.TeamMembers.Put(tx, member)
	_, taken := store.Duplicate(err)
	switch {
	case taken:
		return fault.UserInTeam.With(m.UserID, t.ID)
	case err != nil:
		return err
	case inTeam >= maxTeamUsers:
		return fault.UsersPerTeam.With(strconv.Itoa(maxTeamUsers))
	case ofUser >= maxUserTeams:
		return fault.TeamsPerUser.With(strconv.Itoa(maxUserTeams))
	case m.Pending:
		return writeTeamEvent(tx, member, "INVITED_TO_TEAM")
	}
	return writeTeamEvent(tx, member, "JOINED_TEAM")
}

// RemoveFromTeam removes a user from a team.
func RemoveFromTeam(tx store.Tx, member *model.TeamMember) error {
	if err := state.TeamMembers.Delete(tx, member); err != nil {
		return err
	}
	return writeTeamEvent(tx, member, "REMOVED_FROM_TEAM")
}

// RemoveFromTeams removes a user from all teams of an organization.
func RemoveFromTeams(tx store.Tx, userID, orgID model.ID) error {
	return ofTeams(tx, userID, orgID, func(member *model.TeamMember) error { return RemoveFromTeam(tx, member) })
}

// AcceptTeams writes the events of a user's teams when the membership in the organization becomes active.
func AcceptTeams(tx store.Tx, userID, orgID model.ID) error {
	return ofTeams(tx, userID, orgID, func(member *model.TeamMember) error { return writeTeamEvent(tx, member, "JOINED_TEAM") })
}

func ofTeams(tx store.Tx, userID, orgID model.ID, do func(*model.TeamMember) error) error {
	members, err := state.TeamMembers.List(tx, state.UserTeams(userID, orgID))
	if err != nil {
		return err
	}
	for _, member := range members {
		if err := do(member); err != nil {
			return err
		}
	}
	return nil
}

func writeTeamEvent(tx store.Tx, member *model.TeamMember, what event.Type) error {
	return event.Write(tx, event.InOrg(what, member.OrgID).About(event.CloudUser(member.Username), event.Team(member.TeamID)))
}
