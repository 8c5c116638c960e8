package keys

import (
	"bytes"
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
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
	end := bytes.IndexByte(rest[1:], 0)
	if end < 0 {
		return nil, v, nil, false
	}
	value, tail, ok := bsoncore.ReadValue(rest[end+2:], bsoncore.Type(rest[0]))
	return rest[1 : end+1], bson.RawValue{Type: bson.Type(rest[0]), Value: value.Data}, tail, ok
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
			end = 1 + bytes.IndexByte(rest[1:], 0)
		}
		if end == 0 {
			break
		}
		value, tail, ok := bsoncore.ReadValue(rest[end+1:], bsoncore.Type(rest[0]))
		switch {
		case !ok:
			return bson.RawValue{}
		case found:
			return bson.RawValue{Type: bson.Type(rest[0]), Value: value.Data}
		}
		rest = tail
	}
	return bson.RawValue{}
}

// Nested returns the bytes of a document or array; ok is false for other types.
func Nested(v bson.RawValue) (doc []byte, ok bool) {
	return v.Value, v.Type == bson.TypeEmbeddedDocument || v.Type == bson.TypeArray
}
