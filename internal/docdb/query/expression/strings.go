package expression

import (
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var texts = value.Table[parsing]{
	"$concat":      {Summary: "Concatenates strings.", Parse: anyNumber(joined)},
	"$strLenBytes": {Summary: "Returns the length of a string in bytes.", Parse: exactly(1, measured("$strLenBytes", 34473, func(s string) int { return len(s) }))},
	"$strLenCP":    {Summary: "Returns the length of a string in code points.", Parse: exactly(1, measured("$strLenCP", 34471, utf8.RuneCountInString))},
}

func joined(x *Evaluation, args []bson.RawValue) bson.RawValue {
	var all []byte
	for _, v := range args {
		text, ok := value.Text(v)
		switch {
		case absent(v):
			return value.Null
		case !ok:
			return x.fail(16702, "$concat only supports strings, not %s", value.TypeName(v))
		}
		if all = append(all, text...); !x.Step(1 + len(text)>>9) {
			return bson.RawValue{}
		}
	}
	return value.String(string(all))
}

func measured(name string, code int32, length func(string) int) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		text, ok := value.Text(args[0])
		if !ok {
			return x.fail(code, "%s requires a string argument, found: %s", name, value.TypeName(args[0]))
		}
		return value.Int32(int32(length(text)))
	}
}
