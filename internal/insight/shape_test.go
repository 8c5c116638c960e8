package insight

import (
	"reflect"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// message reads a command as extended JSON.
func message(t testing.TB, text string) *wire.Msg {
	var body bson.D
	if err := bson.UnmarshalExtJSON([]byte(text), false, &body); err != nil {
		t.Fatal(err)
	}
	raw, err := bson.Marshal(append(body, bson.E{Key: "$db", Value: "shop"}))
	if err != nil {
		t.Fatal(err)
	}
	return &wire.Msg{Body: raw}
}

func TestShapes(t *testing.T) {
	for _, c := range []struct {
		command, shape string
		index          []Part
	}{
		{`{"find": "orders", "filter": {"by": "ann", "total": {"$gt": 5}}, "sort": {"at": -1}, "limit": 3}`,
			`{"filter":{"by":"?string","total":{"$gt":"?number"}},"sort":{"at":-1}}`, []Part{{"by", 1}, {"at", -1}, {"total", 1}}},
		{`{"find": "orders", "filter": {"a": {"$in": [1, 2]}, "b": {"c": 1}}}`, `{"filter":{"a":{"$in":"?array"},"b":"?object"}}`, []Part{{"b", 1}, {"a", 1}}},
		{`{"find": "orders", "filter": {"$and": [{"a": 1}, {"$or": [{"b": true}, {"c": null}]}]}}`,
			`{"filter":{"$and":[{"a":"?number"},{"$or":[{"b":"?bool"},{"c":"?null"}]}]}}`, []Part{{"a", 1}}},
		{`{"find": "orders", "filter": {"items": {"$elemMatch": {"sku": "x", "n": {"$lt": 3}}}}}`,
			`{"filter":{"items":{"$elemMatch":{"sku":"?string","n":{"$lt":"?number"}}}}}`, []Part{{"items.sku", 1}, {"items.n", 1}}},
		{`{"find": "orders", "filter": {"$text": {"$search": "secret"}}}`, `{"filter":{"$text":{"$search":"?string"}}}`, nil},
		{`{"count": "orders", "query": {"a": {"$ne": 1}}}`, `{"query":{"a":{"$ne":"?number"}}}`, []Part{{"a", 1}}},
		{`{"distinct": "orders", "key": "by", "query": {"a": 1}}`, `{"key":"by","query":{"a":"?number"}}`, []Part{{"a", 1}}},
		{`{"update": "orders", "updates": [{"q": {"a": 1}, "u": {"$set": {"b": "secret"}}}]}`, `{"q":{"a":"?number"}}`, []Part{{"a", 1}}},
		{`{"delete": "orders", "deletes": [{"q": {"a": 1}, "limit": 0}]}`, `{"q":{"a":"?number"}}`, []Part{{"a", 1}}},
		{`{"aggregate": "orders", "pipeline": [{"$match": {"a": 1}}, {"$sort": {"b": 1}}, {"$group": {"_id": "$c", "n": {"$sum": 1}}}, {"$match": {"n": 5}}], "cursor": {}}`,
			`{"pipeline":[{"$match":{"a":"?number"}},{"$sort":{"b":1}},{"$group":{"_id":"$c","n":{"$sum":"?number"}}},{"$match":{"n":"?number"}}]}`,
			[]Part{{"a", 1}, {"b", 1}}},
	} {
		m := message(t, c.command)
		var w writer
		if !w.shape(m) {
			t.Errorf("%s has no shape", c.command)
			continue
		}
		if parts := strings.SplitN(string(w.out), "\x00", 3); parts[0] != m.Name() || parts[1] != "shop.orders" || parts[2] != c.shape {
			t.Errorf("%s has the shape\n%q, want\n%s", c.command, parts, c.shape)
		}
		if got := fieldsOf(m).Index(); !reflect.DeepEqual(got, c.index) {
			t.Errorf("%s wants the index %v, want %v", c.command, got, c.index)
		}
	}
}

// What is too large or too deep has no shape, and leaves the writer as it was.
func TestNoShape(t *testing.T) {
	var w writer
	for _, command := range []string{
		`{"insert": "orders", "documents": [{}]}`,
		`{"aggregate": 1, "pipeline": []}`,
		`{"find": "orders", "filter": {"` + strings.Repeat("x", maxShape) + `": 1}}`,
		`{"find": "orders", "filter": ` + strings.Repeat(`{"$and": [`, maxDepth) + `{}` + strings.Repeat(`]}`, maxDepth) + `}`,
	} {
		if w.shape(message(t, command)) {
			t.Errorf("%.60s has a shape", command)
		}
	}
	if !w.shape(message(t, `{"find": "orders", "filter": {"a": 1}}`)) {
		t.Error("the writer is spoiled")
	}
}

func TestNoCaseAndLookup(t *testing.T) {
	for command, want := range map[string]Fields{
		`{"find": "c", "filter": {"a": {"$regex": "^x", "$options": "i"}}}`:                        {Range: []string{"a"}, NoCase: true},
		`{"find": "c", "filter": {"a": {"$regularExpression": {"pattern": "x", "options": "i"}}}}`: {Range: []string{"a"}, NoCase: true},
		`{"aggregate": "c", "pipeline": [{"$lookup": {"from": "d"}}]}`:                             {Lookup: true},
	} {
		if got := fieldsOf(message(t, command)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", command, got, want)
		}
	}
}

// No filter makes the writer fail, and values never come out.
func FuzzShape(f *testing.F) {
	f.Add([]byte("\x16\x00\x00\x00\x02a\x00\x0a\x00\x00\x00VALUEVALU\x00\x00"))
	f.Fuzz(func(t *testing.T, filter []byte) {
		if bson.Raw(filter).Validate() != nil {
			return
		}
		raw, err := bson.Marshal(bson.D{{Key: "find", Value: "c"}, {Key: "filter", Value: bson.Raw(filter)}, {Key: "$db", Value: "shop"}})
		if err != nil {
			t.Fatal(err)
		}
		var w writer
		w.shape(&wire.Msg{Body: raw})
		fieldsOf(&wire.Msg{Body: raw})
	})
}
