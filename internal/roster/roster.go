// Package roster reads who is in an organization, in a project or in a team, with all that is to be shown of them: a few
// queries for a whole page of people, however many they are.
package roster

import (
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Person is somebody at the place that a list is of.
type Person struct {
	*model.Membership                     // the place; its roles are those to be shown
	Account           *model.CloudUser    // who it is
	Invitation        *invite.Invitation  // that the place waits for; nil where it is active
	Places            []*model.Membership // all places in the organization and its projects
	Teams             []model.ID          // of the organization
}

// Read completes people of one organization: members are their places, either there or in one of its projects. Who has
// read all places in the organization and its projects already passes them on.
func Read(tx store.Tx, orgID model.ID, members []*model.Membership, all ...*model.Membership) ([]Person, error) {
	if len(members) == 0 {
		return nil, nil
	}
	r := &reader{tx: tx, orgID: orgID, all: all}
	if len(members) == 1 {
		r.only = members[0].UserID
	}
	people := make([]Person, len(members))
	for i, m := range members {
		people[i].Membership = m
	}
	for _, part := range []func([]Person) error{r.accounts, r.invitations, r.places, r.teams} {
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
	only  model.ID            // who alone is asked for, or ""
	all   []*model.Membership // all places, if they have been read
}

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

func (r *reader) places(people []Person) (err error) {
	list := r.all
	switch {
	case list != nil:
	case r.only != "":
		list, err = state.Memberships.List(r.tx, state.PlacesOf(r.only, r.orgID))
	default:
		list, err = state.Memberships.List(r.tx, state.EveryPlaceIn(r.orgID))
	}
	of := make(map[model.ID][]*model.Membership, len(people))
	for _, m := range list {
		of[m.UserID] = append(of[m.UserID], m)
	}
	for i, p := range people {
		people[i].Places = of[p.UserID]
	}
	return err
}

func (r *reader) teams(people []Person) error {
	q := state.EveryTeamPlaceIn(r.orgID)
	if r.only != "" {
		q = state.TeamsOf(r.only, r.orgID)
	}
	list, err := state.TeamMembers.List(r.tx, q)
	of := make(map[model.ID][]model.ID, len(people))
	for _, m := range list {
		of[m.UserID] = append(of[m.UserID], m.TeamID)
	}
	for i, p := range people {
		people[i].Teams = of[p.UserID]
	}
	return err
}
