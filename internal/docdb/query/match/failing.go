package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// toldBytes is how large a part of a filter or a document may be and still be told.
const toldBytes = 4 << 10

// Failing tells which clauses of the filter a document does not match: of each the operator and, of a schema, the rules.
func (f *Filter) Failing(x *evaluation, doc bson.Raw) bson.D {
	told := bson.A{}
	x.Begin(doc)
	for _, n := range f.root.flat(nil) {
		if n.match(x, doc) || x.Err() != nil {
			continue
		}
		told = append(told, tellNode(x, n, doc))
	}
	if len(told) == 1 {
		return told[0].(bson.D)
	}
	return bson.D{{Key: "operatorName", Value: "$and"}, {Key: "clausesNotSatisfied", Value: told}}
}

func tellNode(x *evaluation, n node, doc bson.Raw) bson.D {
	name := "$expr"
	switch n := n.(type) {
	case *schema:
		return bson.D{{Key: "operatorName", Value: "$jsonSchema"}, {Key: "schemaRulesNotSatisfied", Value: n.failing(x, value.Document(doc))}}
	case disjunction:
		name = "$or"
	case neither:
		name = "$nor"
	case field:
		return bson.D{{Key: "operatorName", Value: n.operator(x, doc)}, {Key: "path", Value: n.name}}
	}
	return bson.D{{Key: "operatorName", Value: name}}
}

// operator is the first of a field's operators that fails.
func (f field) operator(x *evaluation, doc []byte) string {
	for _, p := range f.tests {
		if a, ok := p.(*atom); !p.at(x, doc, f.path) && ok {
			return a.op
		}
	}
	return "$not"
}

// failing tells the rules that a value does not meet.
func (s *schema) failing(x *evaluation, v bson.RawValue) bson.A {
	told := bson.A{}
	for _, r := range s.rules {
		if r.test(x, v) || x.Err() != nil {
			continue
		}
		d := bson.D{{Key: "operatorName", Value: r.keyword}}
		if len(r.spec.Value) <= toldBytes && r.keyword != "properties" {
			d = append(d, bson.E{Key: "specifiedAs", Value: bson.D{{Key: r.keyword, Value: r.spec}}})
		}
		switch {
		case r.keyword == "properties":
			d = append(d, bson.E{Key: "propertiesNotSatisfied", Value: r.failingFields(x, v)})
		case r.keyword == "required":
			d = append(d, bson.E{Key: "missingProperties", Value: missing(r.spec, v)})
		case len(v.Value) <= toldBytes && v.Type != bson.TypeEmbeddedDocument:
			d = append(d, bson.E{Key: "consideredValue", Value: v}, bson.E{Key: "consideredType", Value: value.TypeName(v)})
		}
		told = append(told, d)
	}
	return told
}

// failingFields tells the fields of which properties does not hold, each with its rules.
func (r rule) failingFields(x *evaluation, v bson.RawValue) bson.A {
	told := bson.A{}
	for name, part := range keys.Elements(v.Value) {
		if s := r.parts[string(name)]; s != nil && !s.holds(x, part) && x.Err() == nil {
			told = append(told, bson.D{{Key: "propertyName", Value: string(name)}, {Key: "details", Value: s.failing(x, part)}})
		}
	}
	return told
}

// missing are the names of a list that a document has no field of.
func missing(names, doc bson.RawValue) bson.A {
	list := bson.A{}
	for _, name := range keys.Elements(names.Value) {
		if text, _ := value.Text(name); keys.Lookup(doc.Value, text).Type == 0 {
			list = append(list, text)
		}
	}
	return list
}
