package stage

import (
	"bytes"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// placedDoc is a document with the part to which it belongs; its key is its place in there.
type placedDoc struct {
	part []byte
	keyedDoc
}

func (w Windows) gather(in value.Documents, x *expression.Evaluation, held *memory.Account) (all []placedDoc, err error) {
	for doc, err := range in {
		if err != nil {
			return nil, err
		}
		d := placedDoc{keyedDoc: keyedDoc{doc: bytes.Clone(doc)}}
		if w.part != nil {
			v := w.part.Value(x.Begin(d.doc))
			if value.IsArray(v) {
				return nil, wire.Errorf(wire.TypeMismatch, "An expression used to partition cannot evaluate to value of type array")
			}
			d.part = w.by.Append(nil, value.OrNull(v))
		}
		if d.key, err = w.order.Key(d.doc); err == nil {
			err = x.Err()
		}
		if len(w.order) > 0 {
			d.by = expression.At(w.order[0].Path).Value(x.Begin(d.doc))
		}
		if err == nil {
			err = held.Take(len(d.doc) + len(d.part) + len(d.key) + 160)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	slices.SortStableFunc(all, func(a, b placedDoc) int {
		if !x.Step(1) {
			return 0
		}
		if c := bytes.Compare(a.part, b.part); c != 0 {
			return c
		}
		return bytes.Compare(a.key, b.key)
	})
	return all, x.Err()
}

// errEnough is where no more documents are wanted.
var errEnough = errors.New("enough documents")

// emit gives the documents of a part with their fields.
func (w Windows) emit(p *part, yield func(bson.Raw, error) bool) error {
	columns := make([][]bson.RawValue, len(w.fields))
	for i, f := range w.fields {
		var err error
		if columns[i], err = f.of.compute(p); err != nil {
			return err
		}
		if err := p.x.Err(); err != nil {
			return err
		}
	}
	for i, d := range p.docs {
		doc, err := d.doc, error(nil)
		for k, f := range w.fields {
			if doc, err = with(doc, f.path, columns[k][i]); err != nil {
				return err
			}
		}
		if !yield(doc, nil) {
			return errEnough
		}
	}
	return nil
}

// take counts what a function keeps of values.
func (p *part) take(values []bson.RawValue) ([]bson.RawValue, error) {
	n := 0
	for _, v := range values {
		n += len(v.Value) + 32
	}
	return values, p.held.Take(n)
}

// evaluated are the values of an expression for all documents.
func (p *part) evaluated(e expression.Expression) []bson.RawValue {
	list := make([]bson.RawValue, len(p.docs))
	for i, d := range p.docs {
		list[i] = value.Clone(e.Value(p.x.Begin(d.doc)))
	}
	return list
}
