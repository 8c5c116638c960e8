package docdb

import (
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// negated is an expression of so many levels.
func negated(depth int) any {
	var v any = "$n"
	for range depth {
		v = d{{"$not", a{v}}}
	}
	return v
}

// TestBombsAreRefused sends what is small and asks for much: it is refused with MongoDB's code, and soon.
func TestBombsAreRefused(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"n", 1}, {"l", a{1, 2, 3}}})
	many := func(n int, stage d) (p a) {
		for range n {
			p = append(p, stage)
		}
		return p
	}
	aggregate := func(p a) d { return d{{"aggregate", "c"}, {"pipeline", p}, {"cursor", d{}}} }
	var schema any = d{{"bsonType", "object"}}
	for range 150 {
		schema = d{{"properties", d{{"a", schema}}}}
	}
	update := func(u any, more ...e) d {
		return d{{"update", "c"}, {"updates", a{append(d{{"q", d{}}, {"u", u}}, more...)}}}
	}
	for name, tc := range map[string]struct {
		cmd  d
		code int64 // 0: it succeeds
	}{
		"a pipeline of 1,000 stages":        {aggregate(many(1000, d{{"$set", d{{"x", 1}}}})), 0},
		"a pipeline of more":                {aggregate(many(1001, d{{"$set", d{{"x", 1}}}})), 7749501},
		"an expression of many levels":      {aggregate(a{d{{"$project", d{{"x", negated(170)}}}}}), 2},
		"a schema of many levels":           {d{{"find", "c"}, {"filter", d{{"$jsonSchema", schema}}}}, 2},
		"a range of a billion":              {aggregate(a{d{{"$project", d{{"x", d{{"$size", d{{"$range", a{0, 1_000_000_000}}}}}}}}}}), 10334},
		"arrayFilters that fit everything":  {update(d{{"$set", d{{"l.$[all]", 0}}}}, e{"arrayFilters", a{d{{"all", d{{"$exists", true}}}}}}), 0},
		"arrayFilters that are not used":    {update(d{{"$set", d{{"n", 0}}}}, e{"arrayFilters", a{d{{"all", 1}}}}), 9},
		"a regular expression of a million": {d{{"find", "c"}, {"filter", d{{"n", bson.Regex{Pattern: strings.Repeat("(x{1,1000})", 50)}}}}}, 51091},
	} {
		began := time.Now()
		reply := x.run(tc.cmd)
		code, _ := reply.Lookup("code").AsInt64OK()
		if failed, err := reply.LookupErr("writeErrors", "0", "code"); err == nil {
			code = failed.AsInt64()
		}
		if took := time.Since(began); took > late || code != tc.code {
			t.Errorf("%s: %v, %.300s", name, took, reply)
		}
	}
}

// TestExplosionsEnd gives a tenth of a second to commands that make very much of very little: their time, or their memory,
// ends them within one document and one expression.
func TestExplosionsEnd(t *testing.T) {
	x := fresh(t)
	var docs a
	for i := range 2000 {
		docs = append(docs, d{{"_id", i}, {"k", 1}, {"l", a{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}})
	}
	x.insert("c", docs...)
	x.insert("one", d{{"_id", 1}, {"s", strings.Repeat("ab", 1<<20)}, {"l", a{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}})
	lookup := d{{"$lookup", d{{"from", "c"}, {"localField", "k"}, {"foreignField", "k"}, {"as", "j"}}}}
	numbers := d{{"$range", a{0, 1000}}}
	reduce := func(in any) d { return d{{"$reduce", d{{"input", numbers}, {"initialValue", 0}, {"in", in}}}} }
	for name, tc := range map[string]struct {
		on     string
		stages a
	}{
		"$lookup and $unwind":  {"c", a{lookup, d{{"$unwind", "$j"}}, d{{"$count", "n"}}}},
		"$unwind many times":   {"c", a{d{{"$set", d{{"m", "$l"}, {"n", "$l"}, {"o", "$l"}}}}, d{{"$unwind", "$l"}}, d{{"$unwind", "$m"}}, d{{"$unwind", "$n"}}, d{{"$unwind", "$o"}}, d{{"$count", "n"}}}},
		"$reduce in $reduce":   {"one", a{d{{"$project", d{{"x", reduce(reduce(reduce(d{{"$add", a{"$$value", 1}}})))}}}}}},
		"$map in $map":         {"one", a{d{{"$project", d{{"x", d{{"$size", d{{"$map", d{{"input", numbers}, {"in", reduce(reduce(1))}}}}}}}}}}}},
		"a regular expression": {"one", a{d{{"$project", d{{"x", d{{"$regexFindAll", d{{"input", "$s"}, {"regex", "(a|b|ab)*c"}}}}}}}}}},
		"$facet of explosions": {"c", a{d{{"$facet", d{{"a", a{lookup, d{{"$unwind", "$j"}}, d{{"$count", "n"}}}}, {"b", a{lookup, d{{"$unwind", "$j"}}, d{{"$count", "n"}}}}}}}}},
	} {
		began := time.Now()
		reply := x.run(d{{"aggregate", tc.on}, {"pipeline", tc.stages}, {"cursor", d{}}, {"maxTimeMS", 100}})
		code, _ := reply.Lookup("code").AsInt64OK()
		if took := time.Since(began); took > late || code != int64(wire.MaxTimeMSExpired.Number) && code != int64(wire.ExceededMemoryLimit.Number) {
			t.Errorf("%s: %v, %.300s", name, took, reply)
		}
	}
}
