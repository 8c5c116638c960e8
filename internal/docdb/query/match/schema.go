package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// A schema says what is good of a value: all that its rules say. Source: MongoDB manual, "$jsonSchema", which is JSON Schema
// draft 4 with bsonType and without references.
type schema struct{ rules []rule }

// rule is what a keyword says. A rule about a type holds for values of all others.
type rule struct {
	keyword string
	spec    bson.RawValue
	test    test
	parts   map[string]*schema // of properties
}

func (s *schema) holds(x *evaluation, v bson.RawValue) bool {
	for _, r := range s.rules {
		if !x.Step(1) || !r.test(x, v) {
			return false
		}
	}
	return true
}

func (s *schema) match(x *evaluation, doc []byte) bool { return s.holds(x, value.Document(doc)) }

// parseJSONSchema reads the schema of a document.
func parseJSONSchema(p *expression.Parser, v bson.RawValue) (node, error) {
	if p.InPart() {
		return nil, wire.Errorf(wire.BadValue, "$jsonSchema can only be applied to the top-level document")
	}
	if !value.IsDocument(v) {
		return nil, wire.Errorf(wire.TypeMismatch, "$jsonSchema must be an object")
	}
	return parseSchema(p, v)
}

// keyword is a keyword of a schema with its value, and the schema around it for keywords that come in pairs.
type keyword struct {
	p        *expression.Parser
	name     string
	value    bson.RawValue
	siblings []byte
	parts    map[string]*schema // of properties, once they have been read
}

// schemaKeywords read what keywords say. One without a test says nothing, or says it to another.
var schemaKeywords map[string]func(k *keyword) (test, error)

// absentKeywords are those of JSON Schema that MongoDB refuses.
var absentKeywords = map[string]bool{"$ref": true, "$schema": true, "default": true, "definitions": true, "format": true, "id": true}

func newSchemaKeywords() map[string]func(*keyword) (test, error) {
	return map[string]func(*keyword) (test, error){
		"title": says(isText), "description": says(isText),
		"type": parseJSONType, "bsonType": parseBSONType, "enum": parseEnum,
		"minimum": parseLimit, "maximum": parseLimit, "exclusiveMinimum": parseExclusive, "exclusiveMaximum": parseExclusive, "multipleOf": parseMultipleOf,
		"minLength": counted(textLength, atLeast), "maxLength": counted(textLength, atMost), "pattern": parsePattern,
		"required": parseRequired, "minProperties": counted(fieldCount, atLeast), "maxProperties": counted(fieldCount, atMost),
		"properties": parseProperties, "patternProperties": parsePatternProperties, "additionalProperties": parseAdditionalProperties, "dependencies": parseDependencies,
		"items": parseItems, "additionalItems": parseAdditionalItems, "minItems": counted(itemCount, atLeast), "maxItems": counted(itemCount, atMost), "uniqueItems": parseUniqueItems,
		"allOf": parseAllOf, "anyOf": parseAnyOf, "oneOf": parseOneOf, "not": parseNotSchema,
	}
}

func init() { schemaKeywords = newSchemaKeywords() }

// parseSchema reads a schema, which may be that of a part.
func parseSchema(p *expression.Parser, v bson.RawValue) (*schema, error) {
	if err := p.Enter("schema"); err != nil {
		return nil, err
	}
	defer p.Leave()
	s := &schema{}
	for key, part := range keys.Elements(v.Value) {
		name := string(key)
		parse, ok := schemaKeywords[name]
		switch {
		case absentKeywords[name]:
			return nil, wire.Errorf(wire.FailedToParse, "$jsonSchema keyword '%s' is not currently supported", name)
		case name == "encrypt" || name == "encryptMetadata":
			return nil, wire.Errorf(wire.NotImplemented, "$jsonSchema keyword '%s' is not supported", name)
		case !ok:
			return nil, wire.Errorf(wire.FailedToParse, "Unknown $jsonSchema keyword: %s", name)
		}
		k := &keyword{p: p, name: name, value: part, siblings: v.Value}
		t, err := parse(k)
		if err != nil {
			return nil, err
		}
		if t != nil {
			s.rules = append(s.rules, rule{name, part, t, k.parts})
		}
	}
	return s, nil
}

// mismatch is the error of a keyword whose value is of a wrong type.
func (k *keyword) mismatch(wanted string) error {
	return wire.Errorf(wire.TypeMismatch, "$jsonSchema keyword '%s' must be %s, but found an element of type %s", k.name, wanted, value.TypeName(k.value))
}

func (k *keyword) fails(format string, args ...any) error {
	return wire.Errorf(wire.FailedToParse, "$jsonSchema keyword '"+k.name+"' "+format, args...)
}

// sibling is another keyword of the same schema.
func (k *keyword) sibling(name string) *keyword {
	return &keyword{p: k.p, name: name, value: keys.Lookup(k.siblings, name), siblings: k.siblings}
}

// schema reads the keyword's value, or a part of it, as a schema.
func (k *keyword) schema(v bson.RawValue) (*schema, error) {
	if !value.IsDocument(v) {
		return nil, k.mismatch("made of objects")
	}
	return parseSchema(k.p, v)
}

// schemas reads a list of schemas.
func (k *keyword) schemas() ([]*schema, error) {
	if !value.IsArray(k.value) {
		return nil, k.mismatch("an array")
	}
	var list []*schema
	for _, v := range keys.Elements(k.value.Value) {
		s, err := k.schema(v)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// texts reads a list of different strings, of which there is one at least.
func (k *keyword) texts(v bson.RawValue) ([]string, error) {
	if !value.IsArray(v) {
		return nil, k.mismatch("an array of strings")
	}
	var list []string
	seen := map[string]bool{}
	for _, v := range keys.Elements(v.Value) {
		text, ok := value.Text(v)
		switch {
		case !ok:
			return nil, k.mismatch("an array of strings")
		case seen[text]:
			return nil, k.fails("must not have the value '%s' twice", text)
		}
		seen[text] = true
		list = append(list, text)
	}
	if len(list) == 0 {
		return nil, k.fails("must not be an empty array")
	}
	return list, nil
}

// says checks a keyword that means nothing for values.
func says(ok func(bson.RawValue) bool) func(*keyword) (test, error) {
	return func(k *keyword) (test, error) {
		if !ok(k.value) {
			return nil, k.mismatch("a string")
		}
		return nil, nil
	}
}

func isText(v bson.RawValue) bool { return v.Type == bson.TypeString }
