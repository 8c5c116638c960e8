package streams

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/store"
)

// Failovers serves connections that stand in for others in another region.
type Failovers struct {
	kept.Objects[oneFailover, StreamsFailoverConnection, place]
}

type failover = kept.Object[StreamsFailoverConnection, place]

var failovers = &store.Table[failover]{
	Name: "stream_failover_connections",
	ID:   func(f *failover) string { return f.ID },
	Rev:  func(f *failover) *int64 { return &f.Rev },
	Indexes: []store.Index[failover]{
		{Name: "connection", Key: func(f *failover) []string { return []string{f.GroupID, f.Internal.Workspace, f.Value.Name} }},
	},
}

func newFailovers(st store.Store, duration time.Duration) *Failovers {
	return &Failovers{kept.Objects[oneFailover, StreamsFailoverConnection, place]{
		Store: st, Table: failovers, Validate: checkFailover, Limit: kept.Limit{N: maxConnections, Exceeded: connectionsLimit},
		Show: func(store.Tx, string) (func(f *failover) StreamsFailoverConnection, error) {
			return func(f *failover) StreamsFailoverConnection {
				w := f.Value
				w.ID = f.ID
				return w
			}, nil
		},
		Events: func(*failover) kept.Events {
			return kept.Events{Created: "STREAM_TENANT_CONNECTION_CREATED", Updated: "STREAM_TENANT_CONNECTION_UPDATED", Deleted: "STREAM_TENANT_CONNECTION_DELETED"}
		},
		States: &kept.States[StreamsFailoverConnection]{
			Duration: duration, Work: "streamFailover.end", Ending: connectionEnding, End: kept.Through[StreamsFailoverConnection]("DELETING"),
			Made: kept.Through[StreamsFailoverConnection]("PENDING", "READY"), Change: kept.Through[StreamsFailoverConnection]("PENDING", "READY"),
			Show: func(w *StreamsFailoverConnection, state string) { w.State = state },
		},
	}}
}

type oneFailover struct {
	oneConnection
	FailoverConnectionID string `path:"failoverConnectionId" api:"is=objectId" doc:"Id of the failover connection."`
}

// RowID is the id of the failover connection's row.
func (in oneFailover) RowID() (string, error) {
	return in.FailoverConnectionID, connectionNotFound.With(in.FailoverConnectionID)
}

type listFailoversIn struct {
	oneConnection
	api.Paging
}

func (s *Service) listFailovers(tx store.Tx, in listFailoversIn) (page api.Page[StreamsFailoverConnection], err error) {
	if _, err := s.Connections.Find(tx, in.oneConnection); err != nil {
		return page, err
	}
	q := within(failovers, in.oneWorkspace)
	q.Prefix = append(q.Prefix, in.ConnectionName)
	return s.Failovers.Page(tx, kept.ListIn{InGroup: in.InGroup, Paging: in.Paging}, q)
}

type createFailoverIn struct {
	oneConnection
	Body StreamsFailoverConnection
}

func (s *Service) createFailover(tx store.Tx, in createFailoverIn) (out StreamsFailoverConnection, err error) {
	c, err := s.Connections.Find(tx, in.oneConnection)
	if err != nil {
		return out, err
	}
	w := in.Body
	w.Name = c.Value.Name
	return s.Failovers.Add(tx, &failover{GroupID: in.GroupID, Internal: c.Internal, Value: w})
}

// checkFailover drops a failover connection's secrets; its name stays that of the connection.
func checkFailover(_ store.Tx, before, f *failover) error {
	if before != nil {
		f.Value.Name = before.Value.Name
	}
	f.Value.Authentication = f.Value.Authentication.withoutSecrets()
	return nil
}
