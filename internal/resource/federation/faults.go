package federation

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	instanceNotFound     = fault.NewKind("DATA_FEDERATION_TENANT_NOT_FOUND_FOR_NAME", fault.NotFound, "The project %s has no federated database instance %s.")
	instanceExists       = fault.NewKind("DATA_FEDERATION_TENANT_ALREADY_EXISTS", fault.Conflict, "The project already has a federated database instance %s.")                     // Telamon's own
	instancesLimit       = fault.NewKind("MAX_DATA_FEDERATION_TENANTS_EXCEEDED", fault.BadRequest, "A project has at most %s federated database instances.")                       // Telamon's own
	limitNotFound        = fault.NewKind("DATA_FEDERATION_QUERY_LIMIT_NOT_FOUND", fault.NotFound, "The instance has no limit %s.")                                                 // Telamon's own
	endpointNotFound     = fault.NewKind("DATA_FEDERATION_PRIVATE_ENDPOINT_NOT_FOUND", fault.NotFound, "There is no private endpoint %s.")                                         // Telamon's own
	endpointsLimit       = fault.NewKind("MAX_DATA_FEDERATION_PRIVATE_ENDPOINTS_EXCEEDED", fault.BadRequest, "A project has at most %s private endpoints of federated databases.") // Telamon's own
	endpointBeingDeleted = fault.NewKind("DATA_FEDERATION_PRIVATE_ENDPOINT_ALREADY_REQUESTED_DELETION", fault.Conflict, "The private endpoint is being deleted already.")          // Telamon's own
)
