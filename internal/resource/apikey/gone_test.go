package apikey

import (
	"errors"
	"testing"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

// An organization that has gone since the caller's roles were checked gets no key, which would stay for ever.
func TestNoKeyInAnOrganizationThatIsGone(t *testing.T) {
	s := &Service{Store: sqlitetest.Open(t, nil, state.Tables()...)}
	in := createIn{InOrg: api.InOrg{OrgID: model.NewID()}}
	in.Body = CreateAtlasOrganizationAPIKey{Desc: "late", Roles: []authz.Role{authz.OrgOwner}}
	if _, err := store.Write(s.Store, s.create)(t.Context(), in); !errors.Is(err, fault.OrgNotFound) {
		t.Errorf("creating a key: %v", err)
	}
	err := s.Store.View(t.Context(), func(tx store.Tx) error {
		if n, err := state.APIKeys.Count(tx, state.KeysOf(in.OrgID)); err != nil || n > 0 {
			t.Errorf("%d keys, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
