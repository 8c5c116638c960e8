package expression

import (
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func bytesPosition(x *Evaluation, args []bson.RawValue) bson.RawValue {
	text, part, ok := searchedText(x, "$indexOfBytes", args, 40091, 40092)
	if !ok {
		return value.Null
	}
	from, to := searched(x, "$indexOfBytes", args[2:], int64(len(text)))
	if x.err != nil || from > to || inside(text, from) {
		return value.Int32(-1)
	}
	if at := strings.Index(text[from:to], part); at >= 0 {
		return value.Int32(int32(from) + int32(at))
	}
	return value.Int32(-1)
}

func pointsPosition(x *Evaluation, args []bson.RawValue) bson.RawValue {
	text, part, ok := searchedText(x, "$indexOfCP", args, 40093, 40094)
	if !ok {
		return value.Null
	}
	from, to := searched(x, "$indexOfCP", args[2:], int64(utf8.RuneCountInString(text)))
	if x.err != nil || from > to {
		return value.Int32(-1)
	}
	start := pointsIn(text, from)
	at := strings.Index(text[start:start+pointsIn(text[start:], to-from)], part)
	if at < 0 {
		return value.Int32(-1)
	}
	return value.Int32(int32(from) + int32(utf8.RuneCountInString(text[start:start+at])))
}

// searchedText reads a string and what is looked for in it; ok is false where the string is null.
func searchedText(x *Evaluation, name string, args []bson.RawValue, first, second int32) (text, part string, ok bool) {
	text, isText := value.Text(args[0])
	part, isTextToo := value.Text(args[1])
	switch {
	case absent(args[0]):
		return "", "", false
	case !isText:
		x.Fail(wire.Errorf(location(first), "%s requires a string as the first argument, found: %s", name, value.TypeName(args[0])))
	case !isTextToo:
		x.Fail(wire.Errorf(location(second), "%s requires a string as the second argument, found: %s", name, value.TypeName(args[1])))
	case !x.Step(len(text) >> 6):
	}
	return text, part, x.err == nil
}
