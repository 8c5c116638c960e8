// Package kept has the usual life of what the API keeps for its callers: handlers that families use where their
// operations need no behaviour of their own.
package kept

import (
	"encoding/json"
	"reflect"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Setting is what every project has one of, whether or not anybody has written it, such as its maintenance window. W is
// its shape, on the wire and on disk.
type Setting[W any] struct {
	Store store.Store
	Table *store.Table[Row[W]]
	// Validate refuses a changed setting, or completes it, and drops what responses do not have; nil where any will do.
	Validate func(w *W) error
	// Events are those of a change; nil where the API has none.
	Events func(before, after W) []event.Type
}

// Row is a project's setting in stored form.
type Row[W any] struct {
	GroupID model.ID `json:"groupId"`
	Value   W        `json:"is"`
	Rev     int64    `json:"-"`
}

// Table declares the table of a setting. older reads the bodies of rows from before they had the form of Row, with the
// shape's fields beside groupId; nil where there are none.
func Table[W any](name string, older func(body []byte) (W, error)) *store.Table[Row[W]] {
	t := &store.Table[Row[W]]{
		Name: name,
		ID:   func(r *Row[W]) string { return r.GroupID },
		Rev:  func(r *Row[W]) *int64 { return &r.Rev },
	}
	if older != nil {
		t.Older = Older(func(body []byte) (row Row[W], err error) {
			if err = json.Unmarshal(body, &row); err == nil {
				row.Value, err = older(body)
			}
			return row, err
		})
	}
	return t
}

// find returns the project's row, or a new one.
func (s *Setting[W]) find(tx store.Tx, groupID model.ID) (*Row[W], error) {
	r, err := s.Table.Get(tx, groupID)
	if !store.IsNotFound(err) {
		return r, err
	}
	r = &Row[W]{GroupID: groupID}
	return r, s.check(&r.Value)
}

func (s *Setting[W]) check(w *W) error {
	if s.Validate == nil {
		return nil
	}
	return s.Validate(w)
}

// In names the project whose setting is asked for.
type In struct{ api.InGroup }

// Get returns the project's setting.
func (s *Setting[W]) Get(tx store.Tx, in In) (out W, err error) {
	r, err := s.find(tx, in.GroupID)
	if err != nil {
		return out, err
	}
	return r.Value, nil
}

// PatchSettingIn names what of a project's setting is to change.
type PatchSettingIn[W any] struct {
	api.InGroup
	Body api.Patch[W]
}

// Patch changes what the body names.
func (s *Setting[W]) Patch(tx store.Tx, in PatchSettingIn[W]) (W, error) {
	return s.Update(tx, in.GroupID, func(w *W) (err error) {
		*w, err = in.Body.Apply(*w)
		return err
	})
}

// Update lets change rewrite the project's setting, with its events in the same transaction.
func (s *Setting[W]) Update(tx store.Tx, groupID model.ID, change func(w *W) error) (out W, err error) {
	p, err := state.Project(tx, groupID)
	if err != nil {
		return out, err
	}
	r, err := s.find(tx, groupID)
	if err != nil {
		return out, err
	}
	before := r.Value
	if err := change(&r.Value); err != nil {
		return out, err
	}
	if err := s.check(&r.Value); err != nil {
		return out, err
	}
	if reflect.DeepEqual(before, r.Value) {
		return r.Value, nil
	}
	if err := s.Table.Put(tx, r); err != nil {
		return out, err
	}
	return r.Value, s.report(tx, p, before, r.Value)
}

func (s *Setting[W]) report(tx store.Tx, p *model.Project, before, after W) error {
	if s.Events == nil {
		return nil
	}
	for _, what := range s.Events(before, after) {
		if err := event.Write(tx, event.InProject(what, p)); err != nil {
			return err
		}
	}
	return nil
}

// OnProjectDelete removes the setting of a project that goes.
func (s *Setting[W]) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	r, err := s.Table.Get(tx, groupID)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	return s.Table.Delete(tx, r)
}

// Tables are what the setting stores.
func (s *Setting[W]) Tables() []*store.Schema { return []*store.Schema{s.Table.Schema()} }
