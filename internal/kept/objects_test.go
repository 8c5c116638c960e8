package kept

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

type name struct {
	api.InGroup
	Text string
}

func (n name) RowID() (string, error) {
	return n.GroupID + "/" + n.Text, fault.UsernameNotFound.With(n.Text)
}

var (
	tooMany = fault.NewKind("TOO_MANY_THINGS", fault.Forbidden, "A project has at most %s things.")
	taken   = fault.NewKind("THING_EXISTS", fault.Conflict, "There is a thing named %s.")
)

type things struct {
	Objects[name, shape, struct{}]
	t *testing.T
}

// newThings are objects on a store with the projects a, which may have two, and b.
func newThings(t *testing.T) *things {
	type object = Object[shape, struct{}]
	s := &things{t: t, Objects: Objects[name, shape, struct{}]{
		Table: &store.Table[object]{
			Name: "things", ID: func(o *object) string { return o.GroupID + "/" + o.Value.Text }, Rev: func(o *object) *int64 { return &o.Rev },
			Indexes: []store.Index[object]{{Name: "group", Key: func(o *object) []string { return []string{o.GroupID, o.Value.Text} }}},
		},
		Limit:     Limit{Name: model.LimitDatabaseUsers, Exceeded: tooMany},
		Duplicate: func(o *object) error { return taken.With(o.Value.Text) },
		Events: func(o *object) Events {
			return Events{"MONGODB_USER_ADDED", "MONGODB_USER_UPDATED", "MONGODB_USER_DELETED", []event.Subject{event.DatabaseUser(o.Value.Text)}}
		},
		Validate: func(_ store.Tx, before, o *object) error {
			if before != nil && before.Value.Text != o.Value.Text {
				return fault.Field("text", "cannot change")
			}
			return nil
		},
		BeforeDelete: func(_ store.Tx, o *object) error {
			if o.Value.On {
				return fault.Field("on", "is in use")
			}
			return nil
		},
	}}
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
	limits := model.Overrides{model.LimitDatabaseUsers: 2}
	s.do(func(tx store.Tx) error {
		return errors.Join(
			state.Projects.Put(tx, &model.Project{ID: "a", OrgID: "o", Name: "a", Limits: limits}),
			state.Projects.Put(tx, &model.Project{ID: "b", OrgID: "o", Name: "b"}))
	})
	return s
}

func (s *things) do(fn func(tx store.Tx) error) {
	s.t.Helper()
	if err := s.Store.Update(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func in(groupID string) api.InGroup { return api.InGroup{GroupID: groupID} }

func (s *things) create(groupID, text string) error {
	_, err := store.Write(s.Store, s.Create)(s.t.Context(), CreateIn[shape]{in(groupID), shape{Text: text}})
	return err
}

func (s *things) patch(groupID, text, body string) (shape, error) {
	p := PatchIn[name, shape]{One: name{in(groupID), text}}
	if err := json.Unmarshal([]byte(body), &p.Body); err != nil {
		s.t.Fatal(err)
	}
	return store.Write(s.Store, s.Patch)(s.t.Context(), p)
}

func (s *things) delete(groupID, text string) error {
	_, err := store.Write(s.Store, s.Delete)(s.t.Context(), name{in(groupID), text})
	return err
}

// events are the types of the project's events, oldest first, and what they are about.
func (s *things) events(groupID string) (list []string) {
	s.do(func(tx store.Tx) error {
		rows, err := tx.Events(store.EventQuery{Series: groupID})
		for i := range rows {
			e, err := event.Decode(rows[len(rows)-1-i])
			if err != nil {
				return err
			}
			list = append(list, string(e.Type)+" "+e.DatabaseUser)
		}
		return err
	})
	return list
}

func TestObjects(t *testing.T) {
	s := newThings(t)
	for _, step := range []struct {
		what string
		err  error
		want error
	}{
		{"x", s.create("a", "x"), nil},
		{"x again", s.create("a", "x"), taken},
		{"x elsewhere", s.create("b", "x"), nil},
		{"y", s.create("a", "y"), nil},
		{"one too many", s.create("a", "z"), tooMany},
		{"in no project", s.create("c", "x"), fault.GroupNotFound},
		{"delete what is not there", s.delete("b", "y"), fault.UsernameNotFound},
		{"delete", s.delete("b", "x"), nil},
	} {
		if !errors.Is(step.err, step.want) || (step.want == nil) != (step.err == nil) {
			t.Errorf("%s: %v, want %v", step.what, step.err, step.want)
		}
	}
	if w, err := s.patch("a", "x", `{"on":true}`); err != nil || w != (shape{true, "x"}) {
		t.Errorf("changed to %v: %v", w, err)
	}
	if _, err := s.patch("a", "x", `{"on":true}`); err != nil { // changes nothing, so there is no event
		t.Error(err)
	}
	if _, err := s.patch("a", "x", `{"text":"z"}`); !errors.Is(err, fault.ValidationError) {
		t.Errorf("renamed: %v", err)
	}
	if err := s.delete("a", "x"); !errors.Is(err, fault.ValidationError) {
		t.Errorf("removed what is in use: %v", err)
	}
	page, err := store.Read(s.Store, s.List)(t.Context(), ListIn{in("a"), api.Paging{PageNum: 1, ItemsPerPage: 1, IncludeCount: true}})
	if err != nil || len(page.Results) != 1 || page.Results[0] != (shape{true, "x"}) || *page.TotalCount != 2 {
		t.Errorf("a page of %+v: %v", page, err)
	}
	if got, want := s.events("a"), []string{"MONGODB_USER_ADDED x", "MONGODB_USER_ADDED y", "MONGODB_USER_UPDATED x"}; len(got) != 3 || [3]string(got) != [3]string(want) {
		t.Errorf("events %v", got)
	}
	s.do(func(tx store.Tx) error { return s.OnProjectDelete(tx, "a") })
	if all, err := store.Read(s.Store, s.All)(t.Context(), In{in("a")}); err != nil || len(all) != 0 {
		t.Errorf("left: %v (%v)", all, err)
	}
}
