package expression

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/wire"
)

// MaxMemory is what a stage of a pipeline may hold, and how large a document may be between two stages, in bytes.
// Source: MongoDB manual, "Aggregation Pipeline Limits".
const MaxMemory = 100 << 20

// An Evaluation computes values of one document after another. It fails at most once: what is computed afterwards means
// nothing. A few bytes of expressions may name a field many times, so what they take of a document is counted. The zero
// Evaluation has no variables and no end. It is used by one goroutine at a time.
type Evaluation struct {
	doc   []byte
	vars  []bson.RawValue // by their slots
	pace  pace.Pace
	stack []bson.RawValue // operands of calls that are at work
	taken int
	read  *columns        // of the document, those that have been read
	found []bson.RawValue // by the places of their names
	last  bson.RawValue   // of Of
	err   error
}

// NewEvaluation returns an evaluation with variables, which ends with ctx.
func NewEvaluation(ctx context.Context, vars []bson.RawValue) *Evaluation {
	return &Evaluation{pace: pace.With(ctx), vars: append([]bson.RawValue(nil), vars...)}
}

// Begin goes on to a document.
func (x *Evaluation) Begin(doc []byte) *Evaluation {
	x.doc, x.taken, x.read = doc, 0, nil
	return x
}

// Document is the document at which expressions look.
func (x *Evaluation) Document() bson.Raw { return x.doc }

// Fail ends the evaluation. It returns a missing value, for expressions to return.
func (x *Evaluation) Fail(err error) bson.RawValue {
	if x.err == nil {
		x.err = err
	}
	return bson.RawValue{}
}

// Err is why the evaluation has failed, or nil.
func (x *Evaluation) Err() error { return x.err }

// Step tells of work that is about to be done, as Pace.Step does. It reports whether to do it.
func (x *Evaluation) Step(work int) bool {
	if x.err == nil {
		x.err = x.pace.Step(work)
	}
	return x.err == nil
}

// Take counts n bytes that are made of the document. It reports whether there may be so many.
func (x *Evaluation) Take(n int) bool {
	if x.taken += n; x.taken > MaxMemory {
		x.Fail(tooLarge)
	}
	return x.err == nil
}

var tooLarge = wire.Errorf(wire.BSONObjectTooLarge, "the expressions make more than %d bytes of one document", MaxMemory)

// value counts v and returns it.
func (x *Evaluation) value(v bson.RawValue) bson.RawValue {
	if !x.Take(len(v.Value)+1) || !x.Step(1+len(v.Value)>>12) {
		return bson.RawValue{}
	}
	return v
}

// Variable returns what has been set in a slot.
func (x *Evaluation) Variable(s Slot) bson.RawValue {
	if int(s) >= len(x.vars) {
		return bson.RawValue{}
	}
	return x.vars[s]
}

// Variables are the values that have been set, by their slots.
func (x *Evaluation) Variables() []bson.RawValue { return x.vars }

// Set gives the variable of a slot a value.
func (x *Evaluation) Set(s Slot, v bson.RawValue) {
	for int(s) >= len(x.vars) {
		x.vars = append(x.vars, bson.RawValue{})
	}
	x.vars[s] = v
}
