package update

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// updateOperators parse one field of an operator's document.
var updateOperators value.Table[func(p *expression.Parser, path string, arg bson.RawValue) ([]change, error)]

func newUpdateOperators() value.Table[func(p *expression.Parser, path string, arg bson.RawValue) ([]change, error)] {
	return value.Table[func(p *expression.Parser, path string, arg bson.RawValue) ([]change, error)]{
		"$set":         {Summary: "Sets a field to a value.", Parse: single(parseSet)},
		"$setOnInsert": {Summary: "Sets a field when an upsert inserts.", Parse: single(parseSetOnInsert)},
		"$unset":       {Summary: "Removes a field.", Parse: single(parseUnset)},
		"$inc":         {Summary: "Adds to a number.", Parse: single(parseInc)},
		"$mul":         {Summary: "Multiplies a number.", Parse: single(parseMul)},
		"$min":         {Summary: "Sets a field to a value if that is less.", Parse: single(bounded(func(order int) bool { return order < 0 }))},
		"$max":         {Summary: "Sets a field to a value if that is greater.", Parse: single(bounded(func(order int) bool { return order > 0 }))},
		"$rename":      {Summary: "Moves a value to another field.", Parse: parseRename},
		"$currentDate": {Summary: "Sets a field to the time of the update, as a date or a timestamp.", Parse: single(parseCurrentDate)},
		"$push":        {Summary: "Appends values to an array, with $each, $position, $slice and $sort.", Parse: single(parsePush)},
		"$addToSet":    {Summary: "Appends values to an array that are not in it yet.", Parse: single(parseAddToSet)},
		"$pull":        {Summary: "Removes the elements of an array that equal a value or meet a condition.", Parse: single(parsePull)},
		"$pullAll":     {Summary: "Removes the elements of an array that equal one of a list.", Parse: single(parsePullAll)},
		"$bit":         {Summary: "Sets and clears bits of a whole number.", Parse: single(parseBit)},
		"$pop":         {Summary: "Removes the first or the last element of an array.", Parse: single(parsePop)},
	}
}

// parse reads what an operator is to do at one path.
type parse func(p *expression.Parser, path string, arg bson.RawValue) (changer, error)

// single makes a row of the table from an operator that changes only the path it names.
func single(operator parse) func(*expression.Parser, string, bson.RawValue) ([]change, error) {
	return func(p *expression.Parser, path string, arg bson.RawValue) ([]change, error) {
		parts, err := updatePath(path)
		if err != nil {
			return nil, err
		}
		apply, err := operator(p, path, arg)
		return []change{{parts, apply}}, err
	}
}

// updatePath splits a path that an update may write to.
func updatePath(path string) ([]string, error) {
	parts, err := value.SplitPath(path)
	if err != nil {
		return nil, err
	}
	for i, part := range parts {
		switch {
		case part == "":
			return nil, wire.Errorf(emptyFieldName, "The update path '%s' contains an empty field name, which is not allowed.", path)
		case part == "$" && i == 0:
			return nil, wire.Errorf(wire.BadValue, "Cannot have positional (i.e. '$') element in the first position in path '%s'", path)
		case part == "$" && slices.Contains(parts[:i], "$"):
			return nil, wire.Errorf(wire.BadValue, "Too many positional (i.e. '$') elements found in path '%s'", path)
		case isEach(part) && i == 0:
			return nil, wire.Errorf(wire.BadValue, "Cannot have array filter identifier (i.e. '$[<id>]') element in the first position in path '%s'", path)
		case part == "$" || isEach(part):
		case strings.HasPrefix(part, "$") && !value.IsReference(part):
			return nil, wire.Errorf(dollarPrefixed, "The dollar ($) prefixed field '%s' in '%s' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.", part, path)
		}
	}
	return parts, nil
}

func setTo(v bson.RawValue) changer {
	return func(root *value.Tree, path []string, _ ApplyOptions) error { return root.Set(path, v) }
}

func parseSet(_ *expression.Parser, _ string, arg bson.RawValue) (changer, error) {
	return setTo(arg), nil
}

func parseSetOnInsert(_ *expression.Parser, _ string, arg bson.RawValue) (changer, error) {
	return func(root *value.Tree, path []string, o ApplyOptions) error {
		if !o.Insert {
			return nil
		}
		return root.Set(path, arg)
	}, nil
}

func parseUnset(*expression.Parser, string, bson.RawValue) (changer, error) {
	return func(root *value.Tree, path []string, _ ApplyOptions) error {
		root.Remove(path)
		return nil
	}, nil
}

func parseInc(_ *expression.Parser, path string, arg bson.RawValue) (changer, error) {
	if !arg.IsNumber() {
		return nil, wire.Errorf(wire.TypeMismatch, "Cannot increment with non-numeric argument: the value for '%s' is of type %s", path, value.TypeName(arg))
	}
	return calculate("$inc", arg, arg, value.Add), nil
}

