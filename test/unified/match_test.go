package unified

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// matcher compares actual with expected values. Source: the unified test format, "Evaluating Matches".
type matcher struct{ entities map[string]any }

// plain converts a value to the types that decoding gives.
func plain(t *testing.T, v any) any {
	t.Helper()
	raw, err := bson.Marshal(bson.D{{Key: "v", Value: v}})
	must(t, err)
	var d bson.D
	must(t, bson.Unmarshal(raw, &d))
	return d[0].Value
}

func lookup(d bson.D, name string) (value any, ok bool) {
	i := slices.IndexFunc(d, func(e bson.E) bool { return e.Key == name })
	if i < 0 {
		return nil, false
	}
	return d[i].Value, true
}

// compare compares values. A document at the root, or in an array there, may have further fields.
func (m matcher) compare(want, got any, root bool) error {
	return m.compareField(want, got, true, root)
}

func (m matcher) compareField(want, got any, present, root bool) error {
	switch want := want.(type) {
	case bson.D:
		if len(want) == 1 && strings.HasPrefix(want[0].Key, "$$") {
			return m.special(want[0].Key, want[0].Value, got, present, root)
		}
		return m.compareDocuments(want, got, root)
	case bson.A:
		list, ok := got.(bson.A)
		if !ok || len(list) != len(want) {
			return fmt.Errorf("%v is not an array of %d", got, len(want))
		}
		for i := range want {
			if err := m.compare(want[i], list[i], root); err != nil {
				return fmt.Errorf("%d: %w", i, err)
			}
		}
		return nil
	}
	if a, ok := number(want); ok {
		if b, ok := number(got); ok && a == b {
			return nil
		}
	} else if present && reflect.DeepEqual(want, got) {
		return nil
	}
	return fmt.Errorf("%v (%T) is not %v (%T)", got, got, want, want)
}

func (m matcher) compareDocuments(want bson.D, got any, root bool) error {
	doc, ok := got.(bson.D)
	if !ok {
		return fmt.Errorf("%v is not a document", got)
	}
	for _, e := range want {
		value, present := lookup(doc, e.Key)
		special, _ := e.Value.(bson.D)
		if !present && (len(special) != 1 || !strings.HasPrefix(special[0].Key, "$$")) {
			return fmt.Errorf("%s is missing", e.Key)
		}
		if err := m.compareField(e.Value, value, present, false); err != nil {
			return fmt.Errorf("%s: %w", e.Key, err)
		}
	}
	for _, e := range doc {
		if _, expected := lookup(want, e.Key); !expected && !root {
			return fmt.Errorf("%s is not expected", e.Key)
		}
	}
	return nil
}

// special compares by one of the operators of the format.
func (m matcher) special(op string, want, got any, present, root bool) error {
	switch op {
	case "$$exists":
		if present != want.(bool) {
			return fmt.Errorf("it exists: %t", present)
		}
		return nil
	case "$$type":
		names := bson.A{want}
		if list, ok := want.(bson.A); ok {
			names = list
		}
		if !present || !slices.Contains(names, any(typeName(got))) {
			return fmt.Errorf("%v is of type %s", got, typeName(got))
		}
		return nil
	case "$$unsetOrMatches":
		if !present || got == nil {
			return nil
		}
		return m.compare(want, got, root)
	case "$$matchesEntity":
		return m.compare(m.entities[want.(string)], got, root)
	case "$$lte":
		most, _ := number(want)
		if n, ok := number(got); !ok || n > most {
			return fmt.Errorf("%v is more than %v", got, want)
		}
		return nil
	}
	return fmt.Errorf("an unknown operator: %s", op)
}

// number is a number's value, whatever its type.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int32:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// typeName is the name of a value's type for $type.
func typeName(v any) string {
	switch v.(type) {
	case int32:
		return "int"
	case int64:
		return "long"
	case float64:
		return "double"
	case string:
		return "string"
	case bool:
		return "bool"
	case bson.D:
		return "object"
	case bson.A:
		return "array"
	case bson.Binary:
		return "binData"
	case bson.ObjectID:
		return "objectId"
	case bson.DateTime:
		return "date"
	case bson.Timestamp:
		return "timestamp"
	}
	return fmt.Sprintf("%T", v)
}
