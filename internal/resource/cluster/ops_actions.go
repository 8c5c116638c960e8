package cluster

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// actions are the operations beside those that create, show, change and delete clusters.
func (s *Service) actions() api.Operations {
	missing := fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI}
	changing := append(fault.Kinds{fault.TenantUnsupported, cannotUpdatePaused, fault.ClusterNotReady, fault.ClusterBeingDeleted}, missing...)
	support := authz.Any(authz.GroupSupportAccessManager)
	return api.Operations{{
		ID: "validateGroupClusterConfigurations", Method: http.MethodPost, Path: "/groups/{groupId}/clusterConfigurations:validate", Tag: tag,
		Summary:     "Check the configuration of one cluster",
		Description: "Holds a new cluster, or with editing a change of one, against the rules, and changes nothing. A body of the wrong form is 400.",
		Roles:       authz.Any(authz.GroupClusterManager), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2025-03-12", store.Read(s.Store, s.validate)),
	}, {
		ID: "autoScalingConfiguration", Aliases: []string{"autoGroupClusterScalingConfiguration"}, Method: http.MethodGet, Path: one + "/autoScalingConfiguration",
		Tag:     tag,
		Summary: "Return how the shards of one cluster scale",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Deprecated: "2024-10-23", Errors: missing,
		Versions: api.Since("2024-08-05", store.Read(s.Store, get(scalingMode))),
	}, {
		ID: "testFailover", Aliases: []string{"restartGroupClusterPrimaries", "restartPrimaries"}, Method: http.MethodPost, Path: one + "/restartPrimaries", Tag: tag,
		Summary: "Test the failover of one cluster", Description: "Makes another electable node the primary. The cluster is UPDATING for a moment, then IDLE.",
		Roles: authz.Any(authz.GroupClusterManager), Status: http.StatusOK, Level: api.Real, Errors: changing,
		Versions: []api.Version{
			api.At("2023-01-01", store.Write(s.Store, act(s.restart))).Until(firstSunset),
			api.At("2023-02-01", store.Write(s.Store, act(s.restart))),
		},
	}, {
		ID: "pinFeatureCompatibilityVersion", Aliases: []string{"pinGroupClusterFeatureCompatibilityVersion"}, Method: http.MethodPost,
		Path: one + ":pinFeatureCompatibilityVersion", Tag: tag,
		Summary:     "Pin the feature compatibility version of one cluster",
		Description: "Holds featureCompatibilityVersion at what it is for at most four weeks, whatever mongoDBMajorVersion becomes.",
		Roles:       authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: changing,
		Versions: api.Since("2024-05-30", store.Write(s.Store, act(pin))),
	}, {
		ID: "unpinFeatureCompatibilityVersion", Aliases: []string{"unpinGroupClusterFeatureCompatibilityVersion"}, Method: http.MethodPost,
		Path: one + ":unpinFeatureCompatibilityVersion", Tag: tag,
		Summary: "Unpin the feature compatibility version of one cluster",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: changing,
		Versions: api.Since("2024-05-30", store.Write(s.Store, act(unpin))),
	}, {
		ID: "grantMongoDbEmployeeAccess", Aliases: []string{"grantGroupClusterMongoDbEmployeeAccess", "grantMongoEmployeeAccess", "grantMongoDBEmployeeAccess"},
		Method: http.MethodPost, Path: one + ":grantMongoDBEmployeeAccess", Tag: tag,
		Summary:     "Grant employees of the service access to one cluster",
		Description: "Keeps the grant until it ends and shows it with the cluster. Nobody but you runs Telamon, so it lets nobody in.",
		Roles:       support, Status: http.StatusNoContent, Level: api.Declared, Errors: changing, Versions: api.Since("2024-08-05", store.Write(s.Store, act(grantAccess))),
	}, {
		ID: "revokeMongoDbEmployeeAccess", Aliases: []string{"revokeGroupClusterMongoDbEmployeeAccess", "revokeMongoEmployeeAccess", "revokeMongoDBEmployeeAccess"},
		Method: http.MethodPost, Path: one + ":revokeMongoDBEmployeeAccess", Tag: tag,
		Summary: "Revoke the access of employees of the service to one cluster",
		Roles:   support, Status: http.StatusNoContent, Level: api.Declared, Errors: changing, Versions: api.Since("2024-08-05", store.Write(s.Store, act(revokeAccess))),
	}, {
		ID: "getClusterSqlInterface", Aliases: []string{"getGroupClusterSqlInterface"}, Method: http.MethodGet, Path: one + "/sqlInterface", Tag: tag,
		Summary: "Return the switch of the SQL interface of one cluster",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: missing,
		Versions: api.Since(api.Preview, store.Read(s.Store, get(sqlInterface))),
	}, {
		ID: "updateClusterSqlInterface", Aliases: []string{"updateGroupClusterSqlInterface"}, Method: http.MethodPatch, Path: one + "/sqlInterface", Tag: tag,
		Summary:     "Set the switch of the SQL interface of one cluster",
		Description: "Keeps what the switch is set to. Telamon has no SQL interface, so nothing follows from it.",
		Roles:       authz.Any(authz.GroupClusterManager, authz.GroupReplicaSetManager), Status: http.StatusOK, Level: api.Declared, Errors: changing,
		Versions: api.Since(api.Preview, store.Write(s.Store, setSQLInterface)),
	}}
}
