package stage

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/accumulate"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// join is a stage that no client can ask for. It adds the documents of another collection that have gone through a
// pipeline, which sees _id of the document that it is for as a variable.
type join struct {
	from    Namespace
	outer   expression.Slot
	through *Pipeline
}

func (j join) Show() (string, bson.RawValue) { return "join", bson.RawValue{} }
func (j join) Needs(out Needs) Needs         { return out.and(Needs{Paths: []string{"_id"}}) }

func (j join) Stream(in value.Documents, r *Run) value.Documents {
	return perDocument(in, func(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
		x := r.Evaluation()
		x.Set(j.outer, keys.Lookup(doc, "_id"))
		found, err := r.Open(r.With(x.Variables()), j.from, j.through)
		if err != nil {
			return yield(nil, err) && false
		}
		list, err := collect(found)
		if err != nil {
			return yield(nil, err) && false
		}
		b := value.NewBuilder()
		b.Add("_id", keys.Lookup(doc, "_id"))
		b.Add("joined", list)
		return yield(b.Bytes(), nil)
	})
}

// TestStagesOpenCollections runs a stage that reads another collection for each document, with a variable.
func TestStagesOpenCollections(t *testing.T) {
	p := expression.NewParser(context.Background(), nil, sometime)
	outer, undo := p.Let("outer")
	inner, err := Parse(p, querytest.Val(t, `[{"$group": {"_id": "$$outer", "k": {"$last": "$k"}}}]`))
	undo()
	if err != nil {
		t.Fatal(err)
	}
	r := running(context.Background())
	r.Open = func(r *Run, from Namespace, through *Pipeline) (value.Documents, error) {
		if from != (Namespace{Coll: "others"}) {
			return nil, wire.Errorf(wire.NamespaceNotFound, "")
		}
		var read int
		return through.Run(r, stream(t, `[{"k": 1}, {"k": 2}]`, &read)), nil
	}
	var read int
	run := func(from string) (bson.RawValue, error) {
		return collect(Of(join{Namespace{Coll: from}, outer, inner}).Run(r, stream(t, `[{"_id": "a"}, {"_id": "b"}]`, &read)))
	}
	got, err := run("others")
	want := querytest.Val(t, `[{"_id": "a", "joined": [{"_id": "a", "k": 2}]}, {"_id": "b", "joined": [{"_id": "b", "k": 2}]}]`)
	if err != nil || !got.Equal(want) {
		t.Errorf("%v, %v", got, err)
	}
	_, err = run("none")
	querytest.Fails(t, "none", err, wire.NamespaceNotFound.Number, "")
	if _, err := Parse(p, querytest.Val(t, `[{"$group": {"_id": "$$outer"}}]`)); err == nil {
		t.Error("a variable is known outside of its scope")
	}
}

var sometime = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

// failing is an expression that no client can ask for.
type failing struct{ after *int }

func (failing) Inputs() []expression.Expression { return nil }
func (f failing) Value(x *expression.Evaluation) bson.RawValue {
	if *f.after--; *f.after < 0 {
		return x.Fail(wire.Errorf(wire.BadValue, "the expression failed"))
	}
	return value.Null
}

// TestExpressionsFail has an expression fail for the third document: its error ends the pipeline and nothing is held.
func TestExpressionsFail(t *testing.T) {
	forever := 1 << 20
	for name, s := range map[string]func(failing) Stage{
		"group key": func(f failing) Stage { return Group{id: f} },
		"accumulated": func(f failing) Stage {
			return Group{id: failing{&forever}, fields: []groupField{{"n", accumulation{f, accumulate.Sum}}}}
		},
	} {
		after, read := 2, 0
		r := running(context.Background())
		_, err := collect(Of(s(failing{&after})).Run(r, stream(t, sales, &read)))
		querytest.Fails(t, name, err, wire.BadValue.Number, "failed")
		if read != 3 || r.Memory.Used() != 0 {
			t.Errorf("%s: %d documents were read, %d bytes are held", name, read, r.Memory.Used())
		}
	}
}

// TestNow has one time for a whole command.
func TestNow(t *testing.T) {
	p := expression.NewParser(context.Background(), nil, sometime)
	now, err := Parse(p, querytest.Val(t, `[{"$project": {"_id": 0, "now": "$$NOW"}}]`))
	if err != nil {
		t.Fatal(err)
	}
	var read int
	got, err := collect(now.Run(running(context.Background()), stream(t, `[{"a": 1}]`, &read)))
	if want := querytest.Val(t, `[{"now": {"$date": "2024-02-29T12:00:00.000Z"}}]`); err != nil || !got.Equal(want) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestSortEndsWithItsContext cancels when everything has been read.
func TestSortEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	doc := bson.Raw(newPair("a", value.Int32(1)))
	many := func(yield func(bson.Raw, error) bool) {
		for range 50_000 {
			if !yield(doc, nil) {
				return
			}
		}
		cancel()
	}
	r := running(ctx)
	_, err := collect(pipeline(t, `[{"$sort": {"a": 1}}]`).stages[0].Stream(many, r))
	if !errors.Is(err, context.Canceled) || r.Memory.Used() != 0 {
		t.Errorf("%v, %d bytes are held", err, r.Memory.Used())
	}
}

// TestReplacing fails for what is no document.
func TestReplacing(t *testing.T) {
	for text, code := range map[string]int32{`[{"$replaceWith": "$k"}]`: 40228, `[{"$replaceRoot": {"newRoot": "$none"}}]`: 40228, `[{"$replaceWith": {"a": {"$divide": [1, 0]}}}]`: 2} {
		var read int
		_, err := collect(pipeline(t, text).Run(running(context.Background()), stream(t, sales, &read)))
		querytest.Fails(t, text, err, code, "")
	}
}
