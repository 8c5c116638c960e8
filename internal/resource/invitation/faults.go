package invitation

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	invitationNotFound = fault.NewKind("INVITATION_NOT_FOUND", fault.NotFound, "There is no open invitation %s here.") // Telamon's own
)
