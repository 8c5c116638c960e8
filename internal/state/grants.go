package state

import (
	"slices"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// GrantsOf returns the roles that a cloud user has in organizations and projects, by memberships and through teams,
// each once. It takes three queries however many places and teams there are, and none if the store has cached them.
// Callers share the result and must not change it.
func GrantsOf(tx store.Tx, userID model.ID) ([]authz.Grant, error) {
	return store.Derive(tx, "grants of "+userID, func() ([]authz.Grant, error) { return grantsOf(tx, userID) })
}

func grantsOf(tx store.Tx, userID model.ID) (grants []authz.Grant, err error) {
	places, err := Memberships.List(tx, store.Query{Index: "user", Prefix: []string{userID}})
	if err != nil {
		return nil, err
	}
	joined := map[model.ID]bool{} // organizations that the user is an active member of
	for _, m := range places {
		if m.Pending {
			continue
		}
		grants = append(grants, m.Grants()...)
		if m.GroupID == "" {
			joined[m.OrgID] = true
		}
	}
	teams, err := teamsOf(tx, userID)
	if err != nil {
		return nil, err
	}
	seen := map[authz.Grant]bool{}
	for _, t := range teams {
		if joined[t.OrgID] {
			grants = append(grants, t.Grants...)
		}
	}
	return slices.DeleteFunc(grants, func(g authz.Grant) bool {
		twice := seen[g]
		seen[g] = true
		return twice
	}), nil
}

// teamsOf returns the user's teams in all organizations.
func teamsOf(tx store.Tx, userID model.ID) ([]*model.Team, error) {
	places, err := TeamMembers.List(tx, UserTeams(userID, ""))
	if err != nil || len(places) == 0 {
		return nil, err
	}
	ids := make([]string, len(places))
	for i, m := range places {
		ids[i] = m.TeamID
	}
	return Teams.List(tx, store.Query{IDs: ids})
}
