package serviceaccount

import (
	"errors"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// managed is accepted and has no effect: all accounts were created by people.
type managed struct {
	IncludeSystemManaged bool `query:"includeSystemManaged" api:"default=false" doc:"Whether the answer has the accounts that the service itself created. Telamon creates none."`
}

func shownInOrg(a *model.ServiceAccount) OrgServiceAccount { return shape.ServiceAccount(a, "") }

func toOrg(f *found) OrgServiceAccount { return shownInOrg(f.ServiceAccount) }

type listOfOrgIn struct {
	api.InOrg
	shape.Pages
	managed
}

func (s *Service) listOfOrg(tx store.Tx, in listOfOrgIn) (api.Page[OrgServiceAccount], error) {
	return shape.Page(tx, state.ServiceAccounts, state.AccountsOf(in.OrgID), in.Paging(), shownInOrg)
}

type createInOrgIn struct {
	api.InOrg
	Body OrgServiceAccountRequest
}

func (s *Service) createInOrg(tx store.Tx, in createInOrgIn) (out OrgServiceAccount, err error) {
	a, text, err := create(tx, in.OrgID, in.Body, authz.OfOrganization(nil, in.OrgID, in.Body.Roles))
	if err != nil {
		return out, err
	}
	return shape.ServiceAccount(a, text), nil
}

type updateOfOrgIn struct {
	inOrg
	Body OrgServiceAccountUpdateRequest
}

func (s *Service) updateOfOrg(tx store.Tx, in updateOfOrgIn) (out OrgServiceAccount, err error) {
	f, err := update(tx, in.inOrg, in.Body)
	if err != nil {
		return out, err
	}
	return toOrg(f), nil
}

func (s *Service) delete(tx store.Tx, in inOrg) (api.None, error) {
	f, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	if err := state.DeleteServiceAccount(tx, f.ServiceAccount); err != nil {
		return api.None{}, err
	}
	return api.None{}, event.Write(tx, f.event("SERVICE_ACCOUNT_DELETED"))
}

type groupsIn struct {
	inOrg
	shape.Pages
}

func (s *Service) groups(tx store.Tx, in groupsIn) (page api.Page[ServiceAccountGroup], err error) {
	f, err := in.find(tx)
	if err != nil {
		return page, err
	}
	var all []ServiceAccountGroup
	seen := map[model.ID]bool{}
	for _, g := range f.Grants {
		if g.GroupID != "" && !seen[g.GroupID] {
			seen[g.GroupID] = true
			all = append(all, ServiceAccountGroup{GroupID: g.GroupID, Roles: authz.In(f.Grants, g.GroupID)})
		}
	}
	return api.PageOf(in.Paging(), all), nil
}

// OnOrgDelete deletes the accounts of an organization that is being deleted.
func (s *Service) OnOrgDelete(tx store.Tx, orgID model.ID) error {
	accounts, err := state.ServiceAccounts.List(tx, state.AccountsOf(orgID))
	for _, a := range accounts {
		err = errors.Join(err, state.DeleteServiceAccount(tx, a))
	}
	return err
}
