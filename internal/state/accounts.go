package state

import (
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// UserNamed returns the user with that name, or store.ErrNotFound. An older store may have two users whose names differ
// only in Unicode composition: then it returns the one whose name is exactly the given one.
func UserNamed(tx store.Tx, username string) (*model.CloudUser, error) {
	all, err := Users.List(tx, store.Query{Index: "folded", Prefix: []string{FoldUsername(username)}})
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, store.ErrNotFound
	}
	same := slices.IndexFunc(all, func(u *model.CloudUser) bool { return strings.EqualFold(u.Username, username) })
	return all[max(same, 0)], nil
}

// EnsureAccount returns the account of that username, for the organization that invites the person. It makes one if there is
// none, without a password and a name, which the person gives when accepting.
//
// An account that was made with a password (createUser) loses it, unless the person has a place in the organization, be
// it pending, or an active place elsewhere: its maker may be a stranger, who would get the access to which the person
// is invited now.
func EnsureAccount(tx store.Tx, username string, orgID model.ID) (*model.CloudUser, error) {
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
