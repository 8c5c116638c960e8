package stage

import (
	"bytes"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/spill"
	"github.com/telamon-db/telamon/internal/wire"
)

func (Densify) Needs(Needs) Needs { return everything }

// densifying is a $densify at work: one part after another, of documents in the order of the field.
type densifying struct {
	Densify
	x     *expression.Evaluation
	rows  placing
	yield func(bson.Raw, error) bool
	made  int // documents that were made

	least, most bson.RawValue // of all documents, or the bounds that were given; missing: there are none

	part      []byte        // the key of the part
	pattern   bson.Raw      // nil: no part has begun
	low, high bson.RawValue // between which documents are made; missing: there are none yet
	next      bson.RawValue // the n-th value after low
	n         int64
	ok        bool          // there is a next
	last      bson.RawValue // of the last document of the part that has one
}

func (d Densify) Stream(in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		w := &densifying{Densify: d, x: r.Evaluation(), rows: placing{Sorter: r.Sorter("$densify", expression.MaxMemory, 0)}, yield: yield, least: d.low, most: d.high}
		defer w.rows.Close()
		if err := w.all(in); err != nil && err != errEnough {
			yield(nil, err)
		}
	}
}

func (w *densifying) all(in value.Documents) error {
	if err := w.gather(in); err != nil {
		return err
	}
	for row, err := range w.rows.Sorted() {
		if err == nil {
			err = w.add(row)
		}
		if err != nil {
			return err
		}
	}
	return w.end()
}

// gather sorts documents by their part, and in it by the field.
func (w *densifying) gather(in value.Documents) error {
	var part, key []byte
	for doc, err := range in {
		if err != nil {
			return err
		}
		part = part[:0]
		for _, path := range w.parts {
			part = w.by.Append(part, value.OrNull(plain(doc, path)))
		}
		by := plain(doc, w.path)
		if !value.IsNull(by) {
			if err := w.check(by); err != nil {
				return err
			}
			w.widen(by)
		}
		key = w.by.Append(key[:0], value.OrNull(by))
		if err := w.rows.add(part, key, doc); err != nil {
			return err
		}
	}
	return nil
}

// widen makes the bounds of all documents hold a value, unless bounds were given.
func (w *densifying) widen(v bson.RawValue) {
	if w.Densify.low.Type != 0 {
		return
	}
	if w.least.Type == 0 || keys.Compare(v, w.least) < 0 {
		w.least = value.Clone(v)
	}
	if w.most.Type == 0 || keys.Compare(v, w.most) > 0 {
		w.most = value.Clone(v)
	}
}

// add gives a document, and before it those that are missing.
func (w *densifying) add(row spill.Row) error {
	part, _, doc := placedRow(row)
	if w.pattern == nil || !bytes.Equal(part, w.part) {
		if err := w.begin(part, doc); err != nil {
			return err
		}
	}
	by := plain(doc, w.path)
	if !value.IsNull(by) {
		w.reach(by)
		for w.within() && keys.Compare(w.next, by) < 0 {
			if err := w.fill(); err != nil {
				return err
			}
		}
		if w.within() && keys.Equal(w.next, by) {
			w.forward()
		}
		w.last.Type, w.last.Value = by.Type, append(w.last.Value[:0], by.Value...)
	}
	if !w.x.Step(1) {
		return w.x.Err()
	}
	if !w.yield(doc, nil) {
		return errEnough
	}
	return nil
}

// begin ends the part, if there is one, and begins another with its first document.
func (w *densifying) begin(part []byte, first bson.Raw) (err error) {
	if err := w.end(); err != nil {
		return err
	}
	w.part, w.last.Type, w.low, w.high = append(w.part[:0], part...), 0, bson.RawValue{}, bson.RawValue{}
	if w.ofAll() {
		w.low, w.high = w.least, w.most
	}
	w.next, w.n, w.ok = w.low, 0, w.low.Type != 0
	w.pattern, err = w.common(first)
	return err
}

// ofAll reports whether the bounds are the same in all parts.
func (w *densifying) ofAll() bool { return w.whole || w.Densify.low.Type != 0 }

// reach has the bounds of the part go up to a value, where they are those of its documents.
func (w *densifying) reach(v bson.RawValue) {
	if w.ofAll() {
		return
	}
	if w.high = value.Clone(v); w.low.Type == 0 {
		w.low, w.next, w.ok = w.high, w.high, true
	}
}

// end gives what is missing behind the last document of a part.
func (w *densifying) end() error {
	for w.pattern != nil && w.within() {
		if err := w.fill(); err != nil {
			return err
		}
	}
	return nil
}

// within reports whether the next value lies within the bounds. Bounds that were given do not hold their end.
func (w *densifying) within() bool {
	if !w.ok {
		return false
	}
	c := keys.Compare(w.next, w.high)
	return c < 0 || c == 0 && w.Densify.low.Type == 0
}

func (w *densifying) forward() {
	w.n++
	w.next, w.ok = w.at(w.low, w.n)
}

// fill makes a document with the next value, unless there is one or the documents have passed it.
func (w *densifying) fill() error {
	defer w.forward()
	if !w.x.Step(1) {
		return w.x.Err()
	}
	if w.last.Type != 0 && keys.Compare(w.last, w.next) >= 0 {
		return nil
	}
	if w.made++; w.made > maxDensified {
		return wire.Errorf(located(5897900), "Generated %d documents in $densify, which is over the limit of %d", w.made, maxDensified)
	}
	doc, err := with(w.pattern, w.path, w.next)
	if err != nil {
		return err
	}
	if !w.yield(doc, nil) {
		return errEnough
	}
	return nil
}

// common is a document with the fields that all of a part have in common.
func (d *Densify) common(doc bson.Raw) (bson.Raw, error) {
	pattern := bson.Raw(value.EmptyDoc)
	for _, path := range d.parts {
		if v := plain(doc, path); v.Type != 0 {
			var err error
			if pattern, err = with(pattern, path, v); err != nil {
				return nil, wire.Errorf(wire.BadValue, "the fields of $densify's 'partitionByFields' are part of one another: %s", strings.Join(path, "."))
			}
		}
	}
	return pattern, nil
}
