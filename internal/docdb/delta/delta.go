// Package delta says what an update changed in a document, in the form in which MongoDB's oplog says it.
//
// A delta is a document of sections: d {name: false} has the fields that were removed, u {name: value} those whose value is
// another, i {name: value} those that were appended, in their order, and sname holds the delta of the document or array that
// is the field called name. A field that has moved to the end is among those appended. The delta of an array has a: true, l
// (its new length, where it was cut), u0 (element 0 has another value, or was appended) and s0 (the delta of element 0).
// Source: MongoDB's server, "update oplog entries, $v: 2".
package delta

import (
	"bytes"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// field is an element of a document.
type field struct {
	name []byte
	v    bson.RawValue
}

func fieldsOf(doc []byte) []field {
	list := make([]field, 0, 16)
	for name, v := range keys.Elements(doc) {
		list = append(list, field{name, v})
	}
	return list
}

// Of returns the delta from one document to another. ok is false where there is none, because one of
// them has a name twice.
func Of(from, to bson.Raw) (diff bson.Raw, ok bool) {
	diff = ofDocument(from, to)
	made, err := Apply(from, diff)
	return diff, err == nil && bytes.Equal(made, to)
}

// sections are the parts of a delta while it is made.
type sections struct{ removed, updated, inserted, nested *value.Builder }

func ofDocument(from, to []byte) bson.Raw {
	var s sections
	before, after := fieldsOf(from), fieldsOf(to)
	i, j := 0, 0
	var gone []field
	for i < len(before) && j < len(after) {
		if !bytes.Equal(before[i].name, after[j].name) {
			gone = append(gone, before[i])
			i++
			continue
		}
		s.compare(string(after[j].name), before[i].v, after[j].v)
		i, j = i+1, j+1
	}
	gone, appended := append(gone, before[i:]...), after[j:]
	moved := namesOf(appended)
	for _, f := range appended {
		add(&s.inserted, string(f.name), f.v)
	}
	for _, f := range gone {
		if !moved.has(f.name) {
			add(&s.removed, string(f.name), bson.RawValue{Type: bson.TypeBoolean, Value: []byte{0}})
		}
	}
	return s.document()
}

// names are those of some fields.
type names struct {
	few  []field
	many map[string]struct{}
}

func namesOf(list []field) names {
	if len(list) <= 8 {
		return names{few: list}
	}
	n := names{many: make(map[string]struct{}, len(list))}
	for _, f := range list {
		n.many[string(f.name)] = struct{}{}
	}
	return n
}

func (n names) has(name []byte) bool {
	_, found := n.many[string(name)]
	return found || slices.ContainsFunc(n.few, func(f field) bool { return bytes.Equal(f.name, name) })
}

func add(to **value.Builder, name string, v bson.RawValue) {
	if *to == nil {
		*to = value.NewBuilder()
	}
	(*to).Add(name, v)
}

// compare adds what makes one value of another.
func (s *sections) compare(name string, before, after bson.RawValue) {
	if before.Type == after.Type && bytes.Equal(before.Value, after.Value) {
		return
	}
	if diff, ok := inside(before, after); ok {
		add(&s.nested, "s"+name, value.Document(diff))
		return
	}
	add(&s.updated, name, after)
}

// inside is the delta between two documents or two arrays, if it is shorter than the new value.
func inside(before, after bson.RawValue) (diff bson.Raw, ok bool) {
	if before.Type != after.Type {
		return nil, false
	}
	switch after.Type {
	case bson.TypeEmbeddedDocument:
		diff = ofDocument(before.Value, after.Value)
	case bson.TypeArray:
		diff = ofArray(before.Value, after.Value)
	default:
		return nil, false
	}
	return diff, len(diff) < len(after.Value)
}

func (s *sections) document() bson.Raw {
	b := value.NewBuilder()
	for _, part := range []struct {
		name string
		b    *value.Builder
	}{{"d", s.removed}, {"u", s.updated}, {"i", s.inserted}} {
		if part.b != nil {
			b.Add(part.name, part.b.Document())
		}
	}
	if s.nested != nil {
		for name, v := range keys.Elements(s.nested.Bytes()) {
			b.Add(string(name), v)
		}
	}
	return b.Bytes()
}

func ofArray(from, to []byte) bson.Raw {
	before, after := fieldsOf(from), fieldsOf(to)
	b := value.NewBuilder()
	b.Add("a", bson.RawValue{Type: bson.TypeBoolean, Value: []byte{1}})
	if len(after) < len(before) {
		b.Add("l", bson.RawValue{Type: bson.TypeInt32, Value: int32Bytes(len(after))})
	}
	for i, f := range after {
		name := strconv.Itoa(i)
		if i >= len(before) {
			b.Add("u"+name, f.v)
			continue
		}
		if before[i].v.Type == f.v.Type && bytes.Equal(before[i].v.Value, f.v.Value) {
			continue
		}
		if diff, ok := inside(before[i].v, f.v); ok {
			b.Add("s"+name, value.Document(diff))
		} else {
			b.Add("u"+name, f.v)
		}
	}
	return b.Bytes()
}

func int32Bytes(n int) []byte { return []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)} }
