package privatelink

import (
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/policy"
	"github.com/telamon-db/telamon/internal/store"
)

// Endpoints serves the endpoints of services.
type Endpoints struct {
	kept.Objects[oneEndpoint, PrivateLinkEndpoint, place]
}

// place names an endpoint: its service, and its id at the provider.
type place struct {
	ServiceID model.ID `json:"serviceId"`
	ID        string   `json:"id"`
}

type endpoint = kept.Object[PrivateLinkEndpoint, place]

var endpointTable = &store.Table[endpoint]{
	Name: "endpoints",
	ID:   func(e *endpoint) string { return rowOf(e.Internal.ServiceID, e.Internal.ID) },
	Rev:  func(e *endpoint) *int64 { return &e.Rev },
	Indexes: []store.Index[endpoint]{
		{Name: "service", Key: func(e *endpoint) []string { return []string{e.GroupID, e.Internal.ServiceID} }},
	},
}

func rowOf(serviceID, id string) string { return serviceID + "/" + id }

func ofService(groupID, serviceID model.ID) store.Query {
	return store.Query{Index: "service", Prefix: []string{groupID, serviceID}}
}

func newEndpoints(st store.Store, duration time.Duration) *Endpoints {
	s := &Endpoints{kept.Objects[oneEndpoint, PrivateLinkEndpoint, place]{
		Store: st, Table: endpointTable,
		Duplicate: func(e *endpoint) error { return endpointExists.With(e.Internal.ID) },
		Events: func(*endpoint) kept.Events {
			return kept.Events{Created: "INTERFACE_ENDPOINT_CREATED", Deleted: "INTERFACE_ENDPOINT_DELETED"}
		},
		States: &kept.States[PrivateLinkEndpoint]{
			Duration: duration, Work: "endpoint.end", Ending: endpointBeingDeleted,
			Made: connecting, End: kept.Through[PrivateLinkEndpoint]("DELETING"), Show: showEndpoint,
		},
	}}
	s.Permit = func(tx store.Tx, e *endpoint) error { return policy.Permit(tx, e.GroupID, s) }
	return s
}

// PolicySubjects returns the project's endpoints, as policies see them.
func (s *Endpoints) PolicySubjects(tx store.Tx, groupID model.ID) ([]policy.Subject, error) {
	all, err := endpointTable.List(tx, s.InProject(groupID))
	var names []string
	for _, e := range all {
		switch w := e.Value; w.CloudProvider {
		case model.AWS:
			names = append(names, "aws:"+w.InterfaceEndpointID)
		case model.Azure:
			names = append(names, "azure:"+w.PrivateEndpointResourceID+":"+w.PrivateEndpointIPAddress)
		default:
			names = append(names, "gcp:"+w.GCPProjectID+":"+w.EndpointGroupName)
		}
	}
	return []policy.Subject{policy.PrivateEndpoints(groupID, names)}, err
}

func connecting(w *PrivateLinkEndpoint) []string {
	if w.CloudProvider == model.AWS {
		return []string{"PENDING_ACCEPTANCE", "PENDING", available}
	}
	return []string{"INITIATING", available}
}

func showEndpoint(w *PrivateLinkEndpoint, state string) {
	w.DeleteRequested = state == "DELETING"
	if w.CloudProvider == model.AWS {
		w.ConnectionStatus = state
		return
	}
	w.Status, w.Endpoints = state, slices.Clone(w.Endpoints)
	for i := range w.Endpoints {
		w.Endpoints[i].Status = state
	}
}

type oneEndpoint struct {
	oneService
	EndpointID string `path:"endpointId" api:"maxLen=1024" doc:"Id of the endpoint at AWS, its resource id at AZURE, or its name at GCP."`
}

// RowID is the id of the endpoint's row.
func (in oneEndpoint) RowID() (string, error) {
	return rowOf(in.EndpointServiceID, in.EndpointID), serviceNotFound.With(in.EndpointID)
}

type createEndpointIn struct {
	oneService
	Body CreateEndpointRequest
}

func (s *Endpoints) create(tx store.Tx, in createEndpointIn) (out PrivateLinkEndpoint, err error) {
	id, missing := in.oneService.RowID()
	of, err := table.Get(tx, id)
	if err == nil && of.GroupID != in.GroupID {
		err = store.ErrNotFound
	}
	if err != nil {
		return out, store.IfMissing(err, missing)
	}
	if err := in.Body.check(in.CloudProvider); err != nil {
		return out, err
	}
	if of.Course.Ending || !of.Course.Settled(tx.Now(), s.States.Duration) {
		return out, serviceNotReady.With(of.ID)
	}
	return s.Add(tx, in.Body.endpoint(of))
}

// check refuses a request that lacks a field which an endpoint at the provider needs.
func (w *CreateEndpointRequest) check(provider string) error {
	var bad fault.Problems
	need := func(field, value string) {
		if value == "" {
			bad.Add(field, "is required at %s", provider)
		}
	}
	if w.CloudProvider != "" && w.CloudProvider != provider {
		bad.Add("cloudProvider", "must be that of the path")
	}
	switch provider {
	case model.AWS:
		if rule := schema.Named("endpointId"); !rule.OK(w.ID) {
			bad.Add("id", "%s", rule.Says)
		}
	case model.Azure:
		need("id", w.ID)
		need("privateEndpointIPAddress", w.PrivateEndpointIPAddress)
	default:
		need("endpointGroupName", w.EndpointGroupName)
		need("gcpProjectId", w.GCPProjectID)
	}
	return bad.Err()
}

// endpoint is the endpoint that w asks for, of a service.
func (w *CreateEndpointRequest) endpoint(of *service) *endpoint {
	e := &endpoint{GroupID: of.GroupID, Internal: place{of.ID, w.ID + w.EndpointGroupName}, Value: PrivateLinkEndpoint{CloudProvider: of.Value.CloudProvider}}
	switch of.Value.CloudProvider {
	case model.AWS:
		e.Internal.ID, e.Value.InterfaceEndpointID = w.ID, w.ID
	case model.Azure:
		e.Internal.ID, e.Value.PrivateEndpointResourceID, e.Value.PrivateEndpointIPAddress = w.ID, w.ID, w.PrivateEndpointIPAddress
	default:
		e.Internal.ID, e.Value.EndpointGroupName, e.Value.GCPProjectID, e.Value.PortMappingEnabled = w.EndpointGroupName, w.EndpointGroupName, w.GCPProjectID, of.Value.PortMappingEnabled
		for _, r := range w.Endpoints {
			e.Value.Endpoints = append(e.Value.Endpoints, GCPConsumerForwardingRule{EndpointName: r.EndpointName, IPAddress: r.IPAddress})
		}
	}
	return e
}