func parseMul(_ *expression.Parser, path string, arg bson.RawValue) (changer, error) {
	if !arg.IsNumber() {
		return nil, wire.Errorf(wire.TypeMismatch, "Cannot multiply with non-numeric argument: the value for '%s' is of type %s", path, value.TypeName(arg))
	}
	return calculate("$mul", arg, value.ZeroOf(arg), value.Multiply), nil
}

// calculate replaces the number at the path by op(number, arg), and a missing one by start.
func calculate(name string, arg, start bson.RawValue, op func(a, b bson.RawValue) (bson.RawValue, bool)) changer {
	return func(root *value.Tree, path []string, _ ApplyOptions) error {
		at := root.Find(path)
		if at == nil {
			return root.Set(path, start)
		}
		old := at.Value()
		if !old.IsNumber() {
			return wire.Errorf(wire.TypeMismatch, "Cannot apply %s to a value of non-numeric type: the field '%s' is of type %s", name, strings.Join(path, "."), value.TypeName(old))
		}
		result, ok := op(old, arg)
		if !ok {
			return wire.Errorf(wire.BadValue, "Failed to apply %s to the field '%s': the result does not fit a 64-bit integer", name, strings.Join(path, "."))
		}
		at.Assign(result)
		return nil
	}
}

// bounded is $min and $max: the new value wins if it compares with the old one as better says, or if there is no old one.
func bounded(better func(order int) bool) parse {
	return func(p *expression.Parser, _ string, arg bson.RawValue) (changer, error) {
		return func(root *value.Tree, path []string, _ ApplyOptions) error {
			at := root.Find(path)
			if at != nil && !better(p.Collation.Compare(arg, at.Value())) {
				return nil
			}
			return root.Set(path, arg)
		}, nil
	}
}

// parseRename makes two changes of which the second, the target, does the work: order sees both paths.
func parseRename(_ *expression.Parser, from string, arg bson.RawValue) ([]change, error) {
	to, ok := value.Text(arg)
	if !ok {
		return nil, wire.Errorf(wire.BadValue, "The 'to' field for $rename must be a string: %s", from)
	}
	if from == to {
		return nil, wire.Errorf(wire.BadValue, "The source and target field for $rename must differ: %s", from)
	}
	source, err := fixedPath("source", from)
	if err != nil {
		return nil, err
	}
	target, err := fixedPath("destination", to)
	if err != nil {
		return nil, err
	}
	move := func(root *value.Tree, path []string, _ ApplyOptions) error { return rename(root, source, path) }
	nothing := func(*value.Tree, []string, ApplyOptions) error { return nil }
	return []change{{source, nothing}, {target, move}}, nil
}

// fixedPath is updatePath for one of the paths of $rename, which may not depend on the document.
func fixedPath(end, path string) ([]string, error) {
	parts, err := updatePath(path)
	if err == nil && slices.ContainsFunc(parts, func(part string) bool { return part == "$" || isEach(part) }) {
		err = wire.Errorf(wire.BadValue, "The %s field for $rename may not be dynamic: %s", end, path)
	}
	return parts, err
}

func rename(root *value.Tree, from, to []string) error {
	at := root.Find(from)
	if at == nil {
		return nil
	}
	for _, path := range [][]string{from, to} {
		for i := range path {
			if parent := root.Find(path[:i]); parent != nil && parent.IsArray() {
				return wire.Errorf(wire.BadValue, "the path '%s' of $rename leads through an array", strings.Join(path, "."))
			}
		}
	}
	v := at.Value()
	if err := root.Set(to, v); err != nil {
		return err
	}
	root.Remove(from)
	return nil
}

func parseCurrentDate(_ *expression.Parser, path string, arg bson.RawValue) (changer, error) {
	kind, ok := "date", arg.Type == bson.TypeBoolean
	if value.IsDocument(arg) {
		kind, _ = value.Text(keys.Lookup(arg.Value, "$type"))
		ok = slices.Contains([]string{"date", "timestamp"}, kind) && len(value.Elements(arg)) == 1
	}
	if !ok {
		return nil, wire.Errorf(wire.BadValue, "$currentDate takes true or {$type: 'date' or 'timestamp'} for '%s'", path)
	}
	return func(root *value.Tree, path []string, o ApplyOptions) error {
		v := value.Date(o.Now)
		if kind == "timestamp" {
			v = bson.RawValue{Type: bson.TypeTimestamp, Value: bsoncore.AppendTimestamp(nil, uint32(o.Now.Unix()), 1)}
		}
		return root.Set(path, v)
	}, nil
}
