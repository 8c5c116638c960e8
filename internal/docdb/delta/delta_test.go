package delta

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func randomValue(r *rand.Rand, depth int) any {
	if depth == 0 || r.IntN(3) == 0 {
		return []any{int32(r.IntN(3)), int64(r.IntN(3)), "text", "a text that is somewhat longer", nil, true}[r.IntN(6)]
	}
	if r.IntN(2) == 0 {
		list := bson.A{}
		for range r.IntN(5) {
			list = append(list, randomValue(r, depth-1))
		}
		return list
	}
	return randomDocument(r, depth-1)
}

func randomDocument(r *rand.Rand, depth int) bson.D {
	d := bson.D{}
	for _, i := range r.Perm(6)[:r.IntN(6)] {
		d = append(d, bson.E{Key: string("adilsu"[i]), Value: randomValue(r, depth)})
	}
	return d
}

// changed is v with some of what is in it changed.
func changed(r *rand.Rand, v any) any {
	switch v := v.(type) {
	case bson.D:
		d := bson.D{}
		for _, e := range v {
			switch r.IntN(8) {
			case 0:
			case 1:
				d = append(d, bson.E{Key: e.Key, Value: randomValue(r, 2)})
			case 2, 3:
				d = append(d, bson.E{Key: e.Key, Value: changed(r, e.Value)})
			default:
				d = append(d, e)
			}
		}
		for _, e := range randomDocument(r, 1)[:] {
			if r.IntN(3) == 0 && !slices.ContainsFunc(d, func(x bson.E) bool { return x.Key == e.Key }) {
				d = append(d, e)
			}
		}
		return d
	case bson.A:
		a := slices.Clone(v)
		for i := range a {
			if r.IntN(3) == 0 {
				a[i] = changed(r, a[i])
			}
		}
		if len(a) > 0 && r.IntN(3) == 0 {
			return a[:r.IntN(len(a))]
		}
		if r.IntN(3) == 0 {
			return append(a, randomValue(r, 1))
		}
		return a
	}
	return randomValue(r, 2)
}

func raw(t testing.TB, v any) bson.Raw {
	t.Helper()
	doc, err := bson.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestDeltas holds that a delta leads from one document to the other, byte for byte, and that its description says what is
// different between them.
func TestDeltas(t *testing.T) {
	for seed := range uint64(20_000) {
		r := rand.New(rand.NewPCG(seed, 1))
		before := randomDocument(r, 3)
		from, to := raw(t, before), raw(t, changed(r, before))
		diff, ok := Of(from, to)
		if !ok {
			t.Fatalf("seed %d: no delta from %s to %s", seed, from, to)
		}
		d, err := Describe(diff)
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, diff, err)
		}
		if bytes.Equal(from, to) != (len(d.Updated)+len(d.Removed)+len(d.Truncated) == 0) {
			t.Fatalf("seed %d: %+v from %s to %s", seed, d, from, to)
		}
		if got := told(t, from, d); !sameFields(got, bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: to}) {
			t.Fatalf("seed %d: from %s to %s: %+v makes %s", seed, from, to, d, got)
		}
	}
}

// told makes of a document what a description says of it.
func told(t *testing.T, doc bson.Raw, d Description) bson.RawValue {
	t.Helper()
	v := value.Document(doc)
	for _, cut := range d.Truncated {
		list := at(v, cut.Path)
		if list.Type != bson.TypeArray || len(fieldsOf(list.Value)) <= cut.Size {
			t.Fatalf("%s of %s is not cut to %d", cut.Path, doc, cut.Size)
		}
		b := value.NewBuilder()
		for i, f := range fieldsOf(list.Value)[:cut.Size] {
			b.Add(fmt.Sprint(i), f.v)
		}
		v = with(v, cut.Path, bson.RawValue{Type: bson.TypeArray, Value: b.Bytes()})
	}
	for _, path := range d.Removed {
		if at(v, path).Type == 0 {
			t.Fatalf("%s was not in %s", path, doc)
		}
		v = with(v, path, bson.RawValue{})
	}
	for _, u := range d.Updated {
		v = with(v, u.Path, u.Value)
	}
	return v
}

func split(path string) (name, rest string) {
	for i := range path {
		if path[i] == '.' {
			return path[:i], path[i+1:]
		}
	}
	return path, ""
}

