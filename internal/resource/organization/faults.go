package organization

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	orgNotEmpty = fault.NewKind("ORG_NOT_EMPTY", fault.Conflict, "The organization still has projects; delete or migrate them first.") // Telamon's own
)
