package customrole

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
)

// UserCustomDBRole is a custom role on the wire.
type UserCustomDBRole struct {
	Actions        []DatabasePrivilegeAction `json:"actions" doc:"What the role allows."`
	InheritedRoles []DatabaseInheritedRole   `json:"inheritedRoles" api:"unique" doc:"Roles that the role includes."`
	RoleName       string                    `json:"roleName" api:"required" doc:"Name of the role, unique in the project: letters, digits, hyphens and underscores, a letter or digit first."`
}

// UpdateCustomDBRole is a change of a custom role.
type UpdateCustomDBRole struct {
	Actions        []DatabasePrivilegeAction `json:"actions" doc:"What the role allows from now on. Absent: as before."`
	InheritedRoles []DatabaseInheritedRole   `json:"inheritedRoles" api:"unique" doc:"Roles that the role includes from now on. Absent: as before."`
}

// DatabasePrivilegeAction is an action and what it may be done on.
type DatabasePrivilegeAction struct {
	Action    Action                               `json:"action" api:"required" doc:"The action. Actions of features that Telamon does not have are stored and allow nothing."`
	Resources []DatabasePermittedNamespaceResource `json:"resources" api:"required" doc:"What the action may be done on."`
}

// DatabasePermittedNamespaceResource is the cluster, or a database and collection.
type DatabasePermittedNamespaceResource struct {
	Cluster    bool   `json:"cluster" api:"required" doc:"Whether the resource is the cluster as a whole. The other two fields have no effect then."`
	Collection string `json:"collection" api:"required" doc:"Name of the collection; empty for all collections, system collections excepted."`
	Database   string `json:"db" api:"required" doc:"Name of the database; empty for all databases."`
}

// DatabaseInheritedRole is a role that another one includes.
type DatabaseInheritedRole struct {
	DB   string `json:"db" api:"required" doc:"Database that the role is on: admin for a custom role and for roles on all databases."`
	Role string `json:"role" api:"required" doc:"Name of a built-in or custom role."`
}

func toWire(r *model.CustomRole) UserCustomDBRole {
	return UserCustomDBRole{Actions: api.List(each(r.Actions, toAction)), InheritedRoles: api.List(each(r.Inherits, toParent)), RoleName: r.Name}
}

func toAction(a model.DatabaseAction) DatabasePrivilegeAction {
	return DatabasePrivilegeAction{Action(a.Name), each(a.Resources, func(r model.DatabaseResource) DatabasePermittedNamespaceResource {
		return DatabasePermittedNamespaceResource(r)
	})}
}

func fromAction(w DatabasePrivilegeAction) model.DatabaseAction {
	return model.DatabaseAction{Name: string(w.Action), Resources: each(w.Resources, resource)}
}

// resource reads a resource. If it is the cluster, its other fields are dropped.
func resource(w DatabasePermittedNamespaceResource) model.DatabaseResource {
	if w.Cluster {
		return model.DatabaseResource{Cluster: true}
	}
	return model.DatabaseResource(w)
}

func toParent(r model.DatabaseRole) DatabaseInheritedRole {
	return DatabaseInheritedRole{DB: r.Database, Role: r.Name}
}

func fromParent(w DatabaseInheritedRole) model.DatabaseRole {
	return model.DatabaseRole{Name: w.Role, Database: w.DB}
}

// each applies f to every item. It returns nil for an empty list.
func each[A, B any](list []A, f func(A) B) (out []B) {
	for _, a := range list {
		out = append(out, f(a))
	}
	return out
}
