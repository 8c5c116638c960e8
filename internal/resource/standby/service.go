// Package standby is the family Standby Links: clusters that stand by for others. Links and failovers go through the service's
// states in time; no data is copied from one cluster to the other.
package standby

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves links, and their Failovers.
type Service struct {
	kept.Objects[one, ApiStandbyLinkResponse, struct{}]
	Failovers *Failovers
}

// Failovers serves the changes from one cluster of a link to the other.
type Failovers struct {
	kept.Objects[oneFailover, ApiStandbyLinkFailoverResponse, struct{}]
}

type (
	link     = kept.Object[ApiStandbyLinkResponse, struct{}]
	failover = kept.Object[ApiStandbyLinkFailoverResponse, struct{}]
)

// The kinds of errors that only this family answers with.
var (
	linkNotFound     = fault.NewKind("STANDBY_LINK_NOT_FOUND", fault.NotFound, "There is no standby link with id %s.")                        // Telamon's own
	linkExists       = fault.NewKind("STANDBY_LINK_ALREADY_EXISTS", fault.Conflict, "One of the clusters is in a standby link already.")      // Telamon's own
	linksLimit       = fault.NewKind("MAX_STANDBY_LINKS_EXCEEDED", fault.BadRequest, "A project has at most %s standby links, or failovers.") // Telamon's own
	linkNotReady     = fault.NewKind("STANDBY_LINK_NOT_READY", fault.Conflict, "The standby link %s is being made, or fails over already.")   // Telamon's own
	failoverNotFound = fault.NewKind("STANDBY_LINK_FAILOVER_NOT_FOUND", fault.NotFound, "The standby link has no failover with id %s.")       // Telamon's own
)

// most is how many links a project has at most, and how many failovers. It is no rule of the API.
const most = 100

var links = &store.Table[link]{
	Name: "standby_links",
	ID:   func(l *link) string { return l.ID },
	Rev:  func(l *link) *int64 { return &l.Rev },
	Indexes: []store.Index[link]{
		{Name: "group", Key: func(l *link) []string { return []string{l.GroupID, l.ID} }},
		{Name: "active", Unique: true, Key: func(l *link) []string { return []string{l.Value.ActiveClusterUniqueID} }},
		{Name: "standby", Unique: true, Key: func(l *link) []string { return []string{l.Value.StandbyClusterUniqueID} }},
	},
}

var failovers = &store.Table[failover]{
	Name:    "standby_link_failovers",
	ID:      func(f *failover) string { return f.ID },
	Rev:     func(f *failover) *int64 { return &f.Rev },
	Indexes: []store.Index[failover]{{Name: "link", Key: func(f *failover) []string { return []string{f.GroupID, f.Value.StandbyLinkID, f.ID} }}},
}

// New returns the family on st; what has states is in each passing one for as long as duration.
func New(st store.Store, duration time.Duration) *Service {
	return &Service{
		Objects: kept.Objects[one, ApiStandbyLinkResponse, struct{}]{
			Store: st, Table: links, Validate: check, Limit: kept.Limit{N: most, Exceeded: linksLimit}, Duplicate: func(*link) error { return linkExists.With() },
			BeforeDelete: func(tx store.Tx, l *link) error {
				return failovers.DeleteAll(tx, store.Query{Index: "link", Prefix: []string{l.GroupID, l.ID}})
			},
			Show: func(store.Tx, model.ID) (func(l *link) ApiStandbyLinkResponse, error) {
				return func(l *link) ApiStandbyLinkResponse {
					w := l.Value
					w.GroupID, w.StandbyLinkID = l.GroupID, l.ID
					return w
				}, nil
			},
			States: &kept.States[ApiStandbyLinkResponse]{
				Duration: duration, Made: kept.Through[ApiStandbyLinkResponse]("CREATING", "ACTIVE"), Show: func(w *ApiStandbyLinkResponse, state string) { w.Status = state },
			},
		},
		Failovers: &Failovers{kept.Objects[oneFailover, ApiStandbyLinkFailoverResponse, struct{}]{
			Store: st, Table: failovers, Limit: kept.Limit{N: most, Exceeded: linksLimit}, Show: showFailover(duration),
			States: &kept.States[ApiStandbyLinkFailoverResponse]{
				Duration: duration, Show: func(w *ApiStandbyLinkFailoverResponse, state string) {
					w.FailoverStage, w.Status = state, status(state)
				},
				Made: kept.Through[ApiStandbyLinkFailoverResponse]("PREPARING_TO_STOP_REPLICATION", "STOPPING_REPLICATION", "PREPARING_CLUSTER_FOR_SERVING", done),
			},
		}},
	}
}

const done = "DONE"

func status(stage string) string {
	switch stage {
	case "PREPARING_TO_STOP_REPLICATION":
		return "INITIALIZING"
	case done:
		return "COMPLETE"
	}
	return "IN_PROGRESS"
}

