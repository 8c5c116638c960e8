package value

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// Set keeps different values in the order in which they came. The zero value is empty.
type Set struct {
	Collation *keys.Collation
	Values    []bson.RawValue
	seen      map[string]struct{} // made with the second value
}

// Add takes v unless an equal value is there.
func (s *Set) Add(v bson.RawValue) { s.Insert(v) }

// Insert is add and reports whether v was new.
func (s *Set) Insert(v bson.RawValue) bool {
	if len(s.Values) == 0 {
		s.Values = append(s.Values, v)
		return true
	}
	if s.seen == nil {
		s.index()
	}
	key := string(s.Collation.Append(nil, v))
	if _, ok := s.seen[key]; ok {
		return false
	}
	s.seen[key] = struct{}{}
	s.Values = append(s.Values, v)
	return true
}

// SetOf is a set of values that are known to be different.
func SetOf(c *keys.Collation, values []bson.RawValue) Set {
	s := Set{Collation: c, Values: values}
	if len(values) > 1 {
		s.index()
	}
	return s
}

// Has reports whether a value equal to v is there.
func (s *Set) Has(v bson.RawValue) bool {
	if len(s.Values) == 1 {
		return s.Collation.Equal(s.Values[0], v)
	}
	_, ok := s.seen[string(s.Collation.Append(nil, v))]
	return ok
}

// index remembers the values by their keys.
func (s *Set) index() {
	s.seen = make(map[string]struct{}, len(s.Values))
	for _, v := range s.Values {
		s.seen[string(s.Collation.Append(nil, v))] = struct{}{}
	}
}
