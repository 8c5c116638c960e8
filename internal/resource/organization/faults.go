package organization

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	orgNotEmpty = fault.NewKind("ORG_NOT_EMPTY", fault.Conflict, "The organization still has projects; delete or migrate them first.")       // Telamon's own
	orgsPerUser = fault.NewKind("MAX_ORGS_PER_USER_EXCEEDED", fault.BadRequest, "A cloud user who owns %s organizations can found no more.") // Telamon's own
)
