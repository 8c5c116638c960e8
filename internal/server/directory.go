package server

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"net/netip"
	"time"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/customrole"
	"github.com/telamon-db/telamon/internal/resource/databaseuser"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// directory answers a cluster's gateway from the project's database users, custom roles and access list.
type directory struct {
	access  *projectAccess
	cluster string
	now     func() time.Time
}

// knownUser is a database user as gateways know it.
type knownUser struct {
	row  *databaseuser.User
	user *gateway.User
}

// User returns the database user, or nil if there is none whose scopes include the cluster and whose time is not over.
func (d directory) User(ctx context.Context, authDB, username string) (*gateway.User, error) {
	name := userName{authDB, username}
	c, err := d.access.get(ctx, name)
	if err != nil {
		return nil, err
	}
	m := c.users[name]
	if m == nil || !m.row.Value.MayUse(d.cluster) || !m.row.Value.Expires().IsZero() && !d.now().Before(m.row.Value.Expires()) {
		return nil, nil
	}
	return m.user, nil
}

// Admits reports whether the project's access list has the address.
func (d directory) Admits(ctx context.Context, addr netip.Addr) (bool, error) {
	c, err := d.access.get(ctx, userName{})
	if err != nil {
		return false, err
	}
	for _, n := range c.list {
		if n.Admits(addr, d.now()) {
			return true, nil
		}
	}
	return false, nil
}

// Vouches returns why the certificates that a client presents are not those of a user, or nil if they are.
func (d directory) Vouches(ctx context.Context, u *gateway.User, chain []*x509.Certificate) (why, err error) {
	name := userName{u.DB, u.Name}
	c, err := d.access.get(ctx, name)
	if err != nil {
		return nil, err
	}
	m := c.users[name]
	if m == nil {
		return errors.New("the user has been deleted"), nil
	}
	return c.trust.Vouches(m.row.Value.X509Type, u.Name, chain, d.now()), nil
}

// readUser returns the user of that name, or nil.
func readUser(tx store.Tx, groupID model.ID, name userName) (*knownUser, error) {
	u, err := databaseuser.Users.Get(tx, databaseuser.Key(groupID, name.db, name.name))
	if err != nil {
		return nil, store.IfMissing(err, nil)
	}
	held, err := state.EffectiveRoles(tx, groupID, u.Value.DatabaseRoles())
	if err != nil {
		return nil, err
	}
	return &knownUser{u, toGateway(u, held).Compile()}, nil
}

func toGateway(u *databaseuser.User, held []state.EffectiveRole) *gateway.User {
	g := &gateway.User{ID: cmp.Or(u.Internal.ID, u.ID), DB: u.Value.DatabaseName, Name: u.Value.Username, SHA256: u.Internal.SHA256, SHA1: u.Internal.SHA1}
	for _, r := range held {
		g.Roles = append(g.Roles, gateway.Role{
			Name: r.Name, DB: r.Database, Collection: r.Collection, Inherited: r.Inherited, Privileges: privileges(r.Custom),
		})
	}
	return g
}

// privileges returns what a custom role allows without the roles that it inherits, one privilege for each resource.
func privileges(r *model.CustomRole) []gateway.Privilege {
	if r == nil {
		return nil
	}
	var all []gateway.Privilege
	at := map[gateway.Pattern]int{}
	for _, a := range r.Actions {
		for _, on := range a.Resources {
			p := gateway.Pattern{Cluster: on.Cluster, DB: on.Database, Collection: on.Collection}
			i, known := at[p]
			if !known {
				i = len(all)
				at[p] = i
				all = append(all, gateway.Privilege{On: p})
			}
			all[i].Actions = append(all[i].Actions, customrole.MongoDB(a.Name))
		}
	}
	return all
}
