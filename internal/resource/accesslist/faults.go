package accesslist

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	networkEntriesLimit = fault.NewKind("ATLAS_NETWORK_PERMISSIONS_LIMIT_EXCEEDED", fault.Forbidden, "A project's access list holds at most %s entries.")
	networkEntryMissing = fault.NewKind("ATLAS_NETWORK_PERMISSION_ENTRY_NOT_FOUND", fault.NotFound, "The project's access list has no entry %s.")
)
