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
		s.seen = map[string]struct{}{string(s.Collation.Append(nil, s.Values[0])): {}}
	}
	key := string(s.Collation.Append(nil, v))
	if _, ok := s.seen[key]; ok {
		return false
	}
	s.seen[key] = struct{}{}
	s.Values = append(s.Values, v)
	return true
}
