package storage

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// FuzzParseChange reads oplog entries that are cut, changed, or of a later format. An entry that can be read must have a
// known operation and the document that it changes.
func FuzzParseChange(f *testing.F) {
	entry := func(op string, o bson.D, more ...bson.E) {
		doc := append(bson.D{{Key: "ts", Value: bson.Timestamp{T: 7, I: 1}}, {Key: "op", Value: op}, {Key: "ns", Value: "test.c"}, {Key: "o", Value: o}}, more...)
		raw, err := bson.Marshal(doc)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(raw))
		f.Add([]byte(raw[:len(raw)-7]))
	}
	id := bson.D{{Key: "_id", Value: 1}}
	delta := bson.D{{Key: "u", Value: bson.D{{Key: "a", Value: 1}}}, {Key: "sb", Value: bson.D{{Key: "a", Value: true}, {Key: "u0", Value: 1}}}}
	entry("i", id)
	entry("d", id, bson.E{Key: "pre", Value: id})
	entry("u", append(id, bson.E{Key: "a", Value: 2}))
	entry("u", bson.D{{Key: "$v", Value: int32(2)}, {Key: "diff", Value: delta}}, bson.E{Key: "o2", Value: id})
	entry("u", bson.D{{Key: "$v", Value: int32(3)}, {Key: "diff", Value: delta}}, bson.E{Key: "o2", Value: id})
	entry("c", bson.D{{Key: "renameCollection", Value: "test.c"}, {Key: "to", Value: "test.d"}})
	entry("x", id)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseChange(data)
		if err != nil {
			return
		}
		if c.Op != "c" && c.Key().Lookup("_id").Type == 0 {
			t.Errorf("%s is about no document", bson.Raw(data))
		}
		if first, err := c.O.IndexErr(0); c.Op == "u" && err == nil && first.Key() == "$v" {
			if v, _ := first.Value().Int32OK(); v != deltaVersion {
				t.Errorf("%s is of a form that is not known", bson.Raw(data))
			}
		}
		if _, _, err := c.Description(); err != nil {
			t.Errorf("%s was read and cannot be described: %v", bson.Raw(data), err)
		}
	})
}
