package docdb

import (
	"strconv"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// BenchmarkFindOne is what a find by _id costs without a connection.
func BenchmarkFindOne(b *testing.B) {
	x := fresh(b)
	x.fill("c", 10_000)
	m := &wire.Msg{Body: marshal(b, d{{"find", "c"}, {"filter", d{{"_id", 7}}}, {"limit", int64(1)}, {"singleBatch", true},
		{"lsid", d{{"id", bson.Binary{Subtype: 4, Data: make([]byte, 16)}}}}, {"$db", "test"}})}
	b.ReportAllocs()
	for b.Loop() {
		if reply := bson.Raw(x.s.Run(nil, m)); reply.Lookup("ok").AsFloat64() != 1 {
			b.Fatal(reply)
		}
	}
}

// BenchmarkManyRanges is an $or of ranges of an index, by how many there are: the time of one range is to stay the same.
func BenchmarkManyRanges(b *testing.B) {
	x := fresh(b)
	x.fill("c", 20_000)
	for _, n := range []int{500, 2000, 4000} {
		var branches a
		for i := range n {
			branches = append(branches, d{{"_id", d{{"$gte", 4 * i}, {"$lt", 4*i + 3}}}})
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				x.drain(d{{"find", "c"}, {"filter", d{{"$or", branches}}}})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/range")
		})
	}
}
