package docdb

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// planModel makes random documents, indexes and questions. The values are few, so that many documents share one.
type planModel struct {
	*rand.Rand
	x *db
}

var modelPaths = []string{"a", "b", "c", "a.x", "a.y", "a.x.y", "b.x", "a.0", "b.1.x"}

var decimalTwo, _ = bson.ParseDecimal128("2.0")

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func (m planModel) scalar() any {
	return pick[any](m.Rand, nil, 0, 1, 2, 3, int64(1), 2.5, decimalTwo, math.NaN(), math.Inf(1), "", "s", "st", "str", "t", true, false,
		bson.NewDateTimeFromTime(fixedTime), bson.Symbol("st"), bson.Regex{Pattern: "^st"}, bson.MinKey{}, bson.MaxKey{}, d{}, d{{"x", 1}})
}

func (m planModel) value(depth int) any {
	switch n := m.IntN(8); {
	case n < 4 || depth == 0:
		return m.scalar()
	case n < 6:
		doc := d{}
		for _, name := range []string{"x", "y"} {
			if m.IntN(3) > 0 {
				doc = append(doc, e{name, m.value(depth - 1)})
			}
		}
		return doc
	}
	list := a{}
	for range m.IntN(4) {
		list = append(list, m.value(depth-1))
	}
	return list
}

func (m planModel) document(id int) d {
	doc := d{{"_id", id}}
	for _, name := range []string{"a", "b", "c"} {
		switch m.IntN(5) {
		case 0:
		case 1, 2:
			doc = append(doc, e{name, m.scalar()})
		default:
			doc = append(doc, e{name, m.value(3)})
		}
	}
	return doc
}

func (m planModel) condition() any {
	v, w := m.scalar(), m.scalar()
	if _, isRegex := v.(bson.Regex); isRegex && m.IntN(2) == 0 {
		return v
	} else if isRegex {
		v = "st"
	}
	if _, isRegex := w.(bson.Regex); isRegex {
		w = nil
	}
	return pick[any](m.Rand, v, v, d{{"$eq", v}}, d{{"$gt", v}}, d{{"$lt", v}}, d{{"$gte", v}}, d{{"$lte", v}}, d{{"$gte", v}, {"$lt", w}}, d{{"$gt", v}, {"$lte", w}},
		d{{"$in", a{v, w}}}, d{{"$in", a{v, bson.Regex{Pattern: "^s"}}}}, d{{"$in", a{a{}, a{v}, w}}}, d{{"$in", a{}}}, d{{"$nin", a{v, w}}}, d{{"$ne", v}},
		d{{"$exists", true}}, d{{"$exists", true}}, d{{"$exists", false}}, d{{"$type", pick[any](m.Rand, "number", "string", "array", "null")}}, d{{"$size", m.IntN(3)}},
		d{{"$regex", pick(m.Rand, "^s", "^st", "t$", "^(?i)S")}}, d{{"$all", a{v, w}}}, d{{"$not", d{{pick(m.Rand, "$gte", "$lt", "$eq"), v}}}}, d{{"$ne", v}, {"$gt", w}}, d{{"$ne", v}, {"$nin", a{w, nil}}}, d{{"$not", d{{"$in", a{v, w}}}}}, d{{"$not", d{{"$exists", true}}}}, d{{"$mod", a{2, 1}}}, a{v}, a{},
		d{{"$elemMatch", d{{"$gte", v}, {"$lt", w}}}}, d{{"$elemMatch", d{{"x", v}, {"y", d{{"$exists", true}}}}}}, nil)
}

