package apikey

import (
	"fmt"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type listOfProjectIn struct {
	api.InGroup
	api.Paging
}

func (s *Service) listOfProject(tx store.Tx, in listOfProjectIn) (page api.Page[APIKeyUserDetails], err error) {
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return page, err
	}
	keys, err := state.KeyHolders.In(tx, p)
	return api.PageAs(in.Paging, keys, toWire), err
}

type createInProjectIn struct {
	api.InGroup
	Body CreateAtlasProjectAPIKey
}

// createInProject makes a key of the organization that has roles in the project. The key is a member of the
// organization, unless the request has other roles there for it, which only an owner of the organization can give.
func (s *Service) createInProject(tx store.Tx, in createInProjectIn) (out APIKeyUserDetails, err error) {
	org, group, err := split(in.Body.Roles)
	if err != nil {
		return out, err
	}
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return out, err
	}
	if slices.ContainsFunc(org, func(r authz.Role) bool { return r != authz.OrgMember }) {
		if err := api.Require(tx.Context(), authz.Any(authz.OrgOwner), authz.Scope{OrgID: p.OrgID}); err != nil {
			return out, err
		}
	}
	if err := shape.RequireAssign(tx.Context(), p, nil, group); err != nil {
		return out, err
	}
	k, private, err := create(tx, p.OrgID, in.Body.Desc, authz.OfProject(authz.OfOrganization(nil, p.OrgID, org), p.ID, group))
	if err != nil {
		return out, err
	}
	return shape.APIKey(k, private), happenedIn(tx, p, k, "API_KEY_ADDED_TO_GROUP")
}

// happenedIn writes an event about the key in the project.
func happenedIn(tx store.Tx, p *model.Project, k *model.APIKey, what event.Type) error {
	return event.Write(tx, event.InProject(what, p).About(event.Key(k.PublicKey)))
}

// unknownRoles gives an error for unknown roles the code that Terraform's provider looks for.
func unknownRoles(err error) error {
	f, ok := fault.Of(err)
	if !ok {
		return err
	}
	return fault.InvalidEnumValue.With(f.Violations[0].Field).Naming(f.Violations...)
}

// split separates the roles in the organization from those in the project, of which there must be at least one.
func split(roles []authz.Role) (org, group []authz.Role, err error) {
	var bad fault.Problems
	for i, r := range roles {
		switch {
		case slices.Contains(authz.GroupRoles, r):
			group = append(group, r)
		case slices.Contains(authz.OrgRoles, r):
			org = append(org, r)
		default:
			bad.Add(fmt.Sprintf("roles[%d]", i), "must be a role in projects or organizations")
		}
	}
	switch err := bad.Err(); {
	case err != nil:
		return nil, nil, unknownRoles(err)
	case len(group) == 0:
		return nil, nil, fault.Field("roles", "must have a role in the project")
	}
	if len(org) == 0 {
		org = []authz.Role{authz.OrgMember}
	}
	return org, group, nil
}

type oneInProject struct {
	api.InGroup
	APIUserID string `path:"apiUserId" api:"is=objectId" doc:"Id of the API key."`
}

// find returns the project and the key of its organization that in names.
func (in oneInProject) find(tx store.Tx) (*model.Project, *model.APIKey, error) {
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return nil, nil, err
	}
	k, err := oneIn{api.InOrg{OrgID: p.OrgID}, in.APIUserID}.find(tx)
	return p, k, err
}

type addIn struct {
	oneInProject
	Body []UserAccessRoleAssignment
}

// add gives a key exactly the roles of the request in the project, also where it has others already: clients change
// roles in this way.
func (s *Service) add(tx store.Tx, in addIn) (none api.None, err error) {
	var roles []authz.Role
	var bad fault.Problems
	for i, a := range in.Body {
		shape.GroupRoles(&bad, fmt.Sprintf("[%d].roles", i), a.Roles)
		roles = append(roles, a.Roles...)
	}
	switch err := bad.Err(); {
	case err != nil:
		return none, unknownRoles(err)
	case len(roles) == 0:
		return none, fault.Field("body", "must have a role")
	}
	p, k, err := in.find(tx)
	if err != nil {
		return none, err
	}
	return none, assign(tx, p, k, roles)
}

// assign replaces a key's roles in a project. Without any, the key is no longer in the project, but stays in the organization.
func assign(tx store.Tx, p *model.Project, k *model.APIKey, roles []authz.Role) error {
	before := k.Grants
	if err := shape.RequireAssign(tx.Context(), p, authz.In(before, p.ID), roles); err != nil {
		return err
	}
	k.Grants = authz.OfProject(before, p.ID, roles)
	what := event.Type("API_KEY_ROLES_CHANGED")
	switch {
	case slices.Equal(authz.In(before, p.ID), authz.In(k.Grants, p.ID)):
		return nil
	case len(roles) == 0:
		what = "API_KEY_REMOVED_FROM_GROUP"
	case len(authz.In(before, p.ID)) == 0:
		what = "API_KEY_ADDED_TO_GROUP"
	}
	if err := state.APIKeys.Put(tx, k); err != nil {
		return err
	}
	return happenedIn(tx, p, k, what)
}

type updateInProjectIn struct {
	oneInProject
	api.Paging // has no effect: the answer is one key
	Body       UpdateAtlasProjectAPIKey
}

// updateInProject also adds a key to the project if it has no role there yet, because clients assign keys in this way.
func (s *Service) updateInProject(tx store.Tx, in updateInProjectIn) (out APIKeyUserDetails, err error) {
	if err := shape.CheckGroupRoles("roles", in.Body.Roles); err != nil {
		return out, unknownRoles(err)
	}
	if in.Body.Roles != nil && len(in.Body.Roles) == 0 {
		return out, fault.Field("roles", "must have at least one role; remove the key from the project to end them")
	}
	p, k, err := in.find(tx)
	if err != nil {
		return out, err
	}
	if in.Body.Roles == nil && len(authz.In(k.Grants, p.ID)) == 0 {
		return out, keyNotFound.With(k.ID)
	}
	if in.Body.Roles != nil {
		if err := assign(tx, p, k, in.Body.Roles); err != nil {
			return out, err
		}
	}
	if in.Body.Desc != nil && *in.Body.Desc != k.Desc {
		if err := describe(tx, p, k, *in.Body.Desc); err != nil {
			return out, err
		}
	}
	return toWire(k), state.APIKeys.Put(tx, k)
}

// describe changes the description of a key through a project.
func describe(tx store.Tx, p *model.Project, k *model.APIKey, desc string) error {
	if err := shape.RequireManage(tx.Context(), p, k.Grants); err != nil {
		return err
	}
	k.Desc = desc
	return happenedIn(tx, p, k, "API_KEY_DESCRIPTION_CHANGED")
}

func (s *Service) remove(tx store.Tx, in oneInProject) (api.None, error) {
	p, k, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	if len(authz.In(k.Grants, p.ID)) == 0 {
		return api.None{}, keyNotFound.With(k.ID)
	}
	return api.None{}, assign(tx, p, k, nil)
}

// OnProjectDelete removes the keys' roles in a project that is being deleted.
func (s *Service) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	return state.KeyHolders.OnProjectDelete(tx, groupID)
}
