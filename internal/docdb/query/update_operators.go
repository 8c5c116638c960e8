package query

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

// updateOperators parse one field of an operator's document.
var updateOperators table[func(path string, arg bson.RawValue) ([]change, error)]

func newUpdateOperators() table[func(path string, arg bson.RawValue) ([]change, error)] {
	return table[func(path string, arg bson.RawValue) ([]change, error)]{
		"$set":         {"Sets a field to a value.", single(parseSet)},
		"$setOnInsert": {"Sets a field when an upsert inserts.", single(parseSetOnInsert)},
		"$unset":       {"Removes a field.", single(parseUnset)},
		"$inc":         {"Adds to a number.", single(parseInc)},
		"$mul":         {"Multiplies a number.", single(parseMul)},
		"$min":         {"Sets a field to a value if that is less.", single(bounded(func(order int) bool { return order < 0 }))},
		"$max":         {"Sets a field to a value if that is greater.", single(bounded(func(order int) bool { return order > 0 }))},
		"$rename":      {"Moves a value to another field.", parseRename},
		"$currentDate": {"Sets a field to the time of the update, as a date or a timestamp.", single(parseCurrentDate)},
		"$push":        {"Appends values to an array, with $each, $position, $slice and $sort.", single(parsePush)},
		"$addToSet":    {"Appends values to an array that are not in it yet.", single(parseAddToSet)},
		"$pull":        {"Removes the elements of an array that equal a value or meet a condition.", single(parsePull)},
		"$pullAll":     {"Removes the elements of an array that equal one of a list.", single(parsePullAll)},
		"$pop":         {"Removes the first or the last element of an array.", single(parsePop)},
	}
}

// single makes a row of the table from an operator that changes only the path it names.
func single(parse func(path string, arg bson.RawValue) (changer, error)) func(string, bson.RawValue) ([]change, error) {
	return func(path string, arg bson.RawValue) ([]change, error) {
		parts, err := updatePath(path)
		if err != nil {
			return nil, err
		}
		apply, err := parse(path, arg)
		return []change{{parts, apply}}, err
	}
}

// updatePath splits a path that an update may write to.
func updatePath(path string) ([]string, error) {
	parts, err := splitPath(path)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		switch {
		case part == "":
			return nil, wire.Errorf(emptyFieldName, "The update path '%s' contains an empty field name, which is not allowed.", path)
		case part == "$" || strings.HasPrefix(part, "$["):
			return nil, wire.Errorf(wire.BadValue, "the positional operator in '%s' is not supported", path)
		case strings.HasPrefix(part, "$") && !isReference(part):
			return nil, wire.Errorf(dollarPrefixed, "The dollar ($) prefixed field '%s' in '%s' is not valid for storage.", part, path)
		}
	}
	return parts, nil
}

func setTo(v bson.RawValue) changer {
	return func(root *tree, path []string, _ ApplyOptions) error { return root.set(path, v) }
}

func parseSet(_ string, arg bson.RawValue) (changer, error) { return setTo(arg), nil }

func parseSetOnInsert(_ string, arg bson.RawValue) (changer, error) {
	return func(root *tree, path []string, o ApplyOptions) error {
		if !o.Insert {
			return nil
		}
		return root.set(path, arg)
	}, nil
}

func parseUnset(string, bson.RawValue) (changer, error) {
	return func(root *tree, path []string, _ ApplyOptions) error {
		root.remove(path)
		return nil
	}, nil
}

func parseInc(path string, arg bson.RawValue) (changer, error) {
	if !arg.IsNumber() {
		return nil, wire.Errorf(wire.TypeMismatch, "Cannot increment with non-numeric argument: the value for '%s' is of type %s", path, typeName(arg))
	}
	return calculate("$inc", arg, arg, add), nil
}

func parseMul(path string, arg bson.RawValue) (changer, error) {
	if !arg.IsNumber() {
		return nil, wire.Errorf(wire.TypeMismatch, "Cannot multiply with non-numeric argument: the value for '%s' is of type %s", path, typeName(arg))
	}
	return calculate("$mul", arg, zeroOf(arg), multiply), nil
}

// calculate replaces the number at the path by op(number, arg), and a missing one by start.
func calculate(name string, arg, start bson.RawValue, op func(a, b bson.RawValue) (bson.RawValue, bool)) changer {
	return func(root *tree, path []string, _ ApplyOptions) error {
		at := root.find(path)
		if at == nil {
			return root.set(path, start)
		}
		old := at.value()
		if !old.IsNumber() {
			return wire.Errorf(wire.TypeMismatch, "Cannot apply %s to a value of non-numeric type: the field '%s' is of type %s", name, strings.Join(path, "."), typeName(old))
		}
		result, ok := op(old, arg)
		if !ok {
			return wire.Errorf(wire.BadValue, "Failed to apply %s to the field '%s': the result does not fit a 64-bit integer", name, strings.Join(path, "."))
		}
		at.assign(result)
		return nil
	}
}

// bounded is $min and $max: the new value wins if it compares with the old one as better says, or if there is no old one.
func bounded(better func(order int) bool) func(string, bson.RawValue) (changer, error) {
	return func(_ string, arg bson.RawValue) (changer, error) {
		return func(root *tree, path []string, _ ApplyOptions) error {
			at := root.find(path)
			if at != nil && !better(keys.Compare(arg, at.value())) {
				return nil
			}
			return root.set(path, arg)
		}, nil
	}
}

// parseRename makes two changes of which the second, the target, does the work: order sees both paths.
func parseRename(from string, arg bson.RawValue) ([]change, error) {
	to, ok := stringOf(arg)
	if !ok {
		return nil, wire.Errorf(wire.BadValue, "The 'to' field for $rename must be a string: %s", from)
	}
	if from == to {
		return nil, wire.Errorf(wire.BadValue, "The source and target field for $rename must differ: %s", from)
	}
	source, err := updatePath(from)
	if err != nil {
		return nil, err
	}
	target, err := updatePath(to)
	if err != nil {
		return nil, err
	}
	move := func(root *tree, path []string, _ ApplyOptions) error { return rename(root, source, path) }
	nothing := func(*tree, []string, ApplyOptions) error { return nil }
	return []change{{source, nothing}, {target, move}}, nil
}

func rename(root *tree, from, to []string) error {
	at := root.find(from)
	if at == nil {
		return nil
	}
	for _, path := range [][]string{from, to} {
		for i := range path {
			if parent := root.find(path[:i]); parent != nil && parent.isArray() {
				return wire.Errorf(wire.BadValue, "the path '%s' of $rename leads through an array", strings.Join(path, "."))
			}
		}
	}
	v := at.value()
	if err := root.set(to, v); err != nil {
		return err
	}
	root.remove(from)
	return nil
}

func parseCurrentDate(path string, arg bson.RawValue) (changer, error) {
	kind, ok := "date", arg.Type == bson.TypeBoolean
	if isDocument(arg) {
		kind, _ = stringOf(keys.Lookup(arg.Value, "$type"))
		ok = slices.Contains([]string{"date", "timestamp"}, kind) && len(elements(arg)) == 1
	}
	if !ok {
		return nil, wire.Errorf(wire.BadValue, "$currentDate takes true or {$type: 'date' or 'timestamp'} for '%s'", path)
	}
	return func(root *tree, path []string, o ApplyOptions) error {
		v := dateValue(o.Now)
		if kind == "timestamp" {
			v = bson.RawValue{Type: bson.TypeTimestamp, Value: bsoncore.AppendTimestamp(nil, uint32(o.Now.Unix()), 1)}
		}
		return root.set(path, v)
	}, nil
}
