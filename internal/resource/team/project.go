package team

import (
	"fmt"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// maxInProject is how many teams a project may have (MongoDB documentation, "Atlas Service Limits").
const maxInProject = 100

type listInProjectIn struct {
	api.InGroup
	api.Paging
}

func (s *Service) listInProject(tx store.Tx, in listInProjectIn) (page api.Page[TeamRole], err error) {
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return page, err
	}
	return pageOf(tx, p, in.Paging)
}

func pageOf(tx store.Tx, p *model.Project, paging api.Paging) (api.Page[TeamRole], error) {
	teams, err := state.TeamHolders.In(tx, p)
	return api.PageAs(paging, teams, func(t *model.Team) TeamRole { return roleIn(t, p.ID) }), err
}

// whole returns all teams of a project on one page.
func whole(tx store.Tx, p *model.Project) (api.Page[TeamRole], error) {
	return pageOf(tx, p, api.Paging{PageNum: 1, ItemsPerPage: maxInProject, IncludeCount: true})
}

type addIn struct {
	api.InGroup
	Body []TeamRole
}

func (in addIn) check() error {
	switch n := len(in.Body); {
	case n == 0:
		return fault.Field("body", "must have at least one item")
	case n > maxInProject:
		return teamsPerGroup.With(strconv.Itoa(maxInProject))
	}
	var bad fault.Problems
	seen := map[string]bool{}
	for i, w := range in.Body {
		at := fmt.Sprintf("[%d].", i)
		w.check(&bad, at)
		if seen[w.TeamID] {
			bad.Add(at+"teamId", "is given more than once")
		}
		seen[w.TeamID] = true
	}
	return bad.Err()
}

func (s *Service) addToProject(tx store.Tx, in addIn) (page api.Page[TeamRole], err error) {
	if err := in.check(); err != nil {
		return page, err
	}
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return page, err
	}
	there, err := state.TeamHolders.In(tx, p)
	if err != nil {
		return page, err
	}
	for _, w := range in.Body {
		t, err := state.Team(tx, p.OrgID, w.TeamID)
		if err != nil {
			return page, err
		}
		if len(authz.In(t.Grants, p.ID)) > 0 {
			return page, teamInGroup.With(t.ID)
		}
		if err := assign(tx, p, t, w.RoleNames); err != nil {
			return page, err
		}
	}
	if len(there)+len(in.Body) > maxInProject {
		return page, teamsPerGroup.With(strconv.Itoa(maxInProject))
	}
	return whole(tx, p)
}

// assign replaces a team's roles in a project. Without any, the team is no longer in the project.
func assign(tx store.Tx, p *model.Project, t *model.Team, roles []authz.Role) error {
	before := authz.In(t.Grants, p.ID)
	if err := shape.RequireAssign(tx.Context(), p, before, roles); err != nil {
		return err
	}
	what := event.Type("TEAM_ROLES_MODIFIED")
	switch roles = people.Unique(roles); {
	case people.SameRoles(before, roles):
		return nil
	case len(before) == 0:
		what = "TEAM_ADDED_TO_GROUP"
	case len(roles) == 0:
		what = "TEAM_REMOVED_FROM_GROUP"
	}
	t.Grants = authz.OfProject(t.Grants, p.ID, roles)
	if err := state.Teams.Put(tx, t); err != nil {
		return err
	}
	return event.Write(tx, event.InProject(what, p).About(event.Team(t.ID)))
}

type inProjectIn struct {
	api.InGroup
	TeamID string `path:"teamId" api:"is=objectId" doc:"Id of the team."`
}

// find returns the project and the team that in names. Errors: fault.TeamNotFound, teamNotInGroup.
func (in inProjectIn) find(tx store.Tx) (*model.Project, *model.Team, error) {
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return nil, nil, err
	}
	t, err := state.Team(tx, p.OrgID, in.TeamID)
	if err == nil && len(authz.In(t.Grants, p.ID)) == 0 {
		err = teamNotInGroup.With(in.TeamID)
	}
	return p, t, err
}

func (s *Service) getInProject(tx store.Tx, in inProjectIn) (out TeamRole, err error) {
	p, t, err := in.find(tx)
	if err == nil {
		out = roleIn(t, p.ID)
	}
	return out, err
}

type updateIn struct {
	inProjectIn
	Body TeamRole
}

func (in updateIn) check() error {
	w := &in.Body
	if w.RoleNames != nil && len(w.RoleNames) == 0 {
		return teamWithoutRoles.With()
	}
	var bad fault.Problems
	w.check(&bad, "")
	if w.TeamID != "" && w.TeamID != in.TeamID {
		bad.Add("teamId", "must be the team of the path")
	}
	return bad.Err()
}

func (s *Service) updateInProject(tx store.Tx, in updateIn) (page api.Page[TeamRole], err error) {
	if err := in.check(); err != nil {
		return page, err
	}
	p, t, err := in.find(tx)
	if err != nil {
		return page, err
	}
	if err := assign(tx, p, t, in.Body.RoleNames); err != nil {
		return page, err
	}
	return whole(tx, p)
}

func (s *Service) removeFromProject(tx store.Tx, in inProjectIn) (none api.None, err error) {
	p, t, err := in.find(tx)
	if err != nil {
		return none, err
	}
	return none, assign(tx, p, t, nil)
}

// OnProjectDelete removes the teams' roles in a project that is being deleted.
func (s *Service) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	return state.TeamHolders.OnProjectDelete(tx, groupID)
}
