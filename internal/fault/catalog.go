package fault

// The kinds that several packages answer with; a family has its own in its faults.go. Codes are the API's; sentences
// are ours. The comment after a code that the API's public material does not name says where it comes from.
var (
	Unexpected       = &Kind{"UNEXPECTED_ERROR", Internal, "Something went wrong on the server. Its log has the cause."}
	Unauthenticated  = &Kind{"UNEXPECTED_ERROR", Unauthorized, "The request carries no valid credentials."}
	UserUnauthorized = &Kind{"USER_UNAUTHORIZED", Forbidden, "The caller's roles do not allow this operation here."}
	PolicyViolation  = &Kind{"ATLAS_RESOURCE_POLICIES_VIOLATION_NOT_AUTHORIZED", Forbidden, "A resource policy of the organization forbids this: %s."}
	AddressNotListed = &Kind{"IP_ADDRESS_NOT_ON_ACCESS_LIST", Forbidden, "The address %s is not on the access list of the credentials in use."}

	ValidationError     = &Kind{"VALIDATION_ERROR", BadRequest, "The request is not valid: %s."}
	InvalidAttribute    = &Kind{"INVALID_ATTRIBUTE", BadRequest, "The attribute %s has a value that is not allowed."}
	InvalidJSON         = &Kind{"INVALID_JSON", BadRequest, "The body is not the JSON that is expected: %s."}
	InvalidVersionDate  = &Kind{"INVALID_VERSION_DATE", NotAcceptable, "Accept must be application/vnd.atlas.YYYY-MM-DD+json with a date of this API at which the operation exists."}
	VersionGone         = &Kind{"VERSION_GONE", Gone, "Version %s of %s has been retired."}
	UnsupportedMedia    = &Kind{"UNSUPPORTED_MEDIA_TYPE", UnsupportedMediaType, "The body must be JSON in UTF-8, not compressed: application/json or the versioned type."} // named after its status
	BodyTooLarge        = &Kind{"REQUEST_ENTITY_TOO_LARGE", PayloadTooLarge, "The body is larger than %s bytes."}                                                          // named after its status
	ResourceNotFound    = &Kind{"RESOURCE_NOT_FOUND", NotFound, "There is no such resource: %s."}
	OperationNotAllowed = &Kind{"METHOD_NOT_ALLOWED", MethodNotAllowed, "The resource does not have the method %s."} // named after its status
	RateLimited         = &Kind{"RATE_LIMITED", TooManyRequests, "Too many requests to %[1]s."}
	ServiceUnavailable  = &Kind{"SERVICE_UNAVAILABLE", Unavailable, "The server cannot do this at the moment: %s."}
	InvalidEnumValue    = &Kind{"INVALID_ENUM_VALUE", BadRequest, "%s has a value that is none of those that the field can have."}
	FeatureNotSupported = &Kind{"FEATURE_UNSUPPORTED", BadRequest, "Telamon does not have this yet: %s."} // Telamon's own

	OrgNotFound      = &Kind{"ORG_NOT_FOUND", NotFound, "There is no organization with id %s."}
	GroupNotFound    = &Kind{"GROUP_NOT_FOUND", NotFound, "There is no project with id %s."}
	GroupHasClusters = &Kind{"CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS", Conflict, "The project still has clusters; delete them first."}
	GroupHasStreams  = &Kind{"CANNOT_CLOSE_GROUP_ACTIVE_STREAMS_RESOURCE", Conflict, "The project still has stream processing workspaces; delete them first."}

	AccessListNotFound  = &Kind{"ATLAS_ACCESS_LIST_NOT_FOUND", NotFound, "The access list has no entry %s."}
	CannotRemoveCaller  = &Kind{"CANNOT_REMOVE_CALLER_FROM_ACCESS_LIST", BadRequest, "The change would shut out the address that the request comes from: %s."}
	DuplicateAccessItem = &Kind{"DUPLICATE_ACCESS_LIST_ENTRY", Conflict, "The access list already has the entry %s."} // Telamon's own

	KeyAddressesLimit = &Kind{"MAX_ACCESS_LIST_ENTRIES_EXCEEDED", BadRequest, "The access list of a key or account holds at most %s entries."} // Telamon's own

	UserNotFound      = &Kind{"USER_NOT_FOUND", NotFound, "There is no cloud user %s here."}
	UsernameNotFound  = &Kind{"USERNAME_NOT_FOUND", NotFound, "There is no user named %s."}
	UserAlreadyExists = &Kind{"USER_ALREADY_EXISTS", Conflict, "There already is a user named %s here, or one is invited."}
	LastOrgOwner      = &Kind{"CANNOT_DEMOTE_LAST_ORG_OWNER", Forbidden, "The organization's last owner cannot lose that role."}
	UsersPerGroup     = &Kind{"MAX_USERS_PER_GROUP_EXCEEDED", BadRequest, "A project holds at most %s cloud users."}
	UsersPerOrg       = &Kind{"MAX_USERS_PER_ORG_EXCEEDED", BadRequest, "An organization holds at most %s cloud users."}

	TeamNotFound = &Kind{"TEAM_NOT_FOUND", NotFound, "There is no team with id %s here."}
	UserInTeam   = &Kind{"USER_ALREADY_IN_TEAM", Conflict, "The user %s is in the team %s already."}
	UsersPerTeam = &Kind{"MAX_USERS_PER_TEAM_EXCEEDED", BadRequest, "A team holds at most %s cloud users."}
	TeamsPerUser = &Kind{"MAX_TEAMS_PER_USER_EXCEEDED", BadRequest, "A cloud user is in at most %s teams."}

	ClusterNotFound       = &Kind{"CLUSTER_NOT_FOUND", NotFound, "There is no cluster %s in project %s."}
	DuplicateClusterName  = &Kind{"DUPLICATE_CLUSTER_NAME", BadRequest, "The project %[2]s already has a cluster named %[1]s."}
	DuplicateNamePrefix   = &Kind{"DUPLICATE_CLUSTER_NAME_PREFIX", BadRequest, "Another cluster of the project begins with the same 23 characters as %s."}
	ClusterBeingDeleted   = &Kind{"CLUSTER_ALREADY_REQUESTED_DELETION", Conflict, "The cluster %s is being deleted already."}
	TerminationProtected  = &Kind{"CANNOT_TERMINATE_CLUSTER_WHEN_TERMINATION_PROTECTION_ENABLED", BadRequest, "Termination protection is on: %s."}
	FlexInClusterAPI      = &Kind{"CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API", BadRequest, "%s is a Flex cluster; use the Flex or serverless operations."}
	NonFlexInFlexAPI      = &Kind{"CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API", BadRequest, "%s is not a Flex cluster; use the cluster operations."}
	ClustersLimit         = &Kind{"CLUSTERS_PER_GROUP_LIMIT_EXCEEDED", Forbidden, "A project holds at most %s clusters."}                        // Telamon's own
	ClusterNotReady       = &Kind{"CLUSTER_NOT_READY", Conflict, "The cluster %s is not running: it is being created or deleted, or is paused."} // Telamon's own
	ServerlessBeingClosed = &Kind{"SERVERLESS_INSTANCE_ALREADY_REQUESTED_DELETION", Conflict, "The serverless instance %s is being deleted already."}
	TenantUnsupported     = &Kind{"TENANT_CLUSTER_UPDATE_UNSUPPORTED", BadRequest, "The free cluster %s cannot be changed so."}
	InvalidRegion         = &Kind{"INVALID_REGION", BadRequest, "The provider %s has no region of that name."}
)
