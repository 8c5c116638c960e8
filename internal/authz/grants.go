package authz

import "slices"

// In are the roles that grants give in the project or organization itself: what follows from other roles is not among
// them.
func In(grants []Grant, scope string) []Role {
	var roles []Role
	for _, g := range grants {
		if g.scope() == scope {
			roles = append(roles, g.Role)
		}
	}
	return roles
}

// OfOrganization are grants with other roles in the organization itself, each once. Those in projects stay.
func OfOrganization(grants []Grant, orgID string, roles []Role) []Grant {
	return replace(grants, Grant{OrgID: orgID}, roles)
}

// OfProject are grants with other roles in the project, each once: without any, the project is left.
func OfProject(grants []Grant, groupID string, roles []Role) []Grant {
	return replace(grants, Grant{GroupID: groupID}, roles)
}

// replace puts organizations before projects.
func replace(grants []Grant, where Grant, roles []Role) []Grant {
	var fresh []Grant
	for _, r := range roles {
		where.Role = r
		if !slices.Contains(fresh, where) {
			fresh = append(fresh, where)
		}
	}
	rest := slices.DeleteFunc(slices.Clone(grants), func(g Grant) bool { return g.scope() == where.scope() })
	if where.OrgID != "" {
		return append(fresh, rest...)
	}
	return append(rest, fresh...)
}

// scope is the id of the project or organization that g is in.
func (g Grant) scope() string {
	if g.GroupID != "" {
		return g.GroupID
	}
	return g.OrgID
}