func at(v bson.RawValue, path string) bson.RawValue {
	for path != "" && v.Type != 0 {
		var name string
		name, path = split(path)
		v = keys.Lookup(v.Value, name)
	}
	return v
}

// with is v with another value at a path, none for no type.
func with(v bson.RawValue, path string, to bson.RawValue) bson.RawValue {
	name, rest := split(path)
	b, found := value.NewBuilder(), false
	for n, old := range keys.Elements(v.Value) {
		if string(n) != name {
			b.Add(string(n), old)
			continue
		}
		found = true
		if rest != "" {
			b.Add(name, with(old, rest, to))
		} else {
			b.Add(name, to)
		}
	}
	if !found {
		b.Add(name, to)
	}
	return bson.RawValue{Type: v.Type, Value: b.Bytes()}
}

// sameFields compares without regard to the order of fields.
func sameFields(a, b bson.RawValue) bool {
	if _, nested := keys.Nested(a); !nested || a.Type != b.Type {
		return a.Type == b.Type && bytes.Equal(a.Value, b.Value)
	}
	x, y := fieldsOf(a.Value), fieldsOf(b.Value)
	return len(x) == len(y) && !slices.ContainsFunc(x, func(f field) bool { return !sameFields(f.v, keys.Lookup(b.Value, string(f.name))) })
}

// TestDeltasOfOthers has deltas meet documents that they are not of.
func TestDeltasOfOthers(t *testing.T) {
	doc := raw(t, bson.D{{Key: "_id", Value: 1}, {Key: "a", Value: bson.A{1, 2}}, {Key: "b", Value: bson.D{{Key: "c", Value: 1}}}})
	type d = bson.D
	for _, diff := range []d{
		{{Key: "d", Value: d{{Key: "x", Value: false}}}},
		{{Key: "u", Value: d{{Key: "x", Value: 1}}}},
		{{Key: "sx", Value: d{{Key: "u", Value: d{}}}}},
		{{Key: "s_id", Value: d{{Key: "u", Value: d{}}}}},
		{{Key: "sa", Value: d{{Key: "a", Value: true}, {Key: "u3", Value: 1}}}},
		{{Key: "sa", Value: d{{Key: "a", Value: true}, {Key: "s2", Value: d{}}}}},
		{{Key: "sa", Value: d{{Key: "a", Value: true}, {Key: "l", Value: int32(2)}}}},
		{{Key: "sa", Value: d{{Key: "u", Value: d{}}}}},
		{{Key: "sb", Value: d{{Key: "a", Value: true}}}},
		{{Key: "x", Value: d{}}},
		{{Key: "u", Value: 1}},
		{{Key: "u", Value: d{{Key: "b", Value: 1}}}, {Key: "sb", Value: d{}}},
		{{Key: "u", Value: d{{Key: "b", Value: 1}}}, {Key: "i", Value: d{{Key: "b", Value: 1}}}},
		{{Key: "sa", Value: d{{Key: "a", Value: true}, {Key: "u01", Value: 1}}}},
		{{Key: "sa", Value: d{{Key: "a", Value: true}, {Key: "u1", Value: 1}, {Key: "u0", Value: 1}}}},
	} {
		if got, err := Apply(doc, raw(t, diff)); err == nil {
			t.Errorf("%v made %s", diff, got)
		}
	}
}

// FuzzApply gives any two documents: what comes of them is an error or a document.
func FuzzApply(f *testing.F) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		before := randomDocument(r, 3)
		from := raw(f, before)
		diff, _ := Of(from, raw(f, changed(r, before)))
		f.Add([]byte(from), []byte(diff))
	}
	f.Fuzz(func(t *testing.T, doc, diff []byte) {
		if wire.Validate(doc, 180) != nil || wire.Validate(diff, 180) != nil {
			return // no documents
		}
		made, err := Apply(doc, diff)
		if err == nil && wire.Validate(made, 400) != nil {
			t.Errorf("%s and %s make what is no document", bson.Raw(doc), bson.Raw(diff))
		}
		if _, told := Describe(diff); err == nil && told != nil {
			t.Errorf("%s applies and cannot be described: %v", bson.Raw(diff), told)
		}
	})
}
