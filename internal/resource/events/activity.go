package events

import (
	"net/url"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// ActivityFeedLinkResponse leads to the events that a filter selects.
type ActivityFeedLinkResponse struct {
	Link  string     `json:"link" api:"required" doc:"Address of the list of the events."`
	Links []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
}

// activity has the filters of all activity feeds.
type activity struct {
	MaxDate *time.Time `query:"maxDate" doc:"Instant after which no event is listed."`
	MinDate *time.Time `query:"minDate" doc:"Instant before which no event is listed."`
}

// leads is the address of the events of a feed that the filters select, in the API of this server: it has no pages of its own.
func (in activity) leads(base string, f feed, types, clusters []string) (out ActivityFeedLinkResponse, err error) {
	if in.MinDate != nil && in.MaxDate != nil && in.MaxDate.Before(*in.MinDate) {
		return out, fault.Field("minDate", "must not be after maxDate")
	}
	q := url.Values{}
	for name, at := range map[string]*time.Time{"minDate": in.MinDate, "maxDate": in.MaxDate} {
		if at != nil {
			q.Set(name, at.UTC().Format(time.RFC3339))
		}
	}
	for _, t := range types {
		q.Add("eventType", t)
	}
	for _, c := range clusters {
		q.Add("clusterNames", c)
	}
	out.Link = base + api.Prefix + f.path
	if len(q) > 0 {
		out.Link += "?" + q.Encode()
	}
	return out, nil
}

type activityOfProjectIn struct {
	api.InGroup
	activity
	ClusterName []string           `query:"clusterName" api:"maxItems=20,is=clusterName" doc:"Names of clusters: only events about them."`
	EventType   []ProjectEventType `query:"eventType" api:"maxItems=20" doc:"Only events of these types."`
}

func (s *Service) activityOfProject(tx store.Tx, in activityOfProjectIn) (out ActivityFeedLinkResponse, err error) {
	if _, err := state.Project(tx, in.GroupID); err != nil {
		return out, err
	}
	return in.leads(s.BaseURL(), ofProject(in.InGroup), plain(in.EventType), slices.Clone(in.ClusterName))
}

type activityOfOrganizationIn struct {
	api.InOrg
	activity
	EventType []OrganizationEventType `query:"eventType" api:"maxItems=20" doc:"Only events of these types."`
}

func (s *Service) activityOfOrganization(tx store.Tx, in activityOfOrganizationIn) (out ActivityFeedLinkResponse, err error) {
	if _, err := state.Organization(tx, in.OrgID); err != nil {
		return out, err
	}
	return in.leads(s.BaseURL(), ofOrganization(in.InOrg), plain(in.EventType), nil)
}
