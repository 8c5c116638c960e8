package wire

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// FuzzValidate gives arbitrary bytes to the check of documents: nothing panics, what passes can be decoded whole, and no
// part of it passes for the whole.
func FuzzValidate(f *testing.F) {
	f.Add([]byte(doc(f, bson.D{
		{Key: "a", Value: bson.A{int32(1), int64(2), 1.5, nil, true, "text", bson.NewDateTimeFromTime(time.Unix(1, 0))}},
		{Key: "b", Value: bson.D{{Key: "c", Value: bson.Regex{Pattern: "x", Options: "i"}}, {Key: "d", Value: bson.NewObjectID()}}},
		{Key: "e", Value: bson.Binary{Subtype: bson.TypeBinaryBinaryOld, Data: []byte{1, 2}}}, {Key: "f", Value: bson.NewDecimal128(1, 2)},
		{Key: "g", Value: bson.CodeWithScope{Code: "x", Scope: bson.D{{Key: "y", Value: 1}}}}, {Key: "h", Value: bson.Timestamp{T: 1, I: 2}},
		{Key: "i", Value: bson.DBPointer{DB: "d", Pointer: bson.NewObjectID()}}, {Key: "j", Value: bson.MinKey{}}, {Key: "k", Value: bson.Symbol("s")},
	})))
	f.Add([]byte{5, 0, 0, 0, 0})
	f.Add([]byte{13, 0, 0, 0, 3, 'a', 0, 5, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		if Validate(in, MaxDepth) != nil {
			return
		}
		var d bson.D
		if err := bson.Unmarshal(in, &d); err != nil {
			t.Fatal(err)
		}
		if Validate(in[:len(in)-1], MaxDepth) == nil || Validate(append(in[:len(in):len(in)], 0), MaxDepth) == nil {
			t.Fatal("a part, or more than the document, passes")
		}
	})
}
