package serviceaccount

import (
	"context"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// asGroup writes what was found in a project.
func asGroup(f *found) GroupServiceAccount { return toGroup(f.ServiceAccount, f.project.ID, "") }

type listOfGroupIn struct {
	api.InGroup
	pages
	managed
}

func (s *Service) listOfGroup(tx store.Tx, in listOfGroupIn) (page api.Page[GroupServiceAccount], err error) {
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return page, err
	}
	accounts, err := state.AccountHolders.In(tx, p)
	var all []GroupServiceAccount
	for _, a := range accounts {
		all = append(all, toGroup(a, p.ID, ""))
	}
	page = api.PageOf(in.paging(), all)
	return page, err
}

type createInGroupIn struct {
	api.InGroup
	Body GroupServiceAccountRequest
}

func (s *Service) createInGroup(ctx context.Context, in createInGroupIn) (out GroupServiceAccount, err error) {
	w := &in.Body
	if err := shape.CheckGroupRoles("roles", w.Roles); err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		p, err := state.Project(tx, in.GroupID)
		if err != nil {
			return err
		}
		member := authz.OfOrganization(nil, p.OrgID, []authz.Role{authz.OrgMember})
		a, text, err := create(tx, birth{
			orgID: p.OrgID, name: w.Name, description: w.Description, hours: w.SecretExpiresAfterHours,
			grants: authz.OfProject(member, p.ID, w.Roles),
		})
		if err != nil {
			return err
		}
		out = toGroup(a, p.ID, text)
		return event.Write(tx, event.In("SERVICE_ACCOUNT_ADDED_TO_GROUP", p).About(event.Key(a.ClientID)))
	})
	return out, err
}

func (s *Service) getOfGroup(ctx context.Context, in inGroup) (GroupServiceAccount, error) {
	return show(ctx, s, in, asGroup)
}

type updateOfGroupIn struct {
	inGroup
	Body GroupServiceAccountUpdateRequest
}

func (s *Service) updateOfGroup(ctx context.Context, in updateOfGroupIn) (out GroupServiceAccount, err error) {
	if err := shape.CheckGroupRoles("roles", in.Body.Roles); err != nil {
		return out, err
	}
	c := change{name: in.Body.Name, description: in.Body.Description, roles: in.Body.Roles, scope: in.GroupID, replace: authz.OfProject}
	return update(ctx, s, in.inGroup, c, asGroup)
}

type inviteIn struct {
	inGroup
	Body GroupServiceAccountRoleAssignment `api:"listed"` // the Go SDK of the reference pages' generation sends a list
}

// invite also takes an account that has roles in the project already, and replaces them.
func (s *Service) invite(ctx context.Context, in inviteIn) (out GroupServiceAccount, err error) {
	if err := shape.CheckGroupRoles("roles", in.Body.Roles); err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		f, err := in.candidate(tx)
		if err != nil {
			return err
		}
		if len(authz.In(f.Grants, in.GroupID)) > 0 {
			err = change{roles: in.Body.Roles, scope: in.GroupID, replace: authz.OfProject}.apply(tx, f)
		} else {
			err = assign(tx, f, in.Body.Roles, "SERVICE_ACCOUNT_ADDED_TO_GROUP")
		}
		out = asGroup(f)
		return err
	})
	return out, err
}

// assign takes an account into the project that it was found in, or out of it.
func assign(tx store.Tx, f *found, roles []authz.Role, what event.Type) error {
	f.Grants = authz.OfProject(f.Grants, f.project.ID, roles)
	if err := state.ServiceAccounts.Put(tx, f.ServiceAccount); err != nil {
		return err
	}
	return event.Write(tx, f.event(what))
}

func (s *Service) leave(tx store.Tx, in inGroup) (api.None, error) {
	f, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, assign(tx, f, nil, "SERVICE_ACCOUNT_REMOVED_FROM_GROUP")
}

// Vacate takes the accounts out of a project that goes.
func (s *Service) Vacate(tx store.Tx, groupID model.ID) error {
	return state.AccountHolders.Vacate(tx, groupID)
}
