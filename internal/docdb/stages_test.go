package docdb

import (
	"fmt"
	"testing"

	"github.com/telamon-db/telamon/internal/wire"
)

func aggregateOn(coll any, stages ...any) d {
	return d{{"aggregate", coll}, {"pipeline", append(a{}, stages...)}, {"cursor", d{}}}
}

// TestLookupUsesIndexes joins two collections, of which the inner one has an index.
func TestLookupUsesIndexes(t *testing.T) {
	x := fresh(t)
	var outer, inner []any
	for i := range 50 {
		outer = append(outer, d{{"_id", i}, {"k", i % 10}})
		inner = append(inner, d{{"_id", i}, {"k", i}})
	}
	x.insert("c", outer...)
	x.insert("inner", inner...)
	x.index("inner", "k", 1)
	join := d{{"$lookup", d{{"from", "inner"}, {"localField", "k"}, {"foreignField", "k"}, {"as", "j"}}}}
	shows(t, x.drain(pipe(join, d{{"$unwind", "$j"}}, d{{"$match", d{{"j._id", 7}}}}, d{{"$limit", 1}})), `{"_id":7,"k":7,"j":{"_id":7,"k":7}}`)
	shows(t, x.drain(pipe(join, d{{"$match", d{{"_id", 3}}}})), `{"_id":3,"k":3,"j":[{"_id":3,"k":3}]}`)
	shows(t, x.drain(pipe(d{{"$unionWith", "inner"}}, d{{"$count", "n"}})), `{"n":100}`)
	shows(t, x.drain(pipe(d{{"$limit", 1}}, d{{"$graphLookup", d{{"from", "inner"}, {"startWith", "$k"}, {"connectFromField", "none"}, {"connectToField", "k"}, {"as", "j"}}}})), `{"_id":0,"k":0,"j":[{"_id":0,"k":0}]}`)
	explained := x.ok(d{{"explain", pipe(join, d{{"$match", d{{"j", d{{"$size", 1}}}}}})}, {"verbosity", "executionStats"}})
	if n := explained.Lookup("stages", "1", "nReturned").AsInt64(); n != 50 {
		t.Error(explained)
	}
	x.fails(wire.Code{Number: 51029}, d{{"explain", pipe(d{{"$out", "x"}})}, {"verbosity", "executionStats"}})
	x.ok(d{{"explain", pipe(d{{"$out", "x"}})}, {"verbosity", "queryPlanner"}})
	shows(t, x.drain(pipe(d{{"$collStats", d{{"count", d{}}}}}, join, d{{"$project", d{{"count", 1}, {"_id", 0}}}})), `{"count":50}`)
}

// TestDatabasePipelines run without a collection.
func TestDatabasePipelines(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}})
	documents := d{{"$documents", a{d{{"q", 1}}, d{{"q", d{{"$add", a{1, 1}}}}}}}}
	shows(t, x.drain(aggregateOn(1, documents, d{{"$sort", d{{"q", -1}}}})), `{"q":2}`, `{"q":1}`)
	shows(t, x.drain(aggregateOn(1, documents, d{{"$limit", 1}}, d{{"$lookup", d{{"from", "c"}, {"pipeline", a{}}, {"as", "c"}}}})), `{"q":1,"c":[{"_id":1}]}`)
	x.fails(wire.InvalidNamespace, aggregateOn(1, d{{"$match", d{}}}))
	x.fails(wire.InvalidNamespace, aggregateOn(1))
}

// TestOut replaces a collection, with its indexes and at once, or not at all.
func TestOut(t *testing.T) {
	x := fresh(t)
	for i := range 20 {
		x.insert("c", d{{"_id", i}, {"k", i % 5}})
	}
	x.insert("to", d{{"_id", "old"}, {"k", "old"}})
	x.ok(d{{"createIndexes", "to"}, {"indexes", a{d{{"key", d{{"k", 1}}}, {"name", "k"}, {"unique", true}}}}})
	group := d{{"$group", d{{"_id", "$k"}, {"k", d{{"$first", "$k"}}}}}}
	shows(t, x.drain(pipe(group, d{{"$out", "to"}})))
	shows(t, x.find("to", e{"sort", d{{"_id", 1}}}, e{"limit", 1}), `{"_id":0,"k":0}`)
	shows(t, x.drain(aggregateOn("to", d{{"$count", "n"}})), `{"n":5}`)
	x.fails(wire.DuplicateKey, pipe(d{{"$out", "to"}}))
	shows(t, x.drain(aggregateOn("to", d{{"$count", "n"}})), `{"n":5}`)
	x.fails(wire.BadValue, pipe(d{{"$project", d{{"k", d{{"$divide", a{1, "$k"}}}}}}}, d{{"$out", d{{"db", "test"}, {"coll", "to"}}}}))
	shows(t, x.drain(aggregateOn("to", d{{"$count", "n"}})), `{"n":5}`)
	x.drain(pipe(d{{"$match", d{{"_id", 99}}}}, d{{"$out", d{{"db", "other"}, {"coll", "empty"}}}}))
	itself := a{d{{"$match", d{{"k", 1}}}}, d{{"$out", "c"}}}
	x.ok(d{{"aggregate", "c"}, {"pipeline", itself}, {"cursor", d{{"batchSize", 0}}}})
	shows(t, x.drain(pipe(d{{"$count", "n"}})), `{"n":4}`)
	x.fails(wire.Code{Number: 31321}, pipe(d{{"$out", d{{"db", "admin"}, {"coll", "x"}}}}))
	x.fails(wire.InvalidNamespace, pipe(d{{"$out", "system.x"}}))
	x.fails(wire.Code{Number: 40601}, pipe(d{{"$out", "x"}}, d{{"$limit", 1}}))
	if names := fmt.Sprint(x.drain(d{{"listCollections", 1}, {"nameOnly", true}, {"filter", d{{"name", d{{"$regex", "^tmp"}}}}}})); names != "[]" {
		t.Error(names)
	}
	x.sound()
}

