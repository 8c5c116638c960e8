package awsdns

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// TestAProjectThatIsDeletedMeanwhile: between the check of a caller's roles and the change, the project may go; the
// change must not leave a setting of nothing.
func TestAProjectThatIsDeletedMeanwhile(t *testing.T) {
	s := &Service{}
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), time.Now, append(state.Tables(), s.Tables()...))
	if err != nil {
		t.Fatal(err)
	}
	s.Store = st
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	gone := toggleIn{InGroup: api.InGroup{GroupID: model.NewID()}, Body: AWSCustomDNSEnabledView{Enabled: api.Ptr(true)}}
	if _, err := s.toggle(t.Context(), gone); !errors.Is(err, fault.GroupNotFound) {
		t.Errorf("toggled with %v", err)
	}
	err = st.View(t.Context(), func(tx store.Tx) error {
		n, err := Settings.Count(tx, store.Query{})
		if n != 0 {
			t.Errorf("%d settings", n)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
