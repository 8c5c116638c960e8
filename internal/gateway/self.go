package gateway

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// openCommands need no login and are answered by the gateway itself.
var openCommands = map[string]func(*conn, context.Context, *wire.Msg) (bson.D, error){
	"ping": func(*conn, context.Context, *wire.Msg) (bson.D, error) { return ok(), nil },
	"saslStart": func(c *conn, ctx context.Context, m *wire.Msg) (bson.D, error) {
		return c.saslStart(ctx, m.Body, m.DB())
	},
	"authenticate": func(c *conn, ctx context.Context, m *wire.Msg) (bson.D, error) {
		return c.authenticate(ctx, m.Body, m.DB())
	},
	"saslContinue": func(c *conn, ctx context.Context, m *wire.Msg) (bson.D, error) { return c.saslContinue(ctx, m.Body) },
	"logout": func(c *conn, _ context.Context, _ *wire.Msg) (bson.D, error) {
		c.drop()
		c.closing = !c.sit(c.g.shared.guests)
		return ok(), nil
	},
	"whatsmyuri": func(c *conn, _ context.Context, _ *wire.Msg) (bson.D, error) {
		return ok(bson.E{Key: "you", Value: c.peer.String()}), nil
	},
	"buildInfo":        buildInfo,
	"buildinfo":        buildInfo,
	"connectionStatus": connectionStatus,
}

func ok(fields ...bson.E) bson.D { return append(fields, bson.E{Key: "ok", Value: 1.0}) }

func buildInfo(c *conn, _ context.Context, _ *wire.Msg) (bson.D, error) {
	parts := bson.A{}
	for _, p := range strings.SplitN(c.g.cfg.Version, ".", 4) {
		n, _ := strconv.Atoi(p)
		parts = append(parts, int32(n))
	}
	for len(parts) < 4 {
		parts = append(parts, int32(0))
	}
	return ok(
		bson.E{Key: "version", Value: c.g.cfg.Version},
		bson.E{Key: "versionArray", Value: parts},
		bson.E{Key: "modules", Value: bson.A{}},
		bson.E{Key: "bits", Value: 64},
		bson.E{Key: "debug", Value: false},
		bson.E{Key: "maxBsonObjectSize", Value: 16 << 20},
	), nil
}

// connectionStatus returns who the caller is and, with showPrivileges, what it may do.
func connectionStatus(c *conn, ctx context.Context, m *wire.Msg) (bson.D, error) {
	users, roles, privileges := bson.A{}, bson.A{}, bson.A{}
	if c.login != nil {
		user, err := c.user(ctx, m.Name())
		if err != nil {
			return nil, err
		}
		users = append(users, bson.D{{Key: "user", Value: user.Name}, {Key: "db", Value: user.DB}})
		roles, privileges = rolesOf(user.Roles), privilegesOf(user)
	}
	info := bson.D{{Key: "authenticatedUsers", Value: users}, {Key: "authenticatedUserRoles", Value: roles}}
	if commandOf(m).flag("showPrivileges") {
		info = append(info, bson.E{Key: "authenticatedUserPrivileges", Value: privileges})
	}
	return ok(bson.E{Key: "authInfo", Value: info}), nil
}

func rolesOf(held []Role) bson.A {
	roles := bson.A{}
	for _, r := range held {
		roles = append(roles, bson.D{{Key: "role", Value: r.Name}, {Key: "db", Value: r.DB}})
	}
	return roles
}

func privilegesOf(user *User) bson.A {
	all := bson.A{}
	for _, p := range user.privileges() {
		all = append(all, bson.D{{Key: "resource", Value: p.On.document()}, {Key: "actions", Value: p.Actions}})
	}
	return all
}

// usersInfo answers a user's question about itself. Only the control plane lists users.
func usersInfo(user *User, c command) (bson.D, error) {
	if !asksAbout(user, c) || c.flag("showCredentials") {
		return nil, c.refused()
	}
	direct := slices.DeleteFunc(slices.Clone(user.Roles), func(r Role) bool { return r.Inherited })
	self := bson.D{
		{Key: "_id", Value: user.DB + "." + user.Name},
		{Key: "user", Value: user.Name},
		{Key: "db", Value: user.DB},
		{Key: "roles", Value: rolesOf(direct)},
		{Key: "mechanisms", Value: bson.A{"SCRAM-SHA-1", "SCRAM-SHA-256"}},
	}
	return ok(bson.E{Key: "users", Value: bson.A{self}}), nil
}

// asksAbout reports whether a usersInfo command names this user alone: as "name" or {user, db}.
func asksAbout(user *User, c command) bool {
	if name, ok := c.value().StringValueOK(); ok {
		return name == user.Name && c.db == user.DB
	}
	doc, isDoc := c.value().DocumentOK()
	name, _ := doc.Lookup("user").StringValueOK()
	db, _ := doc.Lookup("db").StringValueOK()
	return isDoc && name == user.Name && db == user.DB
}
