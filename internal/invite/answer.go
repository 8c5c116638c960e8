package invite

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/bearer"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// endedError says that the invitation has ended already.
type endedError struct{ how End }

func (e *endedError) Error() string { return "invite: the invitation was " + string(e.how) }

// find returns the open invitation that a link's token belongs to. Errors: store.ErrNotFound, *endedError.
func find(tx store.Tx, token string) (*Invitation, error) {
	inv, err := Invitations.Find(tx, "token", bearer.Hash(token))
	switch {
	case err != nil:
		return nil, err
	case inv.End != "":
		return nil, &endedError{inv.End}
	case !tx.Now().Before(inv.Expires):
		return nil, &endedError{Expired}
	}
	return inv, nil
}

// answer is what a person answers on the page of a link. A person who accepts without an account sends its data too.
type answer struct {
	how       End
	hash      string // of the new password; "" if there is none
	firstName string
	lastName  string
}

// errChanged says that an answer has the data of an account although there is one by now, or lacks it although there is none.
var errChanged = errors.New("invite: the account has changed since the page was read")

// give ends an invitation by an answer. If there are several answers, the first counts.
func (a answer) give(ctx context.Context, st store.Store, token string, from netip.Addr) (d details, err error) {
	err = st.Update(ctx, func(tx store.Tx) error {
		inv, err := find(tx, token)
		if err != nil {
			return err
		}
		if d, err = describe(tx, inv); err != nil {
			return err
		}
		if a.how == Accepted && d.Stranger != (a.hash != "") {
			return errChanged
		}
		if a.hash != "" {
			if err := a.settle(tx, inv.UserID); err != nil {
				return err
			}
		}
		user := &authz.Principal{Kind: authz.CloudUser, ID: inv.UserID, Name: inv.Username, OrgID: inv.OrgID, Address: from}
		return inv.close(store.Within(authz.NewContext(ctx, user), tx), a.how)
	})
	return d, err
}

// settle completes an account that was created for an invitation.
func (a answer) settle(tx store.Tx, userID model.ID) error {
	u, err := state.Users.Get(tx, userID)
	if err != nil {
		return err
	}
	u.PasswordHash, u.FirstName, u.LastName = a.hash, a.firstName, a.lastName
	return state.Users.Put(tx, u)
}

// ExpireKind is the work of ending an invitation that nobody answers; its key is the invitation's.
const ExpireKind reconcile.Kind = "invitation.expire"

// remembered is for how long after the link's expiry its page still says how the invitation ended.
const remembered = life

// Expiry ends invitations that nobody answers in time, and later removes their rows.
type Expiry struct{ Store store.Store }

// Reconcile ends the invitation if it is open, and removes its row when remembered is over.
func (e Expiry) Reconcile(ctx context.Context, id string) (again time.Time, err error) {
	err = e.Store.Update(ctx, func(tx store.Tx) error {
		again = time.Time{}
		inv, err := Invitations.Get(tx, id)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		forget := inv.Expires.Add(remembered)
		switch now := tx.Now(); {
		case now.Before(inv.Expires):
			again = inv.Expires
			return nil
		case !now.Before(forget) && inv.End != "":
			return Invitations.Delete(tx, inv)
		}
		again = forget
		if inv.End != "" {
			return nil
		}
		return inv.close(tx, Expired)
	})
	return again, err
}

// GiveUp keeps the work, because pending memberships must not stay for ever.
func (e Expiry) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// Work has the handler that ends invitations.
func (e Expiry) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{ExpireKind: e}
}

// Tables are the tables of invitations.
func (e Expiry) Tables() []*store.Schema { return []*store.Schema{Invitations.Schema()} }
