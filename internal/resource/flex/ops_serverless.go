package flex

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	instances   = "Serverless Instances"
	advisor     = "Performance Advisor"
	instance    = "/groups/{groupId}/serverless"
	oneInstance = instance + "/{name}"
	indexing    = instance + "/{clusterName}/performanceAdvisor/autoIndexing"

	// The service made no more serverless instances from February 2025 on; of the day its documentation tells nothing.
	deprecated     = "2025-02-01"
	readingSunset  = "2027-01-18"
	indexingSunset = "2026-01-22"
	upgradeSunset  = "2025-02-05"
)

func (s *Service) serverlessOperations() api.Operations {
	f := form[ServerlessInstanceDescription]{s, serverlessInstance, fault.ServerlessBeingClosed}
	return api.Operations{
		{
			ID: "createServerlessInstance", Aliases: []string{"createGroupServerlessInstance"}, Method: http.MethodPost, Path: instance, Tag: instances,
			Summary: "Create one serverless instance in one project",
			Description: "Declares a Flex cluster that is shown as a serverless instance, and answers at once; it is CREATING until its database runs. " +
				"Without names in DNS it is reached by connectionStrings.standard, which the service does not have.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusCreated, Level: api.Real, Deprecated: deprecated,
			Errors: fault.Kinds{
				fault.InvalidRegion, fault.DuplicateClusterName, fault.DuplicateNamePrefix, fault.ClustersLimit,
			},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, create[ServerlessInstanceDescriptionCreate](f)))},
		},
		{
			ID: "listServerlessInstances", Aliases: []string{"listGroupServerlessInstances"}, Method: http.MethodGet, Path: instance, Tag: instances,
			Summary: "Return all serverless instances in one project", Description: "Returns the project's Flex clusters as serverless instances, by name.",
			Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Deprecated: deprecated, Sunset: readingSunset,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, f.list))},
		},
		{
			ID: "getServerlessInstance", Aliases: []string{"getGroupServerlessInstance"}, Method: http.MethodGet, Path: oneInstance, Tag: instances,
			Summary: "Return one serverless instance from one project",
			Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Deprecated: deprecated, Sunset: readingSunset, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, f.get))},
		},
		{
			ID: "updateServerlessInstance", Aliases: []string{"updateGroupServerlessInstance"}, Method: http.MethodPatch, Path: oneInstance, Tag: instances,
			Summary: "Update one serverless instance in one project", Description: "Changes what the body names.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Real, Deprecated: deprecated,
			Errors:   append(fault.Kinds{fault.ClusterNotReady, fault.ServerlessBeingClosed}, missing...),
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, update[ServerlessInstanceDescriptionUpdate](f)))},
		},
		{
			ID: "deleteServerlessInstance", Aliases: []string{"deleteGroupServerlessInstance"}, Method: http.MethodDelete, Path: oneInstance, Tag: instances,
			Summary: "Remove one serverless instance from one project", Description: "Asks for the instance to be removed with its data. It is DELETING until it is gone.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusAccepted, Level: api.Real, Deprecated: deprecated,
			Errors:   append(fault.Kinds{fault.TerminationProtected, fault.ServerlessBeingClosed}, missing...),
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, remove[api.Empty](f)))},
		},
		{
			ID: "upgradeSharedClusterToServerless", Aliases: []string{"upgradeGroupClusterTenantUpgradeToServerless", "upgradeClusterToServerless"},
			Method: http.MethodPost, Path: "/groups/{groupId}/clusters/tenantUpgradeToServerless", Tag: "Clusters",
			Summary:     "Upgrade one free cluster to a serverless instance",
			Description: "Makes a free cluster a Flex one, which is shown as a serverless instance, with its data, id and address. It is UPDATING at once.",
			Roles:       authz.Any(authz.GroupClusterManager), Status: http.StatusOK, Level: api.Real, Deprecated: deprecated,
			Errors: fault.Kinds{
				fault.ClusterNotFound, fault.FlexInClusterAPI, fault.InvalidRegion, fault.ClusterNotReady, fault.ClusterBeingDeleted,
			},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.upgradeFree)).Until(upgradeSunset)},
		},
		{
			ID: "getServerlessAutoIndexing", Aliases: []string{"getGroupServerlessPerformanceAdvisorAutoIndexing"}, Method: http.MethodGet, Path: indexing,
			Tag: advisor, Summary: "Return the switch of automatic indexing of one serverless instance",
			Description: "Returns what the switch was set to.",
			Roles:       authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Deprecated: deprecated, Sunset: indexingSunset, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, autoIndexing))},
		},
		{
			ID: "setServerlessAutoIndexing", Aliases: []string{"setGroupServerlessPerformanceAdvisorAutoIndexing"}, Method: http.MethodPost, Path: indexing,
			Tag: advisor, Summary: "Set the switch of automatic indexing of one serverless instance",
			Description: "While the switch is on, the index that twenty queries of a day have asked for is built in the background. One that does not " +
				"halve the number of documents that such queries examine is dropped again. The event log tells each step.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Real, Deprecated: deprecated, Sunset: indexingSunset, NoEnvelope: true, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.setAutoIndexing))},
		},
	}
}
