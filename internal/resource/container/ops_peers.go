package container

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	peerPath = "/groups/{groupId}/peers"
)

// Operations are the family's operations.
func (s *Peers) Operations() api.Operations {
	return api.Operations{{
		ID: "listPeeringConnections", Aliases: []string{"listGroupPeers"}, Method: http.MethodGet, Path: peerPath, Tag: tag,
		Summary: "Return all peering connections of one project at one cloud provider",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Versions: api.Since("2023-01-01", store.Read(s.Store, s.listAt)),
	}, {
		ID: "getPeeringConnection", Aliases: []string{"getGroupPeer"}, Method: http.MethodGet, Path: peerPath + "/{peerId}", Tag: tag,
		Summary: "Return one peering connection of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{peerNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "createPeeringConnection", Aliases: []string{"createGroupPeer"}, Method: http.MethodPost, Path: peerPath, Tag: tag,
		Summary:     "Create one peering connection in one project",
		Description: "Connects nothing: the connection goes through the service's states as if the owner of the other network accepted it.",
		Roles:       authz.Any(authz.GroupOwner, authz.GroupNetworkAccessManager), Status: http.StatusOK, Level: api.Simulated,
		Errors: fault.Kinds{containerNotFound, peersLimit}, Versions: api.Since("2023-01-01", store.Write(s.Store, s.Create)),
	}, {
		ID: "updatePeeringConnection", Aliases: []string{"updateGroupPeer"}, Method: http.MethodPatch, Path: peerPath + "/{peerId}", Tag: tag,
		Summary: "Update one peering connection of one project",
		Roles:   authz.Any(authz.GroupOwner, authz.GroupNetworkAccessManager), Status: http.StatusOK, Level: api.Simulated,
		Errors: fault.Kinds{peerNotFound, containerNotFound, peerBeingDeleted}, Versions: api.Since("2023-01-01", store.Write(s.Store, s.Patch)),
	}, {
		ID: "deletePeeringConnection", Aliases: []string{"deleteGroupPeer"}, Method: http.MethodDelete, Path: peerPath + "/{peerId}", Tag: tag,
		Summary: "Remove one peering connection of one project",
		Roles:   authz.Any(authz.GroupOwner, authz.GroupNetworkAccessManager), Status: http.StatusAccepted, Level: api.Simulated,
		Errors: fault.Kinds{peerNotFound, peerBeingDeleted}, Versions: api.Since("2023-01-01", store.Write(s.Store, kept.Accepted(s.Delete))),
	}}
}
