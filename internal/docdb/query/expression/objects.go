package expression

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var objects = value.Table[parsing]{
	"$bsonSize":      {Summary: "Returns the size of a document in bytes.", Parse: exactly(1, documentSize)},
	"$binarySize":    {Summary: "Returns the size of a string or of binary data in bytes.", Parse: exactly(1, binarySize)},
	"$mergeObjects":  {Summary: "Merges documents; of two fields with the same name, the later one wins.", Parse: anyNumber(merged)},
	"$objectToArray": {Summary: "Returns a document's fields as an array of {k, v}.", Parse: exactly(1, listed)},
}

func merged(x *Evaluation, args []bson.RawValue) bson.RawValue {
	var o value.Fields
	for _, v := range args {
		if absent(v) {
			continue
		}
		if !value.IsDocument(v) {
			return x.fail(40400, "$mergeObjects requires object inputs, but input %v is of type %s", v, value.TypeName(v))
		}
		o.Merge(v.Value)
	}
	return o.Document()
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

func documentSize(x *Evaluation, args []bson.RawValue) bson.RawValue {
	switch {
	case absent(args[0]):
		return value.Null
	case !value.IsDocument(args[0]):
		return x.fail(31393, "$bsonSize requires a document input, found: %s", value.TypeName(args[0]))
	}
	return value.Int32(int32(len(args[0].Value)))
}

func binarySize(x *Evaluation, args []bson.RawValue) bson.RawValue {
	if text, ok := value.Text(args[0]); ok {
		return value.Int32(int32(len(text)))
	}
	if _, data, ok := args[0].BinaryOK(); ok {
		return value.Int32(int32(len(data)))
	}
	if absent(args[0]) {
		return value.Null
	}
	return x.fail(51276, "$binarySize requires a string or BinData argument, found: %s", value.TypeName(args[0]))
}
