package server

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/databaseuser"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// audited changes a row, and has audit logs tell of it if it is a user's or a role's.
func audited(tx store.Tx, t *store.Schema, id string, write func() error) error {
	switch t.Name {
	case databaseuser.Users.Name:
		return told(tx, databaseuser.Users, id, write, func(u *databaseuser.User) model.ID { return u.GroupID }, userChange)
	case state.CustomRoles.Name:
		return told(tx, state.CustomRoles, id, write, func(r *model.CustomRole) model.ID { return r.GroupID }, roleChange)
	}
	return write()
}

// told changes an object of a project, and has audit logs tell of it.
func told[T any](tx store.Tx, t *store.Table[T], id string, write func() error, project func(*T) model.ID, tell func(before, after *T) (string, bson.D)) error {
	before, err := orNone(t.Get(tx, id))
	if err == nil {
		err = write()
	}
	if err != nil {
		return err
	}
	after, err := orNone(t.Get(tx, id))
	if err != nil || before == nil && after == nil {
		return err
	}
	one := after
	if one == nil {
		one = before
	}
	kind, param := tell(before, after)
	return noteChange(tx, project(one), kind, param)
}

// orNone makes nil of an object that is not there.
func orNone[T any](v *T, err error) (*T, error) {
	if store.IsNotFound(err) {
		return nil, nil
	}
	return v, err
}

// userChange tells of a user who is changed: before is nil if the user is made, after is nil if the user goes.
func userChange(before, after *databaseuser.User) (kind string, param bson.D) {
	u := after
	if u == nil {
		u = before
	}
	param = bson.D{{Key: "user", Value: u.Value.Username}, {Key: "db", Value: u.Value.DatabaseName}}
	if after == nil {
		return "dropUser", param
	}
	roles := bson.A{}
	for _, r := range after.Value.Roles {
		roles = append(roles, bson.D{{Key: "role", Value: r.RoleName}, {Key: "db", Value: r.DatabaseName}})
	}
	if before == nil {
		return "createUser", append(param, bson.E{Key: "roles", Value: roles})
	}
	return "updateUser", append(param, bson.E{Key: "passwordChanged", Value: before.Internal.ID != after.Internal.ID}, bson.E{Key: "roles", Value: roles})
}

// roleChange is userChange for roles, which belong to the database admin.
func roleChange(before, after *model.CustomRole) (kind string, param bson.D) {
	r := after
	if r == nil {
		r = before
	}
	param = bson.D{{Key: "role", Value: r.Name}, {Key: "db", Value: "admin"}}
	if after == nil {
		return "dropRole", param
	}
	roles := bson.A{}
	for _, p := range after.Inherits {
		roles = append(roles, bson.D{{Key: "role", Value: p.Name}, {Key: "db", Value: p.Database}})
	}
	kind = "updateRole"
	if before == nil {
		kind = "createRole"
	}
	return kind, append(param, bson.E{Key: "roles", Value: roles})
}
