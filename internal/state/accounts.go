package state

import (
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Account is the account of that username. There is one as soon as somebody is invited: who has never been asked
// before gets one without a password and a name, which the person sets in accepting.
func Account(tx store.Tx, username string) (*model.CloudUser, error) {
	u, err := Users.Find(tx, "username", Fold(username))
	if store.IsNotFound(err) {
		u = &model.CloudUser{ID: model.NewID(), Username: username, Created: tx.Now()}
		err = Users.Put(tx, u)
	}
	return u, err
}
