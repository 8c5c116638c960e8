package project

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// GroupMigrationRequest names the organization that a project is moved to, and proves that the caller owns it too.
type GroupMigrationRequest struct {
	DestinationOrgID            string `json:"destinationOrgId,omitempty" api:"is=objectId" doc:"Id of the organization that the project is moved to."`
	DestinationOrgPrivateAPIKey string `json:"destinationOrgPrivateApiKey,omitempty" doc:"Private key of an API key that owns that organization."`
	DestinationOrgPublicAPIKey  string `json:"destinationOrgPublicApiKey,omitempty" api:"minLen=8,maxLen=8" doc:"Public key of an API key that owns that organization."`
}

type migrateIn struct {
	getIn
	Body GroupMigrationRequest
}

func (s *Service) migrate(tx store.Tx, in migrateIn) (out Group, err error) {
	w := &in.Body
	if err := fault.Check(w.check); err != nil {
		return out, err
	}
	p, err := in.find(tx)
	if err != nil {
		return out, err
	}
	if p.OrgID == w.DestinationOrgID {
		return out, fault.Field("destinationOrgId", "is the organization that the project is in")
	}
	if err := w.authorize(tx); err != nil {
		return out, err
	}
	if err := move(tx, p, w.DestinationOrgID); err != nil {
		return out, err
	}
	return show(tx, p)
}

func (w *GroupMigrationRequest) check(bad *fault.Problems) {
	if w.DestinationOrgID == "" {
		bad.Add("destinationOrgId", "is required")
	}
	if w.DestinationOrgPrivateAPIKey != "" && w.DestinationOrgPublicAPIKey == "" {
		bad.Add("destinationOrgPublicApiKey", "is required together with the private key")
	}
	if w.DestinationOrgPublicAPIKey != "" && w.DestinationOrgPrivateAPIKey == "" {
		bad.Add("destinationOrgPrivateApiKey", "is required together with the public key")
	}
}

// authorize requires the key in the body, or else the caller, to own the organization that the project is moved to.
func (w *GroupMigrationRequest) authorize(tx store.Tx) error {
	if _, err := state.Organization(tx, w.DestinationOrgID); err != nil {
		return err
	}
	ctx := tx.Context()
	if w.DestinationOrgPublicAPIKey != "" {
		who, err := authn.VerifyAPIKey(tx, w.DestinationOrgPublicAPIKey, w.DestinationOrgPrivateAPIKey, authz.From(ctx).Address)
		if err != nil {
			return err
		}
		ctx = authz.NewContext(ctx, who)
	}
	return api.Require(ctx, authz.Any(authz.OrgOwner), authz.Scope{OrgID: w.DestinationOrgID})
}

// move moves a project to another organization.
func move(tx store.Tx, p *model.Project, orgID model.ID) error {
	if err := room(tx, orgID); err != nil {
		return err
	}
	if err := event.Write(tx, event.InOrg("GROUP_MOVED_FROM_ORG", p.OrgID)); err != nil {
		return err
	}
	if err := removeRoles(tx, p); err != nil {
		return err
	}
	if err := invite.WithdrawFromProject(tx, p.ID); err != nil {
		return err
	}
	members, err := state.Memberships.List(tx, state.MembershipsIn(p.ID))
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := follow(tx, m, orgID); err != nil {
			return err
		}
	}
	p.OrgID = orgID
	return put(tx, p, "GROUP_MOVED")
}

// follow moves a membership in a project to another organization. A pending one is deleted: the organization that has
// invited the person has no say in the project any more.
func follow(tx store.Tx, m *model.Membership, orgID model.ID) error {
	if m.Pending {
		return people.Remove(tx, m)
	}
	m.OrgID = orgID
	if err := state.Memberships.Put(tx, m); err != nil {
		return err
	}
	_, err := state.Memberships.Get(tx, state.MembershipID(m.UserID, orgID))
	if err == nil || !store.IsNotFound(err) {
		return err
	}
	return people.Add(tx, &model.Membership{UserID: m.UserID, Username: m.Username, OrgID: orgID, Roles: []authz.Role{authz.OrgMember}})
}

// removeRoles removes the roles in the project of its organization's keys, accounts and teams.
func removeRoles(tx store.Tx, p *model.Project) error {
	err := state.KeyHolders.RemoveRoles(tx, p, func(k *model.APIKey) error {
		return event.Write(tx, event.InProject("API_KEY_REMOVED_FROM_GROUP", p).About(event.Key(k.PublicKey)))
	})
	if err != nil {
		return err
	}
	err = state.AccountHolders.RemoveRoles(tx, p, func(a *model.ServiceAccount) error {
		return event.Write(tx, event.InProject("SERVICE_ACCOUNT_REMOVED_FROM_GROUP", p).About(event.Key(a.ClientID)))
	})
	if err != nil {
		return err
	}
	return state.TeamHolders.RemoveRoles(tx, p, func(t *model.Team) error {
		return event.Write(tx, event.InProject("TEAM_REMOVED_FROM_GROUP", p).About(event.Team(t.ID)))
	})
}
