package organization

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type createIn struct{ Body CreateOrganizationRequest }

func create(tx store.Tx, in createIn) (out CreateOrganizationResponse, err error) {
	w := &in.Body
	if err := fault.Check(w.check); err != nil {
		return out, err
	}
	founder, err := founder(tx, authz.From(tx.Context()), w.OrgOwnerID)
	if err != nil {
		return out, err
	}
	if err := room(tx, founder); err != nil {
		return out, err
	}
	o := &model.Organization{ID: model.NewID(), Name: w.Name, Created: tx.Now(), SkipDefaultAlerts: w.SkipDefaultAlertsSettings}
	if err := state.Organizations.Put(tx, o); err != nil {
		return out, err
	}
	out = CreateOrganizationResponse{Organization: toWire(o), SkipDefaultAlertsSettings: o.SkipDefaultAlerts}
	out.Organization.Links = nil // the caller has no access to them
	if err := event.Write(tx, event.InOrg("ORG_CREATED", o.ID)); err != nil {
		return out, err
	}
	if out.OrgOwnerID, err = giveOwner(tx, o, founder); err != nil {
		return out, err
	}
	if out.APIKey, err = giveKey(tx, o, w.APIKey); err != nil {
		return out, err
	}
	out.ServiceAccount, err = giveAccount(tx, o, w.ServiceAccount)
	return out, err
}

// founder returns who owns a new organization: the named member of one of the caller's organizations, or else the caller or,
// for keys and accounts, the oldest owner of their organization.
func founder(tx store.Tx, who *authz.Principal, userID model.ID) (m *model.Membership, err error) {
	userID = cmp.Or(userID, who.UserID())
	err = fault.UserNotFound.With(userID)
	for _, orgID := range who.Organizations() {
		if m, err = state.InitialOwner(tx, orgID, userID); err == nil || !errors.Is(err, fault.UserNotFound) {
			break
		}
	}
	return m, err
}

// maxOwned is how many organizations a user may own: no other limit bounds how many are founded. It is Telamon's own.
const maxOwned = 250

// room refuses an organization whose owner has as many as a user may have.
func room(tx store.Tx, founder *model.Membership) error {
	places, err := state.Memberships.List(tx, store.Query{Index: "user", Prefix: []string{founder.UserID}})
	if err != nil {
		return err
	}
	owned := 0
	for _, m := range places {
		if m.GroupID == "" && slices.Contains(m.Roles, authz.OrgOwner) {
			owned++
		}
	}
	if owned >= maxOwned {
		return orgsPerUser.With(strconv.Itoa(maxOwned))
	}
	return nil
}

// check validates a request, as far as that needs no other object.
func (w *CreateOrganizationRequest) check(bad *fault.Problems) {
	if w.FederationSettingsID != "" {
		bad.AddAs(fault.FeatureNotSupported.With("federations of organizations"), "federationSettingsId", "is not supported: there are no federations")
	}
	if a := w.ServiceAccount; a != nil && (a.SecretExpiresAfterHours < model.MinSecretHours || a.SecretExpiresAfterHours > model.MaxSecretHours) {
		bad.Add("serviceAccount.secretExpiresAfterHours", "must be %d to %d", model.MinSecretHours, model.MaxSecretHours)
	}
}

// giveOwner makes a member of the caller's organization the owner of a new one.
func giveOwner(tx store.Tx, o *model.Organization, founder *model.Membership) (model.ID, error) {
	if founder == nil {
		return "", nil
	}
	return founder.UserID, people.Add(tx, &model.Membership{
		UserID: founder.UserID, Username: founder.Username, OrgID: o.ID, Roles: []authz.Role{authz.OrgOwner},
	})
}

func giveKey(tx store.Tx, o *model.Organization, w *shape.CreateAtlasOrganizationAPIKey) (*shape.APIKeyUserDetails, error) {
	if w == nil {
		return nil, nil
	}
	k, private := authn.NewAPIKey(o.ID, w.Desc, grants(o.ID, w.Roles), tx.Now())
	if err := state.APIKeys.Put(tx, k); err != nil {
		return nil, err
	}
	out := shape.APIKey(k, private)
	out.Links = nil
	return &out, event.Write(tx, event.InOrg("API_KEY_CREATED", o.ID).About(event.Key(k.PublicKey)))
}

func giveAccount(tx store.Tx, o *model.Organization, w *shape.OrgServiceAccountRequest) (*shape.OrgServiceAccount, error) {
	if w == nil {
		return nil, nil
	}
	life := time.Duration(w.SecretExpiresAfterHours) * time.Hour
	a, secret := authn.NewServiceAccount(o.ID, w.Name, grants(o.ID, w.Roles), tx.Now(), life)
	a.Desc = w.Description
	if err := state.ServiceAccounts.Put(tx, a); err != nil {
		return nil, err
	}
	return api.Ptr(shape.ServiceAccount(a, secret)), event.Write(tx, event.InOrg("SERVICE_ACCOUNT_CREATED", o.ID).About(event.Key(a.ClientID)))
}

// grants returns roles in an organization as grants, each once.
func grants(orgID model.ID, roles []authz.Role) []authz.Grant {
	return authz.OfOrganization(nil, orgID, roles)
}
