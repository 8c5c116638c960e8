package state

import (
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// UserNamed is the user with that name, or store.ErrNotFound. Of two whose names differ in composition only, which a store
// may have from before, it is the one that is named just so.
func UserNamed(tx store.Tx, username string) (*model.CloudUser, error) {
	all, err := Users.List(tx, store.Query{Index: "folded", Prefix: []string{Fold(username)}})
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, store.ErrNotFound
	}
	same := slices.IndexFunc(all, func(u *model.CloudUser) bool { return strings.EqualFold(u.Username, username) })
	return all[max(same, 0)], nil
}

// Account is the account of that username, for the organization that invites the person. There is one as soon as
// somebody is invited: who has never been asked before gets one without a password and a name, which the person sets in
// accepting.
//
// An account that somebody has made with a password (createUser) loses it, unless the organization waits for the person
// already, or the person has been let in somewhere: whoever made it may be anybody, and would get what the person is
// invited to now.
func Account(tx store.Tx, username string, orgID model.ID) (*model.CloudUser, error) {
	u, err := UserNamed(tx, username)
	if store.IsNotFound(err) {
		u = &model.CloudUser{ID: model.NewID(), Username: username, Created: tx.Now()}
		return u, Users.Put(tx, u)
	}
	if err != nil || u.PasswordHash == "" {
		return u, err
	}
	places, err := Memberships.List(tx, store.Query{Index: "user", Prefix: []string{u.ID}})
	if err != nil || slices.ContainsFunc(places, func(m *model.Membership) bool { return !m.Pending || m.OrgID == orgID }) {
		return u, err
	}
	u.PasswordHash = ""
	return u, Users.Put(tx, u)
}
