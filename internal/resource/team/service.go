package team

import (
	"context"
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

// How many teams an organization has, and how many people a request names (MongoDB documentation, "Atlas Service
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
	page, err = shape.Page(tx, state.Teams, state.TeamsIn(in.OrgID), in.Paging, toWire)
	return page, err
}

type createIn struct {
	api.InOrg
	Body Team
}

func (s *Service) create(ctx context.Context, in createIn) (out Team, err error) {
	w := &in.Body
	if err := checkName(w.Name); err != nil {
		return out, err
	}
	if len(w.Usernames) > maxUsers {
		return out, fault.UsersPerTeam.With(strconv.Itoa(maxUsers))
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		t := &model.Team{ID: model.NewID(), OrgID: in.OrgID, Name: w.Name, Created: tx.Now()}
		if err := room(tx, in.OrgID); err != nil {
			return err
		}
		if err := put(tx, t); err != nil {
			return err
		}
		if err := event.Write(tx, event.InOrg("TEAM_CREATED", t.OrgID).About(event.Team(t.ID))); err != nil {
			return err
		}
		out = Team{ID: t.ID, Links: api.Self(path(t)), Name: t.Name, Usernames: append([]string{}, w.Usernames...)}
		return begin(tx, t, w.Usernames)
	})
	return out, err
}

// room says whether the organization may have one more team.
func room(tx store.Tx, orgID model.ID) error {
	if _, err := state.Organization(tx, orgID); err != nil {
		return err
	}
	n, err := state.Teams.Count(tx, state.TeamsIn(orgID))
	if err == nil && n >= maxTeams {
		err = fault.TeamsPerOrg.With(strconv.Itoa(maxTeams))
	}
	return err
}

// put stores a team whose name may be taken.
func put(tx store.Tx, t *model.Team) error {
	err := state.Teams.Put(tx, t)
	if _, taken := store.Duplicate(err); taken {
		return fault.TeamNameTaken.With(t.Name, t.OrgID)
	}
	return err
}

// begin puts its first people into a team. Who is named twice is in it once.
func begin(tx store.Tx, t *model.Team, usernames []string) error {
	seen := map[string]bool{}
	for _, name := range usernames {
		if seen[state.Fold(name)] {
			continue
		}
		seen[state.Fold(name)] = true
		u, err := state.UserNamed(tx, name)
		if err != nil {
			return store.IfMissing(err, fault.UsernameNotFound.With(name))
		}
		m, err := member(tx, t.OrgID, u.ID)
		if f, ok := fault.Of(err); ok && f.Kind == fault.UserNotFound {
			err = fault.UsernameNotFound.With(name)
		}
		if err == nil && m.Pending {
			err = fault.UserPending.With(name)
		}
		if err != nil {
			return err
		}
		if err := people.JoinTeam(tx, t, m); err != nil {
			return err
		}
	}
	return nil
}

type getIn struct {
	api.InOrg
	TeamID string `path:"teamId" api:"is=objectId" doc:"Id of the team."`
}

// find is the team that in names.
func (in getIn) find(tx store.Tx) (*model.Team, error) { return state.Team(tx, in.OrgID, in.TeamID) }

func (s *Service) get(tx store.Tx, in getIn) (out TeamResponse, err error) {
	t, err := in.find(tx)
	if err == nil {
		out = toWire(t)
	}
	return out, err
}

type byNameIn struct {
	api.InOrg
	TeamName string `path:"teamName" doc:"Name of the team."`
}

func (s *Service) byName(tx store.Tx, in byNameIn) (out TeamResponse, err error) {
	t, err := state.Teams.Find(tx, "name", in.OrgID, in.TeamName)
	if err != nil {
		return out, store.IfMissing(err, fault.TeamNameNotFound.With(in.TeamName))
	}
	out = toWire(t)
	return out, nil
}

type renameIn struct {
	getIn
	Body TeamUpdate
}

func (s *Service) rename(ctx context.Context, in renameIn) (out TeamResponse, err error) {
	if err := checkName(in.Body.Name); err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		t, err := in.find(tx)
		if err != nil {
			return err
		}
		same := t.Name == in.Body.Name
		t.Name = in.Body.Name
		out = toWire(t)
		if same {
			return nil
		}
		if err := put(tx, t); err != nil {
			return err
		}
		return event.Write(tx, event.InOrg("TEAM_NAME_CHANGED", t.OrgID).About(event.Team(t.ID)))
	})
	return out, err
}

func (s *Service) delete(tx store.Tx, in getIn) (api.None, error) {
	t, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	if len(t.Grants) > 0 {
		return api.None{}, fault.TeamInUse.With()
	}
	if err := state.EndTeam(tx, t); err != nil {
		return api.None{}, err
	}
	return api.None{}, event.Write(tx, event.InOrg("TEAM_DELETED", t.OrgID).About(event.Team(t.ID)))
}

// VacateOrg removes the teams of an organization that goes.
func (s *Service) VacateOrg(tx store.Tx, orgID model.ID) error {
	return errors.Join(state.TeamMembers.DeleteAll(tx, state.EveryTeamPlaceIn(orgID)), state.Teams.DeleteAll(tx, state.TeamsIn(orgID)))
}