func showFailover(duration time.Duration) func(store.Tx, model.ID) (func(f *failover) ApiStandbyLinkFailoverResponse, error) {
	return func(tx store.Tx, _ model.ID) (func(f *failover) ApiStandbyLinkFailoverResponse, error) {
		return func(f *failover) ApiStandbyLinkFailoverResponse {
			w := f.Value
			w.FailoverID, w.CreatedDate = f.ID, &api.Time{Time: f.Created}
			if f.Course.Settled(tx.Now(), duration) {
				w.CompletedAt = &api.Time{Time: f.Created.Add(time.Duration(len(f.Course.States)-1) * duration)}
			}
			return w
		}, nil
	}
}

// check wants a link to be of two clusters of the project.
func check(tx store.Tx, _, l *link) error {
	var bad fault.Problems
	for field, id := range map[string]string{"activeClusterUniqueId": l.Value.ActiveClusterUniqueID, "standbyClusterUniqueId": l.Value.StandbyClusterUniqueID} {
		c, err := state.Clusters.Get(tx, id)
		if err != nil && !store.IsNotFound(err) {
			return err
		}
		if err != nil || c.GroupID != l.GroupID {
			bad.Add(field, "must be the id of a cluster of the project")
		}
	}
	if l.Value.ActiveClusterUniqueID == l.Value.StandbyClusterUniqueID {
		bad.Add("standbyClusterUniqueId", "must be another cluster")
	}
	return bad.Err()
}

type one struct {
	api.InGroup
	StandbyLinkID string `path:"standbyLinkId" api:"is=objectId" doc:"Id of the link."`
}

// RowID is the id of the link's row.
func (in one) RowID() (string, error) { return in.StandbyLinkID, linkNotFound.With(in.StandbyLinkID) }

type oneFailover struct {
	one
	FailoverID string `path:"failoverId" api:"is=objectId" doc:"Id of the failover."`
}

// RowID is the id of the failover's row.
func (in oneFailover) RowID() (string, error) {
	return in.FailoverID, failoverNotFound.With(in.FailoverID)
}

type listFailoversIn struct {
	one
	api.Paging
}

func (s *Service) listFailovers(tx store.Tx, in listFailoversIn) (page api.Page[ApiStandbyLinkFailoverResponse], err error) {
	if _, err := s.Find(tx, in.one); err != nil {
		return page, err
	}
	return s.Failovers.Page(tx, kept.ListIn{InGroup: in.InGroup, Paging: in.Paging}, store.Query{Index: "link", Prefix: []string{in.GroupID, in.StandbyLinkID}})
}

type failIn struct {
	one
	Body ApiStandbyLinkFailoverRequest
}

// fail begins a failover of a link that has none under way. Its clusters change places at once.
func (s *Service) fail(tx store.Tx, in failIn) (out ApiStandbyLinkFailoverResponse, err error) {
	l, err := s.Find(tx, in.one)
	if err != nil {
		return out, err
	}
	if !l.Course.Settled(tx.Now(), s.States.Duration) {
		return out, linkNotReady.With(l.ID)
	}
	l.Value.ActiveClusterUniqueID, l.Value.StandbyClusterUniqueID = l.Value.StandbyClusterUniqueID, l.Value.ActiveClusterUniqueID
	l.Course.Go(tx.Now(), "FAILING_OVER", "FAILING_OVER", "FAILING_OVER", "ACTIVE")
	if err := links.Put(tx, l); err != nil {
		return out, err
	}
	return s.Failovers.Add(tx, &failover{GroupID: in.GroupID, Value: ApiStandbyLinkFailoverResponse{StandbyLinkID: l.ID, Type: in.Body.Type}})
}

// inspect says what a failover would cost: the states that it goes through, and no data, for none is copied.
func (s *Service) inspect(tx store.Tx, in one) (out ApiStandbyLinkFailoverReadinessResponse, err error) {
	l, err := s.Find(tx, in)
	if err != nil {
		return out, err
	}
	takes := (3 * s.States.Duration).Seconds()
	return ApiStandbyLinkFailoverReadinessResponse{EstimatedDataLossSeconds: api.Ptr(0.0), EstimatedFailoverTimeSeconds: &takes, GroupID: l.GroupID, StandbyLinkID: l.ID}, nil
}

// OnClusterDelete removes the links of a cluster that goes.
func (s *Service) OnClusterDelete(tx store.Tx, c *model.Cluster) error {
	all, err := links.List(tx, s.InProject(c.GroupID))
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.Value.ActiveClusterUniqueID != c.ID && l.Value.StandbyClusterUniqueID != c.ID {
			continue
		}
		if err := s.Remove(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// OnClusterReady does nothing: a link waits for nothing.
func (s *Service) OnClusterReady(store.Tx, *model.Cluster) error { return nil }

// OnClusterLost does nothing: a link lasts as long as its clusters.
func (s *Service) OnClusterLost(store.Tx, *model.Cluster) error { return nil }
