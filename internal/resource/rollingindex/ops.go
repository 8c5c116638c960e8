// Package rollingindex is the family Rolling Index: indexes that are built on a cluster's members one after another. Members
// share one copy of the data here, so an index is built once, in the background, and is on all of them then.
package rollingindex

import (
	"context"
	"net/http"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Plane is what the family needs of the node's clusters.
type Plane interface {
	// Run runs a command of the operator's on a cluster of this node.
	Run(ctx context.Context, cluster model.ID, command bson.D) (bson.Raw, error)
}

// Service serves the family and builds indexes.
type Service struct {
	Store store.Store
	Plane Plane
}

// tooMany says that a cluster has as many indexes to build as it may.
var tooMany = fault.NewKind("MAX_ROLLING_INDEX_BUILDS_EXCEEDED", fault.Conflict, "A cluster has at most %s rolling index builds at a time.") // Telamon's own

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "createRollingIndex", Aliases: []string{"createGroupClusterIndexRollingIndex"}, Method: http.MethodPost,
		Path: "/groups/{groupId}/clusters/{clusterName}/index", Tag: "Rolling Index", Summary: "Create one rolling index",
		Description: "Asks for an index, and answers at once. It is built in the background; the event log tells how that ends.",
		Roles:       authz.Any(authz.GroupDataAccessAdmin), Status: http.StatusAccepted, Level: api.Real,
		Errors:   fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI, fault.TenantUnsupported, fault.ClusterNotReady, tooMany},
		Versions: api.Since("2023-01-01", store.Write(s.Store, create)),
	}}
}
