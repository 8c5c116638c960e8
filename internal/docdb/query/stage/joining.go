package stage

import (
	"bytes"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// joining is a lookup at work.
type joining struct {
	Lookup
	run  *Run
	x    *expression.Evaluation
	held *memory.Account
	kept []bson.Raw // what the free stages give, once they have
	keep keeping
}

// keeping says what is known of the documents that are the same for every outer one.
type keeping int

const (
	notYet keeping = iota
	isKept
	tooMany
)

var lookupTooLarge = wire.Errorf(wire.Code{Number: 4568, Name: "Location4568"}, "Total size of documents matching pipeline's $lookup stage exceeds maximum document size")

func (j *joining) join(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
	found, err := j.matching(doc)
	if err != nil {
		return yield(nil, err) && false
	}
	if j.unwind != nil {
		return j.each(doc, found, yield)
	}
	list := value.NewList()
	for inner, err := range found {
		if err == nil && list.Size()+len(inner) > expression.MaxMemory {
			err = lookupTooLarge
		}
		if err != nil {
			return yield(nil, err) && false
		}
		list.Add(value.Document(inner))
	}
	return j.emit(doc, list.Array(), yield)
}

func (j *joining) emit(doc bson.Raw, v bson.RawValue, yield func(bson.Raw, error) bool) bool {
	out, err := with(doc, j.as, v)
	return yield(out, err) && err == nil
}

// each gives a document for every one that is found.
func (j *joining) each(doc bson.Raw, found value.Documents, yield func(bson.Raw, error) bool) bool {
	n := int64(0)
	for inner, err := range found {
		out := doc
		if err == nil {
			out, err = with(doc, j.as, value.Document(inner))
		}
		if err == nil && j.unwind.index != nil {
			out, err = with(out, j.unwind.index, value.Int64(n))
		}
		if n++; !yield(out, err) || err != nil {
			return false
		}
	}
	if n > 0 || !j.unwind.preserve {
		return true
	}
	out, err := with(doc, j.as, bson.RawValue{})
	if err == nil && j.unwind.index != nil {
		out, err = with(out, j.unwind.index, value.Null)
	}
	return yield(out, err) && err == nil
}

// with is doc with a value at a path; one that is missing removes what is there.
func with(doc bson.Raw, path []string, v bson.RawValue) (bson.Raw, error) {
	root := value.NewTree(value.Document(doc))
	if v.Type == 0 {
		root.Remove(path)
	} else if err := setThrough(root, path, v); err != nil {
		return nil, err
	}
	return root.Value().Value, nil
}

// setThrough puts v at a path, where what is no document gives way to one.
func setThrough(root *value.Tree, path []string, v bson.RawValue) error {
	for i := range path[:len(path)-1] {
		if at := root.Find(path[:i+1]); at != nil && !value.IsDocument(at.Value()) {
			at.Assign(value.Document(value.EmptyDoc))
		}
	}
	return root.Set(path, v)
}

// matching finds the documents for an outer one.
func (j *joining) matching(doc bson.Raw) (value.Documents, error) {
	j.x.Begin(doc)
	for i, e := range j.values {
		v := e.Value(j.x)
		if err := j.x.Err(); err != nil {
			return nil, err
		}
		j.x.Set(j.slots[i], v)
	}
	r := j.run
	if len(j.slots) > 0 {
		r = r.With(j.x.Variables())
	}
	if j.local != "" {
		f, err := fits(j.foreign, valuesAt(doc, j.local))
		if err != nil {
			return nil, err
		}
		return r.Open(r, j.from, j.through.behind(newMatch(f)))
	}
	if j.free == 0 || j.keep == tooMany {
		return j.open(r, j.through)
	}
	if j.keep == notYet {
		if err := j.gather(r); err != nil {
			return nil, err
		}
		if j.keep == tooMany {
			return j.open(r, j.through)
		}
	}
	return Of(j.through.stages[j.free:]...).Run(r, listed(j.kept)), nil
}

func (j *joining) open(r *Run, p *Pipeline) (value.Documents, error) {
	if j.from.Coll == "" {
		return p.Run(r, listed(nil)), nil
	}
	return r.Open(r, j.from, p)
}

// gather keeps what the free stages give, if there is memory for it.
func (j *joining) gather(r *Run) error {
	found, err := j.open(r, Of(j.through.stages[:j.free]...))
	if err != nil {
		return err
	}
	for doc, err := range found {
		if err != nil {
			return err
		}
		if j.held.Take(len(doc)+64) != nil {
			j.held.Close()
			j.kept, j.keep = nil, tooMany
			return nil
		}
		j.kept = append(j.kept, bytes.Clone(doc))
	}
	j.keep = isKept
	return nil
}

// listed streams documents that are there.
func listed(docs []bson.Raw) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		for _, doc := range docs {
			if !yield(doc, nil) {
				return
			}
		}
	}
}
