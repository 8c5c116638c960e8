package clouduser

import (
	"context"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/roster"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type listInProjectIn struct {
	api.InGroup
	api.Paging
	FlattenTeams    bool `query:"flattenTeams" api:"default=false" doc:"Whether to return users too who are in the project through a team, and for everybody the roles that teams give."`
	IncludeOrgUsers bool `query:"includeOrgUsers" api:"default=false" doc:"Whether to return users too who have no role in the project but reach it as ORG_OWNER or ORG_READ_ONLY."`
}

type listPeopleInProjectIn struct {
	listInProjectIn
	shape.InPeople
}

func (s *Service) listActiveInProject(tx store.Tx, in listInProjectIn) (page api.Page[shape.CloudAppUserView], err error) {
	p, members, err := in.members(tx, shape.Active)
	if err != nil {
		return page, err
	}
	page, err = shape.PeoplePage(tx, in.Paging, p.OrgID, members, shape.CloudAppUser)
	return page, err
}

func (s *Service) listInProject(ctx context.Context, in listPeopleInProjectIn) (page api.Page[shape.GroupUserResponse], err error) {
	if err := in.Check(); err != nil {
		return page, err
	}
	err = s.Store.View(ctx, func(tx store.Tx) error {
		p, members, err := in.members(tx, in.Wants)
		if err != nil {
			return err
		}
		page, err = shape.PeoplePage(tx, in.Paging, p.OrgID, members, shape.GroupUser)
		return err
	})
	return page, err
}

// members are the places in the project that are wanted, by username. Who reaches the project in another way has one
// made up, with the roles that this gives in the project.
func (in listInProjectIn) members(tx store.Tx, want func(*model.Membership) bool) (*model.Project, []*model.Membership, error) {
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return nil, nil, err
	}
	all, err := wanted(tx, state.MembersOf(p.ID), want)
	if err != nil || !in.FlattenTeams && !in.IncludeOrgUsers {
		return p, all, err
	}
	org, err := wanted(tx, state.MembersOf(p.OrgID), want)
	if err != nil {
		return nil, nil, err
	}
	through := map[model.ID][]authz.Role{}
	if in.FlattenTeams {
		if through, err = throughTeams(tx, p); err != nil {
			return nil, nil, err
		}
	}
	for _, m := range all {
		m.Roles = people.Once(slices.Concat(m.Roles, through[m.UserID]))
	}
	return p, in.join(all, org, through), nil
}

// join adds to the places in a project those people of the organization who reach it in another way.
func (in listInProjectIn) join(all, org []*model.Membership, through map[model.ID][]authz.Role) []*model.Membership {
	there := map[model.ID]bool{}
	for _, m := range all {
		there[m.UserID] = true
	}
	for _, m := range org {
		reads := slices.Contains(m.Roles, authz.OrgOwner) || slices.Contains(m.Roles, authz.OrgReadOnly)
		if !there[m.UserID] && (len(through[m.UserID]) > 0 || in.IncludeOrgUsers && reads) {
			m.GroupID, m.Roles = in.GroupID, people.Once(through[m.UserID])
			all = append(all, m)
		}
	}
	slices.SortFunc(all, roster.ByUsername)
	return all
}

// throughTeams are the roles that teams give in a project, by the user; of several teams in the order of their names.
func throughTeams(tx store.Tx, p *model.Project) (map[model.ID][]authz.Role, error) {
	through := map[model.ID][]authz.Role{}
	teams, err := state.TeamHolders.In(tx, p)
	if err != nil || len(teams) == 0 {
		return through, err
	}
	of, err := state.TeamsByUser(tx, state.EveryTeamPlaceIn(p.OrgID))
	people := map[model.ID][]model.ID{} // by team
	for user, ids := range of {
		for _, id := range ids {
			people[id] = append(people[id], user)
		}
	}
	for _, t := range teams {
		roles := authz.In(t.Grants, p.ID)
		for _, user := range people[t.ID] {
			through[user] = append(through[user], roles...)
		}
	}
	return through, err
}

// oneInProject names a user of a project.
type oneInProject struct {
	api.InGroup
	getIn
}

// find is the user's place in the project, if seen admits it.
func (in oneInProject) find(tx store.Tx, seen func(*model.Membership) bool) (*model.Membership, error) {
	return find(tx, in.UserID, in.GroupID, seen)
}

// mayAssign refuses who may not give a user these roles in the project in place of those before.
func (in oneInProject) mayAssign(ctx context.Context, m *model.Membership, before, after []authz.Role) error {
	return shape.MayAssign(ctx, &model.Project{ID: in.GroupID, OrgID: m.OrgID}, before, after)
}

type getInProjectIn struct {
	oneInProject
	shape.InStatus
}

func (s *Service) getInProject(tx store.Tx, in getInProjectIn) (out shape.GroupUserResponse, err error) {
	m, err := in.find(tx, in.Wants)
	if err != nil {
		return out, err
	}
	out, err = shape.One(tx, m.OrgID, m, shape.GroupUser)
	return out, err
}

type addIn struct {
	api.InGroup
	Body GroupUserRequest
}

func (s *Service) addToProject(ctx context.Context, in addIn) (out shape.GroupUserResponse, err error) {
	if err := shape.CheckGroupRoles("roles", in.Body.Roles); err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		p, err := state.Project(tx, in.GroupID)
		if err != nil {
			return err
		}
		if err := shape.MayAssign(ctx, p, nil, in.Body.Roles); err != nil {
			return err
		}
		org, err := s.Invitations.Add(tx, p, in.Body.Username, in.Body.Roles)
		if err != nil {
			return err
		}
		m, err := find(tx, org.UserID, p.ID, shown)
		if err != nil {
			return err
		}
		out, err = shape.One(tx, p.OrgID, m, shape.GroupUser)
		return err
	})
	return out, err
}

// changeInProject changes what a user has in a project, and shows it.
func (s *Service) changeInProject(ctx context.Context, in oneInProject, change func(store.Tx, *model.Membership) error) (out shape.GroupUserResponse, err error) {
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		m, err := in.find(tx, shown)
		if err != nil {
			return err
		}
		before := m.Roles
		if err := change(tx, m); err != nil {
			return err
		}
		if err := in.mayAssign(ctx, m, before, m.Roles); err != nil {
			return err
		}
		out, err = shape.One(tx, m.OrgID, m, shape.GroupUser)
		return err
	})
	return out, err
}

func (s *Service) removeActiveFromProject(ctx context.Context, in oneInProject) (api.None, error) {
	return s.removeFromProject(ctx, in, shape.Active)
}

func (s *Service) removeAnyFromProject(ctx context.Context, in oneInProject) (api.None, error) {
	return s.removeFromProject(ctx, in, shown)
}

// removeFromProject takes a user out of the project. Whoever was invited into it does not get there by accepting later:
// nothing is pending there any more.
func (s *Service) removeFromProject(ctx context.Context, in oneInProject, seen func(*model.Membership) bool) (api.None, error) {
	return api.None{}, s.Store.Update(ctx, func(tx store.Tx) error {
		m, err := in.find(tx, seen)
		if err != nil {
			return err
		}
		if err := in.mayAssign(ctx, m, m.Roles, nil); err != nil {
			return err
		}
		return people.Leave(tx, m)
	})
}
