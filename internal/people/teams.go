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

// AddToTeam puts a member of the organization, given by the place in it, into one of its teams. If that place is
// pending, so is the one in the team. Errors: fault.UserInTeam, fault.UsersPerTeam, fault.TeamsPerUser.
func AddToTeam(tx store.Tx, t *model.Team, m *model.Membership) error {
	inTeam, err := state.TeamMembers.Count(tx, state.MembersOfTeam(t.ID))
	if err != nil {
		return err
	}
	ofUser, err := state.TeamMembers.Count(tx, state.UserTeams(m.UserID, ""))
	if err != nil {
		return err
	}
	place := &model.TeamMember{TeamID: t.ID, OrgID: t.OrgID, UserID: m.UserID, Username: m.Username, Created: tx.Now()}
	err = state.TeamMembers.Put(tx, place)
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
		return inTeamHappened(tx, place, "INVITED_TO_TEAM")
	}
	return inTeamHappened(tx, place, "JOINED_TEAM")
}

// RemoveFromTeam takes a user out of a team.
func RemoveFromTeam(tx store.Tx, place *model.TeamMember) error {
	if err := state.TeamMembers.Delete(tx, place); err != nil {
		return err
	}
	return inTeamHappened(tx, place, "REMOVED_FROM_TEAM")
}

// RemoveFromTeams takes a user out of all teams of an organization.
func RemoveFromTeams(tx store.Tx, userID, orgID model.ID) error {
	return ofTeams(tx, userID, orgID, func(place *model.TeamMember) error { return RemoveFromTeam(tx, place) })
}

// AcceptTeams writes the events of a user's teams when the user's place in the organization becomes active.
func AcceptTeams(tx store.Tx, userID, orgID model.ID) error {
	return ofTeams(tx, userID, orgID, func(place *model.TeamMember) error { return inTeamHappened(tx, place, "JOINED_TEAM") })
}

func ofTeams(tx store.Tx, userID, orgID model.ID, do func(*model.TeamMember) error) error {
	places, err := state.TeamMembers.List(tx, state.UserTeams(userID, orgID))
	if err != nil {
		return err
	}
	for _, place := range places {
		if err := do(place); err != nil {
			return err
		}
	}
	return nil
}

func inTeamHappened(tx store.Tx, place *model.TeamMember, what event.Type) error {
	return event.Write(tx, event.InOrg(what, place.OrgID).About(event.CloudUser(place.Username), event.Team(place.TeamID)))
}