// TestOutLeavesNothing opens an engine that has ended in the midst of an $out.
func TestOutLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir, Options{})
	x.insert(outPrefix+"0", d{{"_id", 1}})
	x.insert("c", d{{"_id", 1}})
	x.close()
	shows(t, open(t, dir, Options{}).drain(d{{"listCollections", 1}, {"nameOnly", true}}), `{"name":"c","type":"collection"}`)
}

// TestMerge writes documents into others in each of the ways that there are.
func TestMerge(t *testing.T) {
	into := func(more ...e) d { return d{{"$merge", append(d{{"into", "to"}}, more...)}} }
	for _, c := range []struct {
		merge d
		want  []string
		code  int32
	}{
		{d{{"$merge", "to"}}, []string{`{"_id":1,"o":1,"n":1}`, `{"_id":2,"n":2}`}, 0},
		{into(e{"whenMatched", "replace"}), []string{`{"_id":1,"n":1}`, `{"_id":2,"n":2}`}, 0},
		{into(e{"whenMatched", "keepExisting"}), []string{`{"_id":1,"o":1}`, `{"_id":2,"n":2}`}, 0},
		{into(e{"whenNotMatched", "discard"}), []string{`{"_id":1,"o":1,"n":1}`}, 0},
		{into(e{"whenMatched", a{d{{"$set", d{{"s", d{{"$add", a{"$o", "$$new.n"}}}}}}}}}), []string{`{"_id":1,"o":1,"s":2}`, `{"_id":2,"n":2}`}, 0},
		{into(e{"let", d{{"m", d{{"$add", a{"$n", 10}}}}}}, e{"whenMatched", a{d{{"$set", d{{"s", "$$m"}}}}}}), []string{`{"_id":1,"o":1,"s":11}`, `{"_id":2,"n":2}`}, 0},
		{into(e{"whenMatched", "fail"}), nil, 11000},
		{into(e{"whenNotMatched", "fail"}), nil, 13113},
		{into(e{"on", "n"}), nil, 51183},
		{into(e{"on", "o"}), nil, 51132},
		{into(e{"whenMatched", a{d{{"$set", d{{"_id", 9}}}}}}), nil, 66},
		{into(e{"whenMatched", a{d{{"$limit", 1}}}}), nil, 72},
		{into(e{"whenMatched", "x"}), nil, 51191},
		{into(e{"whenNotMatched", "x"}), nil, 2},
		{into(e{"let", d{{"x", 1}}}), nil, 51199},
		{into(e{"on", a{}}), nil, 51187},
		{into(e{"on", 1}), nil, 51186},
		{into(e{"on", a{"o", "o"}}), nil, 31465},
		{into(e{"x", 1}), nil, 40415},
		{d{{"$merge", 1}}, nil, 51182},
		{d{{"$merge", d{{"on", "o"}}}}, nil, 40414},
		{d{{"$merge", d{{"into", d{{"db", "admin"}, {"coll", "x"}}}}}}, nil, 31320},
	} {
		x := fresh(t)
		x.insert("c", d{{"_id", 1}, {"n", 1}}, d{{"_id", 2}, {"n", 2}})
		x.insert("to", d{{"_id", 1}, {"o", 1}})
		x.ok(d{{"createIndexes", "to"}, {"indexes", a{d{{"key", d{{"o", 1}}}, {"name", "o"}, {"unique", true}, {"sparse", true}}}}})
		if c.code != 0 {
			x.fails(wire.Code{Number: c.code}, pipe(c.merge))
			continue
		}
		shows(t, x.drain(pipe(c.merge)))
		shows(t, x.find("to", e{"sort", d{{"_id", 1}}}), c.want...)
		x.sound()
	}
}

// TestMergeByAnotherField finds documents by a field that is unique.
func TestMergeByAnotherField(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"k", "a"}, {"n", 1}}, d{{"_id", 2}, {"k", "b"}, {"n", 2}}, d{{"_id", 3}, {"k", a{1}}})
	x.insert("to", d{{"_id", 10}, {"k", "a"}})
	x.ok(d{{"createIndexes", "to"}, {"indexes", a{d{{"key", d{{"k", 1}}}, {"name", "k"}, {"unique", true}}}}})
	only := func(ids ...any) d { return d{{"$match", d{{"_id", d{{"$in", append(a{}, ids...)}}}}}} }
	merge := d{{"$merge", d{{"into", "to"}, {"on", "k"}}}}
	x.fails(wire.ImmutableField, pipe(only(1), merge))
	shows(t, x.drain(pipe(only(1, 2), d{{"$unset", "_id"}}, merge)))
	shows(t, x.find("to", e{"projection", d{{"_id", 0}}}, e{"sort", d{{"k", 1}}}), `{"k":"a","n":1}`, `{"k":"b","n":2}`)
	x.fails(wire.Code{Number: 51185}, pipe(only(3), merge))
}
