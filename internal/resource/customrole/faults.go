package customrole

import "github.com/telamon-db/telamon/internal/fault"

// The kinds of errors that only this family answers with.
var (
	notFound            = fault.NewKind("ATLAS_CUSTOM_ROLE_NOT_FOUND", fault.NotFound, "There is no custom role named %s.")
	alreadyExists       = fault.NewKind("ATLAS_CUSTOM_ROLE_NAME_ALREADY_EXISTS", fault.Conflict, "There already is a custom role named %s.")
	rolesLimit          = fault.NewKind("CUSTOM_ROLES_LIMIT_EXCEEDED", fault.Forbidden, "A project holds at most %s custom roles.")
	badName             = fault.NewKind("ATLAS_CUSTOM_ROLE_INVALID_NAME", fault.BadRequest, "No role can be named %q.")
	builtinName         = fault.NewKind("ATLAS_INVALID_CUSTOM_ROLE_RESTRICTED", fault.BadRequest, "The name %s belongs to a built-in role.")
	reservedName        = fault.NewKind("ATLAS_RESERVED_CUSTOM_ROLE_RESTRICTED", fault.BadRequest, "The name %s begins with xgen-, which is reserved.")
	noPermissions       = fault.NewKind("ATLAS_CUSTOM_ROLE_HAS_NO_PERMISSIONS", fault.BadRequest, "A custom role needs an action or a role that it inherits.")
	actionTwice         = fault.NewKind("ATLAS_DUPLICATE_CUSTOM_ROLE_ACTION", fault.BadRequest, "A custom role names each action once.")
	resourceTwice       = fault.NewKind("ATLAS_DUPLICATE_CUSTOM_ROLE_RESOURCE", fault.BadRequest, "A custom role names each resource of an action once.")
	wrongResource       = fault.NewKind("ATLAS_INVALID_RESOURCE", fault.BadRequest, "An action of the role cannot be done on its resource.")
	unknownParent       = fault.NewKind("ATLAS_INVALID_CUSTOM_ROLE_INHERITANCE", fault.BadRequest, "A role to inherit does not exist.")
	wrongParentDatabase = fault.NewKind("ATLAS_INVALID_CUSTOM_ROLE_INHERITED_SCOPE", fault.BadRequest, "A role to inherit does not exist on that database.")
	parentOfItself      = fault.NewKind("ATLAS_INVALID_CUSTOM_ROLE_SELF_REFERENTIAL", fault.BadRequest, "A custom role cannot inherit itself.")
	circularRole        = fault.NewKind("ATLAS_INVALID_CUSTOM_ROLE_CIRCULAR_DEPENDENCY", fault.BadRequest, "The role would inherit itself through another one.")
	inUseByUsers        = fault.NewKind("ATLAS_CUSTOM_ROLE_IN_USE_BY_USERS", fault.Conflict, "It is the only role of these users: %s.")
	inUseByRoles        = fault.NewKind("ATLAS_CUSTOM_ROLE_IN_USE_BY_ROLES", fault.Conflict, "These roles would allow nothing without it: %s.")
)
