// Package advisor is the family Performance Advisor: slow operations, indexes that queries ask for, indexes that may go,
// advice on documents, and indexes that are built by themselves on instances that allow it.
//
// What clients do comes from package insight, which keeps it in the store; what collections and indexes there are comes
// from the cluster's database, and is kept in a catalog for other nodes.
package advisor

import (
	"context"
	"net/http"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Plane is what the family needs of the node's clusters.
type Plane interface {
	// Run runs a command of the operator's on a cluster of this node.
	Run(ctx context.Context, cluster model.ID, command bson.D) (bson.Raw, error)
}

// Recorder is what the family needs of the one who notes what clients do at the node's clusters.
type Recorder interface {
	// Flush writes what has been seen at a cluster.
	Flush(ctx context.Context, cluster model.ID) error
	// Turn begins to count the shapes of a cluster anew, and returns when.
	Turn(ctx context.Context, cluster model.ID) (time.Time, error)
}

// Service serves the family and builds indexes by itself.
type Service struct {
	Store    store.Store
	Plane    Plane
	Recorder Recorder
	Node     string        // the name of this node
	Every    time.Duration // how often an instance is looked at on which indexes are built by themselves
}

const (
	tag       = "Performance Advisor"
	process   = "/groups/{groupId}/processes/{processId}/performanceAdvisor"
	inCluster = "/groups/{groupId}/clusters/{clusterName}/performanceAdvisor"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	reader := authz.Any(authz.GroupReadOnly)
	return api.Operations{{
		ID: "listSlowQueryLogs", Aliases: []string{"listSlowQueries", "listGroupProcessPerformanceAdvisorSlowQueryLogs"}, Method: http.MethodGet, Path: process + "/slowQueryLogs", Tag: tag,
		Summary:     "Return the log lines of slow queries of one process",
		Description: "Returns the latest operations that took as long as the threshold or longer, as the process has logged them. A cluster keeps about 2,000.",
		Roles:       authz.Any(authz.GroupDataAccessAdmin, authz.GroupDataAccessReadOnly, authz.GroupDataAccessReadWrite, authz.GroupObservabilityViewer, authz.GroupStreamProcessingOwner),
		Status:      http.StatusOK, Level: api.Real, Errors: fault.Kinds{shape.ProcessNotFound}, Versions: api.Since("2023-01-01", s.slowQueries),
	}, {
		ID: "listPerformanceAdvisorNamespaces", Aliases: []string{"listSlowQueryNamespaces", "listGroupProcessPerformanceAdvisorNamespaces"}, Method: http.MethodGet, Path: process + "/namespaces", Tag: tag,
		Summary: "Return the collections of one process with slow queries", Description: "Returns at most 20 collections, those with most slow operations first.",
		Roles: reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{shape.ProcessNotFound}, Versions: api.Since("2023-01-01", s.namespaces),
	}, {
		ID: "listSuggestedIndexes", Aliases: []string{"listGroupProcessPerformanceAdvisorSuggestedIndexes"}, Method: http.MethodGet, Path: process + "/suggestedIndexes", Tag: tag,
		Summary:     "Return the indexes that queries at one process ask for",
		Description: "Indexes follow from the shapes of queries that examined far more documents than they returned: fields that are given come first, then the order, then fields that are bounded.",
		Roles:       reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{shape.ProcessNotFound}, Versions: api.Since("2023-01-01", s.suggestedAtProcess),
	}, {
		ID: "listClusterSuggestedIndexes", Aliases: []string{"listGroupClusterPerformanceAdvisorSuggestedIndexes"}, Method: http.MethodGet, Path: inCluster + "/suggestedIndexes", Tag: tag,
		Summary: "Return the indexes that queries at one cluster ask for", Description: "Returns what listSuggestedIndexes does, for all processes of the cluster or some.",
		Roles: reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound, shape.ProcessNotFound}, Versions: api.Since("2024-08-05", s.suggestedAtCluster),
	}, {
		ID: "listDropIndexSuggestions", Aliases: []string{"listDropIndexes", "listGroupClusterPerformanceAdvisorDropIndexSuggestions"}, Method: http.MethodGet, Path: inCluster + "/dropIndexSuggestions", Tag: tag,
		Summary:     "Return the indexes of one cluster that may be dropped",
		Description: "Returns indexes that nothing has used for a week since they were made or the database was started, those that are the beginning of another index, and hidden ones.",
		Roles:       reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound}, Versions: api.Since("2024-08-05", s.dropSuggestions),
	}, {
		ID: "listSchemaAdvice", Aliases: []string{"listGroupClusterPerformanceAdvisorSchemaAdvice"}, Method: http.MethodGet, Path: inCluster + "/schemaAdvice", Tag: tag,
		Summary:     "Return advice on the documents and collections of one cluster",
		Description: "Looks at a sample of each collection's documents, at the number of collections and indexes, and at the queries of the last day.",
		Roles:       reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound}, Versions: api.Since("2024-08-05", s.schemaAdvice),
	}}
}
