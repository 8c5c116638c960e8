package serviceaccount

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// asGroup shows an account that was found in a project.
func asGroup(f *found) GroupServiceAccount { return toGroup(f.ServiceAccount, f.project.ID, "") }

type listOfGroupIn struct {
	api.InGroup
	shape.Pages
	managed
}

func (s *Service) listOfGroup(tx store.Tx, in listOfGroupIn) (page api.Page[GroupServiceAccount], err error) {
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return page, err
	}
	accounts, err := state.AccountHolders.In(tx, p)
	return api.PageAs(in.Paging(), accounts, func(a *model.ServiceAccount) GroupServiceAccount { return toGroup(a, p.ID, "") }), err
}

type createInGroupIn struct {
	api.InGroup
	Body GroupServiceAccountRequest
}

func (s *Service) createInGroup(tx store.Tx, in createInGroupIn) (out GroupServiceAccount, err error) {
	if err := shape.CheckGroupRoles("roles", in.Body.Roles); err != nil {
		return out, err
	}
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return out, err
	}
	member := authz.OfOrganization(nil, p.OrgID, []authz.Role{authz.OrgMember})
	w := OrgServiceAccountRequest{Description: in.Body.Description, Name: in.Body.Name, SecretExpiresAfterHours: in.Body.SecretExpiresAfterHours}
	a, text, err := create(tx, p.OrgID, w, authz.OfProject(member, p.ID, in.Body.Roles))
	if err != nil {
		return out, err
	}
	return toGroup(a, p.ID, text), event.Write(tx, event.InProject("SERVICE_ACCOUNT_ADDED_TO_GROUP", p).About(event.Key(a.ClientID)))
}

type updateOfGroupIn struct {
	inGroup
	Body GroupServiceAccountUpdateRequest
}

func (s *Service) updateOfGroup(tx store.Tx, in updateOfGroupIn) (out GroupServiceAccount, err error) {
	if err := shape.CheckGroupRoles("roles", in.Body.Roles); err != nil {
		return out, err
	}
	w := OrgServiceAccountUpdateRequest{Description: in.Body.Description, Name: in.Body.Name, Roles: in.Body.Roles}
	f, err := update(tx, in.inGroup, w)
	if err != nil {
		return out, err
	}
	return asGroup(f), nil
}

type inviteIn struct {
	inGroup
	Body GroupServiceAccountRoleAssignment `api:"listed"` // an older Go SDK sends a list
}

// invite also replaces the roles of an account that has roles in the project already.
func (s *Service) invite(tx store.Tx, in inviteIn) (out GroupServiceAccount, err error) {
	if err := shape.CheckGroupRoles("roles", in.Body.Roles); err != nil {
		return out, err
	}
	f, err := in.candidate(tx)
	if err != nil {
		return out, err
	}
	if len(f.roles()) > 0 {
		err = f.change(tx, OrgServiceAccountUpdateRequest{Roles: in.Body.Roles})
	} else {
		f.setRoles(in.Body.Roles)
		err = f.put(tx, "SERVICE_ACCOUNT_ADDED_TO_GROUP")
	}
	return asGroup(f), err
}

func (s *Service) leave(tx store.Tx, in inGroup) (api.None, error) {
	f, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	f.setRoles(nil)
	return api.None{}, f.put(tx, "SERVICE_ACCOUNT_REMOVED_FROM_GROUP")
}

// OnProjectDelete removes the accounts' roles in a project that is being deleted.
func (s *Service) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	return state.AccountHolders.OnProjectDelete(tx, groupID)
}
