package state

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// Roles are followed to all that they inherit: each once, whatever circles there are, and without those that are gone.
func TestHeldRoles(t *testing.T) {
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), time.Now, []*store.Schema{CustomRoles.Schema()})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	custom := func(name string) model.DatabaseRole { return model.DatabaseRole{Name: name, Database: "admin"} }
	read := model.DatabaseRole{Name: "read", Database: "shop"}
	err = st.Update(t.Context(), func(tx store.Tx) error {
		for name, parents := range map[string][]model.DatabaseRole{
			"a": {custom("b"), custom("c"), read}, "b": {custom("c"), custom("gone")}, "c": {custom("a")},
		} {
			if err := CustomRoles.Put(tx, &model.CustomRole{GroupID: "g", Name: name, Inherits: parents}); err != nil {
				return err
			}
		}
		for _, test := range []struct {
			group string
			roles []model.DatabaseRole
			want  string // inherited ones in brackets
		}{
			{"g", nil, ""},
			{"g", []model.DatabaseRole{read}, "read"},
			{"g", []model.DatabaseRole{custom("b"), read}, "b read (c) (a)"},
			{"g", []model.DatabaseRole{custom("a"), custom("a")}, "a (b) (c) (read)"},
			{"g", []model.DatabaseRole{custom("gone")}, ""},
			{"other", []model.DatabaseRole{custom("a"), read}, "read"},
		} {
			held, err := EffectiveRoles(tx, test.group, test.roles)
			if err != nil {
				return err
			}
			var got []string
			for _, h := range held {
				if (h.Custom == nil) != h.Builtin() {
					t.Errorf("%s: %+v", h.Name, h)
				}
				if h.Inherited {
					h.Name = "(" + h.Name + ")"
				}
				got = append(got, h.Name)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("%v in %s: %v, want %s", test.roles, test.group, got, test.want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
