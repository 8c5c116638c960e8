package match

import (
	"math"
	"slices"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// jsonTypes are the types that JSON has.
var jsonTypes = map[string][]bson.Type{
	"object": {bson.TypeEmbeddedDocument}, "array": {bson.TypeArray}, "number": numberTypes, "boolean": {bson.TypeBoolean},
	"string": {bson.TypeString}, "null": {bson.TypeNull},
}

func parseJSONType(k *keyword) (test, error) {
	if keys.Lookup(k.siblings, "bsonType").Type != 0 {
		return nil, k.fails("cannot stand beside 'bsonType'")
	}
	return k.types(func(name string) ([]bson.Type, error) {
		types, ok := jsonTypes[name]
		if name == "integer" {
			return nil, k.fails("does not support 'integer'; use 'number', or bsonType 'int' or 'long'")
		}
		if !ok {
			return nil, k.fails("has an unknown type name: %s", name)
		}
		return types, nil
	})
}

func parseBSONType(k *keyword) (test, error) {
	return k.types(func(name string) ([]bson.Type, error) { return typesOf(value.String(name)) })
}

// types reads the name of a type or several.
func (k *keyword) types(of func(string) ([]bson.Type, error)) (test, error) {
	list := k.value
	if isText(k.value) {
		list = value.Array([]bson.RawValue{k.value})
	}
	names, err := k.texts(list)
	if err != nil {
		return nil, err
	}
	var wanted [256]bool
	for _, name := range names {
		types, err := of(name)
		if err != nil {
			return nil, err
		}
		for _, t := range types {
			wanted[t] = true
		}
	}
	return func(_ *evaluation, v bson.RawValue) bool { return wanted[v.Type] }, nil
}

func parseEnum(k *keyword) (test, error) {
	if !value.IsArray(k.value) {
		return nil, k.mismatch("an array")
	}
	values := value.Elements(k.value)
	set := value.Set{Collation: k.p.Collation}
	for _, v := range values {
		if err := k.p.Step(1 + len(v.Value)>>9); err != nil {
			return nil, err
		}
		if !set.Insert(v) {
			return nil, k.fails("must not have a value twice: %s", v)
		}
	}
	if len(values) == 0 {
		return nil, k.fails("must not be an empty array")
	}
	member := memberTest(k.p, values, nil)
	return func(x *evaluation, v bson.RawValue) bool { return x.Step(len(v.Value)>>9) && member(x, v) }, nil
}

// parseLimit reads minimum and maximum, which their exclusive companions may sharpen.
func parseLimit(k *keyword) (test, error) {
	if !k.value.IsNumber() {
		return nil, k.mismatch("a number")
	}
	side := map[string]int{"minimum": 1, "maximum": -1}[k.name]
	companion := k.sibling(map[string]string{"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}[k.name])
	exclusive := companion.value.Type == bson.TypeBoolean && companion.value.Boolean()
	within := rangeTest(k.p.Collation, k.value, func(order int) bool { return order*side > 0 || order == 0 && !exclusive })
	return func(x *evaluation, v bson.RawValue) bool { return !v.IsNumber() || within(x, v) }, nil
}

func parseExclusive(k *keyword) (test, error) {
	if k.value.Type != bson.TypeBoolean {
		return nil, k.mismatch("a boolean")
	}
	of := map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}[k.name]
	if k.sibling(of).value.Type == 0 {
		return nil, k.fails("needs the keyword '%s' beside it", of)
	}
	return nil, nil
}

func parseMultipleOf(k *keyword) (test, error) {
	if !k.value.IsNumber() {
		return nil, k.mismatch("a number")
	}
	if value.IsNegative(k.value) || value.IsZero(k.value) || value.IsNaN(k.value) {
		return nil, k.fails("must have a positive value")
	}
	divisor := value.ToDecimal(k.value).Value()
	return func(_ *evaluation, v bson.RawValue) bool {
		return !v.IsNumber() || value.IsZero(value.Remainder(v, divisor))
	}, nil
}

func parsePattern(k *keyword) (test, error) {
	if !isText(k.value) {
		return nil, k.mismatch("a string")
	}
	text, _ := value.Text(k.value)
	matches, err := k.pattern(text)
	return func(x *evaluation, v bson.RawValue) bool {
		text, ok := value.Text(v)
		return !ok || matches(x, text)
	}, err
}

// pattern compiles a regular expression.
func (k *keyword) pattern(text string) (func(x *evaluation, text string) bool, error) {
	compiled, err := k.p.Pattern(text, "")
	return func(x *evaluation, text string) bool { return compiled.Match(x, text) }, err
}

// count is how many parts a value of some type has; ok is false of values of other types.
type count func(x *evaluation, v bson.RawValue) (n int64, ok bool)

func textLength(x *evaluation, v bson.RawValue) (int64, bool) {
	text, ok := value.Text(v)
	return int64(utf8.RuneCountInString(text)), ok && x.Step(len(text)>>9)
}

func fieldCount(x *evaluation, v bson.RawValue) (int64, bool) {
	return elementCount(x, v), value.IsDocument(v)
}
func itemCount(x *evaluation, v bson.RawValue) (int64, bool) {
	return elementCount(x, v), value.IsArray(v)
}

func elementCount(x *evaluation, v bson.RawValue) (n int64) {
	nested, _ := keys.Nested(v)
	for range keys.Elements(nested) {
		n++
	}
	x.Step(int(min(n>>4, math.MaxInt32)))
	return n
}

func atLeast(n, limit int64) bool { return n >= limit }
func atMost(n, limit int64) bool  { return n <= limit }

// counted reads a limit of a number of parts.
func counted(of count, within func(n, limit int64) bool) func(*keyword) (test, error) {
	return func(k *keyword) (test, error) {
		limit, ok := value.Whole(k.value)
		if !k.value.IsNumber() {
			return nil, k.mismatch("a number")
		}
		if !ok || limit < 0 {
			return nil, k.fails("must be a whole number that is not negative")
		}
		return func(x *evaluation, v bson.RawValue) bool {
			n, ok := of(x, v)
			return !ok || within(n, limit)
		}, nil
	}
}

func parseAllOf(k *keyword) (test, error) {
	return k.combine(func(n, all int) bool { return n == all })
}
func parseAnyOf(k *keyword) (test, error) { return k.combine(func(n, _ int) bool { return n > 0 }) }
func parseOneOf(k *keyword) (test, error) { return k.combine(func(n, _ int) bool { return n == 1 }) }

// combine reads a list of schemas, of which as many must hold as good says.
func (k *keyword) combine(good func(n, all int) bool) (test, error) {
	list, err := k.schemas()
	if err == nil && len(list) == 0 {
		err = k.fails("must not be an empty array")
	}
	return func(x *evaluation, v bson.RawValue) bool {
		n := 0
		for _, s := range list {
			if s.holds(x, v) {
				n++
			}
		}
		return good(n, len(list))
	}, err
}

func parseNotSchema(k *keyword) (test, error) {
	s, err := k.schema(k.value)
	return func(x *evaluation, v bson.RawValue) bool { return !s.holds(x, v) }, err
}

func parseRequired(k *keyword) (test, error) {
	names, err := k.texts(k.value)
	return func(x *evaluation, v bson.RawValue) bool { return !value.IsDocument(v) || hasAll(x, v.Value, names) }, err
}

func hasAll(x *evaluation, doc []byte, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !x.Step(1+len(doc)>>9) || keys.Lookup(doc, name).Type == 0 })
}
