package authz

import "slices"

// In returns the roles that grants give in the project or organization itself, without the roles that follow from those
// elsewhere.
func In(grants []Grant, scope string) []Role {
	var roles []Role
	for _, g := range grants {
		if g.scope() == scope {
			roles = append(roles, g.Role)
		}
	}
	return roles
}

// OfOrganization returns grants with these roles, each once, in place of those in the organization itself. Roles in
// projects stay.
func OfOrganization(grants []Grant, orgID string, roles []Role) []Grant {
	return replace(grants, Grant{OrgID: orgID}, roles)
}

// OfProject returns grants with these roles, each once, in place of those in the project. Without roles, the project is
// left.
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
