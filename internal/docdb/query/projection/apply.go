package projection

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// shaping is where a projection is at work.
type shaping struct {
	mode  mode
	of    *expression.Evaluation // of the whole document
	depth int
}

// deeper is one level further down.
func (at shaping) deeper() shaping {
	at.depth++
	return at
}

// apply shapes one document.
func (s *shape) apply(doc []byte, at shaping) []byte {
	b := value.NewBuilder()
	done := map[string]bool{}
	for key, v := range keys.Elements(doc) {
		name := string(key)
		kid := s.kids[name]
		if kid != nil && (kid.compute != nil || kid.last) && at.mode == include {
			continue // a computed field takes its place behind the kept ones
		}
		if kid != nil {
			done[name] = true
		}
		b.Add(name, kid.value(v, at))
	}
	for _, name := range s.names {
		if done[name] {
			continue
		}
		kid := s.kids[name]
		v := kid.create(at)
		if kid.last {
			v = kid.part(at.of, keys.Lookup(doc, name))
		}
		if v.Type != 0 {
			at.of.Take(len(name))
			b.Add(name, v)
		}
	}
	return b.Bytes()
}

// value shapes the value of a field that is there; s is nil if the projection does not mention it.
func (s *shape) value(v bson.RawValue, at shaping) bson.RawValue {
	switch {
	case s == nil && at.mode == include:
		return bson.RawValue{}
	case s == nil:
		return v
	case s.compute != nil:
		return s.compute.Value(at.of)
	case s.leaf && s.part != nil:
		return s.part(at.of, v)
	case s.leaf && s.keep:
		return v
	case s.leaf:
		return bson.RawValue{}
	case value.IsDocument(v):
		return value.Document(s.apply(v.Value, at.deeper()))
	case value.IsArray(v) && at.depth < 2*value.MaxDepth: // arrays in arrays may go deeper than any path
		return s.array(v, at.deeper())
	case s.computes():
		return s.create(at)
	case at.mode == include:
		return bson.RawValue{}
	}
	return v
}

// array shapes each element of an array. Elements that vanish leave no gap.
func (s *shape) array(v bson.RawValue, at shaping) bson.RawValue {
	var kept []bson.RawValue
	for _, element := range keys.Elements(v.Value) {
		if shaped := s.value(element, at); shaped.Type != 0 {
			kept = append(kept, shaped)
		}
	}
	return value.Array(kept)
}

// create makes the value of a field that is missing: what is computed at or below it.
func (s *shape) create(at shaping) bson.RawValue {
	if s.compute != nil {
		return s.compute.Value(at.of)
	}
	if s.leaf || !s.computes() || at.of.Err() != nil {
		return bson.RawValue{}
	}
	return value.Document(s.apply(value.EmptyDoc, at.deeper()))
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
