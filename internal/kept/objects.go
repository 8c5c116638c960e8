package kept

import (
	"reflect"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Objects handles objects that a project has a list of, such as its database users. K names one of them in a path. W is an
// object's shape, on the wire and on disk. S holds what is stored and never shown; struct{} for nothing.
type Objects[K Ref, W, S any] struct {
	Store store.Store
	Table *store.Table[Object[W, S]] // its first index begins with the project's id and orders lists
	Limit Limit
	// Validate refuses an object before it is stored, or completes it and drops what is not to be stored. before is the
	// stored object, nil on creation. Optional.
	Validate func(tx store.Tx, before, o *Object[W, S]) error
	// Duplicate returns the error for an object whose id or unique index another one has. Optional.
	Duplicate func(o *Object[W, S]) error
	// Events returns the events to write for an object. Optional.
	Events func(o *Object[W, S]) Events
	// Show reads what responses have and rows do not, and returns a function that completes an object for a response.
	// Optional.
	Show func(tx store.Tx, groupID model.ID) (func(o *Object[W, S]) W, error)
	// OfOrg says that objects are an organization's: its id stands where a project's would.
	OfOrg bool
	// Permit refuses what Add or Put has stored in tx, for rules about all of the project's objects. Optional.
	Permit func(tx store.Tx, o *Object[W, S]) error
	// BeforeDelete runs before an object is deleted, and may refuse that. Optional.
	BeforeDelete func(tx store.Tx, o *Object[W, S]) error
	// Expiry says when objects are deleted by themselves. Optional.
	Expiry Expiry[W, S]
	// States are the states that simulated objects go through; nil if they have none.
	States *States[W]
}

// Object is one object as it is stored.
type Object[W, S any] struct {
	GroupID  model.ID  `json:"groupId"`
	ID       model.ID  `json:"id,omitempty"`
	Value    W         `json:"is"`
	Internal S         `json:"own,omitzero"` // never shown
	Created  time.Time `json:"created"`
	Course   Course    `json:"course,omitzero"`
	Rev      int64     `json:"-"`
}

// Ref names one of a project's objects, as a path does.
type Ref interface {
	Project() model.ID
	// RowID returns the id of the object's row, and the error to answer with if there is no such row.
	RowID() (id string, missing error)
}

// Limit bounds how many objects a project has. The zero value is no limit.
type Limit struct {
	Name     string      // of the project's limit, such as model.LimitDatabaseUsers; "": N is the limit
	Exceeded *fault.Kind // error for one too many; its text takes the limit's value
	N        int64
}

// Events are the types of the events of an object, "" for none, and what the events are about besides the project.
type Events struct {
	Created, Updated, Deleted event.Type
	About                     []event.Subject
}

// InProject selects a project's objects.
func (s *Objects[K, W, S]) InProject(groupID model.ID) store.Query {
	return store.Query{Index: s.Table.Indexes[0].Name, Prefix: []string{groupID}}
}

// ListIn asks for a page of the project's objects.
type ListIn struct {
	api.InGroup
	api.Paging
}

// List returns a page of the project's objects.
func (s *Objects[K, W, S]) List(tx store.Tx, in ListIn) (api.Page[W], error) {
	return s.Page(tx, in, s.InProject(in.GroupID))
}

// Page returns a page of those of the project's objects that q selects.
func (s *Objects[K, W, S]) Page(tx store.Tx, in ListIn, q store.Query) (page api.Page[W], err error) {
	total, err := s.Table.Count(tx, q)
	if err != nil {
		return page, err
	}
	q.Offset, q.Limit = in.Offset(), in.ItemsPerPage
	page.TotalCount = api.Total(in.Paging, total)
	page.Results, err = s.Select(tx, in.GroupID, q)
	return page, err
}

// All returns all of the project's objects.
func (s *Objects[K, W, S]) All(tx store.Tx, in In) ([]W, error) {
	return s.Select(tx, in.GroupID, s.InProject(in.GroupID))
}

// Select returns the objects that q selects, which must be of the project.
func (s *Objects[K, W, S]) Select(tx store.Tx, groupID model.ID, q store.Query) ([]W, error) {
	objects, err := s.Table.List(tx, q)
	if err != nil {
		return nil, err
	}
	return s.show(tx, groupID, objects...)
}

// Find returns the object that in names.
func (s *Objects[K, W, S]) Find(tx store.Tx, in K) (*Object[W, S], error) {
	id, missing := in.RowID()
	o, err := s.Table.Get(tx, id)
	if err == nil && o.GroupID != in.Project() {
		err = store.ErrNotFound
	}
	return o, store.IfMissing(err, missing)
}

// Get returns the object that in names.
func (s *Objects[K, W, S]) Get(tx store.Tx, in K) (out W, err error) {
	o, err := s.Find(tx, in)
	if err != nil {
		return out, err
	}
	return s.showOne(tx, o)
}

// CreateIn is the input of Create.
type CreateIn[W any] struct {
	api.InGroup
	Body W
}

// Create adds the object of the body.
func (s *Objects[K, W, S]) Create(tx store.Tx, in CreateIn[W]) (W, error) {
	return s.Add(tx, &Object[W, S]{GroupID: in.GroupID, Value: in.Body})
}

// Add stores o as a new object and sets its id and its time of creation. Errors: those of Validate and Duplicate, and that of
// Limit.
func (s *Objects[K, W, S]) Add(tx store.Tx, o *Object[W, S]) (out W, err error) {
	o.ID, o.Created, o.Rev = model.NewID(), tx.Now(), 0
	if s.States != nil {
		o.Course.Go(tx.Now(), s.States.Made(&o.Value)...)
	}
	if err := s.check(tx, nil, o); err != nil {
		return out, err
	}
	if err := CheckLimit(tx, s.Limit, o.GroupID, s.Table, s.InProject(o.GroupID)); err != nil {
		return out, err
	}
	err = s.keep(tx, o, s.events(o).Created)
	if _, taken := store.Duplicate(err); taken && s.Duplicate != nil {
		err = s.Duplicate(o)
	}
	if err != nil {
		return out, err
	}
	return s.showOne(tx, o)
}

// CheckLimit returns the error of l if the project may have no more objects. q selects those that it has in the table.
func CheckLimit[T any](tx store.Tx, l Limit, groupID model.ID, table *store.Table[T], q store.Query) error {
	if l.Exceeded == nil {
		return nil
	}
	most, err := l.N, error(nil)
	if l.Name != "" {
		most, err = state.Limit(tx, groupID, l.Name)
	}
	if err != nil {
		return err
	}
	n, err := table.Count(tx, q)
	if err == nil && n >= most {
		err = l.Exceeded.With(strconv.FormatInt(most, 10))
	}
	return err
}

// PatchIn is the input of Patch.
type PatchIn[K Ref, W any] struct {
	One  K `in:"path"`
	Body api.Patch[W]
}

// Patch changes the fields that the body has.
func (s *Objects[K, W, S]) Patch(tx store.Tx, in PatchIn[K, W]) (out W, err error) {
	return s.Update(tx, in.One, func(o *Object[W, S]) (err error) {
		o.Value, err = in.Body.Apply(o.Value)
		return err
	})
}

// Update calls change with the object that in names, and stores the object and an event if change has changed it.
func (s *Objects[K, W, S]) Update(tx store.Tx, in K, change func(o *Object[W, S]) error) (out W, err error) {
	o, err := s.Find(tx, in)
	if err != nil {
		return out, err
	}
	if o.Course.Ending {
		return out, s.States.Ending.With(o.ID)
	}
	before := *o
	if err := change(o); err != nil {
		return out, err
	}
	if err := s.check(tx, &before, o); err != nil {
		return out, err
	}
	if !reflect.DeepEqual(before, *o) {
		if s.States != nil && s.States.Change != nil {
			o.Course.Go(tx.Now(), s.States.Change(&o.Value)...)
		}
		if err := s.Put(tx, o); err != nil {
			return out, err
		}
	}
	return s.showOne(tx, o)
}

// Delete deletes the object that in names.
func (s *Objects[K, W, S]) Delete(tx store.Tx, in K) (none api.None, err error) {
	o, err := s.Find(tx, in)
	if err != nil {
		return none, err
	}
	return none, s.Remove(tx, o)
}

// Remove deletes o and writes the event. An object with states goes through its last ones first.
func (s *Objects[K, W, S]) Remove(tx store.Tx, o *Object[W, S]) error {
	if o.Course.Ending {
		return s.States.Ending.With(o.ID)
	}
	if s.BeforeDelete != nil {
		if err := s.BeforeDelete(tx, o); err != nil {
			return err
		}
	}
	if s.States != nil && s.States.End != nil {
		o.Course.Go(tx.Now(), s.States.End(&o.Value)...)
		o.Course.Ending = true
		return s.put(tx, o, s.events(o).Deleted)
	}
	if err := s.Table.Delete(tx, o); err != nil {
		return err
	}
	return s.writeEvent(tx, o, s.events(o).Deleted)
}

// Put stores a changed object, which must be valid, with its event.
func (s *Objects[K, W, S]) Put(tx store.Tx, o *Object[W, S]) error {
	return s.keep(tx, o, s.events(o).Updated)
}

// keep is put for an object that Permit may refuse.
func (s *Objects[K, W, S]) keep(tx store.Tx, o *Object[W, S], what event.Type) error {
	if err := s.put(tx, o, what); err != nil || s.Permit == nil {
		return err
	}
	return s.Permit(tx, o)
}

// put stores o, schedules its end, and writes the event.
func (s *Objects[K, W, S]) put(tx store.Tx, o *Object[W, S], what event.Type) error {
	if err := s.Table.Put(tx, o); err != nil {
		return err
	}
	if end := s.end(o); !end.IsZero() {
		if err := reconcile.Schedule(tx, s.kind(), s.Table.ID(o), "", end); err != nil {
			return err
		}
	}
	return s.writeEvent(tx, o, what)
}

// writeEvent writes an event about o, if the API has one. In any case the project must still exist.
func (s *Objects[K, W, S]) writeEvent(tx store.Tx, o *Object[W, S], what event.Type) error {
	if s.OfOrg {
		return s.writeOrgEvent(tx, o, what)
	}
	p, err := state.Project(tx, o.GroupID)
	if err != nil || what == "" {
		return err
	}
	return event.Write(tx, event.InProject(what, p).About(s.events(o).About...))
}

func (s *Objects[K, W, S]) events(o *Object[W, S]) (e Events) {
	if s.Events != nil {
		e = s.Events(o)
	}
	return e
}

func (s *Objects[K, W, S]) check(tx store.Tx, before, o *Object[W, S]) error {
	if s.Validate == nil {
		return nil
	}
	return s.Validate(tx, before, o)
}

func (s *Objects[K, W, S]) show(tx store.Tx, groupID model.ID, objects ...*Object[W, S]) ([]W, error) {
	shown := func(o *Object[W, S]) W { return o.Value }
	if s.Show != nil {
		var err error
		if shown, err = s.Show(tx, groupID); err != nil {
			return nil, err
		}
	}
	out := make([]W, len(objects))
	for i, o := range objects {
		out[i] = shown(o)
		if s.States != nil {
			s.States.Show(&out[i], o.Course.State(tx.Now(), s.States.Duration))
		}
	}
	return out, nil
}

func (s *Objects[K, W, S]) showOne(tx store.Tx, o *Object[W, S]) (out W, err error) {
	all, err := s.show(tx, o.GroupID, o)
	if err == nil {
		out = all[0]
	}
	return out, err
}

// OnProjectDelete deletes the objects of a project that is being deleted.
func (s *Objects[K, W, S]) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	return s.Table.DeleteAll(tx, s.InProject(groupID))
}

// Usage returns how many objects the project has, and the name of their limit, "" for none.
func (s *Objects[K, W, S]) Usage(tx store.Tx, groupID model.ID) (limit string, n int64, err error) {
	if s.Limit.Name != "" {
		n, err = s.Table.Count(tx, s.InProject(groupID))
	}
	return s.Limit.Name, n, err
}

// Tables returns the table of the objects.
func (s *Objects[K, W, S]) Tables() []*store.Schema { return []*store.Schema{s.Table.Schema()} }
