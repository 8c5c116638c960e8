package keys

import (
	"bytes"
	"cmp"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// maxDepth is how deep values are compared by meaning. MongoDB itself refuses documents deeper than 100 levels to clients
// and 200 inside; below this depth only the bytes count.
const maxDepth = 220

// Compare returns -1, 0 or 1 as a sorts before, with or after b. A zero RawValue, a missing field, is equal to null.
func Compare(a, b bson.RawValue) int { return compare(&a, &b, 0) }

// Equal reports whether Compare(a, b) is 0.
func Equal(a, b bson.RawValue) bool { return compare(&a, &b, 0) == 0 }

// compare is given where values are: passing them on would copy ten words each time.
func compare(a, b *bson.RawValue, depth int) int {
	class := classOf[a.Type]
	if c := cmp.Compare(class, classOf[b.Type]); c != 0 {
		return c
	}
	switch class {
	case classNumber:
		return compareNumbers(a, b)
	case classString, classCode:
		return bytes.Compare(text(*a), text(*b))
	case classObject, classArray:
		if depth >= maxDepth {
			return bytes.Compare(a.Value, b.Value)
		}
		return compareDocuments(a.Value, b.Value, class == classObject, depth+1)
	case classMinKey, classUndefined, classNull, classMaxKey:
		return 0
	}
	return compareRest(class, a, b, depth)
}

// compareRest compares two values of the same less common class.
func compareRest(class byte, a, b *bson.RawValue, depth int) int {
	switch class {
	case classDate:
		left, _ := a.DateTimeOK()
		right, _ := b.DateTimeOK()
		return cmp.Compare(left, right)
	case classTimestamp:
		lt, li, _ := a.TimestampOK()
		rt, ri, _ := b.TimestampOK()
		return cmp.Or(cmp.Compare(lt, rt), cmp.Compare(li, ri))
	case classBinary:
		ls, ld, _ := a.BinaryOK()
		rs, rd, _ := b.BinaryOK()
		return cmp.Or(cmp.Compare(len(ld), len(rd)), cmp.Compare(ls, rs), bytes.Compare(ld, rd))
	case classRegex:
		lp, lo, _ := a.RegexOK()
		rp, ro, _ := b.RegexOK()
		return cmp.Or(cmp.Compare(lp, rp), cmp.Compare(lo, ro))
	case classDBPointer:
		ln, lid, _ := a.DBPointerOK()
		rn, rid, _ := b.DBPointerOK()
		return cmp.Or(cmp.Compare(len(ln), len(rn)), cmp.Compare(ln, rn), bytes.Compare(lid[:], rid[:]))
	case classCodeWithScope:
		lc, ls, _ := codeAndScope(*a)
		rc, rs, _ := codeAndScope(*b)
		if c := cmp.Compare(lc, rc); c != 0 || depth >= maxDepth {
			return cmp.Or(c, bytes.Compare(ls, rs))
		}
		return compareDocuments(ls, rs, true, depth+1)
	}
	return bytes.Compare(a.Value, b.Value) // ObjectID and bool
}

// compareDocuments compares field by field: the type's class, then the name (for documents), then the value. What ends
// first is less.
func compareDocuments(a, b []byte, names bool, depth int) int {
	rest := body(b)
	for name, left := range Elements(a) {
		other, right, tail, ok := step(rest)
		if !ok {
			return 1
		}
		rest = tail
		if c := cmp.Compare(Class(left), Class(right)); c != 0 {
			return c
		}
		if names {
			if c := bytes.Compare(name, other); c != 0 {
				return c
			}
		}
		if c := compare(&left, &right, depth); c != 0 {
			return c
		}
	}
	if _, _, _, more := step(rest); more {
		return -1
	}
	return 0
}

// text returns the bytes of a string, symbol or JavaScript value; unreadable ones count as empty. The three share a form.
func text(v bson.RawValue) []byte {
	n, rest, ok := bsoncore.ReadLength(v.Value)
	if !ok || n < 1 || int(n) > len(rest) {
		return nil
	}
	return rest[:n-1]
}

func codeAndScope(v bson.RawValue) (code string, scope []byte, ok bool) {
	code, scope, _, ok = bsoncore.ReadCodeWithScope(v.Value)
	return code, scope, ok
}
