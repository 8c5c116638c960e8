package docdb

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/wire"
)

// idFilter is a filter that says something of _id, and perhaps more.
func (m planModel) idFilter() d {
	v, w := m.scalar(), m.scalar()
	filter := pick(m.Rand, d{{"_id", v}}, d{{"_id", d{{"$eq", v}}}}, d{{"_id", d{{"$eq", v}, {"$gte", w}}}}, d{{"_id", d{{"$in", a{v}}}}},
		d{{"_id", a{v}}}, d{{"_id", d{{"$not", d{{"$eq", v}}}}}}, d{{"$or", a{d{{"_id", v}}}}}, d{{"$and", a{d{{"_id", v}}, d{{"_id", w}}}}},
		d{{"_id.x", v}}, d{{"_id", m.condition()}})
	if m.IntN(3) == 0 {
		filter = append(filter, e{"a", m.condition()})
	}
	return filter
}

// TestExpress asks for documents by their _id, of every type, and for some that are nearly so. The short way and the way
// through the whole collection have the same answer.
func TestExpress(t *testing.T) {
	x := fresh(t)
	m := planModel{rand.New(rand.NewPCG(1, 2)), x}
	for range 300 {
		doc := m.document(0)
		doc[0].Value = m.scalar()
		x.run(d{{"insert", "c"}, {"documents", a{doc}}}) // some ids are there, some may not be
	}
	express := 0
	for range 3000 {
		asked := []e{{"filter", m.idFilter()}}
		for _, option := range []e{
			{"projection", pick(m.Rand, d{{"a", 1}}, d{{"_id", 0}}, d{{"b", 0}}, d{{"n", d{{"$nope", a{"$a", 1}}}}}, d{{"b.x", 1}, {"_id", 0}}, d{{"a", "$b"}}, d{{"a", 1}, {"b", 0}})},
			{"limit", m.IntN(3)}, {"skip", m.IntN(2)}, {"batchSize", m.IntN(3)}, {"sort", d{{"a", 1}}},
			{"readConcern", d{{"level", pick(m.Rand, "local", "majority")}}},
		} {
			if m.IntN(4) == 0 {
				asked = append(asked, option)
			}
		}
		find := append(d{{"find", pick(m.Rand, "c", "c", "c", "none")}}, asked...)
		whole := append(slices.Clip(find), e{"hint", d{{"$natural", 1}}})
		reply := x.run(find)
		if reply.Lookup("code").Type != 0 {
			if other := x.run(whole); other.Lookup("codeName").String() != reply.Lookup("codeName").String() {
				t.Fatalf("%v: %s, %s", find, reply, other)
			}
			continue
		}
		if sel, err := plan.NewSelection(nil, marshal(t, asked[0].Value), nil, nil, bson.RawValue{}); err == nil {
			if _, one := sel.OneID(); one {
				express++
			}
		}
		if got, want := x.drain(find), x.drain(whole); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v\n got %v\nwant %v", find, got, want)
		}
	}
	if express < 500 {
		t.Errorf("%d questions for one _id", express)
	}
}

// TestExpressReplies looks at the cursors of finds by _id: there never is more than what the first batch has.
func TestExpressReplies(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", a{1, 2}}}, d{{"_id", nil}})
	byID := d{{"_id", 1.0}}
	for _, tc := range []struct {
		coll string
		more []e
		want string
	}{
		{"c", []e{{"filter", byID}}, `{"cursor":{"firstBatch":[{"_id":1,"a":[1,2]}],"id":0,"ns":"test.c"}}`},
		{"c", []e{{"filter", byID}, {"batchSize", 1}, {"singleBatch", true}, {"limit", 1}}, `{"cursor":{"firstBatch":[{"_id":1,"a":[1,2]}],"id":0,"ns":"test.c"}}`},
		{"c", []e{{"filter", byID}, {"hint", d{{"_id", 1}}}}, `{"cursor":{"firstBatch":[{"_id":1,"a":[1,2]}],"id":0,"ns":"test.c"}}`},
		{"c", []e{{"filter", byID}, {"batchSize", 0}, {"singleBatch", true}}, `{"cursor":{"firstBatch":[],"id":0,"ns":"test.c"}}`},
		{"c", []e{{"filter", append(byID, e{"a", 3})}}, `{"cursor":{"firstBatch":[],"id":0,"ns":"test.c"}}`},
		{"c", []e{{"filter", d{{"_id", nil}}}}, `{"cursor":{"firstBatch":[{"_id":null}],"id":0,"ns":"test.c"}}`},
		{"none", []e{{"filter", byID}}, `{"cursor":{"firstBatch":[],"id":0,"ns":"test.none"}}`},
	} {
		reply := x.ok(append(d{{"find", tc.coll}}, tc.more...))
		shows(t, []bson.Raw{marshal(t, d{{"cursor", reply.Lookup("cursor")}})}, tc.want)
	}
	x.fails(wire.BadValue, d{{"find", "c"}, {"filter", byID}, {"hint", "nope"}})
	x.fails(wire.BadValue, d{{"find", "c"}, {"filter", byID}, {"batchSize", -1}})
	x.fails(wire.NotImplemented, d{{"find", "c"}, {"filter", byID}, {"collation", d{{"locale", "de"}}}})
}
