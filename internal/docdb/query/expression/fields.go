package expression

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func newFields() value.Table[parsing] {
	return value.Table[parsing]{
		"$getField": {Summary: "Returns a document's field, whatever its name.", Parse: parseGetField},
		"$setField": {Summary: "Returns a document with a field set or removed, whatever its name.",
			Parse: constantField(fields{4161100, 4161101, []part{{"field", 4161102}, {"input", 4161109}, {"value", 4161103}}}.with(withField))},
		"$unsetField": {Summary: "Returns a document without a field, whatever its name.",
			Parse: constantField(fields{4161100, 4161101, []part{{"field", 4161102}, {"input", 4161109}}}.with(withField))},
	}
}

var getField = fields{3041701, 3041701, []part{{"field", 3041702}, {"input", 3041703}}}

// parseGetField reads {field, input}, or a field of the document alone.
func parseGetField(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	first, _ := value.FirstName(operand)
	if value.IsDocument(operand) && !strings.HasPrefix(first, "$") {
		return getField.with(fieldOf)(p, name, operand)
	}
	field, err := Parse(p, operand)
	if err != nil {
		return nil, err
	}
	if _, known := constantText(field); !known && isConstant(field) {
		return nil, wire.Errorf(location(5654602), "$getField requires 'field' to evaluate to a constant string")
	}
	return &call{[]Expression{field, root{}}, fieldOf}, nil
}

func isConstant(e Expression) bool { _, ok := e.(*constant); return ok }

func constantText(e Expression) (string, bool) {
	v, _ := Constant(e)
	return value.Text(v)
}

func fieldOf(x *Evaluation, args []bson.RawValue) bson.RawValue {
	name, ok := value.Text(args[0])
	switch {
	case !ok:
		return x.fail(3041704, "$getField requires 'field' to evaluate to type String, but got %s", value.TypeName(args[0]))
	case value.IsDocument(args[1]) && !strings.ContainsRune(name, 0):
		return keys.Lookup(args[1].Value, name)
	case args[1].Type == bson.TypeNull || args[1].Type == bson.TypeUndefined:
		return value.Null
	}
	return bson.RawValue{}
}

// constantField refuses a field that is not known when it is read.
func constantField(parse parsing) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		if field := keys.Lookup(operand.Value, "field"); value.IsDocument(operand) && field.Type != 0 {
			e, err := Parse(p, field)
			if err != nil {
				return nil, err
			}
			if text, ok := constantText(e); !ok || strings.ContainsRune(text, 0) {
				return nil, wire.Errorf(location(4161106), "%s requires 'field' to evaluate to a constant string without zero bytes", name)
			}
		}
		return parse(p, name, operand)
	}
}

// withField takes a field, a document and perhaps a value.
func withField(x *Evaluation, args []bson.RawValue) bson.RawValue {
	field, _ := value.Text(args[0])
	doc, v := args[1], bson.RawValue{}
	switch {
	case absent(doc):
		return value.Null
	case !value.IsDocument(doc):
		return x.fail(4161105, "$setField requires 'input' to evaluate to type Object, but got %s", value.TypeName(doc))
	case len(args) > 2:
		v = args[2]
	}
	b, found := value.NewBuilder(), false
	for name, part := range keys.Elements(doc.Value) {
		if string(name) == field {
			part, found = v, true
		}
		b.Add(string(name), part)
	}
	if !found {
		b.Add(field, v)
	}
	return b.Document()
}

// namedFields is $arrayToObject.
func namedFields(x *Evaluation, args []bson.RawValue) bson.RawValue {
	array := args[0]
	switch {
	case absent(array):
		return value.Null
	case !value.IsArray(array):
		return x.fail(40386, "$arrayToObject requires an array input, found: %s", value.TypeName(array))
	}
	var o value.Fields
	var kind bson.Type
	for _, v := range keys.Elements(array.Value) {
		if kind == 0 {
			kind = v.Type
		}
		if !x.Step(1) || !addPair(&o, x, kind, v) {
			return bson.RawValue{}
		}
	}
	return o.Document()
}

// addPair adds a field that an element of an array describes. kind is the type of the array's first element.
func addPair(o *value.Fields, x *Evaluation, kind bson.Type, v bson.RawValue) bool {
	switch kind {
	case bson.TypeEmbeddedDocument:
		return addNamed(o, x, v)
	case bson.TypeArray:
		return addListed(o, x, v)
	}
	x.fail(40398, "Unrecognised input type format for $arrayToObject: %s", value.TypeName(v))
	return false
}

// addNamed adds {k, v}.
func addNamed(o *value.Fields, x *Evaluation, v bson.RawValue) bool {
	if !value.IsDocument(v) {
		x.fail(40391, "$arrayToObject requires a consistent input format. Elements must all be arrays or all be objects. Object was detected, now found: %s", value.TypeName(v))
		return false
	}
	key, is := keys.Lookup(v.Value, "k"), keys.Lookup(v.Value, "v")
	text, ok := value.Text(key)
	switch n := len(value.Elements(v)); {
	case n != 2:
		x.fail(40392, "$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:%d", n)
	case key.Type == 0 || is.Type == 0:
		x.fail(40393, "$arrayToObject requires an object with keys 'k' and 'v'. Missing either or both keys from: %v", v)
	case !ok:
		x.fail(40394, "$arrayToObject requires an object with keys 'k' and 'v', where the value of 'k' must be of type string. Found type: %s", value.TypeName(key))
	case strings.ContainsRune(text, 0):
		x.fail(4940401, "Key field cannot contain an embedded null byte")
	default:
		o.Set(text, is)
	}
	return x.err == nil
}

// addListed adds [k, v].
func addListed(o *value.Fields, x *Evaluation, v bson.RawValue) bool {
	if !value.IsArray(v) {
		x.fail(40396, "$arrayToObject requires a consistent input format. Elements must all be arrays or all be objects. Array was detected, now found: %s", value.TypeName(v))
		return false
	}
	pair := value.Elements(v)
	if len(pair) != 2 {
		x.fail(40397, "$arrayToObject requires an array of size 2 arrays,found array of size: %d", len(pair))
		return false
	}
	switch text, ok := value.Text(pair[0]); {
	case !ok:
		x.fail(40395, "$arrayToObject requires an array of key-value pairs, where the key must be of type string. Found key type: %s", value.TypeName(pair[0]))
	case strings.ContainsRune(text, 0):
		x.fail(4940400, "Key field cannot contain an embedded null byte")
	default:
		o.Set(text, pair[1])
	}
	return x.err == nil
}
