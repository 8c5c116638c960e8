// Package flex is the family Flex Clusters, and the family Serverless Instances, with their switch of automatic indexing.
//
// The service no longer has serverless instances: what those operations make is a Flex cluster, which they go on showing
// as a serverless instance. Telamon does the same. A Flex cluster's upgrade to a dedicated one is in the family of those
// (package cluster).
package flex

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Lifecycle records what is wanted of a cluster; a reconciler does the rest.
type Lifecycle interface {
	Declare(tx store.Tx, c *model.Cluster) error
	Change(tx store.Tx, c *model.Cluster, next model.Declared) error
	Close(tx store.Tx, c *model.Cluster) error
}

// Service serves the family.
type Service struct {
	Store    store.Store
	Clusters Lifecycle
	Version  string                                    // MongoDB version that databases say they are, such as 8.0.4
	Indexing func(tx store.Tx, c *model.Cluster) error // has what queries ask for looked at, if indexes are built by themselves
}

const (
	tag  = "Flex Clusters"
	path = "/groups/{groupId}/flexClusters"
	one  = path + "/{name}"
)

// Operations are the operations of Flex clusters and of serverless instances.
func (s *Service) Operations() api.Operations {
	return append(s.flexOperations(), s.serverlessOperations()...)
}

// missing is why a name is of no Flex cluster.
var missing = fault.Kinds{fault.ClusterNotFound, fault.NonFlexInFlexAPI}

func (s *Service) flexOperations() api.Operations {
	f := form[shape.FlexClusterDescription20241113]{s, shape.FlexCluster, fault.ClusterBeingDeleted}
	read := authz.Any(authz.GroupReadOnly)
	return api.Operations{
		{
			ID: "listFlexClusters", Aliases: []string{"listGroupFlexClusters"}, Method: http.MethodGet, Path: path, Tag: tag,
			Summary: "Return all Flex clusters in one project", Description: "Returns the project's Flex clusters by name.",
			Roles: read, Status: http.StatusOK, Level: api.Real,
			Versions: []api.Version{api.At("2024-11-13", store.Read(s.Store, f.list))},
		},
		{
			ID: "createFlexCluster", Aliases: []string{"createGroupFlexCluster"}, Method: http.MethodPost, Path: path, Tag: tag,
			Summary: "Create one Flex cluster in one project",
			Description: "Declares a Flex cluster and answers at once; it is CREATING until its database runs, then IDLE. " +
				"connectionStrings.standard is how it is reached.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusCreated, Level: api.Real,
			Errors:   fault.Kinds{fault.InvalidRegion, fault.DuplicateClusterName, fault.DuplicateNamePrefix, fault.ClustersLimit},
			Versions: []api.Version{api.At("2024-11-13", store.Write(s.Store, create[FlexClusterDescriptionCreate20241113](f)))},
		},
		{
			ID: "getFlexCluster", Aliases: []string{"getGroupFlexCluster"}, Method: http.MethodGet, Path: one, Tag: tag,
			Summary: "Return one Flex cluster from one project",
			Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At("2024-11-13", store.Read(s.Store, f.get))},
		},
		{
			ID: "updateFlexCluster", Aliases: []string{"updateGroupFlexCluster"}, Method: http.MethodPatch, Path: one, Tag: tag,
			Summary: "Update one Flex cluster in one project", Description: "Changes what the body names: tags and termination protection. The cluster is UPDATING for a moment, then IDLE.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Real,
			Errors:   append(fault.Kinds{fault.ClusterNotReady, fault.ClusterBeingDeleted}, missing...),
			Versions: []api.Version{api.At("2024-11-13", store.Write(s.Store, update[FlexClusterDescriptionUpdate20241113](f)))},
		},
		{
			ID: "deleteFlexCluster", Aliases: []string{"deleteGroupFlexCluster"}, Method: http.MethodDelete, Path: one, Tag: tag,
			Summary: "Remove one Flex cluster from one project", Description: "Asks for the cluster to be removed with its data. It is DELETING until it is gone.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Real,
			Errors:   append(fault.Kinds{fault.TerminationProtected, fault.ClusterBeingDeleted}, missing...),
			Versions: []api.Version{api.At("2024-11-13", store.Write(s.Store, remove[api.None](f)))},
		},
	}
}
