package query_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/projection"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/update"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/testneeds"
)

// TestOracle compares filters, sorts, projections, expressions and updates with mingo's on generated cases. JavaScript has one type of
// number, so numbers are compared by value, and none is a Decimal128. Cases where mingo is known not to follow MongoDB are in differences.
func TestOracle(t *testing.T) {
	g := &generator{rand.New(rand.NewPCG(5, 7))}
	var cases []bson.D
	for range 2500 {
		cases = append(cases, g.match())
	}
	for range 2000 {
		cases = append(cases, kase("expression", "expression", g.expression(2), "doc", g.doc()))
	}
	for range 7500 {
		cases = append(cases, kase("expression", "expression", g.family(), "doc", g.doc()))
	}
	for range 5000 {
		cases = append(cases, g.pipeline())
	}
	for range 1000 {
		cases = append(cases, g.sort(), g.project(), g.update(), g.update(), g.flow())
	}
	answers := askOracle(t, cases)
	excused, faults := 0, 0
	for i, c := range cases {
		raw := mustMarshal(t, c)
		ours := answer(t, raw)
		switch {
		case agree(ours, answers[i]):
		case excuse(raw, ours, answers[i]) != "":
			excused++
		case faults < 20:
			faults++
			t.Errorf("%s\nis    %s\nmingo %s", show(raw), show(ours), show(answers[i]))
		}
	}
	if excused > len(cases)/6 {
		t.Errorf("%d of %d cases are excused", excused, len(cases))
	}
}

// askOracle gives the cases to mingo.
func askOracle(t *testing.T, cases []bson.D) []bson.Raw {
	t.Helper()
	modules, err := filepath.Abs("../../../test/node/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	mingo := filepath.Join(modules, "mingo")
	_, err = os.Stat(mingo)
	node, noNode := exec.LookPath("node")
	if err != nil || noNode != nil {
		testneeds.Missing(t, "node and mingo (make clients brings it)", errors.Join(err, noNode))
	}
	in, err := bson.MarshalExtJSON(bson.D{{Key: "cases", Value: cases}}, false, false)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), node, "testdata/oracle.cjs", mingo, filepath.Join(modules, "bson"))
	c.Stdin, c.Stderr = bytes.NewReader(in), os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Answers []bson.Raw }
	if err := bson.UnmarshalExtJSON(out, false, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Answers) != len(cases) {
		t.Fatalf("%d answers to %d cases", len(got.Answers), len(cases))
	}
	return got.Answers
}

// answer is this package's answer to a case: {is: result} or {error: message}.
func answer(t *testing.T, c bson.Raw) bson.Raw {
	is, err := solve(c)
	if err != nil {
		return mustMarshal(t, bson.D{{Key: "error", Value: err.Error()}})
	}
	return mustMarshal(t, bson.D{{Key: "is", Value: is}})
}

func solve(c bson.Raw) (any, error) {
	doc, _ := c.Lookup("doc").DocumentOK()
	switch c.Lookup("kind").StringValue() {
	case "match":
		f, err := match.Parse(nil, c.Lookup("query").Document())
		if err != nil {
			return nil, err
		}
		return f.Match(doc), nil
	case "sort":
		s, err := order.Parse(nil, c.Lookup("sort").Document())
		if err != nil {
			return nil, err
		}
		docs, err := c.Lookup("docs").Array().Values()
		places := map[*byte][]byte{}
		for _, d := range docs {
			if places[&d.Value[0]], err = s.Key(d.Document()); err != nil {
				return nil, err
			}
		}
		slices.SortStableFunc(docs, func(a, b bson.RawValue) int { return bytes.Compare(places[&a.Value[0]], places[&b.Value[0]]) })
		ids := bson.A{}
		for _, d := range docs {
			ids = append(ids, d.Document().Lookup("_id"))
		}
		return ids, err
	case "pipeline":
		return run(c)
	case "project":
		p, err := projection.ParseFind(nil, c.Lookup("projection").Document(), nil)
		if err != nil {
			return nil, err
		}
		return p.Apply(doc)
	}
	if c.Lookup("kind").StringValue() == "expression" {
		return compute(c.Lookup("expression"), doc)
	}
	u, err := update.Parse(nil, c.Lookup("update"), c.Lookup("filters"))
	if err != nil {
		return nil, err
	}
	out, _, err := u.Apply(doc, update.ApplyOptions{Now: time.UnixMilli(0)})
	return out, err
}

