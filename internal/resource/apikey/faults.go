package apikey

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	keyNotFound = fault.NewKind("API_KEY_NOT_FOUND", fault.NotFound, "There is no API key with id %s.")
	keysLimit   = fault.NewKind("MAX_API_KEYS_PER_ORG_EXCEEDED", fault.BadRequest, "An organization holds at most %s API keys.") // Telamon's own
)
