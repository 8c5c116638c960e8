// Package organization is the family Organizations: organizations have projects, keys, accounts and people, and settings for
// all of them. (The list of an organization's projects is in the family Projects.)
package organization

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store     store.Store
	Residents []Resident
}

// Resident is a family with objects inside organizations, beside those in their projects.
type Resident interface {
	// OnOrgDelete deletes the objects of an organization that is being deleted.
	OnOrgDelete(tx store.Tx, orgID model.ID) error
}

const (
	tag         = "Organizations"
	one         = "/orgs/{orgId}"
	settings    = one + "/settings"
	delegation  = one + "/delegationSettings"
	maintenance = one + "/maintenanceSettings"
)

var (
	owner  = authz.Any(authz.OrgOwner)
	member = authz.Any(authz.OrgMember)
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return append(s.organizations(), s.settings()...)
}

func (s *Service) organizations() api.Operations {
	return api.Operations{{
		ID: "listOrganizations", Aliases: []string{"listOrgs"}, Method: http.MethodGet, Path: "/orgs", Tag: tag,
		Summary: "Return all organizations", Description: "Returns the organizations that the caller belongs to, by name: a key or account has one.",
		Roles: authz.Authenticated, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.list)),
	}, {
		ID: "createOrganization", Aliases: []string{"createOrg"}, Method: http.MethodPost, Path: "/orgs", Tag: tag,
		Summary: "Create one organization",
		Description: "Creates an organization with an owner, and with the API key or service account that the body describes: only the answer " +
			"shows their secrets, and only they can be used in the new organization. The caller gets no access to it. " +
			"The owner is the member of the caller's organization whom orgOwnerId names, or else its oldest owner. Federations are not supported: federationSettingsId is refused.",
		Roles: owner.Anywhere(), Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{fault.UserNotFound, orgsPerUser},
		Versions: api.Since("2023-01-01", store.Write(s.Store, create)),
	}, {
		ID: "getOrganization", Aliases: []string{"getOrg"}, Method: http.MethodGet, Path: one, Tag: tag,
		Summary: "Return one organization",
		Roles:   member, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, shape.Get(getIn.find, toWire))),
	}, {
		ID: "updateOrganization", Aliases: []string{"updateOrg"}, Method: http.MethodPatch, Path: one, Tag: tag,
		Summary: "Update one organization", Description: "Renames the organization.",
		Roles: owner, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Write(s.Store, change(updateIn.apply, toWire))),
	}, {
		ID: "deleteOrganization", Aliases: []string{"deleteOrg"}, Method: http.MethodDelete, Path: one, Tag: tag,
		Summary: "Remove one organization",
		Description: "Deletes an organization that has no projects left, with its API keys, service accounts, teams, memberships and invitations: the " +
			"caller's own credentials end too. The people keep their accounts.",
		Roles: owner, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{orgNotEmpty}, Versions: api.Since("2023-01-01", store.Write(s.Store, s.delete)),
	}}
}

func (s *Service) settings() api.Operations {
	return api.Operations{{
		ID: "getOrganizationSettings", Aliases: []string{"getOrgSettings"}, Method: http.MethodGet, Path: settings, Tag: tag,
		Summary: "Return the settings of one organization",
		Roles:   member, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, shape.Get(getIn.find, toSettings))),
	}, {
		ID: "updateOrganizationSettings", Aliases: []string{"updateOrgSettings"}, Method: http.MethodPatch, Path: settings, Tag: tag,
		Summary: "Update the settings of one organization",
		Description: "Changes the settings that the body names. Once access lists are required, keys and accounts without one are refused, " +
			"the caller's own among them.",
		Roles: owner, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Write(s.Store, change(settingsIn.apply, toSettings))),
	}, {
		ID: "getOrgDelegationSettings", Method: http.MethodGet, Path: delegation, Tag: tag,
		Summary: "Return the delegation settings of one organization", Description: "Returns what others may do in the organization's name.",
		Roles: member, Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2025-03-12", store.Read(s.Store, shape.Get(getIn.find, toDelegation))),
	}, {
		ID: "updateOrgDelegationSettings", Method: http.MethodPatch, Path: delegation, Tag: tag,
		Summary:     "Update the delegation settings of one organization",
		Description: "Changes the settings that the body names. They are stored and have no effect: nobody acts in another's name here.",
		Roles:       owner, Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2025-03-12", store.Write(s.Store, change(delegationIn.apply, toDelegation))),
	}, {
		ID: "getOrgMaintenanceSettings", Method: http.MethodGet, Path: maintenance, Tag: tag,
		Summary: "Return the maintenance settings of one organization", Description: "Returns how the order is chosen in which clusters are maintained.",
		Roles: member, Status: http.StatusOK, Level: api.Declared, Versions: api.Since(api.Preview, store.Read(s.Store, shape.Get(getIn.find, toMaintenance))),
	}, {
		ID: "updateOrgMaintenanceSettings", Method: http.MethodPatch, Path: maintenance, Tag: tag,
		Summary:     "Update the maintenance settings of one organization",
		Description: "Changes how the order is chosen in which clusters are maintained. It is stored and has no effect: clusters have no maintenance here.",
		Roles:       owner, Status: http.StatusOK, Level: api.Declared, Versions: api.Since(api.Preview, store.Write(s.Store, change(maintenanceIn.apply, toMaintenance))),
	}, {
		ID: "resetOrgMaintenanceSettings", Method: http.MethodPost, Path: maintenance + ":reset", Tag: tag,
		Summary: "Reset the maintenance settings of one organization", Description: "Resets the maintenance settings to those of a new organization.",
		Roles: owner, Status: http.StatusOK, Level: api.Declared, Versions: api.Since(api.Preview, store.Write(s.Store, change(getIn.resetMaintenance, toMaintenance))),
	}}
}
