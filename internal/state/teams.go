package state

import (
	"strings"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Teams: names are unique in an organization.
var Teams = &store.Table[model.Team]{
	Name: "teams",
	ID:   func(t *model.Team) string { return t.ID },
	Rev:  func(t *model.Team) *int64 { return &t.Rev },
	Indexes: []store.Index[model.Team]{
		{Name: "name", Unique: true, Key: func(t *model.Team) []string { return []string{t.OrgID, t.Name} }},
	},
}

// TeamMembers, by team, by user and by organization.
var TeamMembers = &store.Table[model.TeamMember]{
	Name: "team_members",
	ID:   func(m *model.TeamMember) string { return MembershipID(m.UserID, m.TeamID) },
	Rev:  func(m *model.TeamMember) *int64 { return &m.Rev },
	Indexes: []store.Index[model.TeamMember]{
		{Name: "team", Key: func(m *model.TeamMember) []string { return []string{m.TeamID, strings.ToLower(m.Username)} }},
		{Name: "user", Key: func(m *model.TeamMember) []string { return []string{m.UserID, m.OrgID, m.TeamID} }},
		{Name: "org", Key: func(m *model.TeamMember) []string { return []string{m.OrgID, m.UserID, m.TeamID} }},
	},
}

// OrgTeams selects an organization's teams, by name.
func OrgTeams(orgID model.ID) store.Query { return store.Query{Index: "name", Prefix: []string{orgID}} }

// MembersOfTeam selects the people of a team, by username.
func MembersOfTeam(teamID model.ID) store.Query {
	return store.Query{Index: "team", Prefix: []string{teamID}}
}

// UserTeams selects a user's places in teams: in those of one organization or, with "", in all.
func UserTeams(userID, orgID model.ID) store.Query {
	q := store.Query{Index: "user", Prefix: []string{userID}}
	if orgID != "" {
		q.Prefix = append(q.Prefix, orgID)
	}
	return q
}

// OrgTeamMembers selects all places in teams of an organization, user by user.
func OrgTeamMembers(orgID model.ID) store.Query {
	return store.Query{Index: "org", Prefix: []string{orgID}}
}

// TeamsByUser returns the ids of teams by user, from places in teams. Callers share the result and must not change it.
func TeamsByUser(tx store.Tx, q store.Query) (map[model.ID][]model.ID, error) {
	return store.Derive(tx, "teams by user "+q.Index+" "+strings.Join(q.Prefix, " "), func() (map[model.ID][]model.ID, error) {
		rows, err := tx.Scan(TeamMembers.Schema(), q)
		of := map[model.ID][]model.ID{}
		for _, r := range rows {
			user, team, _ := strings.Cut(r.ID, "@") // MembershipID has put them together
			of[user] = append(of[user], team)
		}
		return of, err
	})
}

// Team is the organization's team of that id, or fault.TeamNotFound.
func Team(tx store.Tx, orgID, teamID model.ID) (*model.Team, error) {
	t, err := Teams.Get(tx, teamID)
	if err == nil && t.OrgID != orgID {
		err = store.ErrNotFound
	}
	return t, store.IfMissing(err, fault.TeamNotFound.With(teamID))
}

// DeleteTeam removes a team with the places in it.
func DeleteTeam(tx store.Tx, t *model.Team) error {
	if err := TeamMembers.DeleteAll(tx, MembersOfTeam(t.ID)); err != nil {
		return err
	}
	return Teams.Delete(tx, t)
}
