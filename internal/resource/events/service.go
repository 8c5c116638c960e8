package events

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// filter is what all lists of events can be narrowed by.
type filter struct {
	IncludeRaw bool       `query:"includeRaw" api:"default=false" doc:"Whether the answer has the raw document of each event."`
	MaxDate    *time.Time `query:"maxDate" doc:"Instant after which no event is returned."`
	MinDate    *time.Time `query:"minDate" doc:"Instant before which no event is returned."`
}

// span turns the dates into instants of the log. They are compared with events' instants as the API shows those, in
// whole seconds: the created of an event, given as maxDate, includes that event.
func (f filter) span(q *store.EventQuery) {
	if f.MinDate != nil {
		q.From = f.MinDate.Add(time.Second - 1).Truncate(time.Second)
	}
	if f.MaxDate != nil {
		q.Until = f.MaxDate.Truncate(time.Second).Add(time.Second - time.Microsecond)
	}
}

type listOfProjectIn struct {
	api.InGroup
	api.Paging
	filter
	ClusterNames      []string           `query:"clusterNames" api:"is=clusterName" doc:"Names of clusters: only events about them."`
	EventType         []ProjectEventType `query:"eventType" doc:"Only events of these types."`
	ExcludedEventType []ProjectEventType `query:"excludedEventType" doc:"No events of these types."`
}

func (s *Service) listOfProject(ctx context.Context, in listOfProjectIn) (api.Page[EventView], error) {
	q := store.EventQuery{
		Series: in.GroupID, Clusters: in.ClusterNames, Types: plain(in.EventType), Excluded: plain(in.ExcludedEventType),
	}
	return s.list(ctx, "/groups/"+in.GroupID+"/events", q, in.Paging, in.filter)
}

type listOfOrganizationIn struct {
	api.InOrg
	api.Paging
	filter
	EventType []OrganizationEventType `query:"eventType" doc:"Only events of these types."`
}

func (s *Service) listOfOrganization(ctx context.Context, in listOfOrganizationIn) (api.Page[EventView], error) {
	q := store.EventQuery{Series: in.OrgID, Types: plain(in.EventType)}
	return s.list(ctx, "/orgs/"+in.OrgID+"/events", q, in.Paging, in.filter)
}

func plain[T ~string](names []T) []string {
	var out []string
	for _, n := range names {
		out = append(out, string(n))
	}
	return out
}

// list reads a page of the feed at path.
func (s *Service) list(ctx context.Context, feed string, q store.EventQuery, p api.Paging, f filter) (page api.Page[EventView], err error) {
	f.span(&q)
	q.Offset, q.Limit = p.Offset(), p.ItemsPerPage
	show := viewer{feed: feed, raw: f.IncludeRaw}
	err = s.Store.View(ctx, func(tx store.Tx) error {
		page = api.Page[EventView]{}
		if p.IncludeCount {
			n, err := tx.CountEvents(q)
			if err != nil {
				return err
			}
			page.TotalCount = api.Total(p, n)
		}
		rows, err := tx.Events(q)
		if err != nil {
			return err
		}
		show.begin(tx)
		for _, row := range rows {
			v, err := show.event(row)
			if err != nil {
				return err
			}
			page.Results = append(page.Results, v)
		}
		return nil
	})
	show.tell(s.Log)
	return page, err
}

type one struct {
	EventID    string `path:"eventId" api:"is=objectId" doc:"Id of the event."`
	IncludeRaw bool   `query:"includeRaw" api:"default=false" doc:"Whether the answer has the raw document of the event."`
}

type getOfProjectIn struct {
	api.InGroup
	one
}

func (s *Service) getOfProject(ctx context.Context, in getOfProjectIn) (EventView, error) {
	return s.get(ctx, "/groups/"+in.GroupID+"/events", in.GroupID, in.one)
}

type getOfOrganizationIn struct {
	api.InOrg
	one
}

func (s *Service) getOfOrganization(ctx context.Context, in getOfOrganizationIn) (EventView, error) {
	return s.get(ctx, "/orgs/"+in.OrgID+"/events", in.OrgID, in.one)
}

func (s *Service) get(ctx context.Context, feed, series string, in one) (out EventView, err error) {
	show := viewer{feed: feed, raw: in.IncludeRaw}
	err = s.Store.View(ctx, func(tx store.Tx) error {
		row, err := tx.Event(series, in.EventID)
		if err != nil {
			return store.IfMissing(err, fault.ResourceNotFound.With("event "+in.EventID))
		}
		show.begin(tx)
		out, err = show.event(row)
		return err
	})
	show.tell(s.Log)
	return out, err
}

type typesIn struct{ api.Paging }

func (s *Service) types(_ context.Context, in typesIn) (api.Page[EventTypeDetails], error) {
	var all []EventTypeDetails
	for _, name := range event.Types() {
		all = append(all, EventTypeDetails{Description: event.Type(name).Sentence(), EventType: name})
	}
	return api.PageOf(in.Paging, all), nil
}
