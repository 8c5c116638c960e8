package federation

import (
	"cmp"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/store"
)

// Endpoints serves private endpoints of instances. They connect nothing, and go through the service's states in time.
type Endpoints struct {
	kept.Objects[oneEndpoint, PrivateNetworkEndpointIdEntry, struct{}]
}

type endpoint = kept.Object[PrivateNetworkEndpointIdEntry, struct{}]

// maxEndpoints bounds a project's endpoints. It is Telamon's own limit.
const maxEndpoints = 200

var endpoints = &store.Table[endpoint]{
	Name:    "federation_endpoints",
	ID:      func(e *endpoint) string { return e.GroupID + "/" + e.Value.EndpointID },
	Rev:     func(e *endpoint) *int64 { return &e.Rev },
	Indexes: []store.Index[endpoint]{{Name: "group", Key: func(e *endpoint) []string { return []string{e.GroupID, e.Value.EndpointID} }}},
}

func newEndpoints(st store.Store, duration time.Duration) *Endpoints {
	return &Endpoints{kept.Objects[oneEndpoint, PrivateNetworkEndpointIdEntry, struct{}]{
		Store: st, Table: endpoints, Limit: kept.Limit{N: maxEndpoints, Exceeded: endpointsLimit},
		Events: func(*endpoint) kept.Events {
			return kept.Events{Created: "PRIVATE_NETWORK_ENDPOINT_ENTRY_ADDED", Updated: "PRIVATE_NETWORK_ENDPOINT_ENTRY_UPDATED", Deleted: "PRIVATE_NETWORK_ENDPOINT_ENTRY_REMOVED"}
		},
		States: &kept.States[PrivateNetworkEndpointIdEntry]{
			Duration: duration, Work: "federationEndpoint.end", Ending: endpointBeingDeleted,
			Made: kept.Through[PrivateNetworkEndpointIdEntry]("PENDING", "OK"), End: kept.Through[PrivateNetworkEndpointIdEntry]("DELETING"),
			Show: func(w *PrivateNetworkEndpointIdEntry, state string) { w.Status = state },
		},
	}}
}

type oneEndpoint struct {
	api.InGroup
	EndpointID string `path:"endpointId" api:"maxLen=1024" doc:"Id of the endpoint."`
}

// RowID is the id of the endpoint's row.
func (in oneEndpoint) RowID() (string, error) {
	return in.GroupID + "/" + in.EndpointID, endpointNotFound.With(in.EndpointID)
}

type putIn struct {
	kept.ListIn
	Body PrivateNetworkEndpointIdEntry
}

// put adds an endpoint or changes the one with its id, and returns all of the project's endpoints.
func (s *Endpoints) put(tx store.Tx, in putIn) (page api.Page[PrivateNetworkEndpointIdEntry], err error) {
	w := in.Body
	w.Provider, w.Type = cmp.Or(w.Provider, "AWS"), cmp.Or(w.Type, "DATA_LAKE")
	one := oneEndpoint{in.InGroup, w.EndpointID}
	id, _ := one.RowID()
	_, err = endpoints.Get(tx, id)
	switch {
	case store.IsNotFound(err):
		_, err = s.Add(tx, &endpoint{GroupID: in.GroupID, Value: w})
	case err == nil:
		_, err = s.Update(tx, one, func(e *endpoint) error {
			e.Value = w
			return nil
		})
	}
	if err != nil {
		return page, err
	}
	return s.List(tx, in.ListIn)
}
