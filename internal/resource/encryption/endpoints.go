package encryption

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Endpoints serves private endpoints to key services. They connect nothing, and go through the service's states in time.
type Endpoints struct {
	kept.Objects[oneEndpoint, EARPrivateEndpoint, struct{}]
}

// EARPrivateEndpoint is a private endpoint to a key service, on the wire and on disk.
type EARPrivateEndpoint struct {
	CloudProvider                 string `json:"cloudProvider,omitempty" api:"readonly,enum=AZURE|AWS" doc:"The cloud provider."`
	ErrorMessage                  string `json:"errorMessage,omitempty" api:"readonly" doc:"What went wrong. Absent if nothing did."`
	ID                            string `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the endpoint."`
	PrivateEndpointConnectionName string `json:"privateEndpointConnectionName,omitempty" api:"readonly" doc:"Name of the connection at AZURE, once there is one."`
	RegionName                    string `json:"regionName,omitempty" api:"required,maxLen=64" doc:"Region of the endpoint."`
	Status                        string `json:"status,omitempty" api:"readonly,enum=INITIATING|PENDING_ACCEPTANCE|ACTIVE|FAILED|PENDING_RECREATION|DELETING" doc:"State of the endpoint."`
}

type endpoint = kept.Object[EARPrivateEndpoint, struct{}]

var (
	endpointNotFound     = fault.NewKind("ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_NOT_FOUND", fault.NotFound, "There is no private endpoint with id %s.")                           // Telamon's own
	endpointExists       = fault.NewKind("ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_ALREADY_EXISTS", fault.Conflict, "The project already has a private endpoint at %s %s.")          // Telamon's own
	endpointBeingDeleted = fault.NewKind("ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_ALREADY_REQUESTED_DELETION", fault.Conflict, "The private endpoint %s is being deleted already.") // Telamon's own
)

var endpointTable = &store.Table[endpoint]{
	Name: "encryption_endpoints",
	ID:   func(e *endpoint) string { return e.Value.CloudProvider + "/" + e.ID },
	Rev:  func(e *endpoint) *int64 { return &e.Rev },
	Indexes: []store.Index[endpoint]{
		{Name: "place", Unique: true, Key: func(e *endpoint) []string { return []string{e.GroupID, e.Value.CloudProvider, e.Value.RegionName} }},
	},
}

// NewEndpoints returns the endpoints on st, which are in each state but the last for as long as duration.
func NewEndpoints(st store.Store, duration time.Duration) *Endpoints {
	return &Endpoints{kept.Objects[oneEndpoint, EARPrivateEndpoint, struct{}]{
		Store: st, Table: endpointTable, Show: kept.WithID(func(w *EARPrivateEndpoint, id model.ID) { w.ID = id }),
		Duplicate: func(e *endpoint) error { return endpointExists.With(e.Value.CloudProvider, e.Value.RegionName) },
		Events: func(*endpoint) kept.Events {
			return kept.Events{Created: "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_CREATED", Deleted: "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_DELETED"}
		},
		States: &kept.States[EARPrivateEndpoint]{
			Duration: duration, Work: "encryptionEndpoint.end", Ending: endpointBeingDeleted,
			Made: kept.Through[EARPrivateEndpoint]("INITIATING", "PENDING_ACCEPTANCE", "ACTIVE"), End: kept.Through[EARPrivateEndpoint]("DELETING"),
			Show: func(w *EARPrivateEndpoint, state string) { w.Status = state },
		},
	}}
}

type atProvider struct {
	api.InGroup
	CloudProvider string `path:"cloudProvider" api:"enum=AZURE|AWS" doc:"The cloud provider."`
}

type oneEndpoint struct {
	atProvider
	EndpointID string `path:"endpointId" api:"is=objectId" doc:"Id of the endpoint."`
}

// RowID is the id of the endpoint's row.
func (in oneEndpoint) RowID() (string, error) {
	return in.CloudProvider + "/" + in.EndpointID, endpointNotFound.With(in.EndpointID)
}

type listIn struct {
	atProvider
	api.Paging
}

func (s *Endpoints) list(tx store.Tx, in listIn) (api.Page[EARPrivateEndpoint], error) {
	return s.Page(tx, kept.ListIn{InGroup: in.InGroup, Paging: in.Paging}, store.Query{Index: "place", Prefix: []string{in.GroupID, in.CloudProvider}})
}

type createIn struct {
	atProvider
	Body EARPrivateEndpoint
}

func (s *Endpoints) create(tx store.Tx, in createIn) (out EARPrivateEndpoint, err error) {
	region, ok := model.RegionNamed(in.CloudProvider, in.Body.RegionName)
	if !ok {
		return out, fault.Field("regionName", "must be a region of %s", in.CloudProvider)
	}
	return s.Add(tx, &endpoint{GroupID: in.GroupID, Value: EARPrivateEndpoint{CloudProvider: in.CloudProvider, RegionName: region}})
}
