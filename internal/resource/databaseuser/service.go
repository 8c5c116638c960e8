package databaseuser

import (
	"context"
	"reflect"
	"slices"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// of selects the users of a project.
func of(groupID model.ID) store.Query { return store.Query{Index: "group", Prefix: []string{groupID}} }

type listIn struct {
	api.InGroup
	api.Paging
}

func (s *Service) list(ctx context.Context, in listIn) (page api.Page[CloudDatabaseUser], err error) {
	q := of(in.GroupID)
	err = s.Store.View(ctx, func(tx store.Tx) error {
		page, err = shape.Page(tx, Users, q, in.Paging, toWire)
		return err
	})
	return page, err
}

type createIn struct {
	api.InGroup
	Body CloudDatabaseUser
}

func (s *Service) create(ctx context.Context, in createIn) (out CloudDatabaseUser, err error) {
	bad := checkNew(&in.Body)
	u := new(User)
	if len(bad) == 0 {
		if u, err = fromWire(in.GroupID, &in.Body); err != nil {
			return out, err
		}
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		if err := refuse(tx, in.GroupID, &in.Body, slices.Clone(bad)); err != nil {
			return err
		}
		if err := room(tx, in.GroupID); err != nil {
			return err
		}
		u.Created, u.Rev = tx.Now(), 0
		if err := Users.Put(tx, u); err != nil {
			if _, taken := store.Duplicate(err); taken {
				return fault.DatabaseUserExists.With(u.Name)
			}
			return err
		}
		out = toWire(u)
		return changed(tx, u, "MONGODB_USER_ADDED")
	})
	return out, err
}

// room says whether the project may have one more user.
func room(tx store.Tx, groupID model.ID) error {
	n, err := Users.Count(tx, of(groupID))
	if err != nil {
		return err
	}
	limit, err := state.Limit(tx, groupID, model.LimitDatabaseUsers)
	if err == nil && n >= limit {
		err = fault.DatabaseUsersLimit.With(strconv.FormatInt(limit, 10))
	}
	return err
}

// changed writes the event of a change and schedules the end of a temporary user.
func changed(tx store.Tx, u *User, what event.Type) error {
	if !u.DeleteAfter.IsZero() {
		if err := reconcile.Schedule(tx, ExpireKind, Users.ID(u), "", u.DeleteAfter); err != nil {
			return err
		}
	}
	p, err := state.Project(tx, u.GroupID)
	if err != nil {
		return err
	}
	return event.Write(tx, event.In(what, p).About(event.DatabaseUser(u.Name)))
}

type oneIn struct {
	api.InGroup
	DatabaseName string `path:"databaseName" doc:"Database that the user authenticates against."`
	Username     string `path:"username" doc:"Name of the user."`
}

// find returns the user that in names.
func (in oneIn) find(tx store.Tx) (*User, error) {
	u, err := Users.Get(tx, Key(in.GroupID, in.DatabaseName, in.Username))
	return u, store.IfMissing(err, fault.UsernameNotFound.With(in.Username))
}

func (s *Service) get(tx store.Tx, in oneIn) (out CloudDatabaseUser, err error) {
	u, err := in.find(tx)
	if err == nil {
		out = toWire(u)
	}
	return out, err
}

type updateIn struct {
	oneIn
	Body CloudDatabaseUser
}

func (s *Service) update(ctx context.Context, in updateIn) (out CloudDatabaseUser, err error) {
	p, err := keep(in.Username, in.Body.Password)
	if err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		u, err := in.find(tx)
		if err != nil {
			return err
		}
		before := *u
		if err := u.take(tx, &in.Body, p); err != nil {
			return err
		}
		out = toWire(u)
		if reflect.DeepEqual(*u, before) {
			return nil
		}
		if err := Users.Put(tx, u); err != nil {
			return err
		}
		return changed(tx, u, "MONGODB_USER_UPDATED")
	})
	return out, err
}

func (s *Service) delete(tx store.Tx, in oneIn) (api.None, error) {
	u, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, remove(tx, u)
}

func remove(tx store.Tx, u *User) error {
	p, err := state.Projects.Get(tx, u.GroupID)
	if err != nil {
		return err
	}
	if err := event.Write(tx, event.In("MONGODB_USER_DELETED", p).About(event.DatabaseUser(u.Name))); err != nil {
		return err
	}
	return Users.Delete(tx, u)
}

// Vacate removes the users of a project that goes.
func (s *Service) Vacate(tx store.Tx, groupID model.ID) error {
	return Users.DeleteAll(tx, of(groupID))
}

// Usage counts the project's users, for its limit.
func (s *Service) Usage(tx store.Tx, groupID model.ID) (limit string, n int64, err error) {
	n, err = Users.Count(tx, of(groupID))
	return model.LimitDatabaseUsers, n, err
}
