package stage

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/accumulate"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// TestRecentGroups finds no group but that of the same type and bytes, and none that has gone to disk.
func TestRecentGroups(t *testing.T) {
	var all recent
	groups := map[string]*group{}
	r := rand.New(rand.NewPCG(3, 9))
	found := 0
	for range 50_000 {
		n := r.IntN(150)
		ids := []bson.RawValue{value.Int32(int32(n)), value.Int64(int64(n)), value.Double(float64(n)), value.Bool(n%2 == 0), value.Null, value.String("a long id"),
			{Type: bson.TypeDateTime, Value: binary.LittleEndian.AppendUint64(nil, uint64(n))}}
		id := ids[r.IntN(len(ids))]
		name := string(append([]byte{byte(id.Type)}, id.Value...))
		at, known := all.place(&id)
		switch {
		case at == nil && len(id.Value) != 1 && len(id.Value) != 4 && len(id.Value) != 8:
		case at == nil:
			t.Fatalf("there is no place for %v", id)
		case known && at.of != groups[name]:
			t.Fatalf("%v finds the group of %v", id, at.of.id)
		case known && r.IntN(10) == 0:
			at.of.states = nil
			delete(groups, name)
			if _, known := all.place(&id); known {
				t.Fatalf("%v finds a group on disk", id)
			}
		case known:
			found++
		default:
			if groups[name] == nil {
				groups[name] = &group{id: id, states: []accumulate.Accumulator{}}
			}
			at.of = groups[name]
		}
	}
	if found < 5000 {
		t.Errorf("only %d were found", found)
	}
}
