package cloudaccess

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	roleNotFound = fault.NewKind("CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND", fault.NotFound, "There is no role at a cloud provider with id %s.")         // Telamon's own
	rolesLimit   = fault.NewKind("MAX_CLOUD_PROVIDER_ACCESS_ROLES_EXCEEDED", fault.BadRequest, "A project has at most %s roles at cloud providers.") // Telamon's own
)
