package databaseuser

import (
	"slices"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// LoseRole takes a custom role away from the project's users who have it. If it is the only role of some, it changes
// nothing and returns their names.
func (s *Service) LoseRole(tx store.Tx, groupID model.ID, role string) (bereft []string, err error) {
	all, err := Users.List(tx, of(groupID))
	if err != nil {
		return nil, err
	}
	var losers []*User
	for _, u := range all {
		rest := slices.DeleteFunc(slices.Clone(u.Roles), func(r model.DatabaseRole) bool { return r.Name == role })
		if len(rest) == len(u.Roles) {
			continue
		}
		u.Roles = rest
		losers = append(losers, u)
		if len(rest) == 0 {
			bereft = append(bereft, u.Name)
		}
	}
	if len(bereft) > 0 {
		return bereft, nil
	}
	for _, u := range losers {
		if err := Users.Put(tx, u); err != nil {
			return nil, err
		}
		if err := changed(tx, u, "MONGODB_USER_UPDATED"); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
