package customrole

import (
	"reflect"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// ofProject selects the roles of a project, by name.
func ofProject(groupID model.ID) store.Query {
	return store.Query{Index: "group", Prefix: []string{groupID}}
}

type listIn struct{ api.InGroup }

func (s *Service) list(tx store.Tx, in listIn) ([]UserCustomDBRole, error) {
	roles, err := state.CustomRoles.List(tx, ofProject(in.GroupID))
	return api.List(each(roles, toWire)), err
}

type createIn struct {
	api.InGroup
	Body UserCustomDBRole
}

// rolesPerProject bounds how many roles a project has.
var rolesPerProject = kept.Limit{Name: model.LimitCustomRoles, Exceeded: rolesLimit}

func (s *Service) create(tx store.Tx, in createIn) (out UserCustomDBRole, err error) {
	r := &model.CustomRole{GroupID: in.GroupID, Name: in.Body.RoleName, Created: tx.Now()}
	var bad fault.Problems
	checkName(&bad, r.Name)
	content := UpdateCustomDBRole{Actions: in.Body.Actions, InheritedRoles: in.Body.InheritedRoles}
	if err := content.apply(tx, r, &bad); err != nil {
		return out, err
	}
	if err := kept.CheckLimit(tx, rolesPerProject, in.GroupID, state.CustomRoles, ofProject(in.GroupID)); err != nil {
		return out, err
	}
	err = put(tx, r, "MONGODB_ROLE_ADDED")
	if _, taken := store.Duplicate(err); taken {
		err = alreadyExists.With(r.Name)
	}
	return toWire(r), err
}

// apply makes the changes of w in r, and validates the result. The error has what bad has already too.
func (w *UpdateCustomDBRole) apply(tx store.Tx, r *model.CustomRole, bad *fault.Problems) error {
	if w.Actions != nil {
		r.Actions = each(w.Actions, fromAction)
	}
	if w.InheritedRoles != nil {
		r.Inherits = each(w.InheritedRoles, fromParent)
	}
	checkContent(bad, r)
	checkActions(bad, w.Actions)
	if err := checkParents(bad, tx, r, w.InheritedRoles); err != nil {
		return err
	}
	return bad.Err()
}

// put writes the role and the event of its change.
func put(tx store.Tx, r *model.CustomRole, what event.Type) error {
	if err := state.CustomRoles.Put(tx, r); err != nil {
		return err
	}
	return writeEvent(tx, r, what)
}

func writeEvent(tx store.Tx, r *model.CustomRole, what event.Type) error {
	p, err := state.Project(tx, r.GroupID)
	if err != nil {
		return err
	}
	return event.Write(tx, event.InProject(what, p))
}

type oneIn struct {
	api.InGroup
	RoleName string `path:"roleName" doc:"Name of the role."`
}

// find returns the role that in names.
func (in oneIn) find(tx store.Tx) (*model.CustomRole, error) {
	r, err := state.CustomRoles.Get(tx, state.CustomRoleID(in.GroupID, in.RoleName))
	return r, store.IfMissing(err, notFound.With(in.RoleName))
}

type updateIn struct {
	oneIn
	Body UpdateCustomDBRole
}

func (s *Service) update(tx store.Tx, in updateIn) (out UserCustomDBRole, err error) {
	r, err := in.find(tx)
	if err != nil {
		return out, err
	}
	before := *r
	if err := in.Body.apply(tx, r, new(fault.Problems)); err != nil {
		return out, err
	}
	if !reflect.DeepEqual(*r, before) {
		err = put(tx, r, "MONGODB_ROLE_UPDATED")
	}
	return toWire(r), err
}

func (s *Service) delete(tx store.Tx, in oneIn) (none api.None, err error) {
	r, err := in.find(tx)
	if err != nil {
		return none, err
	}
	if err := disinherit(tx, r); err != nil {
		return none, err
	}
	without, err := s.Users.RemoveRole(tx, r.GroupID, r.Name)
	if err != nil {
		return none, err
	}
	if len(without) > 0 {
		return none, inUseByUsers.With(strings.Join(without, ", "))
	}
	if err := state.CustomRoles.Delete(tx, r); err != nil {
		return none, err
	}
	return none, writeEvent(tx, r, "MONGODB_ROLE_DELETED")
}

// disinherit removes r from the roles that inherit it, unless it is all that some of them consist of.
func disinherit(tx store.Tx, r *model.CustomRole) error {
	all, err := state.CustomRoles.List(tx, ofProject(r.GroupID))
	if err != nil {
		return err
	}
	var heirs []*model.CustomRole
	var without []string
	for _, heir := range all {
		rest := slices.DeleteFunc(slices.Clone(heir.Inherits), func(p model.DatabaseRole) bool { return p.Name == r.Name })
		if len(rest) == len(heir.Inherits) {
			continue
		}
		heir.Inherits = rest
		heirs = append(heirs, heir)
		if heir.Empty() {
			without = append(without, heir.Name)
		}
	}
	if len(without) > 0 {
		return inUseByRoles.With(strings.Join(without, ", "))
	}
	for _, heir := range heirs {
		if err := put(tx, heir, "MONGODB_ROLE_UPDATED"); err != nil {
			return err
		}
	}
	return nil
}

// OnProjectDelete deletes the roles of a project that is being deleted.
func (s *Service) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	return state.CustomRoles.DeleteAll(tx, ofProject(groupID))
}

// Usage returns how many custom roles the project has, and the name of their limit.
func (s *Service) Usage(tx store.Tx, groupID model.ID) (limit string, n int64, err error) {
	n, err = state.CustomRoles.Count(tx, ofProject(groupID))
	return rolesPerProject.Name, n, err
}
