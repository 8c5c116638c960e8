// Package serverless is the family Serverless Instances, with their switch of automatic indexing.
//
// The service no longer has serverless instances: what these operations make is a Flex cluster, which they go on
// showing as a serverless instance. Telamon does the same.
package serverless

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
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
	Version  string // MongoDB version that databases say they are, such as 8.0.4
}

const (
	tag      = "Serverless Instances"
	path     = "/groups/{groupId}/serverless"
	one      = path + "/{name}"
	indexing = path + "/{clusterName}/performanceAdvisor/autoIndexing"

	// The service made no more serverless instances from February 2025 on; of the day its documentation tells nothing.
	deprecated     = "2025-02-01"
	readingSunset  = "2027-01-18"
	indexingSunset = "2026-01-22"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	missing := fault.Kinds{fault.ClusterNotFound, fault.NonFlexInFlexAPI}
	return api.Operations{
		{
			ID: "createServerlessInstance", Aliases: []string{"createGroupServerlessInstance"}, Method: http.MethodPost, Path: path, Tag: tag,
			Summary: "Create one serverless instance in one project",
			Description: "Declares a Flex cluster that is shown as a serverless instance, and answers at once; it is CREATING until its database runs. " +
				"It has no TLS and no name in DNS so far: connectionStrings.standard is how it is reached.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusCreated, Level: api.Real, Deprecated: deprecated,
			Errors: fault.Kinds{
				fault.InvalidRegion, fault.DuplicateClusterName, fault.DuplicateNamePrefix, fault.ClustersLimit,
			},
			Versions: []api.Version{api.At("2023-01-01", s.create)},
		},
		{
			ID: "listServerlessInstances", Aliases: []string{"listGroupServerlessInstances"}, Method: http.MethodGet, Path: path, Tag: tag,
			Summary: "Return all serverless instances in one project", Description: "Returns the project's Flex clusters as serverless instances, by name.",
			Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Deprecated: deprecated, Sunset: readingSunset,
			Versions: []api.Version{api.At("2023-01-01", s.list)},
		},
		{
			ID: "getServerlessInstance", Aliases: []string{"getGroupServerlessInstance"}, Method: http.MethodGet, Path: one, Tag: tag,
			Summary: "Return one serverless instance from one project",
			Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Deprecated: deprecated, Sunset: readingSunset, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", s.get)},
		},
		{
			ID: "updateServerlessInstance", Aliases: []string{"updateGroupServerlessInstance"}, Method: http.MethodPatch, Path: one, Tag: tag,
			Summary: "Update one serverless instance in one project", Description: "Changes what the body names.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Real, Deprecated: deprecated,
			Errors:   append(fault.Kinds{fault.ClusterNotReady, fault.ServerlessBeingClosed}, missing...),
			Versions: []api.Version{api.At("2023-01-01", s.update)},
		},
		{
			ID: "deleteServerlessInstance", Aliases: []string{"deleteGroupServerlessInstance"}, Method: http.MethodDelete, Path: one, Tag: tag,
			Summary: "Remove one serverless instance from one project", Description: "Asks for the instance to be removed with its data. It is DELETING until it is gone.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusAccepted, Level: api.Real, Deprecated: deprecated,
			Errors:   append(fault.Kinds{fault.TerminationProtected, fault.ServerlessBeingClosed}, missing...),
			Versions: []api.Version{api.At("2023-01-01", s.delete)},
		},
		{
			ID: "getServerlessAutoIndexing", Aliases: []string{"getGroupServerlessPerformanceAdvisorAutoIndexing"}, Method: http.MethodGet, Path: indexing,
			Tag: advisor, Summary: "Return the switch of automatic indexing of one serverless instance",
			Description: "Returns what the switch was set to. Flex clusters have no automatic indexing, so it says nothing about indexes.",
			Roles:       authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Deprecated: deprecated, Sunset: indexingSunset, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", s.autoIndexing)},
		},
		{
			ID: "setServerlessAutoIndexing", Aliases: []string{"setGroupServerlessPerformanceAdvisorAutoIndexing"}, Method: http.MethodPost, Path: indexing,
			Tag: advisor, Summary: "Set the switch of automatic indexing of one serverless instance",
			Description: "Keeps what the switch is set to. Flex clusters have no automatic indexing, so nothing follows from it.",
			Roles:       authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Deprecated: deprecated, Sunset: indexingSunset, NoEnvelope: true, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", s.setAutoIndexing)},
		},
	}
}

const advisor = "Performance Advisor"
