// Package stage gives a meaning to MongoDB's aggregation pipelines.
package stage

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/spill"
	"github.com/telamon-db/telamon/internal/wire"
)

// A Stage turns one stream of documents into another. It is a value into which rules and planners look. Many goroutines may
// use it at once.
type Stage interface {
	// Stream passes in through the stage. It starts no goroutine. A document of a stream lasts until the next one is taken:
	// what a stage keeps, it copies. What it gathers it takes from the run's memory, at most MaxMemory, and has given back
	// when its stream ends, however that ends.
	Stream(in value.Documents, r *Run) value.Documents
	// Show is the name and the specification, as explain shows them.
	Show() (name string, spec bson.RawValue)
	// Needs is what the stage looks at of the documents that flow into it, if out is looked at of those that flow out.
	Needs(out Needs) Needs
}

// Run is what a pipeline has while it runs.
type Run struct {
	Ctx    context.Context
	Memory *memory.Budget  // of what is gathered
	Spill  *spill.Disk     // where goes what does not fit the memory; nil: nowhere
	Vars   []bson.RawValue // of the pipeline's parser, by their slots
	// Open gives the documents of a collection that have gone through a pipeline, which runs with r.
	Open func(r *Run, from Namespace, through *Pipeline) (value.Documents, error)
	// Store writes the documents that flow into an Out or a Merge.
	Store func(s Stage, docs value.Documents) error
}

// Namespace names a collection. Without a database it is one of the pipeline's own.
type Namespace struct{ DB, Coll string }

// With is a run with other variables.
func (r *Run) With(vars []bson.RawValue) *Run {
	other := *r
	other.Vars = vars
	return &other
}

// Evaluation begins an evaluation with the run's variables, which ends with the run.
func (r *Run) Evaluation() *expression.Evaluation {
	return expression.NewEvaluation(r.Ctx, r.Vars)
}

// Sorter opens a sorter for who may hold most bytes, and wants the first keep rows, or all if that is 0.
func (r *Run) Sorter(holder string, most int, keep int64) *spill.Sorter {
	return spill.NewSorter(pace.New(r.Ctx), r.open(holder, most), r.Spill, keep)
}

// open opens an account for who may hold most bytes. Where there is a disk to go to, nobody holds more than a quarter of all:
// what is small would not find room beside what is large.
func (r *Run) open(holder string, most int) memory.Account {
	if r.Spill != nil {
		most = int(min(int64(most), r.Memory.Size()/4))
	}
	return r.Memory.Open(holder, most)
}

// named is the part of a stage that says how it was asked for.
type named struct {
	name string
	spec bson.RawValue
}

func (n named) Show() (string, bson.RawValue) { return n.name, n.spec }

// watch ends in when the run does.
func (r *Run) watch(in value.Documents) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		end := pace.New(r.Ctx)
		for doc, err := range in {
			if err == nil {
				err = end.Step(80 + len(doc)>>9)
			}
			if !yield(doc, err) || err != nil {
				return
			}
		}
	}
}

// perDocument makes a stream of what each makes of one document. It calls yield with results and returns false to end.
func perDocument(in value.Documents, each func(doc bson.Raw, yield func(bson.Raw, error) bool) bool) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		for doc, err := range in {
			if err != nil {
				yield(nil, err)
				return
			}
			if !each(doc, yield) {
				return
			}
		}
	}
}

// located is a code of MongoDB's that has no name of its own.
func located(number int32) wire.Code {
	return wire.Code{Number: number, Name: fmt.Sprintf("Location%d", number)}
}
