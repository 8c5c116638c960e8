package serviceaccount

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	serviceAccountNotFound = fault.NewKind("SERVICE_ACCOUNT_NOT_FOUND", fault.NotFound, "There is no service account %s here.")                                                                // Telamon's own
	secretNotFound         = fault.NewKind("SERVICE_ACCOUNT_SECRET_NOT_FOUND", fault.NotFound, "The service account has no secret %s.")                                                        // Telamon's own
	serviceAccountsLimit   = fault.NewKind("MAX_SERVICE_ACCOUNTS_PER_ORG_EXCEEDED", fault.BadRequest, "An organization holds at most %s service accounts.")                                    // Telamon's own
	secretsLimit           = fault.NewKind("MAX_SERVICE_ACCOUNT_SECRETS_EXCEEDED", fault.BadRequest, "A service account holds at most %s secrets; expired ones count until they are deleted.") // Telamon's own
)
