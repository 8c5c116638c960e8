package keys

import (
	"encoding/binary"
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/wire"
)

// Elements ranges over the fields of a document or array in order. It stops at the first element that cannot be read.
// Names and values share doc's memory.
func Elements(doc []byte) iter.Seq2[[]byte, bson.RawValue] {
	return func(yield func([]byte, bson.RawValue) bool) {
		rest := body(doc)
		for {
			name, v, tail, ok := step(rest)
			if !ok || !yield(name, v) {
				return
			}
			rest = tail
		}
	}
}

// body returns what follows a document's length.
func body(doc []byte) []byte {
	if len(doc) < 4 {
		return nil
	}
	return doc[4:]
}

// step reads the element at the head of rest.
func step(rest []byte) (name []byte, v bson.RawValue, tail []byte, ok bool) {
	if len(rest) < 2 { // the closing zero byte
		return nil, v, nil, false
	}
	end := nameEnd(rest)
	if end == len(rest) {
		return nil, v, nil, false
	}
	t := bson.Type(rest[0])
	value, tail, ok := cut(t, rest[end+1:])
	return rest[1:end], bson.RawValue{Type: t, Value: value}, tail, ok
}

// nameEnd returns where the name of the element at the head of rest ends, or the length of rest if it does not. Most names
// are short: a loop is faster than a search.
func nameEnd(rest []byte) int {
	end := 1
	for end < len(rest) && rest[end] != 0 {
		end++
	}
	return end
}

// cut takes the value of type t off the head of rest. The types that are met most are measured here, which is faster.
func cut(t bson.Type, rest []byte) (value, tail []byte, ok bool) {
	n, ok := wire.FixedSize(t)
	if t == bson.TypeString && len(rest) >= 4 {
		n, ok = 4+int(int32(binary.LittleEndian.Uint32(rest))), true
	}
	if !ok {
		v, tail, ok := bsoncore.ReadValue(rest, bsoncore.Type(t))
		return v.Data, tail, ok
	}
	if n < 0 || n > len(rest) {
		return nil, nil, false
	}
	return rest[:n:n], rest[n:], true
}

// Lookup returns the field called name, which has no zero byte, at the first level of doc. A missing field is the zero
// RawValue.
func Lookup(doc []byte, name string) bson.RawValue {
	rest := body(doc)
	for len(rest) > 1 {
		// Whether this is the one can be seen without looking for the end of its name.
		end := 1 + len(name)
		found := len(rest) > end && rest[end] == 0 && string(rest[1:end]) == name
		if !found {
			end = nameEnd(rest)
		}
		if end == len(rest) {
			break
		}
		t := bson.Type(rest[0])
		value, tail, ok := cut(t, rest[end+1:])
		switch {
		case !ok:
			return bson.RawValue{}
		case found:
			return bson.RawValue{Type: t, Value: value}
		}
		rest = tail
	}
	return bson.RawValue{}
}

// Gather finds several fields at the first level of doc in one pass, as Lookup finds one each: found has a place for each of
// the names, which are different.
func Gather(doc []byte, names []string, found []bson.RawValue) {
	clear(found)
	missing := len(names)
	for at := 4; missing > 0 && at < len(doc)-1; { // doc[at] is the type of an element
		t, name := bson.Type(doc[at]), at+1
		end := name
		for end < len(doc) && doc[end] != 0 {
			end++
		}
		at = end + 1
		n := int(sizes[t])
		if n < 0 || n > len(doc)-at {
			if n = measure(t, doc[min(at, len(doc)):]); n < 0 {
				return
			}
		}
		for i, wanted := range names {
			if end-name == len(wanted) && found[i].Type == 0 && (end == name || doc[name] == wanted[0] && string(doc[name+1:end]) == wanted[1:]) {
				found[i].Type, found[i].Value = t, doc[at:at+n:at+n]
				missing--
				break
			}
		}
		at += n
	}
}

// sizes has the length of the values of each type that have one, and else -1.
var sizes = func() (table [256]int8) {
	for i := range table {
		table[i] = -1
		if n, ok := wire.FixedSize(bson.Type(i)); ok {
			table[i] = int8(n)
		}
	}
	return table
}()

// measure returns the length of the value of type t at the head of rest, or -1 if there is none.
func measure(t bson.Type, rest []byte) int {
	n := int(sizes[t])
	if n < 0 {
		value, _, ok := cut(t, rest)
		if !ok {
			return -1
		}
		n = len(value)
	}
	if n > len(rest) {
		return -1
	}
	return n
}

// Nested returns the bytes of a document or array; ok is false for other types.
func Nested(v bson.RawValue) (doc []byte, ok bool) {
	return v.Value, v.Type == bson.TypeEmbeddedDocument || v.Type == bson.TypeArray
}
