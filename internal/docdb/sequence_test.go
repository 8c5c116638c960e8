package docdb

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestSequencesAreRead sends arrays as document sequences to commands that do not read them so. They must be refused: to
// take them for empty would answer wrongly.
func TestSequencesAreRead(t *testing.T) {
	x := fresh(t)
	x.fill("c", 5)
	some := []bson.Raw{marshal(t, d{{"$match", d{{"_id", 1}}}})}
	for field, cmd := range map[string]d{
		"pipeline":     {{"aggregate", "c"}, {"cursor", d{}}},
		"cursors":      {{"killCursors", "c"}},
		"arrayFilters": {{"findAndModify", "c"}, {"query", d{{"_id", 1}}}, {"update", d{{"$set", d{{"x", 1}}}}}},
	} {
		reply := x.run(cmd, wire.Sequence{ID: field, Docs: some})
		if code, _ := reply.Lookup("code").AsInt64OK(); code != int64(wire.UnknownField.Number) {
			t.Errorf("%s: %s", field, reply)
		}
	}
	x.ok(d{{"createIndexes", "c"}}, wire.Sequence{ID: "indexes", Docs: []bson.Raw{marshal(t, d{{"key", d{{"x", 1}}}, {"name", "x"}})}})
}
