package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// named are the schemas of fields by their names.
func (k *keyword) named() (map[string]*schema, error) {
	all := map[string]*schema{}
	if !value.IsDocument(k.value) {
		return nil, k.mismatch("an object")
	}
	for name, v := range keys.Elements(k.value.Value) {
		s, err := k.schema(v)
		if err != nil {
			return nil, err
		}
		all[string(name)] = s
	}
	return all, nil
}

func parseProperties(k *keyword) (test, error) {
	all, err := k.named()
	k.parts = all
	return eachField(func(x *evaluation, name []byte, v bson.RawValue) bool {
		s := all[string(name)]
		return s == nil || s.holds(x, v)
	}), err
}

// eachField is true of documents whose fields all are good, and of other values.
func eachField(good func(x *evaluation, name []byte, v bson.RawValue) bool) test {
	return func(x *evaluation, v bson.RawValue) bool {
		if !value.IsDocument(v) {
			return true
		}
		for name, part := range keys.Elements(v.Value) {
			if !x.Step(1) || !good(x, name, part) {
				return false
			}
		}
		return true
	}
}

// patterned is a schema of the fields whose names a regular expression matches.
type patterned struct {
	matches func(x *evaluation, text string) bool
	schema  *schema
}

func (k *keyword) patterned() (list []patterned, err error) {
	if !value.IsDocument(k.value) {
		return nil, k.mismatch("an object")
	}
	for text, v := range keys.Elements(k.value.Value) {
		var one patterned
		if one.schema, err = k.schema(v); err != nil {
			return nil, err
		}
		if one.matches, err = k.pattern(string(text)); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func parsePatternProperties(k *keyword) (test, error) {
	list, err := k.patterned()
	return eachField(func(x *evaluation, name []byte, v bson.RawValue) bool {
		for _, one := range list {
			if one.matches(x, string(name)) && !one.schema.holds(x, v) {
				return false
			}
		}
		return true
	}), err
}

// parseAdditionalProperties reads what holds for the fields that neither properties nor patternProperties mean.
func parseAdditionalProperties(k *keyword) (test, error) {
	rest, err := k.rest()
	if err != nil || rest == nil {
		return nil, err
	}
	known := map[string]bool{}
	for name := range keys.Elements(keys.Lookup(k.siblings, "properties").Value) {
		known[string(name)] = true
	}
	var patterns []func(x *evaluation, text string) bool
	for text := range keys.Elements(keys.Lookup(k.siblings, "patternProperties").Value) {
		matches, err := k.pattern(string(text))
		if err != nil {
			return nil, err
		}
		patterns = append(patterns, matches)
	}
	return eachField(func(x *evaluation, name []byte, v bson.RawValue) bool {
		if known[string(name)] {
			return true
		}
		for _, matches := range patterns {
			if matches(x, string(name)) {
				return true
			}
		}
		return rest.holds(x, v)
	}), nil
}

// nothing is the schema that no value meets.
var nothing = &schema{rules: []rule{{test: func(*evaluation, bson.RawValue) bool { return false }}}}

// rest reads a boolean or a schema: nil if all is good.
func (k *keyword) rest() (*schema, error) {
	if k.value.Type == bson.TypeBoolean {
		if k.value.Boolean() {
			return nil, nil
		}
		return nothing, nil
	}
	if !value.IsDocument(k.value) {
		return nil, k.mismatch("an object or a boolean")
	}
	return k.schema(k.value)
}

// parseDependencies reads what must hold of a document that has a field: that others are there too, or a schema.
func parseDependencies(k *keyword) (test, error) {
	if !value.IsDocument(k.value) {
		return nil, k.mismatch("an object")
	}
	var tests []test
	for key, v := range keys.Elements(k.value.Value) {
		name, follows := string(key), test(nil)
		if value.IsArray(v) {
			names, err := k.texts(v)
			if err != nil {
				return nil, err
			}
			follows = func(x *evaluation, v bson.RawValue) bool { return hasAll(x, v.Value, names) }
		} else {
			s, err := k.schema(v)
			if err != nil {
				return nil, err
			}
			follows = s.holds
		}
		tests = append(tests, func(x *evaluation, v bson.RawValue) bool {
			return !x.Step(1+len(v.Value)>>9) || keys.Lookup(v.Value, name).Type == 0 || follows(x, v)
		})
	}
	return func(x *evaluation, v bson.RawValue) bool {
		if !value.IsDocument(v) {
			return true
		}
		for _, t := range tests {
			if !t(x, v) {
				return false
			}
		}
		return true
	}, nil
}

// parseItems reads the schema of all elements, or those of the first.
func parseItems(k *keyword) (test, error) {
	if value.IsArray(k.value) {
		list, err := k.schemas()
		return eachItem(func(x *evaluation, i int, v bson.RawValue) bool { return i >= len(list) || list[i].holds(x, v) }), err
	}
	if !value.IsDocument(k.value) {
		return nil, k.mismatch("an array or an object")
	}
	s, err := k.schema(k.value)
	return eachItem(func(x *evaluation, _ int, v bson.RawValue) bool { return s.holds(x, v) }), err
}

// parseAdditionalItems reads what holds for the elements behind those that items means one by one.
func parseAdditionalItems(k *keyword) (test, error) {
	rest, err := k.rest()
	items := k.sibling("items").value
	if err != nil || rest == nil || !value.IsArray(items) {
		return nil, err
	}
	n := len(value.Elements(items))
	return eachItem(func(x *evaluation, i int, v bson.RawValue) bool { return i < n || rest.holds(x, v) }), nil
}

// eachItem is true of arrays whose elements all are good, and of other values.
func eachItem(good func(x *evaluation, i int, v bson.RawValue) bool) test {
	return func(x *evaluation, v bson.RawValue) bool {
		if !value.IsArray(v) {
			return true
		}
		i := 0
		for _, part := range keys.Elements(v.Value) {
			if !x.Step(1) || !good(x, i, part) {
				return false
			}
			i++
		}
		return true
	}
}

func parseUniqueItems(k *keyword) (test, error) {
	if k.value.Type != bson.TypeBoolean {
		return nil, k.mismatch("a boolean")
	}
	if !k.value.Boolean() {
		return nil, nil
	}
	return func(x *evaluation, v bson.RawValue) bool {
		seen := value.Set{Collation: k.p.Collation}
		return eachItem(func(x *evaluation, _ int, v bson.RawValue) bool { return x.Step(3+len(v.Value)>>9) && seen.Insert(v) })(x, v)
	}, nil
}
