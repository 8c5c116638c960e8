package container

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	containerNotFound = fault.NewKind("CLOUD_PROVIDER_CONTAINER_NOT_FOUND", fault.NotFound, "There is no network container with id %s.")
	containersInUse   = fault.NewKind("CONTAINERS_IN_USE", fault.Conflict, "Dedicated clusters or peering connections of the project are in the container: it stays as it is until they are deleted.")
	containerExists   = fault.NewKind("CONTAINER_ALREADY_EXISTS", fault.Conflict, "The project already has a container at %s %s.")                                  // Telamon's own
	containersOverlap = fault.NewKind("CONTAINERS_OVERLAP", fault.Conflict, "The range %s has addresses of %s, which is another container's of the same provider.") // Telamon's own
	peerNotFound      = fault.NewKind("PEER_NOT_FOUND", fault.NotFound, "There is no peering connection with id %s.")
	peerBeingDeleted  = fault.NewKind("PEER_ALREADY_REQUESTED_DELETION", fault.Conflict, "The peering connection %s is being deleted already.")
	peersLimit        = fault.NewKind("MAX_PEERS_PER_GROUP_EXCEEDED", fault.BadRequest, "A project has at most %s peering connections.") // Telamon's own
)
