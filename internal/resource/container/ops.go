// Package container is the part of the family Network Peering that is about containers: the address ranges of a
// project's dedicated clusters, one for each region at AWS and AZURE and one for all of GCP.
//
// The first dedicated cluster of a place makes its container, as on the service. The ranges are checked and kept. Telamon's
// clusters do not use addresses of them.
package container

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag    = "Network Peering"
	path   = "/groups/{groupId}/containers"
	single = path + "/{containerId}"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listPeeringContainerByCloudProvider", Aliases: []string{"listGroupContainers"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return all network containers of one project at one cloud provider",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Read(s.Store, s.listAt)),
	}, {
		ID: "listPeeringContainers", Aliases: []string{"listGroupContainerAll"}, Method: http.MethodGet, Path: path + "/all", Tag: tag,
		Summary: "Return all network containers of one project", Description: "Returns the containers by provider and region.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Versions: []api.Version{api.Read("2023-01-01", s.Store, s.List)},
	}, {
		ID: "getPeeringContainer", Aliases: []string{"getGroupContainer"}, Method: http.MethodGet, Path: single, Tag: tag,
		Summary: "Return one network container of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{containerNotFound},
		Versions: []api.Version{api.Read("2023-01-01", s.Store, s.Get)},
	}, {
		ID: "createPeeringContainer", Aliases: []string{"createGroupContainer"}, Method: http.MethodPost, Path: path, Tag: tag,
		Summary: "Create one network container in one project",
		Description: "Chooses the address range of the dedicated clusters of a place before the first of them makes one. The range is kept; " +
			"Telamon's clusters are reached at the server's own address.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{containerExists, containersOverlap},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.Create)),
	}, {
		ID: "updatePeeringContainer", Aliases: []string{"updateGroupContainer"}, Method: http.MethodPatch, Path: single, Tag: tag,
		Summary: "Update one network container of one project", Description: "Changes the range or the place of a container that no cluster is in.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared,
		Errors: fault.Kinds{containerNotFound, containerExists, containersOverlap, containersInUse}, Versions: api.Since("2023-01-01", store.Write(s.Store, s.Patch)),
	}, {
		ID: "deletePeeringContainer", Aliases: []string{"deleteGroupContainer"}, Method: http.MethodDelete, Path: single, Tag: tag,
		Summary: "Remove one network container of one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{containerNotFound, containersInUse},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.Delete)),
	}}
}
