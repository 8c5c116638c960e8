package keys

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// value encodes v alone.
func value(t testing.TB, v any) bson.RawValue {
	t.Helper()
	if v == nil {
		v = bson.Null{}
	}
	typ, data, err := bson.MarshalValue(v)
	if err != nil {
		t.Fatal(err)
	}
	return bson.RawValue{Type: typ, Value: data}
}

func decimal(t testing.TB, s string) bson.Decimal128 {
	t.Helper()
	d, err := bson.ParseDecimal128(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// check fails if Compare or the encodings do not order a and b as want says, both ways round.
func check(t *testing.T, a, b bson.RawValue, want int) {
	t.Helper()
	left, right := Append(nil, a), Append(nil, b)
	if got := Compare(a, b); got != want {
		t.Errorf("Compare(%v, %v) = %d, want %d", a, b, got, want)
	}
	if got := Compare(b, a); got != -want {
		t.Errorf("Compare(%v, %v) = %d, want %d", b, a, got, -want)
	}
	if got := bytes.Compare(left, right); got != want {
		t.Errorf("encodings of %v and %v: %d, want %d\n%x\n%x", a, b, got, want, left, right)
	}
	if got := bytes.Compare(Invert(left), Invert(right)); got != -want {
		t.Errorf("inverted encodings of %v and %v: %d, want %d", a, b, got, -want)
	}
}

// ladder has one rung per distinct value, lowest first; the values of one rung are equal.
func ladder(t testing.TB) [][]any {
	d := func(s string) any { return decimal(t, s) }
	id := bson.ObjectID{1}
	day := time.UnixMilli(86_400_000)
	return [][]any{
		{bson.MinKey{}},
		{bson.Undefined{}},
		{bson.Null{}, nil},
		{math.NaN(), d("NaN")},
		{math.Inf(-1), d("-Infinity")},
		{d("-1E400")},
		{-math.MaxFloat64},
		{d("-9223372036854775809")},
		{int64(math.MinInt64), float64(math.MinInt64), d("-9223372036854775808")},
		{int64(math.MinInt64 + 1)},
		{int64(-9007199254740993), d("-9007199254740993")},
		{int64(-9007199254740992), -9007199254740992.0},
		{int32(-1), int64(-1), -1.0, d("-1"), d("-1.0"), d("-10E-1")},
		{-0.1}, // the double nearest to a tenth is greater in size: 0.1000000000000000055
		{d("-0.1")},
		{d("-1E-400")},
		{int32(0), 0.0, math.Copysign(0, -1), d("0"), d("-0"), d("0E+100")},
		{d("1E-6176")},
		{math.SmallestNonzeroFloat64},
		{d("0.1")},
		{0.1},
		{d("0.11")},
		{0.5, d("0.5"), d("0.50")},
		{int32(1), int64(1), 1.0, d("1"), d("100E-2")},
		{1.5},
		{int32(2)},
		{int32(10)},
		{9007199254740992.0, int64(9007199254740992)},
		{int64(9007199254740993), d("9007199254740993")},
		{int64(9007199254740994), 9007199254740994.0},
		{int64(math.MaxInt64 - 1)},
		{int64(math.MaxInt64)},
		{d("9223372036854775807.5")},
		{float64(1 << 63), d("9223372036854775808")},
		{math.MaxFloat64},
		{d("1E400")},
		{math.Inf(1), d("Infinity")},
		{""},
		{"A"},
		{"a", bson.Symbol("a")},
		{"a\x00"},
		{"a\x00b"},
		{"a\x01"},
		{"aa"},
		{"é"},
		{bson.D{}},
		{bson.D{{Key: "b", Value: nil}}}, // the type of the first field counts before its name
		{bson.D{{Key: "a", Value: int32(1)}}, bson.D{{Key: "a", Value: 1.0}}},
		{bson.D{{Key: "a", Value: int32(1)}, {Key: "b", Value: int32(1)}}},
		{bson.D{{Key: "a", Value: int32(2)}}},
		{bson.D{{Key: "b", Value: int32(1)}}},
		{bson.D{{Key: "a", Value: "x"}}},
		{bson.A{}},
		{bson.A{nil}},
		{bson.A{int32(1)}, bson.A{1.0}},
		{bson.A{int32(1), int32(1)}},
		{bson.A{int32(2)}},
		{bson.A{bson.A{}}},
		{bson.Binary{}},
		{bson.Binary{Data: []byte{9}}},
		{bson.Binary{Subtype: 4, Data: []byte{1}}},
		{bson.Binary{Data: []byte{0, 0}}},
		{bson.ObjectID{}},
		{id},
		{false},
		{true},
		{time.UnixMilli(-1)},
		{time.UnixMilli(0)},
		{day},
		{bson.Timestamp{T: 1, I: 9}},
		{bson.Timestamp{T: 2, I: 1}},
		{bson.Regex{Pattern: "a"}},
		{bson.Regex{Pattern: "a", Options: "i"}},
		{bson.Regex{Pattern: "b"}},
		{bson.DBPointer{DB: "z", Pointer: id}},
		{bson.DBPointer{DB: "aa", Pointer: id}},
		{bson.JavaScript("f")},
		{bson.CodeWithScope{Code: "f", Scope: bson.D{}}},
		{bson.CodeWithScope{Code: "f", Scope: bson.D{{Key: "x", Value: int32(1)}}}},
		{bson.CodeWithScope{Code: "g", Scope: bson.D{}}},
		{bson.MaxKey{}},
	}
}

// TestOrder states MongoDB's documented order over one ladder of values, every pair.
func TestOrder(t *testing.T) {
	var values []bson.RawValue
	var rungs []int
	for rung, equal := range ladder(t) {
		for _, v := range equal {
			values, rungs = append(values, value(t, v)), append(rungs, rung)
		}
	}
	for i, a := range values {
		for j, b := range values {
			want := 0
			if rungs[i] != rungs[j] {
				want = -1
				if rungs[i] > rungs[j] {
					want = 1
				}
			}
			check(t, a, b, want)
		}
	}
}

func TestMissingIsNull(t *testing.T) {
	check(t, bson.RawValue{}, value(t, nil), 0)
	check(t, bson.RawValue{}, value(t, bson.MinKey{}), 1)
}

// TestCompound puts two encodings after one another: the first part decides, then the second, ascending or descending.
func TestCompound(t *testing.T) {
	first := []any{nil, int32(1), "a", "a\x00", "ab", bson.A{}, bson.A{int32(1)}, bson.D{}}
	second := []any{int32(1), int32(2), "a", "b"}
	type pair struct {
		a, b bson.RawValue
		key  []byte
	}
	var pairs []pair
	for _, x := range first {
		for _, y := range second {
			a, b := value(t, x), value(t, y)
			pairs = append(pairs, pair{a, b, append(Append(nil, a), Invert(Append(nil, b))...)})
		}
	}
	for _, p := range pairs {
		for _, q := range pairs {
			want := Compare(p.a, q.a)
			if want == 0 {
				want = -Compare(p.b, q.b)
			}
			if got := bytes.Compare(p.key, q.key); got != want {
				t.Errorf("(%v, %v) against (%v, %v): %d, want %d", p.a, p.b, q.a, q.b, got, want)
			}
		}
	}
}

// TestNumbersAgree draws numbers of all types close to one another and checks that the two orders agree on every pair.
func TestNumbersAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var values []bson.RawValue
	for range 20 {
		i := int64(random.Uint64()) >> random.IntN(64)
		f := float64(i) * math.Pow(2, float64(random.IntN(80)-40))
		values = append(values, value(t, i), value(t, int32(i)), value(t, float64(i)), value(t, f))
		values = append(values, value(t, bson.NewDecimal128(random.Uint64(), random.Uint64())))
		if d, ok := bson.ParseDecimal128FromBigInt(Pow10(random.IntN(30)), random.IntN(40)-20); ok {
			values = append(values, value(t, d))
		}
	}
	for _, a := range values {
		for _, b := range values {
			check(t, a, b, Compare(a, b))
		}
	}
}

func TestBounds(t *testing.T) {
	for _, equal := range ladder(t) {
		v := value(t, equal[0])
		lo, hi := Bounds(v)
		if key := Append(nil, v); bytes.Compare(lo, key) > 0 || bytes.Compare(key, hi) >= 0 {
			t.Errorf("%v: %x is not in [%x, %x)", v, key, lo, hi)
		}
	}
}

func TestElements(t *testing.T) {
	raw, err := bson.Marshal(bson.D{{Key: "a", Value: int32(1)}, {Key: "", Value: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range Elements(raw) {
		names = append(names, string(name))
	}
	if !slices.Equal(names, []string{"a", ""}) {
		t.Errorf("names %q", names)
	}
	if v := Lookup(raw, ""); v.StringValue() != "x" {
		t.Errorf("Lookup: %v", v)
	}
	for cut := range raw {
		for range Elements(raw[:cut]) { // must end, whatever is cut off
		}
		gathers(t, raw[:cut], []string{"", "a", "none"})
	}
}

// gathers checks that Gather finds what Lookup finds.
func gathers(t *testing.T, doc []byte, names []string) {
	t.Helper()
	found := make([]bson.RawValue, len(names))
	Gather(doc, names, found)
	for i, name := range names {
		if v := Lookup(doc, name); !v.Equal(found[i]) {
			t.Errorf("%q of %s: %v, not %v", name, bson.Raw(doc), found[i], v)
		}
	}
}

// agree checks that Elements and Lookup see in a well-formed document what the driver's library sees.
func agree(t *testing.T, doc bson.Raw) {
	t.Helper()
	want, err := doc.Elements()
	if err != nil {
		t.Fatal(err)
	}
	i, names := 0, []string{"none"}
	for name, v := range Elements(doc) {
		if !slices.Contains(names, string(name)) {
			names = append(names, string(name))
		}
		if string(name) != want[i].Key() || !v.Equal(want[i].Value()) {
			t.Errorf("element %d of %s: %q %v", i, doc, name, v)
		}
		if found := Lookup(doc, string(name)); !found.Equal(doc.Lookup(string(name))) {
			t.Errorf("%q of %s: %v", name, doc, found)
		}
		i++
	}
	if i != len(want) {
		t.Errorf("%d elements of %s", i, doc)
	}
	gathers(t, doc, names)
}

// TestElementsOfEveryType puts each value between two others.
func TestElementsOfEveryType(t *testing.T) {
	for _, equal := range ladder(t) {
		for _, v := range equal {
			raw, err := bson.Marshal(bson.D{{Key: "first", Value: int32(1)}, {Key: "v", Value: v}, {Key: "last", Value: "x"}})
			if err != nil {
				t.Fatal(err)
			}
			agree(t, raw)
		}
	}
}

// TestDepth nests far deeper than any document may: both orders still agree.
func TestDepth(t *testing.T) {
	nest := func(inner any, depth int) bson.RawValue {
		v := value(t, inner)
		for range depth {
			v = value(t, bson.D{{Key: "a", Value: v}})
		}
		return v
	}
	for _, depth := range []int{1, 100, maxDepth - 1, maxDepth, maxDepth + 1, 1000} {
		check(t, nest(int32(1), depth), nest(int32(1), depth), 0)
		check(t, nest(int32(1), depth), nest(int32(2), depth), -1)
	}
}

// FuzzKeyOrder takes two documents and checks that Compare and the encodings agree on all of their values, that an
// encoding ends itself, and that nothing panics.
func FuzzKeyOrder(f *testing.F) {
	for _, equal := range ladder(f) {
		for _, v := range equal {
			raw, err := bson.Marshal(bson.D{{Key: "v", Value: v}})
			if err != nil {
				f.Fatal(err)
			}
			f.Add([]byte(raw), []byte(raw))
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if bson.Raw(a).Validate() != nil || bson.Raw(b).Validate() != nil {
			return
		}
		agree(t, a)
		check(t, document(a), document(b), Compare(document(a), document(b)))
		for _, left := range Elements(a) {
			skips(t, left)
			for _, right := range Elements(b) {
				check(t, left, right, Compare(left, right))
				x, y := Append(nil, left), Append(nil, right)
				if !bytes.Equal(x, y) && (bytes.HasPrefix(x, y) || bytes.HasPrefix(y, x)) {
					t.Errorf("one encoding begins another: %x %x", x, y)
				}
			}
		}
	})
}

// skips fails unless Skip finds the end of a value's encoding, both ways round, whatever comes behind it.
func skips(t *testing.T, v bson.RawValue) {
	t.Helper()
	key := Append(nil, v)
	for _, inverted := range []bool{false, true} {
		if n, ok := Skip(append(bytes.Clone(key), 0, 0xff, 1), inverted); n != len(key) || !ok {
			t.Errorf("%v: the encoding %x, inverted %t, has %d bytes, %t", v, key, inverted, n, ok)
		}
		Invert(key)
	}
	for short := range key {
		if _, ok := Skip(key[:short], false); ok {
			t.Errorf("%v: %x of %x is taken for whole", v, key[:short], key)
		}
	}
}

func document(raw []byte) bson.RawValue {
	return bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: raw}
}

func BenchmarkAppend(b *testing.B) {
	v := value(b, bson.D{{Key: "a", Value: int32(1)}, {Key: "b", Value: "text"}, {Key: "c", Value: 2.5}})
	var buf []byte
	for b.Loop() {
		buf = Append(buf[:0], v)
	}
}
