package customrole

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

var namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// maxName is the longest name of a role, in characters: a limit of Telamon's own, because names are part of paths and keys.
const maxName = 255

// checkName validates the name of a new role.
// Source: the Atlas documentation of error codes, ATLAS_CUSTOM_ROLE_INVALID_NAME and those like it.
func checkName(p *fault.Problems, name string) {
	switch {
	case !namePattern.MatchString(name):
		p.AddAs(badName.With(name), "roleName", "must have only ASCII letters, digits, hyphens and underscores, a letter or digit first")
	case len(name) > maxName:
		p.AddAs(badName.With(name[:maxName]), "roleName", "must have at most %d characters", maxName)
	case strings.HasPrefix(strings.ToLower(name), "xgen-"):
		p.AddAs(reservedName.With(name), "roleName", "must not begin with xgen-")
	case model.DatabaseRole{Name: name}.ServersOwn():
		p.AddAs(builtinName.With(name), "roleName", "must not be the name of a built-in role")
	}
}

// Limits of Telamon's own on the size of a role: a list, which has no pages, has hundreds of roles.
const (
	maxResources = 1000 // of all actions together
	maxParents   = 100
)

func checkContent(p *fault.Problems, r *model.CustomRole) {
	if r.Empty() {
		p.AddAs(noPermissions.With(), "actions", "must have an action where inheritedRoles has no role")
	}
	resources := 0
	for _, a := range r.Actions {
		resources += len(a.Resources)
	}
	if resources > maxResources {
		p.Add("actions", "must have at most %d resources in all", maxResources)
	}
	p.AtMost("inheritedRoles", len(r.Inherits), maxParents)
}

func checkActions(p *fault.Problems, list []DatabasePrivilegeAction) {
	seen := map[Action]bool{}
	for i, a := range list {
		at := fmt.Sprintf("actions[%d]", i)
		if seen[a.Action] {
			p.AddAs(actionTwice.With(), at+".action", "is given more than once")
		}
		seen[a.Action] = true
		checkResources(p, at+".resources", a)
	}
}

func checkResources(p *fault.Problems, at string, a DatabasePrivilegeAction) {
	if len(a.Resources) == 0 {
		p.Add(at, "must have a resource")
	}
	seen := map[model.DatabaseResource]bool{}
	for i, w := range a.Resources {
		at := fmt.Sprintf("%s[%d]", at, i)
		r := resource(w)
		if seen[r] {
			p.AddAs(resourceTwice.With(), at, "is given more than once")
		}
		seen[r] = true
		switch on := byName[string(a.Action)].on; {
		case r.Cluster && on == onData:
			p.AddAs(wrongResource.With(), at+".cluster", "must be false: the action is done on databases and collections")
		case !r.Cluster && on == onCluster:
			p.AddAs(wrongResource.With(), at+".cluster", "must be true: the action is done on the cluster")
		}
		if r.Database != "" && !shape.DatabaseName(r.Database) {
			p.Add(at+".db", "cannot be the name of a database")
		}
		if r.Collection != "" && !shape.CollectionName(r.Collection) {
			p.Add(at+".collection", "cannot be the name of a collection")
		}
	}
}

// checkParents validates the roles that r is to inherit.
func checkParents(p *fault.Problems, tx store.Tx, r *model.CustomRole, list []DatabaseInheritedRole) error {
	seen := map[DatabaseInheritedRole]bool{}
	for i, w := range list {
		at := fmt.Sprintf("inheritedRoles[%d]", i)
		if seen[w] {
			p.Add(at, "is given more than once")
		}
		seen[w] = true
		if err := checkParent(p, tx, r, at, fromParent(w)); err != nil {
			return err
		}
	}
	return nil
}

func checkParent(p *fault.Problems, tx store.Tx, r *model.CustomRole, at string, parent model.DatabaseRole) error {
	switch {
	case parent.Database == "" || !shape.DatabaseName(parent.Database):
		p.Add(at+".db", "must be the name of a database")
	case parent.OnAdminOnly() && parent.Database != "admin":
		p.AddAs(wrongParentDatabase.With(), at+".db", "must be admin for this role")
	}
	switch {
	case parent.Builtin():
		return nil
	case parent.Name == r.Name:
		p.AddAs(parentOfItself.With(), at+".role", "must be another role")
		return nil
	}
	held, err := state.EffectiveRoles(tx, r.GroupID, []model.DatabaseRole{parent})
	switch {
	case err != nil:
		return err
	case len(held) == 0:
		p.AddAs(unknownParent.With(), at+".role", "must be a built-in role or a custom role of the project")
	case slices.ContainsFunc(held, func(h state.EffectiveRole) bool { return h.Name == r.Name }):
		p.AddAs(circularRole.With(), at+".role", "must not inherit the role itself, not even through others")
	}
	return nil
}
