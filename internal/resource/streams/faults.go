package streams

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with. All but the two of things in use are Telamon's own.
var (
	workspaceNotFound  = fault.NewKind("STREAM_TENANT_NOT_FOUND_FOR_NAME", fault.NotFound, "There is no stream processing workspace %s.")
	workspaceExists    = fault.NewKind("STREAM_TENANT_NAME_ALREADY_EXISTS", fault.Conflict, "The project already has a stream processing workspace named %s.")
	workspacesLimit    = fault.NewKind("MAX_STREAM_TENANTS_EXCEEDED", fault.BadRequest, "A project has at most %s stream processing workspaces.")
	workspaceInUse     = fault.NewKind("STREAM_TENANT_HAS_STREAM_PROCESSORS", fault.Conflict, "The workspace %s has processors; remove them first.")
	connectionNotFound = fault.NewKind("STREAM_CONNECTION_NOT_FOUND", fault.NotFound, "There is no connection %s.")
	connectionExists   = fault.NewKind("STREAM_CONNECTION_NAME_ALREADY_EXISTS", fault.Conflict, "The workspace already has a connection named %s.")
	connectionsLimit   = fault.NewKind("MAX_STREAM_CONNECTIONS_EXCEEDED", fault.BadRequest, "A project has at most %s stream connections.")
	connectionEnding   = fault.NewKind("STREAM_CONNECTION_ALREADY_REQUESTED_DELETION", fault.Conflict, "The connection is being deleted already.")
	processorNotFound  = fault.NewKind("STREAM_PROCESSOR_NOT_FOUND", fault.NotFound, "There is no stream processor %s.")
	processorExists    = fault.NewKind("STREAM_PROCESSOR_NAME_ALREADY_EXISTS", fault.Conflict, "The workspace already has a stream processor named %s.")
	processorsLimit    = fault.NewKind("MAX_STREAM_PROCESSORS_EXCEEDED", fault.BadRequest, "A project has at most %s stream processors.")
	processorRuns      = fault.NewKind("STREAM_PROCESSOR_MUST_BE_STOPPED", fault.Conflict, "The stream processor %s runs; stop it first.")
	linkNotFound       = fault.NewKind("STREAM_PRIVATE_LINK_NOT_FOUND", fault.NotFound, "There is no private link %s.")
	linksLimit         = fault.NewKind("MAX_STREAM_PRIVATE_LINKS_EXCEEDED", fault.BadRequest, "A project has at most %s private links.")
	linkInUse          = fault.NewKind("STREAM_PRIVATE_LINK_IN_USE", fault.Conflict, "Connections use the private link %s.")
	linkEnding         = fault.NewKind("STREAM_PRIVATE_LINK_ALREADY_REQUESTED_DELETION", fault.Conflict, "The private link %s is being deleted already.")
	peeringNotFound    = fault.NewKind("STREAM_VPC_PEERING_NOT_FOUND", fault.NotFound, "There is no connection %s with another network.")
)
