package privatelink

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	serviceNotFound      = fault.NewKind("PRIVATE_ENDPOINT_SERVICE_NOT_FOUND", fault.NotFound, "There is no private endpoint service or endpoint %s.")
	serviceExists        = fault.NewKind("PRIVATE_ENDPOINT_SERVICE_ALREADY_EXISTS", fault.Conflict, "The project already has a private endpoint service at %s %s.")          // Telamon's own
	serviceInUse         = fault.NewKind("PRIVATE_ENDPOINT_SERVICE_IN_USE", fault.Conflict, "The private endpoint service %s has endpoints; remove them first.")             // Telamon's own
	serviceNotReady      = fault.NewKind("PRIVATE_ENDPOINT_SERVICE_NOT_AVAILABLE", fault.Conflict, "The private endpoint service %s is not available yet, or no longer.")    // Telamon's own
	serviceBeingDeleted  = fault.NewKind("PRIVATE_ENDPOINT_SERVICE_ALREADY_REQUESTED_DELETION", fault.Conflict, "The private endpoint service %s is being deleted already.") // Telamon's own
	endpointExists       = fault.NewKind("PRIVATE_ENDPOINT_ALREADY_EXISTS", fault.Conflict, "The project already has the private endpoint %s.")                              // Telamon's own
	endpointBeingDeleted = fault.NewKind("PRIVATE_ENDPOINT_ALREADY_REQUESTED_DELETION", fault.Conflict, "The private endpoint is being deleted already.")                    // Telamon's own
)
