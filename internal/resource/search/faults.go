package search

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	indexNotFound          = fault.NewKind("SEARCH_INDEX_NOT_FOUND", fault.NotFound, "The cluster has no search index %s.")                            // Telamon's own
	indexExists            = fault.NewKind("SEARCH_INDEX_ALREADY_EXISTS", fault.Conflict, "The collection already has a search index named %s.")       // Telamon's own
	indexesLimit           = fault.NewKind("MAX_SEARCH_INDEXES_EXCEEDED", fault.BadRequest, "A project has at most %s search indexes.")                // Telamon's own
	indexBeingDeleted      = fault.NewKind("SEARCH_INDEX_ALREADY_REQUESTED_DELETION", fault.Conflict, "The search index %s is being deleted already.") // Telamon's own
	deploymentNotFound     = fault.NewKind("ATLAS_SEARCH_DEPLOYMENT_DOES_NOT_EXIST", fault.NotFound, "The cluster %s has no search nodes.")
	deploymentInvalid      = fault.NewKind("ATLAS_SEARCH_DEPLOYMENT_INVALID_ATTRIBUTE", fault.BadRequest, "The attribute %s is wrong: %s.")
	deploymentExists       = fault.NewKind("ATLAS_SEARCH_DEPLOYMENT_ALREADY_EXISTS", fault.Conflict, "The cluster %s already has search nodes.")                // Telamon's own
	deploymentBeingDeleted = fault.NewKind("ATLAS_SEARCH_DEPLOYMENT_ALREADY_REQUESTED_DELETION", fault.Conflict, "The search nodes are being removed already.") // Telamon's own
)
