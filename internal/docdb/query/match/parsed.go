package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// ParsedBytes is how large a filter or a pipeline may be and still be shown.
const ParsedBytes = 1 << 20

// Parsed is the filter as MongoDB's explain shows it: with every operator spelled out and the clauses under $and.
func (f *Filter) Parsed() bson.D {
	switch {
	case f == nil:
		return bson.D{}
	case len(f.raw) > ParsedBytes:
		return bson.D{{Key: "warning", Value: "the filter is too large to be shown"}}
	}
	return parsed(f.raw)
}

func parsed(raw []byte) bson.D {
	var clauses bson.A
	for name, v := range keys.Elements(raw) {
		clauses = append(clauses, parsedClause(string(name), v)...)
	}
	switch len(clauses) {
	case 0:
		return bson.D{}
	case 1:
		return clauses[0].(bson.D)
	}
	return bson.D{{Key: "$and", Value: clauses}}
}

func parsedClause(name string, v bson.RawValue) (clauses bson.A) {
	one := func(key string, value any) bson.D { return bson.D{{Key: key, Value: value}} }
	switch {
	case name == "$comment":
		return nil
	case name == "$expr" || name == "$jsonSchema" || name == "$sampleRate":
		return bson.A{one(name, v)}
	case logicalOperators[name].Parse != nil:
		list := bson.A{}
		for _, branch := range value.Elements(v) {
			list = append(list, parsed(branch.Value))
		}
		return bson.A{one(name, list)}
	case v.Type == bson.TypeRegex:
		return bson.A{one(name, one("$regex", v))}
	case !isOperators(v):
		return bson.A{one(name, one("$eq", v))}
	}
	options := keys.Lookup(v.Value, "$options")
	for op, arg := range keys.Elements(v.Value) {
		switch {
		case string(op) == "$options":
		case string(op) == "$regex" && options.Type != 0:
			clauses = append(clauses, one(name, bson.D{{Key: "$regex", Value: arg}, {Key: "$options", Value: options}}))
		default:
			clauses = append(clauses, one(name, one(string(op), arg)))
		}
	}
	return clauses
}
