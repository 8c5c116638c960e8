package serviceaccount

import (
	"slices"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// maxAccounts is how many service accounts an organization may have.
const maxAccounts = 200

// ref names an account of an organization or of a project.
type ref interface {
	find(tx store.Tx) (*found, error)
}

// accounts has the handlers that are alike for the accounts of organizations and of projects. P names an account; wire shows
// one.
type accounts[P ref, W any] struct {
	*Service
	wire func(*found) W
}

// found is an account, and the project in which it was looked up; nil if in its organization.
type found struct {
	*model.ServiceAccount
	project *model.Project
}

type inOrg struct {
	api.InOrg
	ClientID string `path:"clientId" api:"is=clientId" doc:"Client id of the service account."`
}

func (in inOrg) find(tx store.Tx) (*found, error) {
	a, err := state.ServiceAccounts.Get(tx, in.ClientID)
	if err == nil && a.OrgID != in.OrgID {
		err = store.ErrNotFound
	}
	return &found{a, nil}, store.IfMissing(err, serviceAccountNotFound.With(in.ClientID))
}

type inGroup struct {
	api.InGroup
	ClientID string `path:"clientId" api:"is=clientId" doc:"Client id of the service account."`
}

// find finds an account that has a role in the project.
func (in inGroup) find(tx store.Tx) (*found, error) {
	f, err := in.candidate(tx)
	if err == nil && len(authz.In(f.Grants, in.GroupID)) == 0 {
		err = serviceAccountNotFound.With(in.ClientID)
	}
	return f, err
}

// candidate finds an account of the project's organization.
func (in inGroup) candidate(tx store.Tx) (*found, error) {
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return nil, err
	}
	f, err := inOrg{api.InOrg{OrgID: p.OrgID}, in.ClientID}.find(tx)
	if err != nil {
		return nil, err
	}
	f.project = p
	return f, nil
}

// event returns an event about the account, in the project or organization in which it was found.
func (f *found) event(what event.Type) event.Event {
	if f.project != nil {
		return event.InProject(what, f.project).About(event.Key(f.ClientID))
	}
	return event.InOrg(what, f.OrgID).About(event.Key(f.ClientID))
}

// manageable finds an account that the caller may change (shape.RequireManage, if it is found in a project).
func manageable(tx store.Tx, at ref) (*found, error) {
	f, err := at.find(tx)
	if err != nil {
		return nil, err
	}
	return f, f.manage(tx)
}

func (f *found) manage(tx store.Tx) error {
	if f.project == nil {
		return nil
	}
	return shape.RequireManage(tx.Context(), f.project, f.Grants)
}

// put writes the account and an event about it.
func (f *found) put(tx store.Tx, what event.Type) error {
	if err := state.ServiceAccounts.Put(tx, f.ServiceAccount); err != nil {
		return err
	}
	return event.Write(tx, f.event(what))
}

func (a accounts[P, W]) get(tx store.Tx, in P) (out W, err error) {
	f, err := in.find(tx)
	if err != nil {
		return out, err
	}
	return a.wire(f), nil
}

// create adds an account with a secret, whose text it returns, to an organization. The roles are those of grants. Error:
// serviceAccountsLimit.
func create(tx store.Tx, orgID model.ID, w OrgServiceAccountRequest, grants []authz.Grant) (*model.ServiceAccount, string, error) {
	life, err := life(tx, orgID, w.SecretExpiresAfterHours)
	if err != nil {
		return nil, "", err
	}
	n, err := state.ServiceAccounts.Count(tx, state.AccountsOf(orgID))
	if err != nil {
		return nil, "", err
	}
	if n >= maxAccounts {
		return nil, "", serviceAccountsLimit.With(strconv.Itoa(maxAccounts))
	}
	a, text := authn.NewServiceAccount(orgID, w.Name, grants, tx.Now(), life)
	a.Desc = w.Description
	f := found{a, nil}
	return a, text, f.put(tx, "SERVICE_ACCOUNT_CREATED")
}

// life returns the lifetime of a new secret, within the organization's settings.
func life(tx store.Tx, orgID model.ID, hours int) (time.Duration, error) {
	o, err := state.Organization(tx, orgID)
	if err != nil {
		return 0, err
	}
	most := model.MaxSecretHours
	if set := o.Settings.MaxSecretValidityHours; set > 0 {
		most = set
	}
	if hours < model.MinSecretHours || hours > most {
		return 0, fault.Field("secretExpiresAfterHours", "must be %d to %d", model.MinSecretHours, most)
	}
	return time.Duration(hours) * time.Hour, nil
}

// update finds an account and changes what w names of it.
func update(tx store.Tx, at ref, w OrgServiceAccountUpdateRequest) (*found, error) {
	if w.Roles != nil && len(w.Roles) == 0 {
		return nil, fault.Field("roles", "must have at least one role")
	}
	f, err := at.find(tx)
	if err != nil {
		return nil, err
	}
	return f, f.change(tx, w)
}

// change makes the changes of w: its roles are those in the project or organization in which f was found.
func (f *found) change(tx store.Tx, w OrgServiceAccountUpdateRequest) error {
	details := set(&f.Name, w.Name)
	details = set(&f.Desc, w.Description) || details
	if details {
		if err := f.manage(tx); err != nil {
			return err
		}
		if err := event.Write(tx, f.event("SERVICE_ACCOUNT_DETAILS_CHANGED")); err != nil {
			return err
		}
	}
	if w.Roles != nil {
		before := f.roles()
		f.setRoles(w.Roles)
		if !slices.Equal(before, f.roles()) {
			return f.put(tx, "SERVICE_ACCOUNT_ROLES_CHANGED")
		}
	}
	return state.ServiceAccounts.Put(tx, f.ServiceAccount)
}

// roles returns the account's roles in the project or organization in which it was found.
func (f *found) roles() []authz.Role {
	if f.project != nil {
		return authz.In(f.Grants, f.project.ID)
	}
	return authz.In(f.Grants, f.OrgID)
}

// setRoles replaces these roles.
func (f *found) setRoles(roles []authz.Role) {
	if f.project != nil {
		f.Grants = authz.OfProject(f.Grants, f.project.ID, roles)
	} else {
		f.Grants = authz.OfOrganization(f.Grants, f.OrgID, roles)
	}
}

// set assigns a value that is given, and reports whether that is a change.
func set(field, given *string) bool {
	if given == nil || *given == *field {
		return false
	}
	*field = *given
	return true
}
