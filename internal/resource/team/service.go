package team

import (
	"errors"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// How many teams an organization may have, and how many people a request may name (MongoDB documentation, "Atlas Service
// Limits").
const (
	maxTeams = 250
	maxUsers = 250
)

type listIn struct {
	api.InOrg
	api.Paging
}

func (s *Service) list(tx store.Tx, in listIn) (page api.Page[TeamResponse], err error) {
	return shape.Page(tx, state.Teams, state.OrgTeams(in.OrgID), in.Paging, toWire)
}

type createIn struct {
	api.InOrg
	Body Team
}

func (s *Service) create(tx store.Tx, in createIn) (out Team, err error) {
	w := &in.Body
	if err := checkName(w.Name); err != nil {
		return out, err
	}
	if len(w.Usernames) > maxUsers {
		return out, fault.UsersPerTeam.With(strconv.Itoa(maxUsers))
	}
	t := &model.Team{ID: model.NewID(), OrgID: in.OrgID, Name: w.Name, Created: tx.Now()}
	if err := room(tx, in.OrgID); err != nil {
		return out, err
	}
	if err := put(tx, t, "TEAM_CREATED"); err != nil {
		return out, err
	}
	out = Team{ID: t.ID, Links: api.Self(path(t)), Name: t.Name, Usernames: append([]string{}, w.Usernames...)}
	return out, begin(tx, t, w.Usernames)
}

// room returns an error if the organization may have no more teams. Error: teamsPerOrg.
func room(tx store.Tx, orgID model.ID) error {
	if _, err := state.Organization(tx, orgID); err != nil {
		return err
	}
	n, err := state.Teams.Count(tx, state.OrgTeams(orgID))
	if err == nil && n >= maxTeams {
		err = teamsPerOrg.With(strconv.Itoa(maxTeams))
	}
	return err
}

// put stores a team and writes the event of the change. Error: teamNameTaken.
func put(tx store.Tx, t *model.Team, what event.Type) error {
	err := state.Teams.Put(tx, t)
	if _, taken := store.Duplicate(err); taken {
		return teamNameTaken.With(t.Name, t.OrgID)
	}
	if err != nil {
		return err
	}
	return writeEvent(tx, t, what)
}

// writeEvent writes an event about a team in its organization.
func writeEvent(tx store.Tx, t *model.Team, what event.Type) error {
	return event.Write(tx, event.InOrg(what, t.OrgID).About(event.Team(t.ID)))
}

// begin adds its first people to a team. A person who is named twice is added once.
func begin(tx store.Tx, t *model.Team, usernames []string) error {
	seen := map[string]bool{}
	for _, name := range usernames {
		if seen[state.FoldUsername(name)] {
			continue
		}
		seen[state.FoldUsername(name)] = true
		u, err := state.UserNamed(tx, name)
		if err != nil {
			return store.IfMissing(err, fault.UsernameNotFound.With(name))
		}
		m, err := member(tx, t.OrgID, u.ID)
		if f, ok := fault.Of(err); ok && f.Kind == fault.UserNotFound {
			err = fault.UsernameNotFound.With(name)
		}
		if err == nil && m.Pending {
			err = userPending.With(name)
		}
		if err != nil {
			return err
		}
		if err := people.AddToTeam(tx, t, m); err != nil {
			return err
		}
	}
	return nil
}

type getIn struct {
	api.InOrg
	TeamID string `path:"teamId" api:"is=objectId" doc:"Id of the team."`
}

// find returns the team that in names.
func (in getIn) find(tx store.Tx) (*model.Team, error) { return state.Team(tx, in.OrgID, in.TeamID) }

type byNameIn struct {
	api.InOrg
	TeamName string `path:"teamName" doc:"Name of the team."`
}

// find returns the team that in names.
func (in byNameIn) find(tx store.Tx) (*model.Team, error) {
	t, err := state.Teams.Find(tx, "name", in.OrgID, in.TeamName)
	return t, store.IfMissing(err, teamNameNotFound.With(in.TeamName))
}

type renameIn struct {
	getIn
	Body TeamUpdate
}

func (s *Service) rename(tx store.Tx, in renameIn) (out TeamResponse, err error) {
	if err := checkName(in.Body.Name); err != nil {
		return out, err
	}
	t, err := in.find(tx)
	if err != nil {
		return out, err
	}
	if t.Name != in.Body.Name {
		t.Name = in.Body.Name
		err = put(tx, t, "TEAM_NAME_CHANGED")
	}
	return toWire(t), err
}

func (s *Service) delete(tx store.Tx, in getIn) (none api.None, err error) {
	t, err := in.find(tx)
	if err == nil && len(t.Grants) > 0 {
		err = teamInUse.With()
	}
	if err != nil {
		return none, err
	}
	if err := state.DeleteTeam(tx, t); err != nil {
		return none, err
	}
	return none, writeEvent(tx, t, "TEAM_DELETED")
}

// OnOrgDelete deletes the teams of an organization that is being deleted.
func (s *Service) OnOrgDelete(tx store.Tx, orgID model.ID) error {
	return errors.Join(state.TeamMembers.DeleteAll(tx, state.OrgTeamMembers(orgID)), state.Teams.DeleteAll(tx, state.OrgTeams(orgID)))
}
