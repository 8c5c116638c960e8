package stage

import (
	"bytes"
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/accumulate"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/spill"
)

// bucketing is a $bucketAuto at work: one bucket after another.
type bucketing struct {
	BucketAuto
	x     *expression.Evaluation
	rows  *spill.Sorter
	held  memory.Account // of the bucket
	yield func(bson.Raw, error) bool
	size  int64 // of a bucket, in documents

	made int64         // buckets that are complete
	to   *group        // the bucket, or nil; its id is where it begins
	n    int64         // its documents
	last []byte        // the key of the last of them
	high bson.RawValue // what that is grouped by
}

func (b BucketAuto) Stream(in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		w := &bucketing{BucketAuto: b, x: r.Evaluation(), rows: r.Sorter("$bucketAuto", expression.MaxMemory, 0), held: r.open("one bucket of $bucketAuto", expression.MaxMemory), yield: yield}
		defer w.rows.Close()
		defer w.held.Close()
		if err := w.all(in); err != nil && err != errEnough {
			yield(nil, err)
		}
	}
}

func (w *bucketing) all(in value.Documents) error {
	if err := w.gather(in); err != nil {
		return err
	}
	w.size = max(1, int64(math.Round(float64(w.rows.Rows())/float64(w.buckets))))
	for row, err := range w.rows.Sorted() {
		if err == nil {
			err = w.add(row)
		}
		if err != nil {
			return err
		}
	}
	if w.to == nil {
		return nil
	}
	return w.complete(w.high)
}

// gather sorts documents by what they are grouped by.
func (w *bucketing) gather(in value.Documents) error {
	var key, record []byte
	for doc, err := range in {
		if err != nil {
			return err
		}
		by := value.OrNull(w.key.Value(w.x.Begin(doc)))
		if err := w.x.Err(); err != nil {
			return err
		}
		key = w.by.Append(key[:0], by)
		record = append(accumulate.AppendValue(record[:0], &by), doc...)
		if err := w.rows.Add(key, record); err != nil {
			return err
		}
	}
	return nil
}

// add puts a document into the bucket, or into the next one if that is full. Documents of equal keys stay together.
func (w *bucketing) add(row spill.Row) error {
	from := accumulate.From(row.Value)
	by := from.Value()
	if w.n >= w.size && w.made < w.buckets-1 && !bytes.Equal(row.Key, w.last) {
		if err := w.complete(by); err != nil {
			return err
		}
	}
	if w.to == nil {
		w.to = Group{fields: w.fields}.newGroup(by)
	}
	w.n++
	w.last = append(w.last[:0], row.Key...)
	w.high.Type, w.high.Value = by.Type, append(w.high.Value[:0], by.Value...)
	if err := w.held.Take(w.to.add(w.fields, w.x.Begin(from.Rest()))); err != nil {
		return err
	}
	return w.x.Err()
}

// complete gives the bucket, which ends where the next begins, or where its last document is.
func (w *bucketing) complete(end bson.RawValue) error {
	id := value.NewBuilder()
	id.Add("min", w.to.id)
	id.Add("max", end)
	w.to.id = id.Document()
	doc := Group{fields: w.fields}.result(w.to)
	w.to, w.n = nil, 0
	w.made++
	w.held.Close()
	if !w.yield(doc, nil) {
		return errEnough
	}
	return nil
}
