package fault

// The catalogue. Codes are the API's; sentences are ours. The comment after a code that the API's public material does
// not name says where it comes from.
var (
	Unexpected       = &Kind{"UNEXPECTED_ERROR", Internal, "Something went wrong on the server. Its log has the cause."}
	Unauthenticated  = &Kind{"UNEXPECTED_ERROR", Unauthorized, "The request carries no valid credentials."}
	UserUnauthorized = &Kind{"USER_UNAUTHORIZED", Forbidden, "The caller's roles do not allow this operation here."}
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

	OrgNotFound        = &Kind{"ORG_NOT_FOUND", NotFound, "There is no organization with id %s."}
	OrgNotEmpty        = &Kind{"ORG_NOT_EMPTY", Conflict, "The organization still has projects; delete or migrate them first."} // Telamon's own
	GroupsPerOrg       = &Kind{"MAX_GROUPS_PER_ORG_EXCEEDED", BadRequest, "An organization holds at most %s projects."}
	GroupNotFound      = &Kind{"GROUP_NOT_FOUND", NotFound, "There is no project with id %s."}
	GroupNameNotFound  = &Kind{"GROUP_NAME_NOT_FOUND", NotFound, "There is no project named %s."}
	GroupAlreadyExists = &Kind{"GROUP_ALREADY_EXISTS", Conflict, "The organization already has a project named %s."}
	GroupHasClusters   = &Kind{"CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS", Conflict, "The project still has clusters; delete them first."}

	APIKeyNotFound      = &Kind{"API_KEY_NOT_FOUND", NotFound, "There is no API key with id %s."}
	AccessListNotFound  = &Kind{"ATLAS_ACCESS_LIST_NOT_FOUND", NotFound, "The access list has no entry %s."}
	CannotRemoveCaller  = &Kind{"CANNOT_REMOVE_CALLER_FROM_ACCESS_LIST", BadRequest, "The change would shut out the address that the request comes from: %s."}
	DuplicateAccessItem = &Kind{"DUPLICATE_ACCESS_LIST_ENTRY", Conflict, "The access list already has the entry %s."} // Telamon's own

	APIKeysLimit      = &Kind{"MAX_API_KEYS_PER_ORG_EXCEEDED", BadRequest, "An organization holds at most %s API keys."}                       // Telamon's own
	KeyAddressesLimit = &Kind{"MAX_ACCESS_LIST_ENTRIES_EXCEEDED", BadRequest, "The access list of a key or account holds at most %s entries."} // Telamon's own

	ServiceAccountNotFound = &Kind{"SERVICE_ACCOUNT_NOT_FOUND", NotFound, "There is no service account %s here."}                                                                // Telamon's own
	SecretNotFound         = &Kind{"SERVICE_ACCOUNT_SECRET_NOT_FOUND", NotFound, "The service account has no secret %s."}                                                        // Telamon's own
	ServiceAccountsLimit   = &Kind{"MAX_SERVICE_ACCOUNTS_PER_ORG_EXCEEDED", BadRequest, "An organization holds at most %s service accounts."}                                    // Telamon's own
	SecretsLimit           = &Kind{"MAX_SERVICE_ACCOUNT_SECRETS_EXCEEDED", BadRequest, "A service account holds at most %s secrets; expired ones count until they are deleted."} // Telamon's own

	UserNotFound       = &Kind{"USER_NOT_FOUND", NotFound, "There is no cloud user %s here."}
	UsernameNotFound   = &Kind{"USERNAME_NOT_FOUND", NotFound, "There is no user named %s."}
	DatabaseUserExists = &Kind{"USER_ALREADY_EXISTS", Conflict, "The project already has a database user named %s."}
	UserAlreadyExists  = &Kind{"USER_ALREADY_EXISTS", Conflict, "There already is a user named %s here, or one is invited."}
	LastOrgOwner       = &Kind{"CANNOT_DEMOTE_LAST_ORG_OWNER", Forbidden, "The organization's last owner cannot lose that role."}
	UsersPerGroup      = &Kind{"MAX_USERS_PER_GROUP_EXCEEDED", BadRequest, "A project holds at most %s cloud users."}
	UsersPerOrg        = &Kind{"MAX_USERS_PER_ORG_EXCEEDED", BadRequest, "An organization holds at most %s cloud users."}

	InvitationNotFound = &Kind{"INVITATION_NOT_FOUND", NotFound, "There is no open invitation %s here."} // Telamon's own

	UserPending      = &Kind{"CANNOT_ADD_PENDING_USER", NotFound, "The user %s has not accepted the organization's invitation yet."}
	RoleAlreadyHeld  = &Kind{"USER_ALREADY_HAS_ROLE", Conflict, "The user has the role %s already."}     // Telamon's own
	RoleNotHeld      = &Kind{"USER_DOES_NOT_HAVE_ROLE", NotFound, "The user does not have the role %s."} // Telamon's own
	TeamNotFound     = &Kind{"TEAM_NOT_FOUND", NotFound, "There is no team with id %s here."}
	TeamNameNotFound = &Kind{"TEAM_NAME_NOT_FOUND", NotFound, "There is no team named %s here."}
	TeamNameTaken    = &Kind{"TEAM_NAME_NOT_AVAILABLE", Conflict, "The organization %[2]s already has a team named %[1]s."}
	TeamInGroup      = &Kind{"TEAM_EXISTS_IN_GROUP", Conflict, "The project already has the team %s."}
	TeamNotInGroup   = &Kind{"TEAM_NOT_IN_GROUP", NotFound, "The team %s has no roles in the project."}
	TeamInUse        = &Kind{"CANNOT_DELETE_TEAM_ASSIGNED_TO_PROJECT", NotFound, "The team still has roles in projects: remove it from them first."}
	TeamWithoutRoles = &Kind{"NO_ROLES_IN_ASSIGNMENT", Forbidden, "A team in a project has at least one role there."}
	UserInTeam       = &Kind{"USER_ALREADY_IN_TEAM", Conflict, "The user %s is in the team %s already."}
	UsersPerTeam     = &Kind{"MAX_USERS_PER_TEAM_EXCEEDED", BadRequest, "A team holds at most %s cloud users."}
	TeamsPerOrg      = &Kind{"MAX_TEAMS_PER_ORG_EXCEEDED", BadRequest, "An organization holds at most %s teams."}
	TeamsPerUser     = &Kind{"MAX_TEAMS_PER_USER_EXCEEDED", BadRequest, "A cloud user is in at most %s teams."}
	TeamsPerGroup    = &Kind{"MAX_TEAMS_PER_GROUP_EXCEEDED", BadRequest, "A project has at most %s teams."}

	NetworkEntriesLimit = &Kind{"ATLAS_NETWORK_PERMISSIONS_LIMIT_EXCEEDED", Forbidden, "A project's access list holds at most %s entries."}
	DatabaseUsersLimit  = &Kind{"GROUP_USERS_LIMIT_EXCEEDED", Forbidden, "A project holds at most %s database users."}
	NetworkEntryMissing = &Kind{"ATLAS_NETWORK_PERMISSION_ENTRY_NOT_FOUND", NotFound, "The project's access list has no entry %s."}

	UnknownDatabaseRole   = &Kind{"ATLAS_INVALID_ROLE", BadRequest, "There is no role %s on the database %s."}
	CustomRoleNotFound    = &Kind{"ATLAS_CUSTOM_ROLE_NOT_FOUND", NotFound, "There is no custom role named %s."}
	CustomRoleExists      = &Kind{"ATLAS_CUSTOM_ROLE_NAME_ALREADY_EXISTS", Conflict, "There already is a custom role named %s."}
	CustomRolesLimit      = &Kind{"CUSTOM_ROLES_LIMIT_EXCEEDED", Forbidden, "A project holds at most %s custom roles."}
	CustomRoleName        = &Kind{"ATLAS_CUSTOM_ROLE_INVALID_NAME", BadRequest, "No role can be named %q."}
	CustomRoleBuiltin     = &Kind{"ATLAS_INVALID_CUSTOM_ROLE_RESTRICTED", BadRequest, "The name %s belongs to a built-in role."}
	CustomRoleReserved    = &Kind{"ATLAS_RESERVED_CUSTOM_ROLE_RESTRICTED", BadRequest, "The name %s begins with xgen-, which is reserved."}
	CustomRoleEmpty       = &Kind{"ATLAS_CUSTOM_ROLE_HAS_NO_PERMISSIONS", BadRequest, "A custom role needs an action or a role that it inherits."}
	CustomRoleActionTwice = &Kind{"ATLAS_DUPLICATE_CUSTOM_ROLE_ACTION", BadRequest, "A custom role names each action once."}
	CustomRoleTargetTwice = &Kind{"ATLAS_DUPLICATE_CUSTOM_ROLE_RESOURCE", BadRequest, "A custom role names each resource of an action once."}
	CustomRoleTarget      = &Kind{"ATLAS_INVALID_RESOURCE", BadRequest, "An action of the role does not go with its resource."}
	CustomRoleParent      = &Kind{"ATLAS_INVALID_CUSTOM_ROLE_INHERITANCE", BadRequest, "A role to inherit does not exist."}
	CustomRoleParentPlace = &Kind{"ATLAS_INVALID_CUSTOM_ROLE_INHERITED_SCOPE", BadRequest, "A role to inherit does not exist on that database."}
	CustomRoleOfItself    = &Kind{"ATLAS_INVALID_CUSTOM_ROLE_SELF_REFERENTIAL", BadRequest, "A custom role cannot inherit itself."}
	CustomRoleCircle      = &Kind{"ATLAS_INVALID_CUSTOM_ROLE_CIRCULAR_DEPENDENCY", BadRequest, "The role would inherit itself through another one."}
	CustomRoleOfUsers     = &Kind{"ATLAS_CUSTOM_ROLE_IN_USE_BY_USERS", Conflict, "It is the only role of these users: %s."}
	CustomRoleOfRoles     = &Kind{"ATLAS_CUSTOM_ROLE_IN_USE_BY_ROLES", Conflict, "These roles would have nothing left without it: %s."}

	ClusterNotFound       = &Kind{"CLUSTER_NOT_FOUND", NotFound, "There is no cluster %s in project %s."}
	DuplicateClusterName  = &Kind{"DUPLICATE_CLUSTER_NAME", BadRequest, "The project %[2]s already has a cluster named %[1]s."}
	DuplicateNamePrefix   = &Kind{"DUPLICATE_CLUSTER_NAME_PREFIX", BadRequest, "Another cluster of the project begins with the same 23 characters as %s."}
	ClusterBeingDeleted   = &Kind{"CLUSTER_ALREADY_REQUESTED_DELETION", Conflict, "The cluster %s is being deleted already."}
	TerminationProtected  = &Kind{"CANNOT_TERMINATE_CLUSTER_WHEN_TERMINATION_PROTECTION_ENABLED", BadRequest, "Termination protection is on: %s."}
	FlexInClusterAPI      = &Kind{"CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API", BadRequest, "%s is a Flex cluster; use the Flex or serverless operations."}
	NonFlexInFlexAPI      = &Kind{"CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API", BadRequest, "%s is not a Flex cluster; use the cluster operations."}
	ClustersLimit         = &Kind{"CLUSTERS_PER_GROUP_LIMIT_EXCEEDED", Forbidden, "A project holds at most %s clusters."}                        // Telamon's own
	SnapshotNotReady      = &Kind{"SNAPSHOT_NOT_COMPLETED", Conflict, "The snapshot %s is not completed."}                                       // Telamon's own
	RestoreUnfinished     = &Kind{"UNFINISHED_RESTORE_JOB", Conflict, "Another restore job of cluster %s is not finished yet."}                  // Telamon's own
	ClusterNotReady       = &Kind{"CLUSTER_NOT_READY", Conflict, "The cluster %s is not running: it is being created or deleted, or is paused."} // Telamon's own
	SnapshotUnfinished    = &Kind{"UNFINISHED_ON_DEMAND_SNAPSHOT", Conflict, "An on-demand snapshot of cluster %s is not finished yet."}
	ServerlessBeingClosed = &Kind{"SERVERLESS_INSTANCE_ALREADY_REQUESTED_DELETION", Conflict, "The serverless instance %s is being deleted already."}
	CannotUpdatePaused    = &Kind{"CANNOT_UPDATE_PAUSED_CLUSTER", Conflict, "The cluster %s is paused; resume it before you change it."}
	TenantUnsupported     = &Kind{"TENANT_CLUSTER_UPDATE_UNSUPPORTED", BadRequest, "The free cluster %s cannot be changed so."}
	ContainerNotFound     = &Kind{"CLOUD_PROVIDER_CONTAINER_NOT_FOUND", NotFound, "There is no network container with id %s."}
	ContainersInUse       = &Kind{"CONTAINERS_IN_USE", Conflict, "Dedicated clusters of the project are in the container: it stays as it is until they are deleted."}
	ContainerExists       = &Kind{"CONTAINER_ALREADY_EXISTS", Conflict, "The project already has a container at %s %s."}                                  // Telamon's own
	ContainersOverlap     = &Kind{"CONTAINERS_OVERLAP", Conflict, "The range %s has addresses of %s, which is another container's of the same provider."} // Telamon's own
	FreeClusterRefused    = &Kind{"CANNOT_CREATE_FREE_CLUSTER_VIA_PUBLIC_API", BadRequest, "The free cluster is refused: %s."}
	AsymmetricShard       = &Kind{"ASYMMETRIC_SHARD_UNSUPPORTED", BadRequest, "This version of the API has no shape for the cluster; ask for a newer one."}
	OutageState           = &Kind{"INVALID_CLUSTER_OUTAGE_SIMULATION_STATE", BadRequest, "The outage simulation is %s."}
	DuringOutage          = &Kind{"CANNOT_TERMINATE_CLUSTER_WITH_UNDERGOING_REGIONAL_OUTAGE_SIMULATION", BadRequest, "The cluster %s has an outage simulation; end it first."}
	InvalidRegion         = &Kind{"INVALID_REGION", BadRequest, "The provider %s has no region of that name."}
)
