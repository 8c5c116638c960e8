// Package privatelink is the family Private Endpoint Services: private connections from networks at cloud providers to
// clusters. Nothing is connected: services and endpoints go through the service's states in time.
package privatelink

import (
	"fmt"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family: its services, their Endpoints, and the project's Mode.
type Service struct {
	kept.Objects[oneService, EndpointService, struct{}]
	Endpoints *Endpoints
	Mode      *kept.Setting[ProjectSettingItemView]
}

type service = kept.Object[EndpointService, struct{}]

var table = &store.Table[service]{
	Name: "endpoint_services",
	ID:   func(s *service) string { return s.Value.CloudProvider + "/" + s.ID },
	Rev:  func(s *service) *int64 { return &s.Rev },
	Indexes: []store.Index[service]{
		{Name: "place", Unique: true, Key: func(s *service) []string { return []string{s.GroupID, s.Value.CloudProvider, s.Value.RegionName} }},
	},
}

// New returns the family on st, whose objects are in each state but the last for as long as duration.
func New(st store.Store, duration time.Duration) *Service {
	return &Service{
		Objects: kept.Objects[oneService, EndpointService, struct{}]{
			Store: st, Table: table, Show: show, BeforeDelete: unused,
			Duplicate: func(s *service) error { return serviceExists.With(s.Value.CloudProvider, s.Value.RegionName) },
			Events: func(*service) kept.Events {
				return kept.Events{Created: "ENDPOINT_SERVICE_CREATED", Deleted: "ENDPOINT_SERVICE_DELETED"}
			},
			States: &kept.States[EndpointService]{
				Duration: duration, Work: "endpointService.end", Ending: serviceBeingDeleted,
				Made: kept.Through[EndpointService]("INITIATING", available), End: kept.Through[EndpointService]("DELETING"), Show: showState,
			},
		},
		Endpoints: newEndpoints(st, duration),
		Mode:      &kept.Setting[ProjectSettingItemView]{Store: st, Table: kept.Table[ProjectSettingItemView]("regional_endpoint_modes", nil), Events: switched},
	}
}

// available is the state of a service or endpoint that is ready.
const available = "AVAILABLE"

func switched(_, after ProjectSettingItemView) []event.Type {
	if after.Enabled {
		return []event.Type{"REGIONALIZED_PRIVATE_ENDPOINT_MODE_ENABLED"}
	}
	return []event.Type{"REGIONALIZED_PRIVATE_ENDPOINT_MODE_DISABLED"}
}

type atProvider struct {
	api.InGroup
	CloudProvider string `path:"cloudProvider" api:"enum=AWS|AZURE|GCP" doc:"The cloud provider."`
}

type oneService struct {
	atProvider
	EndpointServiceID string `path:"endpointServiceId" api:"is=objectId" doc:"Id of the service."`
}

// RowID is the id of the service's row.
func (in oneService) RowID() (string, error) {
	return in.CloudProvider + "/" + in.EndpointServiceID, serviceNotFound.With(in.EndpointServiceID)
}

type listIn struct{ atProvider }

func (s *Service) list(tx store.Tx, in listIn) ([]EndpointService, error) {
	return s.Select(tx, in.GroupID, store.Query{Index: "place", Prefix: []string{in.GroupID, in.CloudProvider}})
}

func (s *Service) create(tx store.Tx, in kept.CreateIn[CloudProviderEndpointServiceRequest]) (out EndpointService, err error) {
	w := in.Body
	region, ok := model.RegionNamed(w.ProviderName, w.Region)
	if !ok {
		return out, fault.Field("region", "must be a region of %s", w.ProviderName)
	}
	is := EndpointService{CloudProvider: w.ProviderName, RegionName: region}
	switch w.ProviderName {
	case model.AWS:
		is.SupportedRemoteRegions = w.SupportedRemoteRegions
	case model.GCP:
		is.PortMappingEnabled = &w.PortMappingEnabled
	}
	return s.Add(tx, &service{GroupID: in.GroupID, Value: is})
}

type updateIn struct {
	api.InGroup
	EndpointServiceID string `path:"endpointServiceId" api:"is=objectId" doc:"Id of the service."`
	Body              ApiAtlasModifyEndpointServiceRequestView
}

func (s *Service) update(tx store.Tx, in updateIn) (EndpointService, error) {
	one := oneService{atProvider{in.InGroup, in.Body.CloudProvider}, in.EndpointServiceID}
	return s.Update(tx, one, func(o *service) error {
		o.Value.SupportedRemoteRegions = in.Body.SupportedRemoteRegions
		return nil
	})
}

// unused refuses to remove a service that has endpoints.
func unused(tx store.Tx, s *service) error {
	n, err := endpointTable.Count(tx, ofService(s.GroupID, s.ID))
	if err == nil && n > 0 {
		err = serviceInUse.With(s.ID)
	}
	return err
}

// show completes each service with the ids of its endpoints.
func show(tx store.Tx, groupID model.ID) (func(s *service) EndpointService, error) {
	all, err := endpointTable.List(tx, store.Query{Index: "service", Prefix: []string{groupID}})
	return func(s *service) EndpointService {
		w := s.Value
		w.ID = s.ID
		for _, e := range all {
			if e.Internal.ServiceID != s.ID {
				continue
			}
			switch w.CloudProvider {
			case model.AWS:
				w.InterfaceEndpoints = append(w.InterfaceEndpoints, e.Internal.ID)
			case model.Azure:
				w.PrivateEndpoints = append(w.PrivateEndpoints, e.Internal.ID)
			default:
				w.EndpointGroupNames = append(w.EndpointGroupNames, e.Internal.ID)
			}
		}
		return w
	}, err
}

// attachments is how many service attachments, which have names, a service at GCP has.
const attachments = 6

// showState writes a state, and the names that a service has at its provider once it is available.
func showState(w *EndpointService, state string) {
	w.Status = state
	if state == "INITIATING" {
		return
	}
	region := model.OwnRegion(w.CloudProvider, w.RegionName)
	switch w.CloudProvider {
	case model.AWS:
		w.EndpointServiceName = fmt.Sprintf("com.amazonaws.vpce.%s.vpce-svc-%s", region, w.ID[7:])
	case model.Azure:
		w.PrivateLinkServiceName = "pls_" + w.ID
		w.PrivateLinkServiceResourceID = fmt.Sprintf("/subscriptions/%[1]s-0000-0000-0000-000000000000/resourceGroups/rg_%[2]s/providers/Microsoft.Network/privateLinkServices/pls_%[2]s", w.ID[:8], w.ID)
	case model.GCP:
		for i := range attachments {
			w.ServiceAttachmentNames = append(w.ServiceAttachmentNames, fmt.Sprintf("projects/p-%[1]s/regions/%[2]s/serviceAttachments/sa-%[2]s-%[1]s-%[3]d", w.ID, region, i))
		}
	}
}
