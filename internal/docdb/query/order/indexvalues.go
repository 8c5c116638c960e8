package order

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// IndexValues returns the values that an index on path holds for doc, each once: an array's elements rather than the
// array, undefined for an empty array, null for a missing field. There is always at least one. More than one makes the
// index multikey. Source: MongoDB manual, "Multikey Indexes" and "Comparison/Sort Order".
func IndexValues(doc bson.Raw, path string) []bson.RawValue {
	var set value.Set
	indexValues(doc, strings.Split(path, "."), set.Add)
	return set.Values
}

// indexValues is IndexValues with repetition.
func indexValues(doc []byte, path []string, add func(bson.RawValue)) {
	gather(add, func(visit value.Visitor) { value.Walk(doc, path, visit) })
}

// indexBelow is indexValues for a path that goes on below an array.
func indexBelow(array bson.RawValue, path []string, add func(bson.RawValue)) {
	gather(add, func(visit value.Visitor) { value.WalkArray(array.Value, path, true, visit) })
}

// gather adds the index values of what a walk visits.
func gather(add func(bson.RawValue), walk func(value.Visitor)) {
	none := true
	walk(func(v bson.RawValue, spread bool) bool {
		none = false
		if v.Type != bson.TypeArray || !spread {
			add(value.OrNull(v))
			return false
		}
		empty := true
		for _, element := range keys.Elements(v.Value) {
			empty = false
			add(element)
		}
		if empty {
			add(bson.RawValue{Type: bson.TypeUndefined})
		}
		return false
	})
	if none {
		add(value.Null)
	}
}
