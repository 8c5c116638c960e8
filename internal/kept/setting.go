// Package kept has ready handlers for what the API stores for a project: Objects for a list of objects, Setting for a single
// setting. Families use them wherever their operations need no behaviour of their own.
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

// Setting handles a setting that every project has, such as its maintenance window. Until somebody changes it, it is the
// zero value of W, completed by Validate. W is its shape, on the wire and on disk.
type Setting[W any] struct {
	Store store.Store
	Table *store.Table[Row[W]]
	// Validate refuses a changed setting, or completes it and drops what is not to be stored. Optional.
	Validate func(w *W) error
	// Permit refuses what has been stored in tx. Optional.
	Permit func(tx store.Tx, groupID model.ID) error
	// Events returns the events to write for a change. Optional.
	Events func(before, after W) []event.Type
}

// Row is a project's setting as it is stored.
type Row[W any] struct {
	GroupID model.ID `json:"groupId"`
	Value   W        `json:"is"`
	Rev     int64    `json:"-"`
}

// Table declares the table of a setting. older reads rows that were stored before Row existed, with the shape's fields next
// to groupId; nil if no program has stored such rows.
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

// In names a project.
type In struct{ api.InGroup }

// Get returns the project's setting.
func (s *Setting[W]) Get(tx store.Tx, in In) (out W, err error) {
	r, err := s.find(tx, in.GroupID)
	if err != nil {
		return out, err
	}
	return r.Value, nil
}

// PatchSettingIn is the input of Setting.Patch.
type PatchSettingIn[W any] struct {
	api.InGroup
	Body api.Patch[W]
}

// Patch changes the fields that the body has.
func (s *Setting[W]) Patch(tx store.Tx, in PatchSettingIn[W]) (W, error) {
	return s.Update(tx, in.GroupID, func(w *W) (err error) {
		*w, err = in.Body.Apply(*w)
		return err
	})
}

// Update calls change with the project's setting, and stores the setting and its events if change has changed it.
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
	if s.Permit != nil {
		if err := s.Permit(tx, groupID); err != nil {
			return out, err
		}
	}
	return r.Value, s.writeEvents(tx, p, before, r.Value)
}

func (s *Setting[W]) writeEvents(tx store.Tx, p *model.Project, before, after W) error {
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

// OnProjectDelete deletes the setting of a project that is being deleted.
func (s *Setting[W]) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	r, err := s.Table.Get(tx, groupID)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	return s.Table.Delete(tx, r)
}

// Tables returns the table of the setting.
func (s *Setting[W]) Tables() []*store.Schema { return []*store.Schema{s.Table.Schema()} }
