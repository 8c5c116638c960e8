package clouduser

import (
	"context"
	"slices"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

type orgRoleIn struct {
	oneInOrg
	Body AddOrRemoveOrgRole
}

func (s *Service) addOrgRole(ctx context.Context, in orgRoleIn) (shape.OrgUserResponse, error) {
	return s.changeInOrg(ctx, in.oneInOrg, func(tx store.Tx, m *model.Membership) error {
		return addRole(tx, m, authz.Role(in.Body.OrgRole))
	})
}

func (s *Service) removeOrgRole(ctx context.Context, in orgRoleIn) (shape.OrgUserResponse, error) {
	return s.changeInOrg(ctx, in.oneInOrg, func(tx store.Tx, m *model.Membership) error {
		return removeRole(tx, m, "orgRole", authz.Role(in.Body.OrgRole))
	})
}

type groupRoleIn struct {
	oneInProject
	Body AddOrRemoveGroupRole
}

// check refuses what is no role in projects.
func (w AddOrRemoveGroupRole) check() error {
	if !slices.Contains(authz.GroupRoles, w.GroupRole) {
		return fault.Field("groupRole", shape.NoGroupRole)
	}
	return nil
}

func (s *Service) addProjectRole(ctx context.Context, in groupRoleIn) (out shape.GroupUserResponse, err error) {
	if err := in.Body.check(); err != nil {
		return out, err
	}
	return s.changeInProject(ctx, in.oneInProject, func(tx store.Tx, m *model.Membership) error {
		return addRole(tx, m, in.Body.GroupRole)
	})
}

func (s *Service) removeProjectRole(ctx context.Context, in groupRoleIn) (out shape.GroupUserResponse, err error) {
	if err := in.Body.check(); err != nil {
		return out, err
	}
	return s.changeInProject(ctx, in.oneInProject, func(tx store.Tx, m *model.Membership) error {
		return removeRole(tx, m, "groupRole", in.Body.GroupRole)
	})
}

type setOrgRolesIn struct {
	oneInOrg
	Body UpdateOrgRolesForUser
}

func (s *Service) setOrgRoles(ctx context.Context, in setOrgRolesIn) (out UpdateOrgRolesForUser, err error) {
	if len(in.Body.OrgRoles) == 0 {
		return out, fault.Field("orgRoles", "must have at least one role")
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		m, err := in.find(tx, shape.Active)
		if err != nil {
			return err
		}
		err = people.SetRoles(tx, m, in.Body.OrgRoles)
		out = UpdateOrgRolesForUser{OrgRoles: m.Roles}
		return err
	})
	return out, err
}

type setProjectRolesIn struct {
	oneInProject
	Body UpdateGroupRolesForUser
}

func (s *Service) setProjectRoles(ctx context.Context, in setProjectRolesIn) (out UpdateGroupRolesForUser, err error) {
	var bad fault.Problems
	shape.GroupRoles(&bad, "groupRoles", in.Body.GroupRoles)
	if len(in.Body.GroupRoles) == 0 {
		bad.Add("groupRoles", "must have at least one role")
	}
	if err := bad.Err(); err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		m, err := in.find(tx, shape.Active)
		if err != nil {
			return err
		}
		if err := in.mayAssign(ctx, m, m.Roles, in.Body.GroupRoles); err != nil {
			return err
		}
		err = people.SetRoles(tx, m, in.Body.GroupRoles)
		out = UpdateGroupRolesForUser{GroupRoles: m.Roles}
		return err
	})
	return out, err
}
