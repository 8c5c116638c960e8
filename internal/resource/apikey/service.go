package apikey

import (
	"errors"
	"slices"
	"strconv"

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

// maxKeys is how many API keys an organization may have.
const maxKeys = 500

type listIn struct {
	api.InOrg
	api.Paging
}

func (s *Service) list(tx store.Tx, in listIn) (api.Page[APIKeyUserDetails], error) {
	return shape.Page(tx, state.APIKeys, state.KeysOf(in.OrgID), in.Paging, toWire)
}

type createIn struct {
	api.InOrg
	Body CreateAtlasOrganizationAPIKey
}

func (s *Service) create(tx store.Tx, in createIn) (out APIKeyUserDetails, err error) {
	k, private, err := create(tx, in.OrgID, in.Body.Desc, authz.OfOrganization(nil, in.OrgID, in.Body.Roles))
	if err != nil {
		return out, err
	}
	return shape.APIKey(k, private), nil
}

// create adds a key to an organization. Error: keysLimit.
func create(tx store.Tx, orgID model.ID, desc string, grants []authz.Grant) (*model.APIKey, string, error) {
	if _, err := state.Organization(tx, orgID); err != nil {
		return nil, "", err
	}
	n, err := state.APIKeys.Count(tx, state.KeysOf(orgID))
	if err != nil {
		return nil, "", err
	}
	if n >= maxKeys {
		return nil, "", keysLimit.With(strconv.Itoa(maxKeys))
	}
	k, private := authn.NewAPIKey(orgID, desc, grants, tx.Now())
	if err := state.APIKeys.Put(tx, k); err != nil {
		return nil, "", err
	}
	return k, private, writeEvent(tx, k, "API_KEY_CREATED")
}

// writeEvent writes an event about the key.
func writeEvent(tx store.Tx, k *model.APIKey, what event.Type, about ...event.Subject) error {
	return event.Write(tx, event.InOrg(what, k.OrgID).About(event.Key(k.PublicKey)).About(about...))
}

type oneIn struct {
	api.InOrg
	APIUserID string `path:"apiUserId" api:"is=objectId" doc:"Id of the API key."`
}

// find returns the key that in names.
func (in oneIn) find(tx store.Tx) (*model.APIKey, error) {
	k, err := state.APIKeys.Get(tx, in.APIUserID)
	if err == nil && k.OrgID != in.OrgID {
		err = store.ErrNotFound
	}
	return k, store.IfMissing(err, keyNotFound.With(in.APIUserID))
}

type updateIn struct {
	oneIn
	Body UpdateAtlasOrganizationAPIKey
}

func (s *Service) update(tx store.Tx, in updateIn) (out APIKeyUserDetails, err error) {
	if in.Body.Roles != nil && len(in.Body.Roles) == 0 {
		return out, fault.Field("roles", "must have at least one role; to withdraw all, delete the key")
	}
	k, err := in.find(tx)
	if err != nil {
		return out, err
	}
	for _, what := range apply(k, &in.Body) {
		if err := writeEvent(tx, k, what); err != nil {
			return out, err
		}
	}
	return toWire(k), state.APIKeys.Put(tx, k)
}

// apply makes the changes of w and returns the types of their events.
func apply(k *model.APIKey, w *UpdateAtlasOrganizationAPIKey) (events []event.Type) {
	if w.Desc != nil && *w.Desc != k.Desc {
		k.Desc = *w.Desc
		events = append(events, "API_KEY_DESCRIPTION_CHANGED")
	}
	if w.Roles == nil {
		return events
	}
	next := authz.OfOrganization(k.Grants, k.OrgID, w.Roles)
	if !slices.Equal(next, k.Grants) {
		k.Grants = next
		events = append(events, "API_KEY_ROLES_CHANGED")
	}
	return events
}

func (s *Service) delete(tx store.Tx, in oneIn) (api.None, error) {
	k, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	if err := state.DeleteAPIKey(tx, k); err != nil {
		return api.None{}, err
	}
	return api.None{}, writeEvent(tx, k, "API_KEY_DELETED")
}

// OnOrgDelete deletes the keys of an organization that is being deleted.
func (s *Service) OnOrgDelete(tx store.Tx, orgID model.ID) error {
	keys, err := state.APIKeys.List(tx, state.KeysOf(orgID))
	for _, k := range keys {
		err = errors.Join(err, state.DeleteAPIKey(tx, k))
	}
	return err
}
