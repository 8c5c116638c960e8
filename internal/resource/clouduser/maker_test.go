package clouduser

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// TestMadeAccountsAreBounded: a maker has a bounded number of accounts whose holders have accepted nothing, which is nobody
// else's; and those that are nowhere go with their organization.
func TestMadeAccountsAreBounded(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), time.Now, []*store.Schema{state.Users.Schema(), state.Memberships.Schema()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	err = s.Update(t.Context(), func(tx store.Tx) error {
		var last *model.CloudUser
		for i := range maxMade {
			if err := mayMake(tx, "org"); err != nil {
				t.Errorf("the %d. account is refused: %v", i+1, err)
			}
			last = &model.CloudUser{ID: fmt.Sprint(i), Username: fmt.Sprintf("u%d@example.com", i), Maker: "org"}
			if err := state.Users.Put(tx, last); err != nil {
				return err
			}
		}
		if err := mayMake(tx, "org"); !errors.Is(err, usersPerMaker) {
			t.Errorf("one too many: %v", err)
		}
		if err := mayMake(tx, "another"); err != nil {
			t.Errorf("another maker: %v", err)
		}
		last.Maker = "" // an invitation was accepted
		if err := state.Users.Put(tx, last); err != nil {
			return err
		}
		if err := mayMake(tx, "org"); err != nil {
			t.Errorf("after an invitation was accepted: %v", err)
		}
		if err := state.Memberships.Put(tx, &model.Membership{UserID: "0", OrgID: "elsewhere", Pending: true}); err != nil {
			return err
		}
		if err := forgetMade(tx, "org"); err != nil {
			return err
		}
		if n, err := state.Users.Count(tx, store.Query{}); n != 2 {
			t.Errorf("%d accounts are left (%v), of which one has accepted an invitation and one has one", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
