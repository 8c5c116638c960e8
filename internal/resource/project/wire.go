package project

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// Group is a project on the wire.
type Group struct {
	ClusterCount              int64               `json:"clusterCount" api:"required,readonly" doc:"How many clusters the project has."`
	Created                   api.Time            `json:"created" api:"required,readonly" doc:"When the project was created."`
	ID                        string              `json:"id" api:"readonly,is=objectId" doc:"Id of the project."`
	Links                     []api.Link          `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Name                      string              `json:"name" api:"required,is=projectName" doc:"Name of the project, unique in its organization."`
	OrgID                     string              `json:"orgId" api:"required,is=objectId" doc:"Id of the organization that the project belongs to."`
	RegionUsageRestrictions   *string             `json:"regionUsageRestrictions,omitempty" api:"enum=NONE|COMMERCIAL_FEDRAMP_REGIONS_ONLY|GOV_REGIONS_ONLY" doc:"Only for the government edition: any value but NONE is refused in requests, and responses have none."`
	Tags                      []shape.ResourceTag `json:"tags,omitempty" doc:"The project's tags."`
	WithDefaultAlertsSettings *bool               `json:"withDefaultAlertsSettings,omitempty" api:"default=true" doc:"Whether the project begins with the default alert configurations."`
}

func toWire(p *model.Project, clusters int64) Group {
	return Group{
		ClusterCount: clusters, Created: api.Time{Time: p.Created}, ID: p.ID, Links: api.Self("/groups/" + p.ID), Name: p.Name,
		OrgID: p.OrgID, WithDefaultAlertsSettings: &p.WithDefaultAlerts,
		Tags: shape.ResourceTags(p.Tags),
	}
}
