package streams

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Connections serves the connections of workspaces. They reach nothing.
type Connections struct {
	kept.Objects[oneConnection, StreamsConnection, place]
}

type connection = kept.Object[StreamsConnection, place]

var connections = &store.Table[connection]{
	Name: "stream_connections",
	ID:   func(c *connection) string { return c.GroupID + "/" + c.Internal.Workspace + "/" + c.Value.Name },
	Rev:  func(c *connection) *int64 { return &c.Rev },
	Indexes: []store.Index[connection]{
		{Name: "workspace", Key: func(c *connection) []string { return []string{c.GroupID, c.Internal.Workspace, c.Value.Name} }},
	},
}

func newConnections(st store.Store, duration time.Duration) *Connections {
	return &Connections{kept.Objects[oneConnection, StreamsConnection, place]{
		Store: st, Table: connections, Validate: checkConnection, BeforeDelete: alone, Limit: kept.Limit{N: maxConnections, Exceeded: connectionsLimit},
		Duplicate: func(c *connection) error { return connectionExists.With(c.Value.Name) },
		Show: func(store.Tx, string) (func(c *connection) StreamsConnection, error) {
			return func(c *connection) StreamsConnection {
				w := c.Value
				w.ID = c.ID
				return w
			}, nil
		},
		Events: func(*connection) kept.Events {
			return kept.Events{Created: "STREAM_TENANT_CONNECTION_CREATED", Updated: "STREAM_TENANT_CONNECTION_UPDATED", Deleted: "STREAM_TENANT_CONNECTION_DELETED"}
		},
		States: &kept.States[StreamsConnection]{
			Duration: duration, Work: "streamConnection.end", Ending: connectionEnding, End: kept.Through[StreamsConnection]("DELETING"),
			Made: kept.Through[StreamsConnection]("PENDING", "READY"), Change: kept.Through[StreamsConnection]("PENDING", "READY"),
			Show: func(w *StreamsConnection, state string) { w.State = state },
		},
	}}
}

type oneConnection struct {
	oneWorkspace
	ConnectionName string `path:"connectionName" api:"maxLen=128" doc:"Name of the connection."`
}

// RowID is the id of the connection's row.
func (in oneConnection) RowID() (string, error) {
	return in.GroupID + "/" + in.TenantName + "/" + in.ConnectionName, connectionNotFound.With(in.ConnectionName)
}

type createConnectionIn struct {
	oneWorkspace
	Body StreamsConnection
}

func (s *Service) createConnection(tx store.Tx, in createConnectionIn) (out StreamsConnection, err error) {
	if _, err := s.Find(tx, in.oneWorkspace); err != nil {
		return out, err
	}
	return s.Connections.Add(tx, &connection{GroupID: in.GroupID, Internal: place{in.TenantName}, Value: in.Body})
}

// checkConnection completes a connection, drops its secrets, and holds it against the rules.
func checkConnection(tx store.Tx, before, c *connection) error {
	var bad fault.Problems
	w := &c.Value
	if before != nil && (before.Value.Name != w.Name || before.Value.Type != w.Type) {
		bad.Add("name", "and type cannot change")
	}
	need := func(field, value, kind string) {
		if value == "" && (kind == "" || w.Type == kind) {
			bad.Add(field, "is required")
		}
	}
	need("name", w.Name, "")
	need("type", w.Type, "")
	need("bootstrapServers", w.BootstrapServers, "Kafka")
	need("clusterName", w.ClusterName, "Cluster")
	need("url", w.URL, "Https")
	if len(w.Headers) == 0 {
		w.Headers = nil // clients send an empty object with every change
	} else if w.Type != "Https" {
		bad.Add("headers", "is for connections over HTTPS only")
	}
	if w.Type == "Kafka" && w.Networking == nil {
		w.Networking = &StreamsKafkaNetworking{Access: &StreamsKafkaNetworkingAccess{Type: "PUBLIC"}}
	}
	w.Authentication = w.Authentication.withoutSecrets()
	if a := w.SchemaRegistryAuthentication; a != nil {
		w.SchemaRegistryAuthentication = &SchemaRegistryAuthentication{Type: a.Type, Username: a.Username}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if w.Type != "Cluster" || w.ClusterGroupID != "" && w.ClusterGroupID != c.GroupID {
		return nil
	}
	_, err := state.ClusterByName(tx, c.GroupID, w.ClusterName)
	return err
}

// withoutSecrets is a copy without what no answer shows.
func (a *StreamsKafkaAuthentication) withoutSecrets() *StreamsKafkaAuthentication {
	if a == nil {
		return nil
	}
	c := *a
	c.ClientSecret, c.Password, c.SSLKey, c.SSLKeyPassword = "", "", "", ""
	return &c
}

// alone removes the failover connections of a connection that is removed.
func alone(tx store.Tx, c *connection) error {
	q := within(failovers, oneWorkspace{api.InGroup{GroupID: c.GroupID}, c.Internal.Workspace})
	q.Prefix = append(q.Prefix, c.Value.Name)
	return failovers.DeleteAll(tx, q)
}
