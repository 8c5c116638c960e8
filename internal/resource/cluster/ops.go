// Package cluster is the family Clusters: what databases a project shall have, and the reconciler that makes them run.
//
// Three shapes of the API's history map from and to one declaration (model.Declared): wire_20230101.go,
// wire_20230201.go and wire_20240805.go. A request checks and records what is wanted and answers at once; the
// Reconciler does the work. Flex clusters, which other families declare, go through the same Lifecycle and Reconciler.
package cluster

import (
	"net/http"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Lifecycle
	Store   store.Store
	Version string // MongoDB version that databases say they are, such as 8.0.4

	EnforcedIn time.Duration // after which every node enforces a change of users, roles and lists; 0: before it is acknowledged

	OpenAlerts func(tx store.Tx, groupID model.ID) (map[model.ID]int, error) // how many alerts of a project are open, by cluster
}

const (
	tag  = "Clusters"
	path = "/groups/{groupId}/clusters"
	one  = path + "/{clusterName}"

	// The days that the service turns older versions off.
	firstSunset  = "2027-07-01"
	middleSunset = "2027-03-01"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations { return append(s.life(), s.actions()...) }

// life are the operations that create, show, change and delete clusters.
func (s *Service) life() api.Operations {
	return api.Operations{{
		ID: "createCluster", Aliases: []string{"createGroupCluster"}, Method: http.MethodPost, Path: path, Tag: tag,
		Summary: "Create one cluster in one project",
		Description: "Declares a cluster and answers at once; it is CREATING until its database runs, then IDLE. It has a member for each node that it declares; all of " +
			"them run in the server's process and share one copy of the data. It speaks TLS if the API does, and has connectionStrings.standardSrv if the server answers DNS.",
		Roles: authz.Any(authz.GroupClusterCreator, authz.GroupOwner), Status: http.StatusCreated, Level: api.Real,
		Errors: fault.Kinds{fault.InvalidAttribute, fault.DuplicateClusterName, fault.DuplicateNamePrefix, fault.ClustersLimit, freeClusterRefused},
		Versions: []api.Version{
			api.At("2023-01-01", store.Write(s.Store, create[LegacyAtlasCluster](s))).Until(firstSunset),
			api.At("2023-02-01", store.Write(s.Store, create[AdvancedClusterDescription](s))).Until(firstSunset),
			api.At("2024-08-05", store.Write(s.Store, create[ClusterDescription20240805](s))).Until(middleSunset),
			api.At("2024-10-23", store.Write(s.Store, create[ClusterDescription20240805](s))),
		},
	}, {
		ID: "listClusters", Aliases: []string{"listGroupClusters"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return all clusters in one project", Description: "Returns the project's clusters by name, without Flex clusters.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real,
		Versions: []api.Version{
			api.Read("2023-01-01", s.Store, list[LegacyAtlasCluster](s)).Until(firstSunset),
			api.Read("2023-02-01", s.Store, list[AdvancedClusterDescription](s)).Until(firstSunset),
			api.Read("2024-08-05", s.Store, list[ClusterDescription20240805](s)),
		},
	}, {
		ID: "getCluster", Aliases: []string{"getGroupCluster"}, Method: http.MethodGet, Path: one, Tag: tag,
		Summary: "Return one cluster from one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real,
		Errors: fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI, asymmetricShard},
		Versions: []api.Version{
			api.Read("2023-01-01", s.Store, read[LegacyAtlasCluster](s)).Until(firstSunset),
			api.Read("2023-02-01", s.Store, read[AdvancedClusterDescription](s)).Until(firstSunset),
			api.Read("2024-08-05", s.Store, read[ClusterDescription20240805](s)),
		},
	}, {
		ID: "updateCluster", Aliases: []string{"updateGroupCluster"}, Method: http.MethodPatch, Path: one, Tag: tag,
		Summary: "Modify one cluster in one project",
		Description: "Changes what the body names; regions are replaced as a whole. The cluster is UPDATING for a moment, then IDLE. " +
			"paused stops the database and keeps its data; a paused cluster can only be resumed or deleted.",
		Roles: authz.Any(authz.GroupClusterManager, authz.GroupClusterTester, authz.GroupReplicaSetManager, authz.GroupOwner), Status: http.StatusOK, Level: api.Real,
		Errors: fault.Kinds{
			fault.ClusterNotFound, fault.FlexInClusterAPI, fault.InvalidAttribute, cannotUpdatePaused, fault.ClusterNotReady, fault.ClusterBeingDeleted,
			asymmetricShard,
		},
		Versions: []api.Version{
			api.At("2023-01-01", store.Write(s.Store, update[LegacyAtlasCluster](s))).Until(firstSunset),
			api.At("2023-02-01", store.Write(s.Store, update[AdvancedClusterDescription](s))).Until(firstSunset),
			api.At("2024-08-05", store.Write(s.Store, update[ClusterDescription20240805](s))).Until(middleSunset),
			api.At("2024-10-23", store.Write(s.Store, update[ClusterDescription20240805](s))),
		},
	}, {
		ID: "deleteCluster", Aliases: []string{"deleteGroupCluster"}, Method: http.MethodDelete, Path: one, Tag: tag,
		Summary: "Remove one cluster from one project", Description: "Asks for the cluster to be removed with its data. It is DELETING until it is gone.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusAccepted, Level: api.Real,
		Errors:   fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI, fault.TerminationProtected, fault.ClusterBeingDeleted, duringOutage},
		Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.delete)).Until(firstSunset), api.At("2023-02-01", store.Write(s.Store, s.delete))},
	}, {
		ID: "getClusterStatus", Aliases: []string{"getGroupClusterStatus"}, Method: http.MethodGet, Path: one + "/status", Tag: tag,
		Summary: "Return the status of all cluster changes",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.status)),
	}, {
		ID: "upgradeSharedCluster", Aliases: []string{"upgradeGroupClusterTenantUpgrade", "upgradeTenantUpgrade"}, Method: http.MethodPost, Path: path + "/tenantUpgrade",
		Tag:         tag,
		Summary:     "Upgrade one free cluster",
		Description: "Makes a free cluster a dedicated one, or (providerName FLEX) a Flex one, with its data, id and address. It is UPDATING at once; the answer shows it as it was.",
		Roles:       authz.Any(authz.GroupClusterManager), Status: http.StatusOK, Level: api.Real,
		Errors: fault.Kinds{
			fault.ClusterNotFound, fault.FlexInClusterAPI, fault.InvalidAttribute, fault.InvalidRegion, fault.ClusterNotReady, fault.ClusterBeingDeleted,
		},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.upgradeFree)),
	}, {
		ID: "upgradeFlexCluster", Aliases: []string{"tenantGroupFlexClusterUpgrade", "tenantUpgrade"}, Method: http.MethodPost,
		Path: "/groups/{groupId}/flexClusters:tenantUpgrade", Tag: "Flex Clusters",
		Summary:     "Upgrade one Flex cluster",
		Description: "Makes a Flex cluster a dedicated one, with its data, id and address. It is UPDATING at once; the answer shows it as it was.",
		Roles:       authz.Any(authz.GroupClusterManager), Status: http.StatusOK, Level: api.Real,
		Errors:   fault.Kinds{fault.ClusterNotFound, fault.NonFlexInFlexAPI, fault.InvalidAttribute, fault.ClusterNotReady, fault.ClusterBeingDeleted},
		Versions: api.Since("2024-11-13", store.Write(s.Store, s.upgradeFlex)),
	}, {
		ID: "listClustersForAllProjects", Aliases: []string{"listClusterDetails"}, Method: http.MethodGet, Path: "/clusters", Tag: tag,
		Summary:     "Return all authorized clusters in all projects",
		Description: "Returns the projects that the caller may read and that have clusters, by name, with these.",
		Roles:       authz.Authenticated, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.all)),
	}, {
		ID: "listCloudProviderRegions", Aliases: []string{"listGroupClusterProviderRegions", "listClusterProviderRegions"}, Method: http.MethodGet,
		Path: path + "/provider/regions", Tag: tag,
		Summary:     "Return all cloud provider regions",
		Description: "Returns the regions that clusters of a size can be in, by provider. The size is nothing but a name here, so every region has all.",
		Roles:       authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", s.regions),
	}, {
		ID: "getClusterAdvancedConfiguration", Aliases: []string{"getGroupClusterProcessArgs", "getProcessArgs"}, Method: http.MethodGet, Path: one + "/processArgs",
		Tag:     tag,
		Summary: "Return the process arguments of one cluster",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI},
		Versions: []api.Version{
			api.At("2023-01-01", store.Read(s.Store, get(showProcess[ClusterDescriptionProcessArgs]))).Until(firstSunset),
			api.At("2024-08-05", store.Read(s.Store, get(showProcess[ClusterDescriptionProcessArgs20240805]))),
		},
	}, {
		ID: "updateClusterAdvancedConfiguration", Aliases: []string{"updateGroupClusterProcessArgs", "updateProcessArgs"}, Method: http.MethodPatch,
		Path: one + "/processArgs", Tag: tag,
		Summary:     "Update the process arguments of one cluster",
		Description: "Changes what the body names; null brings the default back. The cluster is UPDATING for a moment, then IDLE.",
		Roles:       authz.Any(authz.GroupClusterManager), Status: http.StatusOK, Level: api.Real,
		Errors: fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI, fault.TenantUnsupported, fault.ClusterNotReady, fault.ClusterBeingDeleted},
		Versions: []api.Version{
			api.At("2023-01-01", store.Write(s.Store, updateProcess[ClusterDescriptionProcessArgs](s))).Until(firstSunset),
			api.At("2024-08-05", store.Write(s.Store, updateProcess[ClusterDescriptionProcessArgs20240805](s))),
		},
	}}
}
