package query

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// apply shapes one document; root is the whole one, for expressions.
func (s *shape) apply(doc []byte, m mode, root []byte) []byte {
	b := newBuilder()
	done := map[string]bool{}
	for key, v := range keys.Elements(doc) {
		name := string(key)
		kid := s.kids[name]
		if kid != nil && kid.compute != nil && m == include {
			continue // a computed field takes its place behind the kept ones
		}
		done[name] = true
		b.add(name, kid.value(v, m, root))
	}
	for _, name := range s.names {
		if !done[name] {
			b.add(name, s.kids[name].create(m, root))
		}
	}
	return b.bytes()
}

// value shapes the value of a field that is there; s is nil if the projection does not mention it.
func (s *shape) value(v bson.RawValue, m mode, root []byte) bson.RawValue {
	switch {
	case s == nil && m == include:
		return bson.RawValue{}
	case s == nil:
		return v
	case s.compute != nil:
		return s.compute(root)
	case s.leaf && s.keep:
		return v
	case s.leaf:
		return bson.RawValue{}
	case isDocument(v):
		return documentValue(s.apply(v.Value, m, root))
	case isArray(v):
		return s.array(v, m, root)
	case s.computes():
		return s.create(m, root)
	case m == include:
		return bson.RawValue{}
	}
	return v
}

// array shapes each element of an array. Elements that vanish leave no gap.
func (s *shape) array(v bson.RawValue, m mode, root []byte) bson.RawValue {
	var kept []bson.RawValue
	for _, element := range keys.Elements(v.Value) {
		if shaped := s.value(element, m, root); shaped.Type != 0 {
			kept = append(kept, shaped)
		}
	}
	return arrayValue(kept)
}

// create makes the value of a field that is missing: what is computed at or below it.
func (s *shape) create(m mode, root []byte) bson.RawValue {
	if s.compute != nil {
		return s.compute(root)
	}
	if s.leaf || !s.computes() {
		return bson.RawValue{}
	}
	return documentValue(s.apply(emptyDoc, m, root))
}

// computes reports whether anything below s is computed.
func (s *shape) computes() bool {
	if s.compute != nil {
		return true
	}
	for _, kid := range s.kids {
		if kid.computes() {
			return true
		}
	}
	return false
}
