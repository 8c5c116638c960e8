package clouduser

import (
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/password"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Limits of Telamon's own, so that a request cannot make the server store or look up more than it should.
const (
	maxRoles = 500
	maxName  = 256
)

// check validates a creation, as far as that needs no other object.
func (w *CloudAppUser) check(bad *fault.Problems) {
	for _, n := range []struct{ field, name string }{{"firstName", w.FirstName}, {"lastName", w.LastName}} {
		if utf8.RuneCountInString(n.name) > maxName || !printable(n.name) {
			bad.Add(n.field, "must have at most %d printable characters", maxName)
		}
	}
	if why := password.Weak(w.Password, w.Username); why != "" {
		bad.Add("password", "%s", why)
	}
	if len(w.Roles) > maxRoles {
		bad.Add("roles", "must have at most %d roles", maxRoles)
		return
	}
	for i, r := range w.Roles {
		if field, why := r.wrong(); why != "" {
			bad.Add(fmt.Sprintf("roles[%d]%s", i, field), "%s", why)
		}
	}
}

func printable(name string) bool {
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// wrong returns what is wrong with a role, and in which field.
func (r *UserRoleAssignment) wrong() (field, why string) {
	switch {
	case r.RoleName == "":
		return ".roleName", "is required"
	case (r.OrgID == "") == (r.GroupID == ""):
		return "", "must name an organization or a project, and not both"
	case authz.Role(r.RoleName).IsGroup() && r.GroupID == "":
		return ".groupId", "is required for a role in a project"
	case !authz.Role(r.RoleName).IsGroup() && r.OrgID == "":
		return ".orgId", "is required for a role in an organization"
	}
	return "", ""
}

// asked are the roles in one organization and its projects that a creation names.
type asked struct {
	orgID  model.ID
	places []people.Assignment
}

// resolve finds the organizations and projects of the roles. The caller must own each of them.
func resolve(tx store.Tx, roles []UserRoleAssignment) ([]asked, error) {
	var all []asked
	owner := map[string]model.ID{} // organization of each organization or project that has been resolved
	for _, r := range roles {
		place := r.OrgID + r.GroupID
		if owner[place] == "" {
			orgID, err := r.scope(tx)
			if err != nil {
				return nil, err
			}
			owner[place] = orgID
		}
		all = add(all, owner[place], r.GroupID, authz.Role(r.RoleName))
	}
	return all, nil
}

// scope returns the organization that the role is in, or that its project belongs to.
func (r *UserRoleAssignment) scope(tx store.Tx) (orgID model.ID, err error) {
	if r.GroupID != "" {
		p, err := state.Projects.Get(tx, r.GroupID)
		if err != nil {
			return "", store.IfMissing(err, fault.GroupNotFound.With(r.GroupID))
		}
		return p.OrgID, api.Require(tx.Context(), authz.Any(authz.GroupOwner), authz.Scope{OrgID: p.OrgID, GroupID: p.ID})
	}
	if _, err := state.Organizations.Get(tx, r.OrgID); err != nil {
		return "", store.IfMissing(err, fault.OrgNotFound.With(r.OrgID))
	}
	return r.OrgID, api.Require(tx.Context(), authz.Any(authz.OrgOwner), authz.Scope{OrgID: r.OrgID})
}

// add adds a role to the others in the same organization or project, unless it is there already.
func add(all []asked, orgID, groupID model.ID, role authz.Role) []asked {
	i := slices.IndexFunc(all, func(a asked) bool { return a.orgID == orgID })
	if i < 0 {
		i, all = len(all), append(all, asked{orgID: orgID})
	}
	places := &all[i].places
	j := slices.IndexFunc(*places, func(p people.Assignment) bool { return p.GroupID == groupID })
	if j < 0 {
		j, *places = len(*places), append(*places, people.Assignment{GroupID: groupID})
	}
	if roles := &(*places)[j].Roles; !slices.Contains(*roles, role) {
		*roles = append(*roles, role)
	}
	return all
}
