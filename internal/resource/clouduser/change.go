package clouduser

import (
	"slices"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// member names a user of an organization or of a project.
type member interface {
	// find returns the user's membership, if seen admits it.
	find(tx store.Tx, seen func(*model.Membership) bool) (*model.Membership, error)
}

// show shows a user, if seen admits the membership.
func show[W any](tx store.Tx, at member, seen func(*model.Membership) bool, as shape.View[W]) (out W, err error) {
	m, err := at.find(tx, seen)
	if err != nil {
		return out, err
	}
	return shape.ShowPerson(tx, m.OrgID, m, as)
}

// change changes a user's membership, and shows the user.
func change[W any](tx store.Tx, at member, as shape.View[W], change func(*model.Membership) error) (out W, err error) {
	m, err := at.find(tx, shown)
	if err != nil {
		return out, err
	}
	before := m.Roles
	if err := change(m); err != nil {
		return out, err
	}
	if err := mayAssign(tx, m, before, m.Roles); err != nil {
		return out, err
	}
	return shape.ShowPerson(tx, m.OrgID, m, as)
}

// mayAssign refuses callers who may not replace a user's roles in a project so. Callers who change roles in an organization
// own it.
func mayAssign(tx store.Tx, m *model.Membership, before, after []authz.Role) error {
	if m.GroupID == "" {
		return nil
	}
	return shape.RequireAssign(tx.Context(), &model.Project{ID: m.GroupID, OrgID: m.OrgID}, before, after)
}

type orgRoleIn struct {
	oneInOrg
	Body AddOrRemoveOrgRole
}

func (s *Service) addOrgRole(tx store.Tx, in orgRoleIn) (shape.OrgUserResponse, error) {
	return change(tx, in, shape.OrgUser, func(m *model.Membership) error { return addRole(tx, m, authz.Role(in.Body.OrgRole)) })
}

func (s *Service) removeOrgRole(tx store.Tx, in orgRoleIn) (shape.OrgUserResponse, error) {
	return change(tx, in, shape.OrgUser, func(m *model.Membership) error { return removeRole(tx, m, "orgRole", authz.Role(in.Body.OrgRole)) })
}

type groupRoleIn struct {
	oneInProject
	Body AddOrRemoveGroupRole
}

// check refuses what is not a role in projects.
func (w AddOrRemoveGroupRole) check() error {
	if !slices.Contains(authz.GroupRoles, w.GroupRole) {
		return fault.Field("groupRole", shape.NoGroupRole)
	}
	return nil
}

func (s *Service) addProjectRole(tx store.Tx, in groupRoleIn) (out shape.GroupUserResponse, err error) {
	if err := in.Body.check(); err != nil {
		return out, err
	}
	return change(tx, in, shape.GroupUser, func(m *model.Membership) error { return addRole(tx, m, in.Body.GroupRole) })
}

func (s *Service) removeProjectRole(tx store.Tx, in groupRoleIn) (out shape.GroupUserResponse, err error) {
	if err := in.Body.check(); err != nil {
		return out, err
	}
	return change(tx, in, shape.GroupUser, func(m *model.Membership) error { return removeRole(tx, m, "groupRole", in.Body.GroupRole) })
}

type setOrgRolesIn struct {
	oneInOrg
	Body UpdateOrgRolesForUser
}

func (s *Service) setOrgRoles(tx store.Tx, in setOrgRolesIn) (out UpdateOrgRolesForUser, err error) {
	if len(in.Body.OrgRoles) == 0 {
		return out, fault.Field("orgRoles", "must have at least one role")
	}
	out.OrgRoles, err = setRoles(tx, in, in.Body.OrgRoles)
	return out, err
}

type setProjectRolesIn struct {
	oneInProject
	Body UpdateGroupRolesForUser
}

func (s *Service) setProjectRoles(tx store.Tx, in setProjectRolesIn) (out UpdateGroupRolesForUser, err error) {
	var bad fault.Problems
	shape.GroupRoles(&bad, "groupRoles", in.Body.GroupRoles)
	if len(in.Body.GroupRoles) == 0 {
		bad.Add("groupRoles", "must have at least one role")
	}
	if err := bad.Err(); err != nil {
		return out, err
	}
	out.GroupRoles, err = setRoles(tx, in, in.Body.GroupRoles)
	return out, err
}

// setRoles replaces the roles of an active user, and returns them.
func setRoles(tx store.Tx, at member, roles []authz.Role) ([]authz.Role, error) {
	m, err := at.find(tx, shape.Active)
	if err != nil {
		return nil, err
	}
	if err := mayAssign(tx, m, m.Roles, roles); err != nil {
		return nil, err
	}
	err = people.SetRoles(tx, m, roles)
	return m.Roles, err
}
