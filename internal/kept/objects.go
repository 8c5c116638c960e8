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

// Objects are what a project has a list of, such as its custom roles. K names one of them in a path, W is its shape on the
// wire and on disk, and S is what the server alone knows of it: struct{} for nothing.
type Objects[K Ref, W, S any] struct {
	Store store.Store
	Table *store.Table[Object[W, S]] // its first index has the project's id before anything else, and orders lists
	Limit Limit
	// Validate refuses an object that is to be put, or completes it, and drops what is not to be stored. before is the object as
	// it was, nil for one that is created. nil: any will do.
	Validate func(tx store.Tx, before, o *Object[W, S]) error
	// Duplicate is the error for an object whose place in the table another one has; nil where ids are the server's own.
	Duplicate func(o *Object[W, S]) error
	// Events are those of its life; nil where the API has none.
	Events func(o *Object[W, S]) Events
	// Show reads what responses tell of the project's objects beside their shape, and returns how one is shown; nil for the
	// shape alone.
	Show func(tx store.Tx, groupID model.ID) (func(o *Object[W, S]) W, error)
	// BeforeDelete is done before an object is removed, and may refuse it; nil for nothing.
	BeforeDelete func(tx store.Tx, o *Object[W, S]) error
	// Expiry is how objects end by themselves; the zero value if they do not.
	Expiry Expiry[W, S]
	// Stages are the states that simulated objects go through; nil if they have none.
	Stages *Stages[W]
}

// Object is one of them in stored form.
type Object[W, S any] struct {
	GroupID  model.ID  `json:"groupId"`
	ID       model.ID  `json:"id,omitempty"`
	Value    W         `json:"is"`
	Internal S         `json:"own,omitzero"` // what the server alone knows
	Created  time.Time `json:"created"`
	Course   Course    `json:"course,omitzero"`
	Rev      int64     `json:"-"`
}

// Ref is how a path names one of a project's objects.
type Ref interface {
	Project() model.ID
	// RowID is the id of the object's row, and the error if there is none.
	RowID() (id string, missing error)
}

// Limit is how many objects a project has at most: the name of its limit, or the number where the API has no name for it,
// and the error for one too many, which gets the number. The zero value is no limit.
type Limit struct {
	Name     string
	Exceeded *fault.Kind
	N        int64
}

// Events are the types of an object's life, "" where the API has none, and what they are about beside the project.
type Events struct {
	Created, Updated, Deleted event.Type
	About                     []event.Subject
}

// InProject selects the objects of a project.
func (s *Objects[K, W, S]) InProject(groupID model.ID) store.Query {
	return store.Query{Index: s.Table.Indexes[0].Name, Prefix: []string{groupID}}
}

// ListIn asks for a page of the project's objects.
type ListIn struct {
	api.InGroup
	api.Paging
}

// List returns a page of them.
func (s *Objects[K, W, S]) List(tx store.Tx, in ListIn) (api.Page[W], error) {
	return s.Page(tx, in, s.InProject(in.GroupID))
}

// Page returns a page of those that q selects, which are of the project.
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

// All returns all of them.
func (s *Objects[K, W, S]) All(tx store.Tx, in In) ([]W, error) {
	return s.Select(tx, in.GroupID, s.InProject(in.GroupID))
}

// Select returns those that q selects, which are of the project.
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

// Get returns the one that in names.
func (s *Objects[K, W, S]) Get(tx store.Tx, in K) (out W, err error) {
	o, err := s.Find(tx, in)
	if err != nil {
		return out, err
	}
	return s.showOne(tx, o)
}

// CreateIn has the object to create.
type CreateIn[W any] struct {
	api.InGroup
	Body W
}

// Create adds an object.
func (s *Objects[K, W, S]) Create(tx store.Tx, in CreateIn[W]) (W, error) {
	return s.Add(tx, &Object[W, S]{GroupID: in.GroupID, Value: in.Body})
}

// Add adds o, which has no id and no instant yet.
func (s *Objects[K, W, S]) Add(tx store.Tx, o *Object[W, S]) (out W, err error) {
	o.ID, o.Created, o.Rev = model.NewID(), tx.Now(), 0
	if s.Stages != nil {
		o.Course.Go(tx.Now(), s.Stages.Made(&o.Value)...)
	}
	if err := s.check(tx, nil, o); err != nil {
		return out, err
	}
	if err := CheckLimit(tx, s.Limit, o.GroupID, s.Table, s.InProject(o.GroupID)); err != nil {
		return out, err
	}
	err = s.put(tx, o, s.events(o).Created)
	if _, taken := store.Duplicate(err); taken && s.Duplicate != nil {
		err = s.Duplicate(o)
	}
	if err != nil {
		return out, err
	}
	return s.showOne(tx, o)
}

