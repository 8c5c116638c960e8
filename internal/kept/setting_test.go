package kept

import (
	"encoding/json"
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

type shape struct {
	On   bool   `json:"on"`
	Text string `json:"text,omitempty"`
}

// open returns a setting on a store with the projects a and b.
func open(t *testing.T) *Setting[shape] {
	t.Helper()
	s := &Setting[shape]{Table: Table("settings_of_the_test", func(body []byte) (w shape, err error) {
		var old struct {
			Was bool `json:"was"`
		}
		err = json.Unmarshal(body, &old)
		return shape{On: old.Was}, err
	})}
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), time.Now, append(state.Tables(), s.Tables()...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Store = st
	err = st.Update(t.Context(), func(tx store.Tx) error {
		for _, id := range []string{"a", "b"} {
			if err := state.Projects.Put(tx, &model.Project{ID: id, OrgID: "o", Name: id}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Setting[W]) patch(t *testing.T, groupID, body string) (W, error) {
	t.Helper()
	in := PatchSettingIn[W]{InGroup: api.InGroup{GroupID: groupID}}
	if err := json.Unmarshal([]byte(body), &in.Body); err != nil {
		t.Fatal(err)
	}
	return store.Write(s.Store, s.Patch)(t.Context(), in)
}

func (s *Setting[W]) is(t *testing.T, groupID string) W {
	t.Helper()
	w, err := store.Read(s.Store, s.Get)(t.Context(), In{api.InGroup{GroupID: groupID}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestSetting(t *testing.T) {
	s := open(t)
	if w, err := s.patch(t, "a", `{"on":true,"text":"x"}`); err != nil || w != (shape{true, "x"}) {
		t.Errorf("set to %v: %v", w, err)
	}
	if w, err := s.patch(t, "a", `{"text":"y"}`); err != nil || w != (shape{true, "y"}) {
		t.Errorf("changed to %v: %v", w, err)
	}
	if a, b := s.is(t, "a"), s.is(t, "b"); a != (shape{true, "y"}) || b != (shape{}) {
		t.Errorf("a has %v, b %v", a, b)
	}
	err := s.Store.Update(t.Context(), func(tx store.Tx) error { return errors.Join(s.OnProjectDelete(tx, "a"), s.OnProjectDelete(tx, "b")) })
	if err != nil {
		t.Fatal(err)
	}
	if a := s.is(t, "a"); a != (shape{}) {
		t.Errorf("left: %v", a)
	}
}

// TestCheck: a refused change changes nothing.
func TestCheck(t *testing.T) {
	s := open(t)
	s.Validate = func(w *shape) error {
		if w.Text == "bad" {
			return fault.Field("text", "must be good")
		}
		return nil
	}
	if _, err := s.patch(t, "a", `{"on":true,"text":"bad"}`); !errors.Is(err, fault.ValidationError) {
		t.Errorf("refused with %v", err)
	}
	if a := s.is(t, "a"); a != (shape{}) {
		t.Errorf("changed to %v", a)
	}
}

// TestAProjectThatIsDeletedMeanwhile: if the project is deleted between the check of the caller's roles and the change, no
// setting is left.
func TestAProjectThatIsDeletedMeanwhile(t *testing.T) {
	s := open(t)
	if _, err := s.patch(t, "c", `{"on":true}`); !errors.Is(err, fault.GroupNotFound) {
		t.Errorf("changed with %v", err)
	}
	err := s.Store.View(t.Context(), func(tx store.Tx) error {
		n, err := s.Table.Count(tx, store.Query{})
		if n != 0 {
			t.Errorf("%d settings", n)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestOlder reads a row in the older form.
func TestOlder(t *testing.T) {
	s := open(t)
	err := s.Store.Update(t.Context(), func(tx store.Tx) error {
		_, err := tx.Put(s.Table.Schema(), store.Row{ID: "a", Body: []byte(`{"groupId":"a","was":true}`)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := s.is(t, "a"); a != (shape{On: true}) {
		t.Errorf("read as %v", a)
	}
	if a, err := s.patch(t, "a", `{"text":"x"}`); err != nil || a != (shape{true, "x"}) {
		t.Errorf("changed to %v: %v", a, err)
	}
	if a := s.is(t, "a"); a != (shape{true, "x"}) {
		t.Errorf("stored as %v", a)
	}
}
