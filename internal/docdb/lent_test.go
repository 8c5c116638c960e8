package docdb

import (
	"fmt"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestLentDocuments groups documents that are read from disk, whose memory is used again for those that come after: what
// a group keeps of them must be its own.
func TestLentDocuments(t *testing.T) {
	const total = 5000
	x := fresh(t)
	var want []string
	docs := make(a, total)
	for i := range docs {
		docs[i] = d{{"_id", i}, {"s", fmt.Sprintf("%04d and so on, so that a block is soon full", i)}, {"in", d{{"s", i}}}}
		want = append(want, docs[i].(d)[1].Value.(string))
	}
	x.ok(d{{"insert", "c"}, {"documents", docs}})
	if err := x.e.db.Flush(); err != nil {
		t.Fatal(err)
	}
	s := func(op string) d { return d{{op, "$s"}} }
	found := x.drain(d{{"aggregate", "c"}, {"cursor", d{}}, {"pipeline", a{d{{"$match", d{{"_id", d{{"$gte", 0}}}}}}, d{{"$group", d{{"_id", nil},
		{"all", s("$push")}, {"set", s("$addToSet")}, {"min", s("$min")}, {"max", s("$max")}, {"first", s("$first")}, {"last", s("$last")},
		{"in", d{{"$push", "$in"}}}}}}}}})
	var got struct {
		All, Set              []string
		Min, Max, First, Last string
		In                    []struct{ S int }
	}
	if err := bson.Unmarshal(found[0], &got); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got.Set)
	if !slices.Equal(got.All, want) || !slices.Equal(got.Set, want) || got.Min != want[0] || got.First != want[0] || got.Max != want[total-1] || got.Last != want[total-1] {
		t.Error("values have changed under the group")
	}
	for i, in := range got.In {
		if in.S != i {
			t.Fatalf("document %d is that of %d", i, in.S)
		}
	}
	groups := x.drain(d{{"aggregate", "c"}, {"cursor", d{}}, {"pipeline", a{d{{"$group", d{{"_id", "$s"}}}}}}})
	for i, g := range groups {
		if g.Lookup("_id").StringValue() != want[i] {
			t.Fatalf("group %d is %s", i, g)
		}
	}
}
