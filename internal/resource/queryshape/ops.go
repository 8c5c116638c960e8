// Package queryshape is the family Query Shape Insights: what queries of one shape have done at a cluster.
package queryshape

import (
	"context"
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Recorder is what the family needs of the one who notes what clients do at the node's clusters.
type Recorder interface {
	// Flush writes what has been seen at a cluster.
	Flush(ctx context.Context, cluster model.ID) error
}

// Service serves the family.
type Service struct {
	Store    store.Store
	Recorder Recorder
}

const path = "/groups/{groupId}/clusters/{clusterName}/queryShapeInsights"

// shapeNotFound says that no query of a shape was seen.
var shapeNotFound = fault.NewKind("QUERY_SHAPE_NOT_FOUND", fault.NotFound, "No query of the shape %s was seen in that time.") // Telamon's own

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	const tag = "Query Shape Insights"
	reader := authz.Any(authz.GroupReadOnly)
	return api.Operations{{
		ID: "listQueryShapeSummaries", Aliases: []string{"getGroupClusterQueryShapeInsightSummaries", "listGroupClusterQueryShapeInsightSummaries"}, Method: http.MethodGet,
		Path: path + "/summaries", Tag: tag, Summary: "Return what queries at one cluster have done, by shape",
		Description: "Returns the shapes of find, aggregate and distinct, those that took longest first. Shapes are counted by the hour and kept for a day.",
		Roles:       reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound, shape.ProcessNotFound}, Versions: api.Since("2025-03-12", s.summaries),
	}, {
		ID: "getQueryShapeDetails", Aliases: []string{"getGroupClusterQueryShapeInsightDetails"}, Method: http.MethodGet,
		Path: path + "/{queryShapeHash}/details", Tag: tag, Summary: "Return what queries of one shape at one cluster have done",
		Roles: reader, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound, shape.ProcessNotFound, shapeNotFound}, Versions: api.Since("2025-03-12", s.details),
	}}
}