// CheckLimit refuses one more of the project's objects, which are those of the table that of selects, where there are as many as
// l allows.
func CheckLimit[T any](tx store.Tx, l Limit, groupID model.ID, table *store.Table[T], of store.Query) error {
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
	n, err := table.Count(tx, of)
	if err == nil && n >= most {
		err = l.Exceeded.With(strconv.FormatInt(most, 10))
	}
	return err
}

// PatchIn says what of an object is to change.
type PatchIn[K Ref, W any] struct {
	One  K `in:"path"`
	Body api.Patch[W]
}

// Patch changes what the body names.
func (s *Objects[K, W, S]) Patch(tx store.Tx, in PatchIn[K, W]) (out W, err error) {
	return s.Update(tx, in.One, func(o *Object[W, S]) (err error) {
		o.Value, err = in.Body.Apply(o.Value)
		return err
	})
}

// Update lets change rewrite the object that in names.
func (s *Objects[K, W, S]) Update(tx store.Tx, in K, change func(o *Object[W, S]) error) (out W, err error) {
	o, err := s.Find(tx, in)
	if err != nil {
		return out, err
	}
	if o.Course.Ending {
		return out, s.Stages.Ending.With(o.ID)
	}
	before := *o
	if err := change(o); err != nil {
		return out, err
	}
	if err := s.check(tx, &before, o); err != nil {
		return out, err
	}
	if !reflect.DeepEqual(before, *o) {
		if s.Stages != nil && s.Stages.Change != nil {
			o.Course.Go(tx.Now(), s.Stages.Change(&o.Value)...)
		}
		if err := s.Put(tx, o); err != nil {
			return out, err
		}
	}
	return s.showOne(tx, o)
}

// Delete removes the object that in names.
func (s *Objects[K, W, S]) Delete(tx store.Tx, in K) (none api.None, err error) {
	o, err := s.Find(tx, in)
	if err != nil {
		return none, err
	}
	return none, s.Remove(tx, o)
}

// Remove removes o, or sends it through its last states.
func (s *Objects[K, W, S]) Remove(tx store.Tx, o *Object[W, S]) error {
	if o.Course.Ending {
		return s.Stages.Ending.With(o.ID)
	}
	if s.BeforeDelete != nil {
		if err := s.BeforeDelete(tx, o); err != nil {
			return err
		}
	}
	if s.Stages != nil && s.Stages.End != nil {
		o.Course.Go(tx.Now(), s.Stages.End(&o.Value)...)
		o.Course.Ending = true
		return s.put(tx, o, s.events(o).Deleted)
	}
	if err := s.Table.Delete(tx, o); err != nil {
		return err
	}
	return s.tell(tx, o, s.events(o).Deleted)
}

// Put stores o, which has changed and keeps the rules.
func (s *Objects[K, W, S]) Put(tx store.Tx, o *Object[W, S]) error {
	return s.put(tx, o, s.events(o).Updated)
}

// put stores o with the event of the change, and sees to its end.
func (s *Objects[K, W, S]) put(tx store.Tx, o *Object[W, S], what event.Type) error {
	if err := s.Table.Put(tx, o); err != nil {
		return err
	}
	if end := s.end(o); !end.IsZero() {
		if err := reconcile.Schedule(tx, s.kind(), s.Table.ID(o), "", end); err != nil {
			return err
		}
	}
	return s.tell(tx, o, what)
}

// tell writes an event of o. Whatever the API has events for, the project must be there still.
func (s *Objects[K, W, S]) tell(tx store.Tx, o *Object[W, S], what event.Type) error {
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
		if s.Stages != nil {
			s.Stages.Show(&out[i], o.Course.State(tx.Now(), s.Stages.Duration))
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

// OnProjectDelete removes the objects of a project that goes.
func (s *Objects[K, W, S]) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	return s.Table.DeleteAll(tx, s.InProject(groupID))
}

// Usage counts the project's objects for their limit.
func (s *Objects[K, W, S]) Usage(tx store.Tx, groupID model.ID) (limit string, n int64, err error) {
	if s.Limit.Name != "" {
		n, err = s.Table.Count(tx, s.InProject(groupID))
	}
	return s.Limit.Name, n, err
}

// Tables are what the objects are stored in.
func (s *Objects[K, W, S]) Tables() []*store.Schema { return []*store.Schema{s.Table.Schema()} }
