package server

import (
	"context"
	"net/netip"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/accesslist"
	"github.com/telamon-db/telamon/internal/resource/customrole"
	"github.com/telamon-db/telamon/internal/resource/databaseuser"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// directory tells a cluster's gateway who may come in and do what, from the project's database users, custom roles and
// access list.
type directory struct {
	store   store.Store
	groupID model.ID
	cluster string
}

// User returns the database user, or nil if there is none whose scopes include the cluster and whose time is not over.
func (d directory) User(ctx context.Context, authDB, username string) (user *gateway.User, err error) {
	err = d.store.View(ctx, func(tx store.Tx) error {
		u, err := databaseuser.Users.Get(tx, databaseuser.Key(d.groupID, authDB, username))
		if err != nil {
			return store.IfMissing(err, nil)
		}
		if !u.MayUse(d.cluster) || !u.DeleteAfter.IsZero() && !tx.Now().Before(u.DeleteAfter) {
			return nil
		}
		held, err := state.HeldRoles(tx, d.groupID, u.Roles)
		if err == nil {
			user = toGateway(u, held)
		}
		return err
	})
	return user, err
}

func toGateway(u *databaseuser.User, held []state.HeldRole) *gateway.User {
	g := &gateway.User{ID: u.ID, DB: u.Database, Name: u.Name, SHA256: u.SHA256, SHA1: u.SHA1}
	for _, r := range held {
		g.Roles = append(g.Roles, gateway.Role{
			Name: r.Name, DB: r.Database, Collection: r.Collection, Inherited: r.Inherited, Privileges: privileges(r.Custom),
		})
	}
	return g
}

// privileges are what a custom role allows by itself, one for each resource.
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

// Admits says whether the project's access list has the address.
func (d directory) Admits(ctx context.Context, addr netip.Addr) (ok bool, err error) {
	err = d.store.View(ctx, func(tx store.Tx) error {
		ok, err = accesslist.Admits(tx, d.groupID, addr)
		return err
	})
	return ok, err
}