func (m planModel) filter(depth int) d {
	filter := d{}
	for range m.IntN(3) {
		filter = append(filter, e{pick(m.Rand, modelPaths...), m.condition()})
	}
	if depth > 0 && m.IntN(2) == 0 {
		branches := a{}
		for range 1 + m.IntN(3) {
			branches = append(branches, m.filter(depth-1))
		}
		filter = append(filter, e{pick(m.Rand, "$or", "$or", "$and", "$nor"), branches})
	}
	if depth > 1 && m.IntN(8) == 0 { // so many that they are planned together
		branches := a{}
		for range 130 {
			branches = append(branches, m.branch())
		}
		filter = append(filter, e{"$or", branches})
	}
	if m.IntN(6) == 0 {
		compared := d{{pick(m.Rand, "$eq", "$gt", "$gte", "$lt", "$lte"), a{"$" + pick(m.Rand, modelPaths...), d{{"$literal", m.scalar()}}}}}
		filter = append(filter, e{"$expr", pick[any](m.Rand, compared, d{{"$and", a{compared, d{{"$lt", a{m.IntN(3), "$a"}}}}}})})
	}
	if m.IntN(12) == 0 {
		filter = append(filter, e{pick(m.Rand, "a", "b", "a.x"), d{{pick(m.Rand, "$bitsAllSet", "$bitsAnyClear"), m.IntN(4)}}})
	}
	if m.IntN(12) == 0 {
		filter = append(filter, e{"$jsonSchema", d{{"properties", d{{pick(m.Rand, "a", "b"), d{{"bsonType", pick(m.Rand, "array", "int", "object")}}}}}}})
	}
	if m.IntN(12) == 0 {
		filter = append(filter, e{"_id", pick[any](m.Rand, m.IntN(60), d{{"$gte", m.IntN(60)}}, d{{"$in", a{m.IntN(60), 3, "x"}}})})
	}
	return filter
}

// branch is one of very many, which seldom match.
func (m planModel) branch() d {
	plain := func() any {
		if v := m.scalar(); fmt.Sprintf("%T", v) != "bson.Regex" {
			return v
		}
		return "st"
	}
	branch := d{{pick(m.Rand, "a", "b", "a.x"), pick[any](m.Rand, plain(), m.IntN(1000), 1000+m.IntN(1000), d{{"$gte", 5 + m.IntN(9)}, {"$lt", 15}})}}
	if m.IntN(2) == 0 {
		branch = append(branch, e{pick(m.Rand, "c", "b.x", "a.y"), pick[any](m.Rand, plain(), d{{"$ne", plain()}}, d{{"$gt", m.IntN(3)}})})
	}
	return branch
}

func (m planModel) pattern() d {
	key := d{}
	paths := append(slices.Clone(modelPaths), "_id")
	for _, i := range m.Perm(len(paths))[:1+m.IntN(3)] {
		key = append(key, e{paths[i], pick(m.Rand, 1, -1)})
	}
	return key
}

// indexes creates random indexes; some are refused.
func (m planModel) indexes(n int) {
	for i := range n {
		key := m.pattern()
		switch at := m.IntN(len(key)); m.IntN(6) {
		case 0:
			key[at].Value = "hashed"
		case 1:
			key[at].Value = pick[any](m.Rand, 2.5, -0.5, int64(-9))
		}
		spec := d{{"key", key}, {"name", fmt.Sprint(i)}}
		switch m.IntN(4) {
		case 0:
			spec = append(spec, e{"sparse", true})
		case 1:
			spec = append(spec, partial(m.filter(1)))
		}
		if m.IntN(6) == 0 {
			spec = append(spec, e{"unique", true})
		}
		m.x.run(d{{"createIndexes", "c"}, {"indexes", a{spec}}})
	}
}

// order is what to sort by: what an index has, from its beginning or from some place on, perhaps backwards, or anything.
func (m planModel) order(coll *storage.Collection) d {
	if m.IntN(3) == 0 || len(coll.Indexes) == 0 {
		return m.pattern()
	}
	parts := pick(m.Rand, coll.Indexes...).Parts
	from := m.IntN(len(parts))
	order, sign := d{}, pick(m.Rand, int32(1), -1)
	for _, p := range parts[from : from+1+m.IntN(len(parts)-from)] {
		order = append(order, e{p.Path, sign * p.Dir})
	}
	return order
}

