package search

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	deployment = "/groups/{groupId}/clusters/{clusterName}/search/deployment"
)

// Operations are the family's operations.
func (s *Deployments) Operations() api.Operations {
	return api.Operations{
		{
			ID: "getAtlasSearchDeployment", Aliases: []string{"getClusterSearchDeployment", "getGroupClusterSearchDeployment"}, Method: http.MethodGet, Path: deployment, Tag: tag,
			Summary: "Return the search nodes of one cluster",
			Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{deploymentNotFound, deploymentInvalid},
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.get)).Until("2027-07-01"), api.At("2024-05-30", store.Read(s.Store, s.get)).Until("2027-07-01"), api.At("2025-03-12", store.Read(s.Store, s.getOrNone))},
		},
		{
			ID: "createAtlasSearchDeployment", Aliases: []string{"createClusterSearchDeployment", "createGroupClusterSearchDeployment"}, Method: http.MethodPost, Path: deployment, Tag: tag,
			Summary:     "Create search nodes for one cluster",
			Description: "There are no such nodes: the deployment goes through the states of the service.",
			Roles:       authz.Any(authz.GroupOwner), Status: http.StatusCreated, Level: api.Simulated, Errors: fault.Kinds{deploymentInvalid, deploymentExists},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.create)).Until("2027-07-01"), api.At("2024-05-30", store.Write(s.Store, s.create))},
		},
		{
			ID: "updateAtlasSearchDeployment", Aliases: []string{"updateClusterSearchDeployment", "updateGroupClusterSearchDeployment"}, Method: http.MethodPatch, Path: deployment, Tag: tag,
			Summary: "Change the search nodes of one cluster",
			Roles:   authz.Any(authz.GroupClusterManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{deploymentNotFound, deploymentInvalid, deploymentBeingDeleted},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.update)).Until("2027-07-01"), api.At("2024-05-30", store.Write(s.Store, s.update))},
		},
		{
			ID: "deleteAtlasSearchDeployment", Aliases: []string{"deleteClusterSearchDeployment", "deleteGroupClusterSearchDeployment"}, Method: http.MethodDelete, Path: deployment, Tag: tag,
			Summary: "Remove the search nodes of one cluster",
			Roles:   authz.Any(authz.GroupClusterManager), Status: http.StatusNoContent, Level: api.Simulated, Errors: fault.Kinds{deploymentNotFound, deploymentInvalid, deploymentBeingDeleted},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.delete)).Until("2027-07-01"), api.At("2024-05-30", store.Write(s.Store, s.delete))},
		},
	}
}
