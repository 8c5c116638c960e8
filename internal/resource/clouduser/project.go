package clouduser

import (
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
	FlattenTeams    bool `query:"flattenTeams" api:"default=false" doc:"Whether to return also users who are in the project through a team, and all users with the roles that teams give."`
	IncludeOrgUsers bool `query:"includeOrgUsers" api:"default=false" doc:"Whether to return also users who have no role in the project but reach it as ORG_OWNER or ORG_READ_ONLY."`
}

type listPeopleInProjectIn struct {
	listInProjectIn
	shape.PeopleFilter
}

func (s *Service) listActiveInProject(tx store.Tx, in listInProjectIn) (api.Page[shape.CloudAppUserView], error) {
	return pageOfProject(tx, in, shape.Active, shape.CloudAppUser)
}

func (s *Service) listInProject(tx store.Tx, in listPeopleInProjectIn) (page api.Page[shape.GroupUserResponse], err error) {
	if err := in.Validate(); err != nil {
		return page, err
	}
	return pageOfProject(tx, in.listInProjectIn, in.Matches, shape.GroupUser)
}

// pageOfProject returns a page of the project's people whom want admits.
func pageOfProject[W any](tx store.Tx, in listInProjectIn, want func(*model.Membership) bool, as shape.View[W]) (page api.Page[W], err error) {
	p, members, err := in.members(tx, want)
	if err != nil {
		return page, err
	}
	return shape.PeoplePage(tx, in.Paging, p.OrgID, members, as)
}

// members returns the memberships in the project that want admits, by username. For people who reach the project in another
// way it makes memberships up, with the roles that this gives them in the project.
func (in listInProjectIn) members(tx store.Tx, want func(*model.Membership) bool) (*model.Project, []*model.Membership, error) {
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return nil, nil, err
	}
	all, err := wanted(tx, state.MembershipsIn(p.ID), want)
	if err != nil || !in.FlattenTeams && !in.IncludeOrgUsers {
		return p, all, err
	}
	org, err := wanted(tx, state.MembershipsIn(p.OrgID), want)
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
		m.Roles = people.Unique(slices.Concat(m.Roles, through[m.UserID]))
	}
	return p, in.join(all, org, through), nil
}

// join adds to a project's memberships those people of the organization who reach the project in another way.
func (in listInProjectIn) join(all, org []*model.Membership, through map[model.ID][]authz.Role) []*model.Membership {
	there := map[model.ID]bool{}
	for _, m := range all {
		there[m.UserID] = true
	}
	for _, m := range org {
		reads := slices.Contains(m.Roles, authz.OrgOwner) || slices.Contains(m.Roles, authz.OrgReadOnly)
		if !there[m.UserID] && (len(through[m.UserID]) > 0 || in.IncludeOrgUsers && reads) {
			m.GroupID, m.Roles = in.GroupID, people.Unique(through[m.UserID])
			all = append(all, m)
		}
	}
	slices.SortFunc(all, roster.ByUsername)
	return all
}

// throughTeams returns the roles that teams give in a project, by user; roles of several teams in the order of their names.
func throughTeams(tx store.Tx, p *model.Project) (map[model.ID][]authz.Role, error) {
	through := map[model.ID][]authz.Role{}
	teams, err := state.TeamHolders.In(tx, p)
	if err != nil || len(teams) == 0 {
		return through, err
	}
	of, err := state.TeamsByUser(tx, state.OrgTeamMembers(p.OrgID))
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

// find returns the user's membership in the project, if seen admits it.
func (in oneInProject) find(tx store.Tx, seen func(*model.Membership) bool) (*model.Membership, error) {
	return find(tx, in.UserID, in.GroupID, seen)
}

type getInProjectIn struct {
	oneInProject
	shape.StatusFilter
}

func (s *Service) getInProject(tx store.Tx, in getInProjectIn) (shape.GroupUserResponse, error) {
	return show(tx, in, in.Matches, shape.GroupUser)
}

type addIn struct {
	api.InGroup
	Body GroupUserRequest
}

func (s *Service) addToProject(tx store.Tx, in addIn) (out shape.GroupUserResponse, err error) {
	if err := shape.CheckGroupRoles("roles", in.Body.Roles); err != nil {
		return out, err
	}
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return out, err
	}
	if err := shape.RequireAssign(tx.Context(), p, nil, in.Body.Roles); err != nil {
		return out, err
	}
	org, err := s.Invitations.Add(tx, p, in.Body.Username, in.Body.Roles)
	if err != nil {
		return out, err
	}
	return show(tx, oneInProject{in.InGroup, getIn{org.UserID}}, shown, shape.GroupUser)
}

// removeFromProject removes a user whom seen admits from the project. A person who was invited into it does not get there by
// accepting later: nothing is pending there any more.
func (s *Service) removeFromProject(seen func(*model.Membership) bool) func(store.Tx, oneInProject) (api.None, error) {
	return func(tx store.Tx, in oneInProject) (none api.None, err error) {
		m, err := in.find(tx, seen)
		if err != nil {
			return none, err
		}
		if err := mayAssign(tx, m, m.Roles, nil); err != nil {
			return none, err
		}
		return none, people.Remove(tx, m)
	}
}
