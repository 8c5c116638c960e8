package invite

import (
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// OpenIn are the open invitations into an organization, by the user.
func OpenIn(tx store.Tx, orgID model.ID) (map[model.ID]*Invitation, error) {
	all, err := Invitations.List(tx, store.Query{Index: "org", Prefix: []string{orgID}})
	open := map[model.ID]*Invitation{}
	for _, inv := range all {
		if inv.End == "" {
			open[inv.UserID] = inv
		}
	}
	return open, err
}
