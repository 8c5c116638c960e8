package invite

import (
	"errors"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/letters"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

// world is a store, and who invites into its organization "o".
type world struct {
	t *testing.T
	store.Store
	Sender
}

func newWorld(t *testing.T) *world {
	t.Helper()
	tables := append(state.Tables(), Invitations.Schema(), letters.Letters.Schema(), reconcile.Works.Schema())
	w := &world{t, sqlitetest.Open(t, time.Now, tables...), Sender{BaseURL: func() string { return "http://127.0.0.1" }}}
	w.must(func(tx store.Tx) error {
		return state.Organizations.Put(tx, &model.Organization{ID: "o", Name: "Here"})
	})
	return w
}

func (w *world) must(fn func(store.Tx) error) {
	w.t.Helper()
	if err := w.Update(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) invite(username, orgID string) error {
	ctx := authz.NewContext(w.t.Context(), &authz.Principal{Kind: authz.APIKey, ID: "k", Name: "abcdefgh"})
	return w.Update(ctx, func(tx store.Tx) error {
		u, err := state.EnsureAccount(tx, username, orgID)
		if err != nil {
			return err
		}
		return w.Invite(tx, u, orgID, []people.Assignment{{Roles: []authz.Role{authz.OrgMember}}})
	})
}

// An organization may go between the check of the caller's roles and the invitation.
func TestNobodyIsInvitedIntoWhatHasGone(t *testing.T) {
	w := newWorld(t)
	if err := w.invite("jane@example.com", "gone"); !errors.Is(err, fault.OrgNotFound) {
		t.Errorf("%v", err)
	}
}

// With an organization go its invitations, the letters that have not gone out, and the accounts that were made for them.
func TestAnOrganizationIsForgotten(t *testing.T) {
	w := newWorld(t)
	w.must(func(tx store.Tx) error {
		return state.Organizations.Put(tx, &model.Organization{ID: "other", Name: "There"})
	})
	for _, name := range []string{"jane@example.com", "joe@example.com"} {
		if err := w.invite(name, "o"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.invite("joe@example.com", "other"); err != nil {
		t.Fatal(err)
	}
	w.must(func(tx store.Tx) error { return DeleteInOrg(tx, "o") })
	w.must(func(tx store.Tx) error {
		for _, c := range []struct {
			what  string
			count func(store.Tx, store.Query) (int64, error)
		}{
			{"invitations", Invitations.Count}, {"letters", letters.Letters.Count}, {"accounts", state.Users.Count}, {"places", state.Memberships.Count},
		} {
			if n, err := c.count(tx, store.Query{}); n != 1 || err != nil {
				t.Errorf("%d %s (%v), and not those of the other organization alone", n, c.what, err)
			}
		}
		return nil
	})
}
