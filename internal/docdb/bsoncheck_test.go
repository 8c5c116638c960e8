package docdb

import (
	"encoding/binary"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// FuzzStorable gives arbitrary bytes to the check of documents that are to be stored: nothing panics, and what passes is
// stored whole, found by its _id, and a document for whoever sends it on.
func FuzzStorable(f *testing.F) {
	f.Add([]byte(marshal(f, d{{"_id", 1}, {"a", a{1, d{{"b", nil}}}}})))
	f.Add([]byte(marshal(f, d{{"a", bson.CodeWithScope{Code: "x", Scope: bson.D{}}}, {"b", bson.Regex{Pattern: "x"}}})))
	for _, value := range []string{
		"\x0fa\x00\x0f\x00\x00\x00\x02\x00\x00\x00ab\x05\x00\x00\x00\x00",        // code that does not end
		"\x0fa\x00\x10\x00\x00\x00\x02\x00\x00\x00a\x00\x05\x00\x00\x00\x00\x00", // more than a scope
		"\x05a\x00\x04\x00\x00\x00\x02\x05\x00\x00\x00",                          // an inner length that is wrong
		"\x08a\x00\x02", // neither true nor false
	} {
		raw := binary.LittleEndian.AppendUint32(nil, uint32(len(value)+5))
		f.Add(append(append(raw, value...), 0))
	}
	f.Add(nested(storage.MaxDepth - 1))
	f.Add(nested(storage.MaxDepth + 1))
	f.Fuzz(func(t *testing.T, in []byte) {
		if wire.Validate(in, storage.MaxDepth) != nil {
			return
		}
		stored, err := storage.Storable(in)
		if err != nil {
			return
		}
		if err := wire.Validate(stored, wire.MaxDepth); err != nil {
			t.Fatalf("%x: %v", stored, err)
		}
		if id := stored.Lookup("_id"); id.Type == 0 || !keys.Equal(id, id) {
			t.Fatalf("%x has no _id", stored)
		}
	})
}
