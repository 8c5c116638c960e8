package expression

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var objects = value.Table[parsing]{
	"$mergeObjects":  {Summary: "Makes one document of several; of two fields of a name the later holds.", Parse: anyNumber(merged)},
	"$objectToArray": {Summary: "Gives a document's fields as an array of {k, v}.", Parse: exactly(1, listed)},
}

func merged(x *Evaluation, args []bson.RawValue) bson.RawValue {
	var names []string
	values := map[string]bson.RawValue{}
	for _, v := range args {
		if absent(v) {
			continue
		}
		if !value.IsDocument(v) {
			return x.fail(40400, "$mergeObjects requires object inputs, but input %v is of type %s", v, value.TypeName(v))
		}
		for key, part := range keys.Elements(v.Value) {
			name := string(key)
			if _, known := values[name]; !known {
				names = append(names, name)
			}
			values[name] = part
		}
	}
	b := value.NewBuilder()
	for _, name := range names {
		b.Add(name, values[name])
	}
	return b.Document()
}

func listed(x *Evaluation, args []bson.RawValue) bson.RawValue {
	switch {
	case absent(args[0]):
		return value.Null
	case !value.IsDocument(args[0]):
		return x.fail(40390, "$objectToArray requires a document input, found: %s", value.TypeName(args[0]))
	}
	var list []bson.RawValue
	for key, v := range keys.Elements(args[0].Value) {
		b := value.NewBuilder()
		b.Add("k", value.String(string(key)))
		b.Add("v", v)
		list = append(list, b.Document())
	}
	return value.Array(list)
}
