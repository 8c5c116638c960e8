package docdb

import "github.com/telamon-db/telamon/internal/docdb/field"

// The tables of commands name the arguments that they take by these.
var (
	isAny, isString, isObject, isArray, isBool, isBinary = field.Any, field.String, field.Object, field.Array, field.Bool, field.Binary

	isInt, isLong, isHint, isUpdate, isSelector = field.Int, field.Long, field.Hint, field.Update, field.Selector
)

type (
	fieldSet = field.Set
	args     = field.Args
)

func fields(pairs ...any) *fieldSet { return field.Of(pairs...) }
