package events

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// feed is the events of a project or organization: their series in the store, and their path in the API.
type feed struct{ series, path string }

func ofProject(in api.InGroup) feed    { return feed{in.GroupID, "/groups/" + in.GroupID + "/events"} }
func ofOrganization(in api.InOrg) feed { return feed{in.OrgID, "/orgs/" + in.OrgID + "/events"} }

// listed has the filters of all lists of events.
type listed struct {
	api.Paging
	IncludeRaw bool       `query:"includeRaw" api:"default=false" doc:"Whether the answer has the raw document of each event."`
	MaxDate    *time.Time `query:"maxDate" doc:"Instant after which no event is returned."`
	MinDate    *time.Time `query:"minDate" doc:"Instant before which no event is returned."`
}

// query selects the page of a series. The dates are compared with events' instants as the API shows those, in whole
// seconds: the created of an event, given as maxDate, includes that event.
func (in listed) query(series string) store.EventQuery {
	q := store.EventQuery{Series: series, Offset: in.Offset(), Limit: in.ItemsPerPage}
	if in.MinDate != nil {
		q.From = in.MinDate.Add(time.Second - 1).Truncate(time.Second)
	}
	if in.MaxDate != nil {
		q.Until = in.MaxDate.Truncate(time.Second).Add(time.Second - time.Microsecond)
	}
	return q
}

type listOfProjectIn struct {
	api.InGroup
	listed
	ClusterNames      []string           `query:"clusterNames" api:"is=clusterName" doc:"Names of clusters: only events about them."`
	EventType         []ProjectEventType `query:"eventType" doc:"Only events of these types."`
	ExcludedEventType []ProjectEventType `query:"excludedEventType" doc:"No events of these types."`
}

func (s *Service) listOfProject(tx store.Tx, in listOfProjectIn) (api.Page[EventView], error) {
	q := in.query(in.GroupID)
	q.Clusters, q.Types, q.Excluded = in.ClusterNames, plain(in.EventType), plain(in.ExcludedEventType)
	return s.list(tx, ofProject(in.InGroup), q, in.listed)
}

type listOfOrganizationIn struct {
	api.InOrg
	listed
	EventType []OrganizationEventType `query:"eventType" doc:"Only events of these types."`
}

func (s *Service) listOfOrganization(tx store.Tx, in listOfOrganizationIn) (api.Page[EventView], error) {
	q := in.query(in.OrgID)
	q.Types = plain(in.EventType)
	return s.list(tx, ofOrganization(in.InOrg), q, in.listed)
}

func plain[T ~string](names []T) (out []string) {
	for _, n := range names {
		out = append(out, string(n))
	}
	return out
}

// list returns a page of a feed.
func (s *Service) list(tx store.Tx, f feed, q store.EventQuery, in listed) (page api.Page[EventView], err error) {
	if in.IncludeCount {
		n, err := tx.CountEvents(q)
		if err != nil {
			return page, err
		}
		page.TotalCount = api.Total(in.Paging, n)
	}
	rows, err := tx.Events(q)
	if err != nil {
		return page, err
	}
	show := s.viewer(tx, f, in.IncludeRaw)
	for _, row := range rows {
		v, err := show.event(row)
		if err != nil {
			return page, err
		}
		page.Results = append(page.Results, v)
	}
	return page, nil
}

type one struct {
	EventID    string `path:"eventId" api:"is=objectId" doc:"Id of the event."`
	IncludeRaw bool   `query:"includeRaw" api:"default=false" doc:"Whether the answer has the raw document of the event."`
}

type getOfProjectIn struct {
	api.InGroup
	one
}

func (s *Service) getOfProject(tx store.Tx, in getOfProjectIn) (EventView, error) {
	return s.get(tx, ofProject(in.InGroup), in.one)
}

type getOfOrganizationIn struct {
	api.InOrg
	one
}

func (s *Service) getOfOrganization(tx store.Tx, in getOfOrganizationIn) (EventView, error) {
	return s.get(tx, ofOrganization(in.InOrg), in.one)
}

func (s *Service) get(tx store.Tx, f feed, in one) (out EventView, err error) {
	row, err := tx.Event(f.series, in.EventID)
	if err != nil {
		return out, store.IfMissing(err, fault.ResourceNotFound.With("event "+in.EventID))
	}
	return s.viewer(tx, f, in.IncludeRaw).event(row)
}

type typesIn struct{ api.Paging }

func types(_ context.Context, in typesIn) (api.Page[EventTypeDetails], error) {
	return api.PageAs(in.Paging, event.Types(), func(name string) EventTypeDetails {
		return EventTypeDetails{Description: event.Type(name).Sentence(), EventType: name}
	}), nil
}
