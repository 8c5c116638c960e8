package match

import (
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/wire"
)

// schemaCases have for each schema documents that are good and others that are not.
var schemaCases = []struct {
	schema   string
	yes, not []string
}{
	{`{}`, []string{`{}`, `{"a": 1}`}, nil},
	{`{"title": "t", "description": "d"}`, []string{`{}`}, nil},
	{`{"type": "object"}`, []string{`{}`}, nil},
	{`{"type": "array"}`, nil, []string{`{}`}},
	{`{"required": ["a", "b"]}`, []string{`{"a": null, "b": 1}`}, []string{`{"a": 1}`, `{}`}},
	{`{"properties": {"a": {"type": "number"}}}`, []string{`{}`, `{"a": 1.5}`, `{"a": {"$numberDecimal": "1"}}`}, []string{`{"a": "x"}`, `{"a": null}`}},
	{`{"properties": {"a": {"bsonType": "int"}}}`, []string{`{"a": 1}`}, []string{`{"a": 1.5}`, `{"a": {"$numberLong": "1"}}`}},
	{`{"properties": {"a": {"bsonType": ["string", "null"]}}}`, []string{`{"a": "x"}`, `{"a": null}`}, []string{`{"a": 1}`}},
	{`{"properties": {"a": {"type": ["boolean", "string"]}}}`, []string{`{"a": true}`}, []string{`{"a": 0}`}},
	{`{"properties": {"a": {"bsonType": "date"}}}`, []string{`{"a": {"$date": "2020-01-01T00:00:00Z"}}`}, []string{`{"a": "2020-01-01"}`}},
	{`{"properties": {"a": {"enum": [1, "x", null, {"b": 1}]}}}`, []string{`{"a": 1.0}`, `{"a": "x"}`, `{"a": null}`, `{"a": {"b": 1}}`}, []string{`{"a": 2}`, `{"a": {"b": 2}}`}},
	{`{"properties": {"a": {"minimum": 1, "maximum": 3}}}`, []string{`{"a": 1}`, `{"a": 3.0}`, `{"a": "x"}`}, []string{`{"a": 0.5}`, `{"a": 4}`, `{"a": {"$numberDouble": "NaN"}}`}},
	{`{"properties": {"a": {"minimum": 1, "exclusiveMinimum": true}}}`, []string{`{"a": 1.1}`}, []string{`{"a": 1}`}},
	{`{"properties": {"a": {"maximum": 1, "exclusiveMaximum": true}}}`, []string{`{"a": 0}`}, []string{`{"a": {"$numberDecimal": "1.0"}}`}},
	{`{"properties": {"a": {"maximum": 1, "exclusiveMaximum": false}}}`, []string{`{"a": 1}`}, nil},
	{`{"properties": {"a": {"multipleOf": 0.1}}}`, []string{`{"a": 0.3}`, `{"a": 2}`, `{"a": "x"}`}, []string{`{"a": 0.25}`, `{"a": {"$numberDouble": "Infinity"}}`}},
	{`{"properties": {"a": {"multipleOf": 3}}}`, []string{`{"a": 9}`, `{"a": -3}`, `{"a": 0}`}, []string{`{"a": 10}`, `{"a": 3.5}`}},
	{`{"properties": {"a": {"minLength": 2, "maxLength": 3}}}`, []string{`{"a": "ab"}`, `{"a": "äöü"}`, `{"a": 1}`}, []string{`{"a": "a"}`, `{"a": "abcd"}`}},
	{`{"properties": {"a": {"pattern": "^x"}}}`, []string{`{"a": "xy"}`, `{"a": 1}`}, []string{`{"a": "yx"}`}},
	{`{"minProperties": 1, "maxProperties": 2}`, []string{`{"a": 1}`, `{"a": 1, "b": 1}`}, []string{`{}`, `{"a": 1, "b": 1, "c": 1}`}},
	{`{"properties": {"a": {}}, "additionalProperties": false}`, []string{`{"a": 1}`, `{}`}, []string{`{"b": 1}`}},
	{`{"properties": {"a": {}}, "additionalProperties": {"type": "string"}}`, []string{`{"a": 1, "b": "x"}`}, []string{`{"b": 1}`}},
	{`{"patternProperties": {"^n": {"type": "number"}, "s$": {"type": "string"}}}`, []string{`{"n1": 1, "as": "x", "b": null}`}, []string{`{"n1": "x"}`, `{"as": 1}`, `{"ns": 1}`}},
	{`{"patternProperties": {"^n": {}}, "additionalProperties": false}`, []string{`{"n": 1}`}, []string{`{"m": 1}`}},
	{`{"dependencies": {"a": ["b", "c"]}}`, []string{`{}`, `{"b": 1}`, `{"a": 1, "b": 1, "c": 1}`}, []string{`{"a": 1, "b": 1}`}},
	{`{"dependencies": {"a": {"properties": {"b": {"type": "number"}}}}}`, []string{`{"b": "x"}`, `{"a": 1, "b": 1}`}, []string{`{"a": 1, "b": "x"}`}},
	{`{"properties": {"a": {"items": {"type": "number"}}}}`, []string{`{"a": []}`, `{"a": [1, 2]}`, `{"a": "x"}`}, []string{`{"a": [1, "x"]}`}},
	{`{"properties": {"a": {"items": [{"type": "number"}, {"type": "string"}]}}}`, []string{`{"a": [1]}`, `{"a": [1, "x", null]}`}, []string{`{"a": ["x"]}`, `{"a": [1, 2]}`}},
	{`{"properties": {"a": {"items": [{}], "additionalItems": false}}}`, []string{`{"a": [1]}`}, []string{`{"a": [1, 2]}`}},
	{`{"properties": {"a": {"items": [{}], "additionalItems": {"type": "string"}}}}`, []string{`{"a": [1, "x"]}`}, []string{`{"a": [1, 2]}`}},
	{`{"properties": {"a": {"items": {}, "additionalItems": false}}}`, []string{`{"a": [1, 2]}`}, nil},
	{`{"properties": {"a": {"minItems": 1, "maxItems": 2}}}`, []string{`{"a": [1]}`, `{"a": "xyz"}`}, []string{`{"a": []}`, `{"a": [1, 2, 3]}`}},
	{`{"properties": {"a": {"uniqueItems": true}}}`, []string{`{"a": [1, 2, "1", {"x": 1}]}`}, []string{`{"a": [1, 1.0]}`, `{"a": [{"x": 1}, {"x": 1}]}`}},
	{`{"properties": {"a": {"uniqueItems": false}}}`, []string{`{"a": [1, 1]}`}, nil},
	{`{"allOf": [{"required": ["a"]}, {"required": ["b"]}]}`, []string{`{"a": 1, "b": 1}`}, []string{`{"a": 1}`}},
	{`{"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}`, []string{`{"b": 1}`, `{"a": 1, "b": 1}`}, []string{`{}`}},
	{`{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}`, []string{`{"b": 1}`}, []string{`{}`, `{"a": 1, "b": 1}`}},
	{`{"not": {"required": ["a"]}}`, []string{`{"b": 1}`}, []string{`{"a": 1}`}},
	{`{"properties": {"a": {"type": "object", "required": ["b"], "properties": {"b": {"type": "array", "items": {"required": ["c"]}}}}}}`,
		[]string{`{"a": {"b": [{"c": 1}, 5]}}`}, []string{`{"a": {}}`, `{"a": {"b": [{}]}}`}},
}

