package model

import (
	"slices"
	"time"
)

// DatabaseRole is a role that a database user has or that a custom role inherits: a built-in one on a database or one
// of its collections, or a custom one, which is always on admin.
type DatabaseRole struct {
	Name       string `json:"name"`
	Database   string `json:"database"`
	Collection string `json:"collection,omitempty"`
}

// builtinRoles are the built-in roles that can be given, and whether only on the admin database. Source: the API's
// reference, roleName of a database user.
var builtinRoles = map[string]bool{
	"atlasAdmin": true, "backup": true, "clusterMonitor": true, "dbAdmin": false, "dbAdminAnyDatabase": true, "enableSharding": true,
	"read": false, "readAnyDatabase": true, "readWrite": false, "readWriteAnyDatabase": true,
}

// serverRoles are the names of MongoDB's other built-in roles. They cannot be given here. Source: MongoDB manual,
// "Built-In Roles".
var serverRoles = []string{
	"__queryableBackup", "__system", "clusterAdmin", "clusterManager", "dbOwner", "directShardOperations", "hostManager", "restore", "root",
	"searchCoordinator", "userAdmin", "userAdminAnyDatabase",
}

// Builtin reports whether r is one of the built-in roles that can be given.
func (r DatabaseRole) Builtin() bool {
	_, ok := builtinRoles[r.Name]
	return ok
}

// OnAdminOnly reports whether the role can only be given on the admin database, as custom roles can.
func (r DatabaseRole) OnAdminOnly() bool {
	adminOnly, builtin := builtinRoles[r.Name]
	return adminOnly || !builtin
}

// ServersOwn reports whether a role's name is one of MongoDB's own, so that no custom role can have it.
func (r DatabaseRole) ServersOwn() bool { return r.Builtin() || slices.Contains(serverRoles, r.Name) }

// CustomRole is a role that a project's owner has put together: actions on resources, and other roles.
type CustomRole struct {
	GroupID  ID               `json:"groupId"`
	Name     string           `json:"name"`
	Actions  []DatabaseAction `json:"actions,omitempty"`
	Inherits []DatabaseRole   `json:"inherits,omitempty"`
	Created  time.Time        `json:"created"`
	Rev      int64            `json:"-"`
}

// DatabaseAction is an action, by the API's name (FIND), and the resources that it is allowed on.
type DatabaseAction struct {
	Name      string             `json:"name"`
	Resources []DatabaseResource `json:"resources"`
}

// DatabaseResource is the cluster, or a database and collection, where an empty name stands for any.
type DatabaseResource struct {
	Cluster    bool   `json:"cluster,omitempty"`
	Collection string `json:"collection,omitempty"`
	Database   string `json:"database,omitempty"`
}

// Role is the custom role in the form in which users have it and roles inherit it.
func (r *CustomRole) Role() DatabaseRole { return DatabaseRole{Name: r.Name, Database: "admin"} }

// Empty reports whether the role allows nothing and inherits nothing. No role may be.
func (r *CustomRole) Empty() bool { return len(r.Actions) == 0 && len(r.Inherits) == 0 }
