package invite

import (
	"context"

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

// Withdrawn ends an invitation whose inviter does not mean it any more.
const Withdrawn End = "withdrawn"

// Withdraw ends the open invitation of a user into an organization, if there is one, and all that waits for it.
func Withdraw(ctx context.Context, tx store.Tx, userID, orgID model.ID) error {
	inv, err := Open(tx, userID, orgID)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	return inv.close(ctx, tx, Withdrawn)
}
