package logfile

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestAppendDocument: documents are written as the driver's library writes them.
func TestAppendDocument(t *testing.T) {
	decimal, err := bson.ParseDecimal128("12.50")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{
		"", "plain", `"quoted" \ back`, "tab\tand\nbreak", "Zoë 日本", "\x00", "<a&b>", int32(0), int32(-7), int64(1) << 60, 1.0, 0.1, -2.5e300, 1e-300, math.MaxFloat64,
		math.NaN(), math.Inf(-1), math.Copysign(0, -1), true, false, nil, bson.NewObjectID(), time.Date(2026, 11, 29, 1, 2, 3, 4e6, time.UTC), time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), bson.D{}, bson.A{}, bson.A{int32(1), bson.D{{Key: "a.b", Value: bson.A{"x"}}}, nil}, bson.Binary{Subtype: 4, Data: make([]byte, 16)},
		bson.Regex{Pattern: "a/b", Options: "i"}, bson.Timestamp{T: 5, I: 6}, decimal, bson.MinKey{}, bson.MaxKey{}, bson.Undefined{}, bson.JavaScript("x()"), bson.Symbol("s"),
	} {
		raw, err := bson.Marshal(bson.D{{Key: "a \"key\"", Value: v}, {Key: "n", Value: int32(1)}})
		if err != nil {
			t.Fatal(err)
		}
		library, err := bson.MarshalExtJSON(bson.Raw(raw), false, false)
		if err != nil {
			t.Fatal(err)
		}
		got := AppendDocument(nil, raw)
		var back, want bson.D
		if err := bson.UnmarshalExtJSON(got, false, &back); err != nil {
			t.Errorf("%v is written as %s: %v", v, got, err)
			continue
		}
		if err := bson.UnmarshalExtJSON(library, false, &want); err != nil {
			t.Fatal(err)
		}
		if f, ok := v.(float64); ok && math.IsNaN(f) {
			if string(got) != string(library) {
				t.Errorf("%s, want %s", got, library)
			}
			continue
		}
		if !reflect.DeepEqual(back, want) {
			t.Errorf("%v is written as %s, want %s", v, got, library)
		}
	}
}

// FuzzAppendDocument: any bytes are written as valid JSON.
func FuzzAppendDocument(f *testing.F) {
	for _, v := range []any{bson.D{{Key: "a", Value: bson.A{1, "x", nil}}}, bson.D{{Key: "", Value: bson.Regex{Pattern: "x"}}}} {
		raw, err := bson.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if bson.Raw(doc).Validate() != nil {
			return
		}
		out := AppendDocument(nil, doc)
		if !json.Valid(out) {
			t.Errorf("%q", out)
		}
	})
}
