package stage

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// stream gives the documents of an Extended JSON array and counts in read how many were taken.
func stream(t testing.TB, text string, read *int) value.Documents {
	list := value.Elements(querytest.Val(t, text))
	return func(yield func(bson.Raw, error) bool) {
		for _, v := range list {
			*read++
			if !yield(v.Value, nil) {
				return
			}
		}
	}
}

// lent gives documents whose memory is used for something else after their turn.
func lent(in value.Documents) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		for doc, err := range in {
			mine := bytes.Clone(doc)
			more := yield(mine, err)
			for i := range mine {
				mine[i] = 0xff
			}
			if !more {
				return
			}
		}
	}
}

func pipeline(t testing.TB, text string) *Pipeline {
	t.Helper()
	p, err := Parse(nil, querytest.Val(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

// plenty is more memory than a pipeline may take.
func plenty() *memory.Budget { return memory.NewBudget(1 << 40) }

// running is a run that has plenty.
func running(ctx context.Context) *Run { return &Run{Ctx: ctx, Memory: plenty()} }

// collect gathers a stream into an array.
func collect(in value.Documents) (bson.RawValue, error) {
	var list []bson.RawValue
	for d, err := range in {
		if err != nil {
			return bson.RawValue{}, err
		}
		list = append(list, value.Document(bytes.Clone(d)))
	}
	return value.Array(list), nil
}

const sales = `[{"_id": 1, "k": "a", "n": 1, "tags": ["x", "y"]}, {"_id": 2, "k": "b", "n": 2.5, "tags": []},
	{"_id": 3, "k": "a", "n": 3, "tags": null}, {"_id": 4, "n": "five", "tags": "z"}]`

func TestPipeline(t *testing.T) {
	for _, c := range []struct{ in, pipeline, want string }{
		{sales, `[]`, sales},
		{sales, `[{"$match": {"k": "a"}}, {"$project": {"n": 1}}]`, `[{"_id": 1, "n": 1}, {"_id": 3, "n": 3}]`},
		{sales, `[{"$sort": {"n": -1}}, {"$skip": 1}, {"$limit": 2}, {"$project": {"_id": 1}}]`, `[{"_id": 3}, {"_id": 2}]`},
		{sales, `[{"$match": {"n": {"$gt": 1}}}, {"$count": "total"}]`, `[{"total": 2}]`},
		{sales, `[{"$match": {"n": 99}}, {"$count": "total"}]`, `[]`},
		{`[{"a": 1}, {"a": [1, {"b": 2}]}]`, `[{"$addFields": {"a.c": "$a", "d": 1}}]`, `[{"a": {"c": 1}, "d": 1}, {"a": [{"c": [1, {"b": 2}]}, {"b": 2, "c": [1, {"b": 2}]}], "d": 1}]`},
		{`[{"a": 1, "b": 2}]`, `[{"$set": {"a": "$b", "c": {"d": {"$literal": 1}}, "e": {}}}]`, `[{"a": 2, "b": 2, "c": {"d": 1}, "e": {}}]`},
		{`[{"a": 1, "b": 2, "c": 3}]`, `[{"$unset": "a"}, {"$unset": ["b"]}]`, `[{"c": 3}]`},

		{sales, `[{"$sortByCount": "$k"}]`, `[{"_id": "a", "count": 2}, {"_id": "b", "count": 1}, {"_id": null, "count": 1}]`},
		{sales, `[{"$sortByCount": {"$isArray": "$tags"}}]`, `[{"_id": true, "count": 2}, {"_id": false, "count": 2}]`},
		{sales, `[{"$match": {"_id": 2}}, {"$replaceRoot": {"newRoot": {"x": "$n", "y": {"$add": ["$n", 1]}}}}]`, `[{"x": 2.5, "y": 3.5}]`},
		{`[{"a": {"b": 1}}, {"a": {}}]`, `[{"$replaceWith": "$a"}]`, `[{"b": 1}, {}]`},

		{sales, `[{"$unwind": "$tags"}, {"$project": {"tags": 1}}]`, `[{"_id": 1, "tags": "x"}, {"_id": 1, "tags": "y"}, {"_id": 4, "tags": "z"}]`},
		{sales, `[{"$unwind": {"path": "$tags", "preserveNullAndEmptyArrays": true, "includeArrayIndex": "i"}}, {"$project": {"tags": 1, "i": 1}}]`,
			`[{"_id": 1, "tags": "x", "i": {"$numberLong": "0"}}, {"_id": 1, "tags": "y", "i": {"$numberLong": "1"}}, {"_id": 2, "i": null}, {"_id": 3, "tags": null, "i": null}, {"_id": 4, "tags": "z", "i": null}]`},
		{`[{"a": {"b": [1, 2], "c": 3}}]`, `[{"$unwind": "$a.b"}]`, `[{"a": {"b": 1, "c": 3}}, {"a": {"b": 2, "c": 3}}]`},
		{`[{"a": [7]}]`, `[{"$unwind": {"path": "$a.0", "preserveNullAndEmptyArrays": true}}]`, `[{"a": [7]}]`},

		{sales, `[{"$group": {"_id": "$k", "sum": {"$sum": "$n"}, "avg": {"$avg": "$n"}, "min": {"$min": "$n"}, "max": {"$max": "$n"}, "n": {"$sum": 1}, "c": {"$count": {}}}}]`,
			`[{"_id": "a", "sum": 4, "avg": 2.0, "min": 1, "max": 3, "n": 2, "c": 2}, {"_id": "b", "sum": 2.5, "avg": 2.5, "min": 2.5, "max": 2.5, "n": 1, "c": 1}, {"_id": null, "sum": 0, "avg": null, "min": "five", "max": "five", "n": 1, "c": 1}]`},
		{sales, `[{"$group": {"_id": null, "first": {"$first": "$k"}, "last": {"$last": "$k"}, "all": {"$push": "$k"}, "set": {"$addToSet": "$k"}, "docs": {"$push": {"i": "$_id"}}}}]`,
			`[{"_id": null, "first": "a", "last": null, "all": ["a", "b", "a"], "set": ["a", "b"], "docs": [{"i": 1}, {"i": 2}, {"i": 3}, {"i": 4}]}]`},
		{sales, `[{"$group": {"_id": {"k": "$k", "one": {"$literal": 1}}}}, {"$limit": 1}]`, `[{"_id": {"k": "a", "one": 1}}]`},
		{`[{"k": 1}, {"k": 1.0}, {"k": {"$numberDecimal": "1"}}]`, `[{"$group": {"_id": "$k", "n": {"$count": {}}}}]`, `[{"_id": 1, "n": 3}]`},
		{`[]`, `[{"$group": {"_id": null, "n": {"$sum": 1}}}]`, `[]`},
	} {
		var read int
		p, in := pipeline(t, c.pipeline), stream(t, c.in, &read)
		for _, p := range []*Pipeline{p, p.Optimize()} {
			got, err := collect(p.Run(running(context.Background()), lent(in)))
			if err != nil {
				t.Errorf("%s: %v", c.pipeline, err)
				continue
			}
			if want := querytest.Val(t, c.want); !got.Equal(want) {
				t.Errorf("%s\ngot  %v\nwant %v", c.pipeline, got, want)
			}
		}
	}
}

func TestRefusedPipelines(t *testing.T) {
	for _, c := range []struct {
		pipeline string
		code     int32
		text     string
	}{
		{`{}`, 14, "array"},
		{`[1]`, 40323, "one field"},
		{`[{}]`, 40323, "one field"},
		{`[{"$match": {}, "$limit": 1}]`, 40323, "one field"},
		{`[{"$foo": 1}]`, 40324, "Unrecognized pipeline stage name: '$foo'"},
		{`[{"$match": 1}]`, 15959, "object"},
		{`[{"$group": {"_id": "$a\u0000b"}}]`, 16411, "null byte"},
		{`[{"$match": {"a": {"$foo": 1}}}]`, 2, "$foo"},
		{`[{"$project": {}}]`, 51272, "at least one"},
		{`[{"$project": 1}]`, 15969, "object"},
		{`[{"$project": {"a": {"$nope": ["a"]}}}]`, 168, "$nope"},
		{`[{"$addFields": 1}]`, 40272, "object"},
		{`[{"$set": {"a": 1, "a.b": 2}}]`, 31249, "a.b"},
		{`[{"$unset": 1}]`, 31120, "string"},
		{`[{"$unset": []}]`, 31119, "at least one"},
		{`[{"$sort": {}}]`, 15976, "at least one"},
		{`[{"$sort": {"a": 5}}]`, 2, "1"},
		{`[{"$limit": 0}]`, 15958, "positive"},
		{`[{"$limit": -1}]`, 5107201, "$limit"},
		{`[{"$skip": "x"}]`, 5107200, "$skip"},
		{`[{"$sample": 1}]`, 28745, "object"},
		{`[{"$sample": {}}]`, 28749, "size"},
		{`[{"$sample": {"size": "x"}}]`, 28746, "number"},
		{`[{"$sample": {"size": 0}}]`, 28747, "positive"},
		{`[{"$sample": {"size": 1, "foo": 1}}]`, 28748, "foo"},
		{`[{"$listSearchIndexes": {}}]`, 31082, "Atlas"},
		{`[{"$search": {}}]`, 31082, "Atlas"},
		{`[{"$sortByCount": "k"}]`, 40148, "prefixed"},
		{`[{"$sortByCount": {"k": 1}}]`, 40147, "prefixed"},
		{`[{"$replaceRoot": 1}]`, 40229, "int"},
		{`[{"$replaceRoot": {"x": 1}}]`, 40230, "x"},
		{`[{"$replaceRoot": {}}]`, 40231, "newRoot"},
		{`[{"$count": "$x"}]`, 40156, "count"},
		{`[{"$unwind": "a"}]`, 28812, "'$'"},
		{`[{"$unwind": {"path": "$a", "foo": 1}}]`, 28812, "foo"},
		{`[{"$group": {"n": {"$sum": 1}}}]`, 15955, "_id"},
		{`[{"$group": {"_id": null, "n": {"$foo": 1}}}]`, 15952, "$foo"},
		{`[{"$group": {"_id": null, "n": 1}}]`, 40234, "accumulator"},
		{`[{"$group": {"_id": null, "n": {"$count": 1}}}]`, 14, "$count"},
		{`[{"$group": {"_id": {"$nope": [1]}}}]`, 168, "$nope"},
	} {
		_, err := Parse(nil, querytest.Val(t, c.pipeline))
		querytest.Fails(t, c.pipeline, err, c.code, c.text)
	}
}

// TestPipelineIsLazy checks that no stage reads more than its result needs, and nothing before the result is ranged over.
func TestPipelineIsLazy(t *testing.T) {
	var read int
	p := pipeline(t, `[{"$match": {}}, {"$project": {"n": 1}}, {"$unwind": "$n"}, {"$skip": 1}, {"$limit": 1}]`)
	out := p.Run(running(context.Background()), stream(t, sales, &read))
	if read != 0 {
		t.Errorf("%d documents were read before anyone asked", read)
	}
	if _, err := collect(out); err != nil || read != 2 {
		t.Errorf("%d documents were read for one, error %v", read, err)
	}
	for range out {
		break
	}
}

// TestErrorsEndTheStream sends an error and a done context through every kind of stage.
func TestErrorsEndTheStream(t *testing.T) {
	broken := errors.New("the disk is gone")
	failing := func(yield func(bson.Raw, error) bool) {
		if yield(querytest.Doc(t, `{"a": [1]}`), nil) {
			yield(nil, broken)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, stages := range []string{`[]`, `[{"$match": {}}]`, `[{"$sort": {"a": 1}}]`, `[{"$group": {"_id": null}}]`, `[{"$count": "n"}]`, `[{"$unwind": "$a"}]`, `[{"$skip": 5}]`, `[{"$limit": 5}]`, `[{"$project": {"a": 1}}]`} {
		if _, err := collect(pipeline(t, stages).Run(running(context.Background()), failing)); !errors.Is(err, broken) {
			t.Errorf("%s: %v", stages, err)
		}
		if _, err := collect(pipeline(t, stages).Run(running(ctx), failing)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", stages, err)
		}
	}
}

// TestMemoryLimit pushes the same 8 MB document until $sort and $group have had enough.
func TestMemoryLimit(t *testing.T) {
	b := value.NewBuilder()
	b.Add("a", bson.RawValue{Type: bson.TypeBinary, Value: bsoncore.AppendBinary(nil, 0, make([]byte, 8<<20))})
	big := bson.Raw(b.Bytes())
	endless := func(yield func(bson.Raw, error) bool) {
		for range 1000 {
			if !yield(big, nil) {
				return
			}
		}
	}
	for _, stages := range []string{`[{"$sort": {"a": 1}}]`, `[{"$group": {"_id": null, "all": {"$push": "$a"}}}]`} {
		_, err := collect(pipeline(t, stages).Run(running(context.Background()), endless))
		querytest.Fails(t, stages, err, 292, "bytes")
	}
}

// TestStagesAreBounded has a little pipeline make much: by many stages, and by naming one field many times.
func TestStagesAreBounded(t *testing.T) {
	long := `[{"$skip": 0}` + strings.Repeat(`, {"$skip": 0}`, maxStages) + `]`
	_, err := Parse(nil, querytest.Val(t, long))
	querytest.Fails(t, "1001 stages", err, 7749501, "1000 stages")
	b := value.NewBuilder()
	b.Add("a", bson.RawValue{Type: bson.TypeBinary, Value: bsoncore.AppendBinary(nil, 0, make([]byte, 1<<20))})
	big := bson.Raw(b.Bytes())
	one := func(yield func(bson.Raw, error) bool) { yield(big, nil) }
	twice := `{"$set": {"a": ["$a", "$a"]}}`
	thousand := `["$a"` + strings.Repeat(`, "$a"`, 999) + `]`
	for _, stages := range []string{
		`[` + twice + strings.Repeat(`, `+twice, 30) + `]`,
		`[{"$project": {"b": ` + thousand + `}}]`,
		`[{"$group": {"_id": ` + thousand + `}}]`,
		`[{"$group": {"_id": null, "n": {"$max": [` + thousand + `]}}}]`,
		`[{"$set": {"b": ` + strings.ReplaceAll(thousand, `"$a"`, `1`) + `}}, {"$set": {"b.x": "$a"}}]`,
		`[{"$set": {"b": ` + strings.ReplaceAll(thousand, `"$a"`, `1`) + `}}, {"$set": {"b.` + strings.Repeat("x", 1<<20) + `": 1}}]`,
		`[{"$set": {"b": "$a"}}` + strings.Repeat(`, {"$set": {"b": "$$ROOT"}}`, 200) + `]`,
	} {
		_, err := collect(pipeline(t, stages).Run(running(context.Background()), one))
		querytest.Fails(t, stages[:min(len(stages), 80)], err, 10334, "bytes")
	}
}

// TestUnwindEndsWithItsContext cancels while one document gives many.
func TestUnwindEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	numbers := bson.Raw(newPair("a", value.Array(make([]bson.RawValue, 10_000))))
	n := 0
	p := pipeline(t, `[{"$unwind": "$a"}, {"$project": {"a": 1}}]`)
	for _, err := range p.Run(running(ctx), func(yield func(bson.Raw, error) bool) { yield(numbers, nil) }) {
		if n++; err != nil {
			break
		}
		cancel()
	}
	if n > 300 {
		t.Errorf("%d documents came", n)
	}
}

func newPair(name string, v bson.RawValue) []byte {
	b := value.NewBuilder()
	b.Add(name, v)
	return b.Bytes()
}
