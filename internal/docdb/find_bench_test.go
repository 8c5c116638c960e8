package docdb

import (
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
