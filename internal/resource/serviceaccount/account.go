package serviceaccount

import (
	"context"
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

// maxAccounts is how many service accounts an organization holds.
const maxAccounts = 200

// place is where an account is looked for: in an organization, or in one of its projects.
type place interface {
	find(tx store.Tx) (*found, error)
}

// found is an account, and the project that it was looked for in: nil, if it was in its organization.
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
	return &found{a, nil}, store.IfMissing(err, fault.ServiceAccountNotFound.With(in.ClientID))
}

type inGroup struct {
	api.InGroup
	ClientID string `path:"clientId" api:"is=clientId" doc:"Client id of the service account."`
}

// find finds an account that has a role in the project.
func (in inGroup) find(tx store.Tx) (*found, error) {
	f, err := in.candidate(tx)
	if err == nil && len(authz.In(f.Grants, in.GroupID)) == 0 {
		err = fault.ServiceAccountNotFound.With(in.ClientID)
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

// event is an event about the account in the place where it was found.
func (f *found) event(what event.Type) event.Event {
	if f.project != nil {
		return event.In(what, f.project).About(event.Key(f.ClientID))
	}
	return event.InOrg(what, f.OrgID).About(event.Key(f.ClientID))
}

// manage refuses who found the account in a project, unless they may change it: shape.MayManage.
func (f *found) manage(ctx context.Context) error {
	if f.project == nil {
		return nil
	}
	return shape.MayManage(ctx, f.project, f.Grants)
}

// show reads an account and writes it on the wire.
func show[W any](ctx context.Context, s *Service, at place, wire func(*found) W) (out W, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		f, err := at.find(tx)
		if err == nil {
			out = wire(f)
		}
		return err
	})
	return out, err
}

// birth is what a new account begins with.
type birth struct {
	orgID             model.ID
	name, description string
	hours             int // of the first secret's life
	grants            []authz.Grant
}

// create makes an account with a secret, whose text it returns, if the organization has room for it.
func create(tx store.Tx, b birth) (*model.ServiceAccount, string, error) {
	life, err := life(tx, b.orgID, b.hours)
	if err != nil {
		return nil, "", err
	}
	n, err := state.ServiceAccounts.Count(tx, state.AccountsOf(b.orgID))
	if err != nil {
		return nil, "", err
	}
	if n >= maxAccounts {
		return nil, "", fault.ServiceAccountsLimit.With(strconv.Itoa(maxAccounts))
	}
	a, text := authn.NewServiceAccount(b.orgID, b.name, b.grants, tx.Now(), life)
	a.Desc = b.description
	if err := state.ServiceAccounts.Put(tx, a); err != nil {
		return nil, "", err
	}
	return a, text, event.Write(tx, event.InOrg("SERVICE_ACCOUNT_CREATED", a.OrgID).About(event.Key(a.ClientID)))
}

// life is how long a new secret may live, by the organization's settings.
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

// change is what a request changes of an account, in the place where it was found.
type change struct {
	name, description *string
	roles             []authz.Role // nil: as they are
	scope             model.ID     // that the roles are in
	replace           func(grants []authz.Grant, scope string, roles []authz.Role) []authz.Grant
}

// apply changes f and writes the events.
func (c change) apply(tx store.Tx, f *found) error {
	details := set(&f.Name, c.name)
	details = set(&f.Desc, c.description) || details
	if details {
		if err := f.manage(tx.Context()); err != nil {
			return err
		}
		if err := event.Write(tx, f.event("SERVICE_ACCOUNT_DETAILS_CHANGED")); err != nil {
			return err
		}
	}
	if c.roles != nil {
		before := authz.In(f.Grants, c.scope)
		f.Grants = c.replace(f.Grants, c.scope, c.roles)
		if !slices.Equal(before, authz.In(f.Grants, c.scope)) {
			if err := event.Write(tx, f.event("SERVICE_ACCOUNT_ROLES_CHANGED")); err != nil {
				return err
			}
		}
	}
	return state.ServiceAccounts.Put(tx, f.ServiceAccount)
}

// set takes a value that is given, and says whether that is a change.
func set(field, given *string) bool {
	if given == nil || *given == *field {
		return false
	}
	*field = *given
	return true
}

// update finds an account, changes it and writes it on the wire.
func update[W any](ctx context.Context, s *Service, at place, c change, wire func(*found) W) (out W, err error) {
	if c.roles != nil && len(c.roles) == 0 {
		return out, fault.Field("roles", "must have at least one role")
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		f, err := at.find(tx)
		if err != nil {
			return err
		}
		if err := c.apply(tx, f); err != nil {
			return err
		}
		out = wire(f)
		return nil
	})
	return out, err
}
