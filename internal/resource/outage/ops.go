// Package outage is the family Cluster Outage Simulation: the owner of a cluster makes some of its regions unavailable for a
// while.
//
// An outage is stored with its cluster (model.Cluster.Outage), where the data plane reads it. Reconcile brings it from
// state to state.
package outage

import (
	"net/http"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family and does its work.
type Service struct {
	Store       store.Store
	MinDuration time.Duration                        // how long an outage stays in a transitional state, so that a watching client sees it
	Wake        func(store.Tx, *model.Cluster) error // schedules a look at a cluster whose members may have changed
}

const (
	tag  = "Cluster Outage Simulation"
	path = "/groups/{groupId}/clusters/{clusterName}/outageSimulation"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	missing := fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI}
	manage := authz.Any(authz.GroupClusterManager, authz.GroupClusterTester, authz.GroupReplicaSetManager)
	return api.Operations{{
		ID: "startOutageSimulation", Aliases: []string{"startGroupClusterOutageSimulation"}, Method: http.MethodPost, Path: path, Tag: tag,
		Summary: "Start an outage simulation of one cluster",
		Description: "Makes the cluster's nodes in some of its regions unavailable until the simulation is ended, for at most two days. It is " +
			"SIMULATING after a moment.",
		Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: append(fault.Kinds{outageState, fault.ClusterNotReady, fault.TenantUnsupported}, missing...),
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.start)),
	}, {
		ID: "getOutageSimulation", Aliases: []string{"getGroupClusterOutageSimulation"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return the outage simulation of one cluster", Description: "Answers 404 if there is none, and again a moment after its end.",
		Roles: authz.Any(authz.GroupClusterManager, authz.GroupClusterTester), Status: http.StatusOK, Level: api.Real, Errors: missing,
		Versions: api.Since("2023-01-01", store.Read(s.Store, get)),
	}, {
		ID: "endOutageSimulation", Aliases: []string{"endGroupClusterOutageSimulation"}, Method: http.MethodDelete, Path: path, Tag: tag,
		Summary: "End the outage simulation of one cluster", Description: "Makes the nodes available again. Only a simulation that is SIMULATING can be ended.",
		Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: append(fault.Kinds{outageState}, missing...),
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.end)),
	}}
}
