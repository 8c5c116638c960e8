package backupendpoint

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	endpointNotFound     = fault.NewKind("BACKUP_PRIVATE_ENDPOINT_NOT_FOUND", fault.NotFound, "There is no private endpoint with id %s.")                           // Telamon's own
	endpointExists       = fault.NewKind("BACKUP_PRIVATE_ENDPOINT_ALREADY_EXISTS", fault.Conflict, "The project already has such a private endpoint to %s.")        // Telamon's own
	endpointBeingDeleted = fault.NewKind("BACKUP_PRIVATE_ENDPOINT_ALREADY_REQUESTED_DELETION", fault.Conflict, "The private endpoint %s is being deleted already.") // Telamon's own
)