func TestSchemas(t *testing.T) {
	for _, c := range schemaCases {
		f := filter(t, `{"$jsonSchema": `+c.schema+`}`)
		for _, doc := range c.yes {
			if !f.Match(querytest.Doc(t, doc)) {
				t.Errorf("%s refuses %s", c.schema, doc)
			}
		}
		for _, doc := range c.not {
			if f.Match(querytest.Doc(t, doc)) {
				t.Errorf("%s takes %s", c.schema, doc)
			}
		}
	}
}

func TestRefusedSchemas(t *testing.T) {
	for _, c := range []struct {
		schema string
		code   int32
		text   string
	}{
		{`1`, 14, "object"},
		{`{"foo": 1}`, 9, "Unknown $jsonSchema keyword: foo"},
		{`{"$ref": "x"}`, 9, "not currently supported"},
		{`{"encrypt": {}}`, 238, "encrypt"},
		{`{"title": 1}`, 14, "string"},
		{`{"type": "integer"}`, 9, "integer"},
		{`{"type": "what"}`, 9, "what"},
		{`{"type": []}`, 9, "empty"},
		{`{"type": "object", "bsonType": "object"}`, 9, "beside"},
		{`{"bsonType": "what"}`, 2, "what"},
		{`{"bsonType": ["int", "int"]}`, 9, "twice"},
		{`{"enum": []}`, 9, "empty"},
		{`{"enum": [1, 1.0]}`, 9, "twice"},
		{`{"minimum": "x"}`, 14, "number"},
		{`{"exclusiveMinimum": true}`, 9, "'minimum'"},
		{`{"maximum": 1, "exclusiveMaximum": 1}`, 14, "boolean"},
		{`{"multipleOf": 0}`, 9, "positive"},
		{`{"minLength": -1}`, 9, "negative"},
		{`{"maxItems": 1.5}`, 9, "whole"},
		{`{"pattern": 1}`, 14, "string"},
		{`{"pattern": "("}`, 51091, "invalid"},
		{`{"required": []}`, 9, "empty"},
		{`{"required": [1]}`, 14, "strings"},
		{`{"properties": {"a": 1}}`, 14, "objects"},
		{`{"additionalProperties": 1}`, 14, "boolean"},
		{`{"dependencies": {"a": []}}`, 9, "empty"},
		{`{"items": 1}`, 14, "array"},
		{`{"uniqueItems": 1}`, 14, "boolean"},
		{`{"allOf": []}`, 9, "empty"},
		{`{"anyOf": [1]}`, 14, "objects"},
		{`{"not": []}`, 14, "objects"},
		{strings.Repeat(`{"not": `, 120) + `{}` + strings.Repeat(`}`, 120), 2, "deeper"},
	} {
		_, err := Parse(nil, querytest.Doc(t, `{"$jsonSchema": `+c.schema+`}`))
		querytest.Fails(t, c.schema, err, c.code, c.text)
	}
}

