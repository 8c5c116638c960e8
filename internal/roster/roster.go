// Package roster reads the people of an organization, project or team with all that is shown of them: a few queries for a
// whole page of people, however many there are.
package roster

import (
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Person is a membership with what is shown of its user.
type Person struct {
	*model.Membership                     // its roles are those to be shown
	Account           *model.CloudUser    // the user
	Invitation        *invite.Invitation  // that the membership is pending for; nil if it is active
	Memberships       []*model.Membership // all of the user's in the organization and its projects
	Teams             []model.ID          // the user's, in the organization
}

// Members returns all memberships in an organization itself, by username. Callers share the result and must not change it.
func Members(tx store.Tx, orgID model.ID) ([]*model.Membership, error) {
	r, err := registerOf(tx, orgID)
	if err != nil {
		return nil, err
	}
	return r.members, nil
}

// Read reads what is shown of people. All members are in one organization or in its projects.
func Read(tx store.Tx, orgID model.ID, members []*model.Membership) ([]Person, error) {
	return complete(members, (&reader{tx, orgID}).whole()...)
}

// ReadBrief is Read without Memberships and Teams.
func ReadBrief(tx store.Tx, orgID model.ID, members []*model.Membership) ([]Person, error) {
	return complete(members, (&reader{tx, orgID}).brief()...)
}

func complete(members []*model.Membership, parts ...func([]Person) error) ([]Person, error) {
	if len(members) == 0 {
		return nil, nil
	}
	people := make([]Person, len(members))
	for i, m := range members {
		people[i].Membership = m
	}
	for _, part := range parts {
		if err := part(people); err != nil {
			return nil, err
		}
	}
	return people, nil
}

// reader reads what people have in an organization.
type reader struct {
	tx    store.Tx
	orgID model.ID
}

func (r *reader) brief() []func([]Person) error {
	return []func([]Person) error{r.accounts, r.invitations}
}

func (r *reader) whole() []func([]Person) error { return append(r.brief(), r.memberships, r.teams) }

func (r *reader) accounts(people []Person) error {
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = p.UserID
	}
	users, err := state.Users.List(r.tx, store.Query{IDs: ids})
	byID := make(map[model.ID]*model.CloudUser, len(users))
	for _, u := range users {
		byID[u.ID] = u
	}
	for i, p := range people {
		people[i].Account = byID[p.UserID]
	}
	return err
}

func (r *reader) invitations(people []Person) error {
	var open map[model.ID]*invite.Invitation
	for i, p := range people {
		if !p.Pending {
			continue
		}
		if open == nil {
			var err error
			if open, err = invite.OpenIn(r.tx, r.orgID); err != nil {
				return err
			}
		}
		people[i].Invitation = open[p.UserID]
	}
	return nil
}

func (r *reader) memberships(people []Person) (err error) {
	if len(people) == 1 {
		people[0].Memberships, err = state.Memberships.List(r.tx, state.UserMemberships(people[0].UserID, r.orgID))
		return err
	}
	all, err := registerOf(r.tx, r.orgID)
	if err != nil {
		return err
	}
	for i, p := range people {
		people[i].Memberships = all.memberships[p.UserID]
	}
	return nil
}

func (r *reader) teams(people []Person) error {
	q := state.OrgTeamMembers(r.orgID)
	if len(people) == 1 {
		q = state.UserTeams(people[0].UserID, r.orgID)
	}
	of, err := state.TeamsByUser(r.tx, q)
	for i, p := range people {
		people[i].Teams = of[p.UserID]
	}
	return err
}