// agree reports whether two answers are the same. Two errors are, whatever they say.
func agree(a, b bson.Raw) bool {
	x, y := a.Lookup("is"), b.Lookup("is")
	if x.Type == 0 || y.Type == 0 {
		return x.Type == y.Type
	}
	return keys.Equal(inOrder(x), inOrder(y))
}

// inOrder sorts a document's fields: mingo orders those of an included document otherwise. MongoDB has _id first and the
// others as they stand in the document.
func inOrder(v bson.RawValue) bson.RawValue {
	if value.IsArray(v) {
		list := value.Elements(v)
		for i := range list {
			list[i] = inOrder(list[i])
		}
		return value.Array(list)
	}
	if !value.IsDocument(v) {
		return v
	}
	type named struct {
		name string
		v    bson.RawValue
	}
	var list []named
	for name, part := range keys.Elements(v.Value) {
		list = append(list, named{string(name), inOrder(part)})
	}
	slices.SortFunc(list, func(a, b named) int { return strings.Compare(a.name, b.name) })
	b := value.NewBuilder()
	for _, n := range list {
		b.Add(n.name, n.v)
	}
	return b.Document()
}

func show(doc bson.Raw) string {
	out, err := bson.MarshalExtJSON(doc, false, false)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

func mustMarshal(t *testing.T, v any) bson.Raw {
	t.Helper()
	raw, err := bson.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// generator makes cases of values at which implementations part.
type generator struct{ *rand.Rand }

func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

func (g *generator) scalar() any {
	return pick[any](g, nil, true, false, int32(0), math.Copysign(0, -1), 0.0, int32(1), int64(1), 1.0, 1.5, int32(-1), int64(2), 2.0, 3.5,
		int64(1)<<40, math.NaN(), math.Inf(1), math.Inf(-1), "", "a", "b", "ab", "B", bson.DateTime(0), bson.DateTime(-1), bson.DateTime(1e12))
}

// value is a scalar, or an array or a document of values.
func (g *generator) value(depth int) any {
	switch n := g.IntN(10); {
	case n < 6 || depth == 0:
		return g.scalar()
	case n < 8:
		list := bson.A{}
		for range g.IntN(4) {
			list = append(list, g.value(depth-1))
		}
		return list
	}
	return g.document(depth-1, "a", "b")
}

// document has some of the names.
func (g *generator) document(depth int, names ...string) bson.D {
	d := bson.D{}
	for _, name := range names {
		if g.IntN(4) > 0 {
			d = append(d, bson.E{Key: name, Value: g.value(depth)})
		}
	}
	return d
}

func (g *generator) doc() bson.D {
	return append(bson.D{{Key: "_id", Value: int32(1)}}, g.document(3, "a", "b", "c")...)
}

func (g *generator) path() string { return pick(g, "a", "b", "c", "a.b", "a.a", "b.a", "c.b", "a.a.b") }

func kase(kind string, fields ...any) bson.D {
	d := bson.D{{Key: "kind", Value: kind}}
	for i := 0; i < len(fields); i += 2 {
		d = append(d, bson.E{Key: fields[i].(string), Value: fields[i+1]})
	}
	return d
}

func one(name string, v any) bson.D { return bson.D{{Key: name, Value: v}} }

func (g *generator) match() bson.D { return kase("match", "query", g.query(1), "doc", g.doc()) }

func (g *generator) query(depth int) bson.D {
	if depth > 0 && g.IntN(4) == 0 {
		return one(pick(g, "$and", "$or", "$nor"), bson.A{g.query(depth - 1), g.query(depth - 1)})
	}
	return one(pick(g, g.path(), "a.0", "a.1.b"), g.condition(1))
}

func (g *generator) condition(depth int) any {
	switch op := pick(g, "", "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$size", "$all", "$elemMatch", "$not", "$type"); op {
	case "":
		return g.value(1)
	case "$in", "$nin", "$all":
		return one(op, bson.A{g.value(1), g.value(1)})
	case "$exists":
		return one(op, g.IntN(2) == 0)
	case "$size":
		return one(op, int32(g.IntN(3)))
	case "$type":
		return one(op, pick(g, "string", "bool", "date", "null", "array", "object", "number"))
	case "$elemMatch", "$not":
		if depth == 0 {
			return one("$eq", g.scalar())
		}
		if g.IntN(4) == 0 {
			return one(op, one("$in", bson.A{g.scalar(), g.scalar()}))
		}
		return one(op, one(pick(g, "$gt", "$gte", "$lt", "$eq"), g.scalar()))
	default:
		return one(op, g.value(1))
	}
}

func (g *generator) sort() bson.D {
	docs := bson.A{}
	for i := range 6 {
		docs = append(docs, append(bson.D{{Key: "_id", Value: int32(i)}}, g.document(2, "a", "b")...))
	}
	return kase("sort", "sort", bson.D{{Key: pick(g, "a", "a.b", "b"), Value: pick[int32](g, 1, -1)}}, "docs", docs)
}

func (g *generator) project() bson.D {
	if g.IntN(4) == 0 {
		part := pick(g, one("$slice", pick[any](g, int32(g.IntN(5)-2), bson.A{int32(g.IntN(5) - 2), int32(1 + g.IntN(2))})), one("$elemMatch", one("a", pick[any](g, int32(1), "a"))))
		element := func() any {
			return bson.D{{Key: "a", Value: pick[any](g, int32(1), "a", "b")}, {Key: "b", Value: g.scalar()}}
		}
		doc := bson.D{{Key: "_id", Value: int32(1)}, {Key: "a", Value: bson.A{element(), bson.D{{Key: "a", Value: pick[any](g, int32(1), "a")}}, element()}}}
		return kase("project", "projection", bson.D{{Key: "_id", Value: int32(1)}, {Key: "a", Value: part}}, "doc", doc)
	}
	keep := int32(g.IntN(2))
	p := bson.D{}
	for _, path := range [][]string{{"a", "a.b", "a.a.b"}, {"b", "b.a"}} {
		if g.IntN(3) > 0 || len(p) == 0 {
			p = append(p, bson.E{Key: pick(g, path...), Value: keep})
		}
	}
	if g.IntN(3) == 0 {
		p = append(p, bson.E{Key: "_id", Value: int32(0)})
	}
	return kase("project", "projection", p, "doc", g.doc())
}

// expression applies operators to values of the types that they take, mostly.
func (g *generator) expression(depth int) any {
	one := func() any { return g.operand(depth - 1) }
	switch op := pick(g, "$add", "$multiply", "$subtract", "$eq", "$ne", "$gt", "$lte", "$cmp", "$and", "$or", "$not", "$cond", "$ifNull", "$concatArrays",
		"$isArray", "$in", "$map", "$filter", "$reduce", "$mergeObjects", "$arrayElemAt", "$let", "$first", "$reverseArray", "$size"); op {
	case "$not", "$isArray":
		return bson.D{{Key: op, Value: bson.A{one()}}}
	case "$cond":
		return bson.D{{Key: op, Value: bson.A{one(), one(), one()}}}
	case "$map", "$filter":
		body := map[string]string{"$map": "in", "$filter": "cond"}[op]
		return bson.D{{Key: op, Value: bson.D{{Key: "input", Value: g.list()}, {Key: "as", Value: "v"}, {Key: body, Value: bson.D{{Key: "$ne", Value: bson.A{"$$v", one()}}}}}}}
	case "$reduce":
		return bson.D{{Key: op, Value: bson.D{{Key: "input", Value: g.list()}, {Key: "initialValue", Value: g.scalar()}, {Key: "in", Value: bson.A{"$$value", "$$this"}}}}}
	case "$let":
		return bson.D{{Key: op, Value: bson.D{{Key: "vars", Value: bson.D{{Key: "v", Value: one()}}}, {Key: "in", Value: bson.A{"$$v", one()}}}}}
	case "$mergeObjects":
		return bson.D{{Key: op, Value: bson.A{"$c", bson.D{{Key: "a", Value: one()}}}}}
	case "$arrayElemAt":
		return bson.D{{Key: op, Value: bson.A{g.list(), int32(g.IntN(4) - 2)}}}
	case "$in":
		return bson.D{{Key: op, Value: bson.A{one(), g.list()}}}
	case "$concatArrays":
		return bson.D{{Key: op, Value: bson.A{g.list(), g.list()}}}
	case "$first", "$reverseArray", "$size":
		return bson.D{{Key: op, Value: "$" + pick(g, "a", "b", "c.b")}}
	case "$gt", "$lte", "$cmp":
		return bson.D{{Key: op, Value: bson.A{g.number(), g.number()}}}
	default:
		return bson.D{{Key: op, Value: bson.A{one(), one()}}}
	}
}

func (g *generator) number() any {
	return pick[any](g, "$_id", int32(0), int32(2), int64(1), 1.0, 1.5, bson.D{{Key: "$add", Value: bson.A{"$_id", 0.5}}})
}

func (g *generator) operand(depth int) any {
	if depth > 0 && g.IntN(3) == 0 {
		return g.expression(depth)
	}
	return pick(g, any("$"+g.path()), g.scalar())
}

func (g *generator) list() any {
	return pick[any](g, "$"+g.path(), bson.A{g.scalar(), g.operand(0), "$a"}, bson.A{})
}

func (g *generator) update() bson.D {
	op := pick(g, "$set", "$unset", "$inc", "$mul", "$min", "$max", "$push", "$addToSet", "$pull", "$pop", "$rename", "$bit", "$pullAll")
	var v any
	switch op {
	case "$inc", "$mul":
		v = pick[any](g, int32(1), int64(2), 1.5, int32(-1), 0.0)
	case "$bit":
		v = one(pick(g, "and", "or", "xor"), int32(g.IntN(8)))
	case "$pullAll":
		v = bson.A{g.scalar(), g.scalar()}
	case "$pop":
		v = pick[int32](g, 1, -1)
	case "$rename":
		v = "renamed"
	case "$unset":
		v = ""
	case "$pull":
		v = g.scalar()
	default:
		v = g.value(1)
	}
	path := pick(g, "a", "b", "c", "a.b", "b.a")
	if op != "$rename" && g.IntN(3) == 0 {
		path = pick(g, "a.$[]", "a.$[x]", "b.$[x]", "a.$[x].b")
	}
	filters, doc := bson.A{}, g.doc()
	if strings.Contains(path, "[") {
		part := pick(g, func() any { return int32(g.IntN(5)) }, func() any { return g.document(1, "a", "b") }, func() any { return bson.A{g.scalar()} })
		doc = bson.D{{Key: "_id", Value: int32(1)}, {Key: "a", Value: bson.A{part(), part(), part()}}, {Key: "b", Value: bson.A{part()}}}
	}
	if strings.Contains(path, "[x]") {
		filters = bson.A{one(pick(g, "x", "x.a"), pick[any](g, g.scalar(), one("$exists", true), one("$ne", g.scalar())))}
	}
	return kase("update", "update", one(op, one(path, v)), "filters", filters, "doc", doc)
}

// flow is an update by a pipeline.
func (g *generator) flow() bson.D {
	computed := func() bson.D {
		return one(pick(g, "a", "b", "d"), pick(g, any("$"+pick(g, "a", "b", "c")), g.scalar()))
	}
	stages := bson.A{}
	for range 1 + g.IntN(3) {
		stages = append(stages, pick(g, one(pick(g, "$set", "$addFields"), computed()), one("$unset", pick[any](g, "a", "a.b", bson.A{"a", "c"})),
			one("$replaceWith", one("$mergeObjects", bson.A{"$$ROOT", computed()}))))
	}
	return kase("flow", "update", stages, "doc", g.doc())
}

// compute is what an expression makes of a document.
func compute(e bson.RawValue, doc bson.Raw) (any, error) {
	is, err := expression.Parse(nil, e)
	if err != nil {
		return nil, err
	}
	var x expression.Evaluation
	v := is.Value(x.Begin(doc))
	if v.Type == 0 {
		return bson.D{{Key: "missing", Value: true}}, x.Err()
	}
	return v, x.Err()
}

// run is what a pipeline makes of the case's documents.
func run(c bson.Raw) (any, error) {
	p, err := stage.Parse(nil, c.Lookup("pipeline"))
	if err != nil {
		return nil, err
	}
	in := func(yield func(bson.Raw, error) bool) {
		for _, v := range value.Elements(c.Lookup("docs")) {
			if !yield(v.Value, nil) {
				return
			}
		}
	}
	out := bson.A{}
	for doc, err := range p.Optimize().Run(&stage.Run{Ctx: context.Background(), Memory: memory.NewBudget(1 << 30)}, in) {
		if err != nil {
			return nil, err
		}
		out = append(out, bson.Raw(bytes.Clone(doc)))
	}
	return out, nil
}
