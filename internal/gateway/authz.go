package gateway

import (
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/wire"
)

// need is an action that a command needs on a resource.
type need struct {
	action string
	on     resource
}

// permit says which actions a command needs, and which entries of its reply the caller may see.
type permit struct {
	needs  []need
	keep   *listing // nil: the reply as it is
	closes []int64  // cursors that the command closes
}

// rule finds what a command needs. It may look at what the caller can do, because MongoDB sometimes requires different
// actions of different callers.
type rule func(command, access) (permit, error)

// access answers what one user may do.
type access struct {
	user       *User
	privileges []Privilege
	cursors    *cursorTable
}

// authorize decides whether user may run c.
func authorize(user *User, c command, cursors *cursorTable) (permit, error) {
	decide, declared := commands[c.name]
	if !declared {
		return permit{}, wire.Errorf(wire.CommandNotFound, "no such command: '%s'", c.name)
	}
	if _, err := database(c.db); err != nil {
		return permit{}, err
	}
	if err := c.readable(); err != nil {
		return permit{}, err
	}
	a := access{user, user.privileges(), cursors}
	p, err := decide(c, a)
	if err != nil {
		return p, err
	}
	if !a.all(p.needs) {
		return p, c.refused()
	}
	return p, nil
}

func (a access) all(needs []need) bool {
	return !slices.ContainsFunc(needs, func(n need) bool { return !a.can(n.action, n.on) })
}

// can reports whether any of the user's roles allows the action.
func (a access) can(action string, on resource) bool {
	if on.protected() && changes(action) {
		return false
	}
	return slices.ContainsFunc(a.privileges, func(p Privilege) bool {
		return p.On.covers(on) && slices.Contains(p.Actions, action)
	})
}

// sees reports whether the user may do anything at all with the resource.
func (a access) sees(on resource) bool {
	return slices.ContainsFunc(a.privileges, func(p Privilege) bool { return p.On.covers(on) })
}

// reaches reports whether the user may do anything at all in db.
func (a access) reaches(db string) bool {
	return slices.ContainsFunc(a.privileges, func(p Privilege) bool { return p.On.reaches(db) })
}

// protected reports whether r belongs to the service, so that no role may change it, whatever MongoDB would allow.
// Source: Atlas documentation, "Built-In Roles and Privileges": local and config are read-only for all users.
func (r resource) protected() bool {
	return r.db == "local" || r.db == "config" || r.db == "admin" && (r.coll == "" || r.system())
}

// readingActions change nothing; every other action does.
var readingActions = slices.Concat(readActions, monitorActions, []string{"validate", "storageDetails"})

func changes(action string) bool {
	return !slices.Contains(readingActions, action) && !strings.HasPrefix(action, "bypass")
}