// TestSchemasAreBounded reads schemas that would take all memory or all time.
func TestSchemasAreBounded(t *testing.T) {
	var patterns []string
	for i := range 1000 {
		patterns = append(patterns, fmt.Sprintf(`"x%dy{1000}": {}`, i))
	}
	_, err := Parse(nil, querytest.Doc(t, `{"$jsonSchema": {"patternProperties": {`+strings.Join(patterns, ",")+`}}}`))
	querytest.Fails(t, "many patterns", err, 51091, "together")
	deep := `{}`
	for range 60 { // a schema that is read twice on each level takes forever
		deep = `{"patternProperties": {"a": ` + deep + `}, "additionalProperties": false}`
	}
	filter(t, `{"$jsonSchema": `+deep+`}`)
}

// FuzzSchema holds any schema against any document: nothing panics, and a schema and its negation never agree.
func FuzzSchema(f *testing.F) {
	for _, c := range schemaCases {
		for _, doc := range append(c.yes, c.not...) {
			f.Add([]byte(querytest.Doc(f, c.schema)), []byte(querytest.Doc(f, doc)))
		}
	}
	f.Fuzz(func(t *testing.T, schema, doc []byte) {
		if wire.Validate(schema, wire.MaxDepth) != nil || wire.Validate(doc, wire.MaxDepth) != nil {
			return
		}
		parse := func(v any) *Filter {
			raw, err := bson.Marshal(bson.D{{Key: "$jsonSchema", Value: v}})
			if err != nil {
				return nil
			}
			parsed, err := Parse(nil, raw)
			if err != nil {
				return nil
			}
			return parsed
		}
		yes, no := parse(bson.Raw(schema)), parse(bson.D{{Key: "not", Value: bson.Raw(schema)}})
		if yes != nil && no != nil && yes.Match(doc) == no.Match(doc) {
			t.Fatalf("%s and its negation agree on %s", bson.Raw(schema), bson.Raw(doc))
		}
	})
}
