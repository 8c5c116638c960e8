package stage

import (
	"bytes"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/spill"
	"github.com/telamon-db/telamon/internal/wire"
)

// errEnough is where no more documents are wanted.
var errEnough = errors.New("enough documents")

// part is a run of documents that belong together. The documents may be on disk; what is known of each place is in memory, and
// so is what is computed.
type part struct {
	places []place
	docs   *spill.Tape
	x      *expression.Evaluation
	held   memory.Account
}

// place is where a document lies in its part: its key there, and what the first field of the order is.
type place struct {
	key []byte
	by  bson.RawValue
}

func (w Windows) Stream(in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		rows := &placing{Sorter: r.Sorter("$setWindowFields", expression.MaxMemory, 0)}
		defer rows.Close()
		x := r.Evaluation()
		err := w.gather(in, x, rows)
		if err == nil {
			err = w.emitParts(rows, x, r, yield)
		}
		if err != nil && err != errEnough {
			yield(nil, err)
		}
	}
}

func (w Windows) gather(in value.Documents, x *expression.Evaluation, rows *placing) error {
	var of []byte
	for doc, err := range in {
		if err != nil {
			return err
		}
		if w.part != nil {
			v := w.part.Value(x.Begin(doc))
			if value.IsArray(v) {
				return wire.Errorf(wire.TypeMismatch, "An expression used to partition cannot evaluate to value of type array")
			}
			of = w.by.Append(of[:0], value.OrNull(v))
		}
		key, err := w.order.Key(doc)
		if err == nil {
			err = x.Err()
		}
		if err == nil {
			err = rows.add(of, key, doc)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// emitParts gives the documents of rows, part by part.
func (w Windows) emitParts(rows *placing, x *expression.Evaluation, r *Run, yield func(bson.Raw, error) bool) error {
	var p *part // none yet: nil
	var of []byte
	defer func() { p.close() }()
	for row, err := range rows.Sorted() {
		if err != nil {
			return err
		}
		this, key, doc := placedRow(row)
		if p != nil && !bytes.Equal(this, of) {
			if err := w.emit(p, yield); err != nil {
				return err
			}
			p.close()
			p = nil
		}
		if p == nil {
			p = &part{x: x, held: r.open("one part of $setWindowFields", expression.MaxMemory)}
			p.docs = spill.NewTape(pace.New(r.Ctx), r.open("$setWindowFields", expression.MaxMemory), r.Spill)
			of = append(of[:0], this...)
		}
		if err := w.add(p, key, doc); err != nil {
			return err
		}
	}
	if p == nil {
		return nil
	}
	return w.emit(p, yield)
}

// close gives back what the part holds. A nil part may be closed.
func (p *part) close() {
	if p != nil {
		p.docs.Close()
		p.held.Close()
	}
}

func (w Windows) add(p *part, key []byte, doc bson.Raw) error {
	at := place{key: bytes.Clone(key)}
	if len(w.order) > 0 {
		at.by = value.Clone(expression.At(w.order[0].Path).Value(p.x.Begin(doc)))
	}
	p.places = append(p.places, at)
	if err := p.held.Take(len(key) + len(at.by.Value) + 96); err != nil {
		return err
	}
	return p.docs.Add(doc)
}

// emit gives the documents of a part with their fields.
func (w Windows) emit(p *part, yield func(bson.Raw, error) bool) error {
	columns := make([][]bson.RawValue, len(w.fields))
	for i, f := range w.fields {
		var err error
		if columns[i], err = p.computed(f.of); err != nil {
			return err
		}
	}
	i := 0
	for record, err := range p.docs.All() {
		doc := bson.Raw(record)
		for k, f := range w.fields {
			if err == nil {
				doc, err = with(doc, f.path, columns[k][i])
			}
		}
		if err != nil {
			return err
		}
		if !yield(doc, nil) {
			return errEnough
		}
		i++
	}
	return nil
}

// computed is what a function makes of the part. What it holds besides is given back.
func (p *part) computed(of windowFunction) ([]bson.RawValue, error) {
	before := p.held.Held()
	column, err := of.compute(p)
	p.held.Give(p.held.Held() - before)
	if err == nil {
		err = p.x.Err()
	}
	if err == nil {
		err = p.take(column)
	}
	return column, err
}

// take counts values that are kept.
func (p *part) take(values []bson.RawValue) error {
	n := 0
	for _, v := range values {
		n += len(v.Value) + 40
	}
	return p.held.Take(n)
}

// evaluated are the values of an expression for all documents.
func (p *part) evaluated(e expression.Expression) ([]bson.RawValue, error) {
	list := make([]bson.RawValue, 0, len(p.places))
	for doc, err := range p.docs.All() {
		if err != nil {
			return nil, err
		}
		v := value.Clone(e.Value(p.x.Begin(doc)))
		if err := p.held.Take(len(v.Value) + 40); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}
