// Package backupendpoint is the part of the family Cloud Backups that has private endpoints to object storage. They are
// simulated.
package backupendpoint

import (
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves private endpoints to object storage. They connect nothing, and go through the service's states in time.
type Service struct {
	kept.Objects[oneEndpoint, ObjectStoragePrivateEndpointResponse, struct{}]
}

// ObjectStoragePrivateEndpointRequest asks for a private endpoint to object storage.
type ObjectStoragePrivateEndpointRequest struct {
	CloudProvider string `json:"cloudProvider,omitempty" api:"enum=AWS" doc:"The cloud provider."`
	RegionName    string `json:"regionName,omitempty" api:"maxLen=64" doc:"Region of the storage."`
	VPCRegionName string `json:"vpcRegionName,omitempty" api:"maxLen=64" doc:"Region of the network; that of the storage if absent."`
}

// ObjectStoragePrivateEndpointResponse is a private endpoint to object storage, on the wire and on disk.
type ObjectStoragePrivateEndpointResponse struct {
	CloudProvider  string `json:"cloudProvider,omitempty" api:"enum=AWS" doc:"The cloud provider."`
	ErrorMessage   string `json:"errorMessage,omitempty" api:"readonly" doc:"What went wrong. Absent if nothing did."`
	ID             string `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the endpoint."`
	ConnectionName string `json:"privateEndpointConnectionName,omitempty" api:"readonly" doc:"Name of the connection, once there is one."`
	RegionName     string `json:"regionName,omitempty" api:"maxLen=64" doc:"Region of the storage."`
	Status         string `json:"status,omitempty" api:"readonly,enum=INITIATING|PENDING_ACCEPTANCE|ACTIVE|FAILED|PENDING_RECREATION|DELETING" doc:"State of the endpoint."`
	VPCRegionName  string `json:"vpcRegionName,omitempty" api:"maxLen=64" doc:"Region of the network."`
}

type endpoint = kept.Object[ObjectStoragePrivateEndpointResponse, struct{}]

var endpointTable = &store.Table[endpoint]{
	Name: "backup_endpoints",
	ID:   func(e *endpoint) string { return e.ID },
	Rev:  func(e *endpoint) *int64 { return &e.Rev },
	Indexes: []store.Index[endpoint]{
		{Name: "place", Unique: true, Key: func(e *endpoint) []string { return []string{e.GroupID, e.Value.RegionName, e.Value.VPCRegionName} }},
	},
}

// New returns the endpoints on st, which are in each state but the last for as long as duration.
func New(st store.Store, duration time.Duration) *Service {
	return &Service{kept.Objects[oneEndpoint, ObjectStoragePrivateEndpointResponse, struct{}]{
		Store: st, Table: endpointTable, Show: kept.WithID(func(w *ObjectStoragePrivateEndpointResponse, id model.ID) { w.ID = id }),
		Duplicate: func(e *endpoint) error { return endpointExists.With(e.Value.RegionName) },
		States: &kept.States[ObjectStoragePrivateEndpointResponse]{
			Duration: duration, Work: "backupEndpoint.end", Ending: endpointBeingDeleted,
			Made: kept.Through[ObjectStoragePrivateEndpointResponse]("INITIATING", "PENDING_ACCEPTANCE", "ACTIVE"),
			End:  kept.Through[ObjectStoragePrivateEndpointResponse]("DELETING"),
			Show: func(w *ObjectStoragePrivateEndpointResponse, state string) { w.Status = state },
		},
	}}
}

type atProvider struct {
	api.InGroup
	CloudProvider string `path:"cloudProvider" api:"enum=AWS" doc:"The cloud provider."`
}

type oneEndpoint struct {
	atProvider
	EndpointID string `path:"endpointId" api:"is=objectId" doc:"Id of the endpoint."`
}

// RowID is the id of the endpoint's row.
func (in oneEndpoint) RowID() (string, error) {
	return in.EndpointID, endpointNotFound.With(in.EndpointID)
}

type listEndpointsIn struct {
	atProvider
	api.Paging
}

func (s *Service) list(tx store.Tx, in listEndpointsIn) (api.Page[ObjectStoragePrivateEndpointResponse], error) {
	return s.List(tx, kept.ListIn{InGroup: in.InGroup, Paging: in.Paging})
}

type createEndpointIn struct {
	atProvider
	Body ObjectStoragePrivateEndpointRequest
}

func (s *Service) create(tx store.Tx, in createEndpointIn) (out ObjectStoragePrivateEndpointResponse, err error) {
	var bad fault.Problems
	region, ok := model.RegionNamed(in.CloudProvider, in.Body.RegionName)
	if !ok {
		bad.Add("regionName", "must be a region of %s", in.CloudProvider)
	}
	network := region
	if in.Body.VPCRegionName != "" {
		if network, ok = model.RegionNamed(in.CloudProvider, in.Body.VPCRegionName); !ok {
			bad.Add("vpcRegionName", "must be a region of %s", in.CloudProvider)
		}
	}
	if err := bad.Err(); err != nil {
		return out, err
	}
	return s.Add(tx, &endpoint{GroupID: in.GroupID, Value: ObjectStoragePrivateEndpointResponse{
		CloudProvider: in.CloudProvider, RegionName: region, VPCRegionName: network,
	}})
}
