package customrole

import "github.com/telamon-db/telamon/internal/model"

// UserCustomDBRole is a custom role on the wire.
type UserCustomDBRole struct {
	Actions        []DatabasePrivilegeAction `json:"actions" doc:"What the role allows."`
	InheritedRoles []DatabaseInheritedRole   `json:"inheritedRoles" api:"unique" doc:"Roles that the role includes."`
	RoleName       string                    `json:"roleName" api:"required" doc:"Name of the role, unique in the project: letters, digits, hyphens and underscores, a letter or digit first."`
}

// UpdateCustomDBRole is a change of a custom role.
type UpdateCustomDBRole struct {
	Actions        []DatabasePrivilegeAction `json:"actions" doc:"What the role allows, in place of what it did. Absent: as before."`
	InheritedRoles []DatabaseInheritedRole   `json:"inheritedRoles" api:"unique" doc:"Roles that the role includes, in place of those that it did. Absent: as before."`
}

// DatabasePrivilegeAction is an action and what it may be done on.
type DatabasePrivilegeAction struct {
	Action    Action                               `json:"action" api:"required" doc:"The action. Those of features that Telamon does not have are kept, and allow nothing."`
	Resources []DatabasePermittedNamespaceResource `json:"resources" api:"required" doc:"What the action may be done on."`
}

// DatabasePermittedNamespaceResource is the cluster, or a database and collection.
type DatabasePermittedNamespaceResource struct {
	Cluster    bool   `json:"cluster" api:"required" doc:"Whether the resource is the cluster as a whole. The other two fields count for nothing then."`
	Collection string `json:"collection" api:"required" doc:"Name of the collection; empty for all collections, system collections excepted."`
	DB         string `json:"db" api:"required" doc:"Name of the database; empty for all databases."`
}

// DatabaseInheritedRole is a role that another one includes.
type DatabaseInheritedRole struct {
	DB   string `json:"db" api:"required" doc:"Database that the role is on: admin for a custom role and for roles on all databases."`
	Role string `json:"role" api:"required" doc:"Name of a built-in or custom role."`
}

func toWire(r *model.CustomRole) UserCustomDBRole {
	w := UserCustomDBRole{RoleName: r.Name, Actions: []DatabasePrivilegeAction{}, InheritedRoles: []DatabaseInheritedRole{}}
	for _, a := range r.Actions {
		out := DatabasePrivilegeAction{Action: Action(a.Name), Resources: []DatabasePermittedNamespaceResource{}}
		for _, on := range a.Resources {
			out.Resources = append(out.Resources, DatabasePermittedNamespaceResource{Cluster: on.Cluster, Collection: on.Collection, DB: on.Database})
		}
		w.Actions = append(w.Actions, out)
	}
	for _, p := range r.Inherits {
		w.InheritedRoles = append(w.InheritedRoles, DatabaseInheritedRole{DB: p.Database, Role: p.Name})
	}
	return w
}

// actionsOf reads actions that keep the rules.
func actionsOf(list []DatabasePrivilegeAction) []model.DatabaseAction {
	var out []model.DatabaseAction
	for _, a := range list {
		read := model.DatabaseAction{Name: string(a.Action)}
		for _, on := range a.Resources {
			read.Resources = append(read.Resources, resource(on))
		}
		out = append(out, read)
	}
	return out
}

// resource reads a resource. Of the cluster nothing else is kept.
func resource(w DatabasePermittedNamespaceResource) model.DatabaseResource {
	if w.Cluster {
		return model.DatabaseResource{Cluster: true}
	}
	return model.DatabaseResource{Database: w.DB, Collection: w.Collection}
}

func parentsOf(list []DatabaseInheritedRole) []model.DatabaseRole {
	var out []model.DatabaseRole
	for _, r := range list {
		out = append(out, model.DatabaseRole{Name: r.Role, Database: r.DB})
	}
	return out
}