// ask compares what a filter finds by each index, and by the one that is chosen, with what reading everything finds.
func (m planModel) ask() {
	x := m.x
	x.t.Helper()
	coll := x.e.store.Collection(storage.Namespace{DB: "test", Coll: "c"})
	filter := e{"filter", m.filter(2)}
	if len(coll.Indexes) > 0 && m.IntN(3) == 0 { // what a partial index is made for
		if ix := pick(m.Rand, coll.Indexes...); ix.Filter != nil {
			filter.Value = d{{"$and", a{filter.Value, ix.Partial}}}
		}
	}
	how := []e{filter}
	order, natural := d{}, e{"hint", d{{"$natural", 1}}}
	if m.IntN(3) > 0 {
		order = m.order(coll)
		sorted := append(slices.Clip(how), e{"sort", order})
		if reply := x.run(append(append(d{{"find", "c"}}, sorted...), natural)); strings.Contains(reply.String(), "parallel arrays") {
			order = d{}
		} else {
			how = sorted
		}
	}
	all := x.find("c", append(slices.Clip(how), natural)...)
	skip, limit := m.IntN(4), m.IntN(5)
	want := all[min(skip, len(all)):]
	if limit > 0 {
		want = want[:min(limit, len(want))]
	}
	window := []e{{"skip", skip}, {"limit", limit}}
	hints := []any{d{}}
	for _, ix := range coll.Ready() {
		if !ix.Sparse { // it may leave out documents when told so
			hints = append(hints, ix.Name)
		}
	}
	for i, hint := range hints {
		asked := append(slices.Clip(how), e{"hint", hint})
		if reply := x.run(append(d{{"find", "c"}}, asked...)); i > 0 && reply.Lookup("code").Type != 0 {
			x.fails(wire.BadValue, append(d{{"find", "c"}}, asked...)) // a partial index that does not hold all
			continue
		}
		m.same(asked, order, all, all, x.find("c", asked...))
		asked = append(asked, window...)
		m.same(asked, order, all, want, x.find("c", asked...))
		m.counts(d{{"count", "c"}, {"query", filter.Value}, {"hint", hint}, window[0], window[1]}, len(want))
		m.counts(d{{"count", "c"}, {"query", filter.Value}, {"hint", hint}}, len(all))
	}
	if got := x.drain(d{{"aggregate", "c"}, {"pipeline", a{d{{"$match", filter.Value}}, d{{"$count", "n"}}}}, {"cursor", d{}}}); len(all) > 0 && got[0].Lookup("n").AsInt64() != int64(len(all)) {
		x.t.Fatalf("%v: counted %v of %d", filter, got, len(all))
	}
}

func (m planModel) counts(cmd d, want int) {
	m.x.t.Helper()
	if n := m.x.ok(cmd).Lookup("n").AsInt64(); n != int64(want) {
		m.x.t.Fatalf("%v: %d, want %d", cmd, n, want)
	}
}

// same fails unless got stands in the order of want and has no document that all has not, and none twice. If want is all,
// the two then have the same documents.
func (m planModel) same(asked []e, order d, all, want, got []bson.Raw) {
	t := m.x.t
	t.Helper()
	known := map[string]bool{}
	for _, doc := range all {
		known[doc.String()] = true
	}
	places, err := parseSort(t, order)
	if err != nil {
		t.Fatal(err)
	}
	ok := len(got) == len(want)
	for i := 0; ok && i < len(got); i++ {
		ok = known[got[i].String()] && bytes.Equal(place(t, places, got[i]), place(t, places, want[i]))
		delete(known, got[i].String())
	}
	if !ok {
		explained := m.x.run(d{{"explain", append(d{{"find", "c"}}, asked...)}, {"verbosity", "queryPlanner"}})
		t.Fatalf("%v\n got %v\nwant %v\n%s", asked, got, want, explained)
	}
}

// TestPlanModel asks random questions of random collections. Whatever way to the documents is taken, the answer is the same.
func TestPlanModel(t *testing.T) {
	for seed := range uint64(modelSeeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			m := planModel{rand.New(rand.NewPCG(seed, 17)), fresh(t)}
			m.indexes(4)
			for id := range 60 {
				m.x.run(d{{"insert", "c"}, {"documents", a{m.document(id)}}}) // some would be twice in a unique index
			}
			m.indexes(2)
			for range 20 {
				m.x.run(d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", m.IntN(60)}}}, {"u", d{{"$set", d{{pick(m.Rand, "a", "b", "c"), m.value(2)}}}}}}}}})
				m.x.run(d{{"delete", "c"}, {"deletes", a{d{{"q", d{{"_id", m.IntN(60)}}}, {"limit", 1}}}}})
			}
			m.x.sound()
			for range 60 {
				m.ask()
			}
		})
	}
}

// modelSeeds is how many collections are asked. It takes hundreds to meet the rarest mistakes, and a few to meet most.
const modelSeeds = 4
