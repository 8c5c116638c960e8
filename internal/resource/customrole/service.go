package customrole

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// of selects the roles of a project, by name.
func of(groupID model.ID) store.Query { return store.Query{Index: "group", Prefix: []string{groupID}} }

type listIn struct{ api.InGroup }

func (s *Service) list(tx store.Tx, in listIn) (out []UserCustomDBRole, err error) {
	out = []UserCustomDBRole{}
	roles, err := state.CustomRoles.List(tx, of(in.GroupID))
	for _, r := range roles {
		out = append(out, toWire(r))
	}
	return out, err
}

type createIn struct {
	api.InGroup
	Body UserCustomDBRole
}

func (s *Service) create(ctx context.Context, in createIn) (out UserCustomDBRole, err error) {
	r := &model.CustomRole{
		GroupID: in.GroupID, Name: in.Body.RoleName, Actions: actionsOf(in.Body.Actions), Inherits: parentsOf(in.Body.InheritedRoles),
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		var bad fault.Problems
		checkName(&bad, r.Name)
		checkContent(&bad, r)
		checkActions(&bad, in.Body.Actions)
		if err := checkParents(&bad, tx, in.GroupID, r.Name, in.Body.InheritedRoles); err != nil {
			return err
		}
		if err := bad.Err(); err != nil {
			return err
		}
		if err := room(tx, in.GroupID); err != nil {
			return err
		}
		r.Created, r.Rev = tx.Now(), 0
		if err := put(tx, r, "MONGODB_ROLE_ADDED"); err != nil {
			if _, taken := store.Duplicate(err); taken {
				return fault.CustomRoleExists.With(r.Name)
			}
			return err
		}
		out = toWire(r)
		return nil
	})
	return out, err
}

// room says whether the project may have one more role.
func room(tx store.Tx, groupID model.ID) error {
	n, err := state.CustomRoles.Count(tx, of(groupID))
	if err != nil {
		return err
	}
	limit, err := state.Limit(tx, groupID, model.LimitCustomRoles)
	if err == nil && n >= limit {
		err = fault.CustomRolesLimit.With(strconv.FormatInt(limit, 10))
	}
	return err
}

// put writes the role and the event of its change.
func put(tx store.Tx, r *model.CustomRole, what event.Type) error {
	if err := state.CustomRoles.Put(tx, r); err != nil {
		return err
	}
	return changed(tx, r, what)
}

func changed(tx store.Tx, r *model.CustomRole, what event.Type) error {
	p, err := state.Project(tx, r.GroupID)
	if err != nil {
		return err
	}
	return event.Write(tx, event.In(what, p))
}

type oneIn struct {
	api.InGroup
	RoleName string `path:"roleName" doc:"Name of the role."`
}

// find returns the role that in names.
func (in oneIn) find(tx store.Tx) (*model.CustomRole, error) {
	r, err := state.CustomRoles.Get(tx, state.CustomRoleID(in.GroupID, in.RoleName))
	return r, store.IfMissing(err, fault.CustomRoleNotFound.With(in.RoleName))
}

func (s *Service) get(tx store.Tx, in oneIn) (out UserCustomDBRole, err error) {
	r, err := in.find(tx)
	if err == nil {
		out = toWire(r)
	}
	return out, err
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
	if in.Body.Actions != nil {
		r.Actions = actionsOf(in.Body.Actions)
	}
	if in.Body.InheritedRoles != nil {
		r.Inherits = parentsOf(in.Body.InheritedRoles)
	}
	var bad fault.Problems
	checkContent(&bad, r)
	checkActions(&bad, in.Body.Actions)
	if err := checkParents(&bad, tx, in.GroupID, r.Name, in.Body.InheritedRoles); err != nil {
		return out, err
	}
	if err := bad.Err(); err != nil {
		return out, err
	}
	out = toWire(r)
	if reflect.DeepEqual(*r, before) {
		return out, nil
	}
	return out, put(tx, r, "MONGODB_ROLE_UPDATED")
}

func (s *Service) delete(tx store.Tx, in oneIn) (api.None, error) {
	r, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	if err := disinherit(tx, r); err != nil {
		return api.None{}, err
	}
	bereft, err := s.Users.LoseRole(tx, r.GroupID, r.Name)
	if err != nil {
		return api.None{}, err
	}
	if len(bereft) > 0 {
		return api.None{}, fault.CustomRoleOfUsers.With(strings.Join(bereft, ", "))
	}
	if err := changed(tx, r, "MONGODB_ROLE_DELETED"); err != nil {
		return api.None{}, err
	}
	return api.None{}, state.CustomRoles.Delete(tx, r)
}

// disinherit takes r away from the roles that inherit it, unless it is all that some of them consist of.
func disinherit(tx store.Tx, r *model.CustomRole) error {
	all, err := state.CustomRoles.List(tx, of(r.GroupID))
	if err != nil {
		return err
	}
	var heirs []*model.CustomRole
	var bereft []string
	for _, heir := range all {
		rest := slices.DeleteFunc(slices.Clone(heir.Inherits), func(p model.DatabaseRole) bool { return p.Name == r.Name })
		if len(rest) == len(heir.Inherits) {
			continue
		}
		heir.Inherits = rest
		heirs = append(heirs, heir)
		if heir.Empty() {
			bereft = append(bereft, heir.Name)
		}
	}
	if len(bereft) > 0 {
		return fault.CustomRoleOfRoles.With(strings.Join(bereft, ", "))
	}
	for _, heir := range heirs {
		if err := put(tx, heir, "MONGODB_ROLE_UPDATED"); err != nil {
			return err
		}
	}
	return nil
}

// Vacate removes the roles of a project that goes.
func (s *Service) Vacate(tx store.Tx, groupID model.ID) error {
	return state.CustomRoles.DeleteAll(tx, of(groupID))
}

// Usage counts the project's custom roles, for its limit.
func (s *Service) Usage(tx store.Tx, groupID model.ID) (limit string, n int64, err error) {
	n, err = state.CustomRoles.Count(tx, of(groupID))
	return model.LimitCustomRoles, n, err
}
