package organization

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// AtlasOrganization is an organization on the wire.
type AtlasOrganization struct {
	ID                        string     `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the organization."`
	IsDeleted                 bool       `json:"isDeleted" api:"readonly" doc:"Whether the organization has been deleted. Deleted organizations are not shown."`
	Links                     []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Name                      string     `json:"name" api:"required,is=projectName" doc:"Name of the organization."`
	SkipDefaultAlertsSettings *bool      `json:"skipDefaultAlertsSettings,omitempty" api:"default=false" doc:"Whether the organization began without the default alert configurations."`
}

func toWire(o *model.Organization) AtlasOrganization {
	return AtlasOrganization{ID: o.ID, Links: api.Self("/orgs/" + o.ID), Name: o.Name, SkipDefaultAlertsSettings: &o.SkipDefaultAlerts}
}

// CreateOrganizationRequest asks for an organization.
type CreateOrganizationRequest struct {
	APIKey                    *shape.CreateAtlasOrganizationAPIKey `json:"apiKey,omitempty" doc:"An API key that the organization begins with."`
	FederationSettingsID      string                               `json:"federationSettingsId,omitempty" api:"is=objectId" doc:"Federation that the organization would belong to. Refused: there are no federations."`
	Name                      string                               `json:"name" api:"required,is=projectName" doc:"Name of the organization."`
	OrgOwnerID                string                               `json:"orgOwnerId,omitempty" api:"is=objectId" doc:"Id of the cloud user who owns the organization: a member of the caller's organization. Without it, its oldest owner."`
	ServiceAccount            *shape.OrgServiceAccountRequest      `json:"serviceAccount,omitempty" api:"nullable" doc:"A service account that the organization begins with."`
	SkipDefaultAlertsSettings bool                                 `json:"skipDefaultAlertsSettings,omitempty" api:"default=false" doc:"Whether the organization begins without the default alert configurations."`
}

// CreateOrganizationResponse is a new organization and what it begins with.
type CreateOrganizationResponse struct {
	APIKey                    *shape.APIKeyUserDetails `json:"apiKey,omitempty" doc:"The organization's API key with its private key, which is shown here only."`
	FederationSettingsID      string                   `json:"federationSettingsId,omitempty" api:"readonly,is=objectId" doc:"Federation that the organization belongs to. Absent: there are no federations."`
	OrgOwnerID                string                   `json:"orgOwnerId,omitempty" api:"readonly,is=objectId" doc:"Id of the cloud user who owns the organization."`
	Organization              AtlasOrganization        `json:"organization" doc:"The organization."`
	ServiceAccount            *shape.OrgServiceAccount `json:"serviceAccount,omitempty" doc:"The organization's service account with its secret, which is shown here only."`
	SkipDefaultAlertsSettings bool                     `json:"skipDefaultAlertsSettings" api:"default=false" doc:"Whether the organization begins without the default alert configurations."`
}
