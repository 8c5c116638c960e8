package update

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// edit makes a changer from a function of an array's elements. An array that is missing is taken as empty if create is
// set and left alone otherwise, if there could be one; what is no array is an error with the given code.
func edit(name string, create bool, code wire.Code, change func(*expression.Evaluation, []bson.RawValue) []bson.RawValue) changer {
	return func(root *value.Tree, path []string, o ApplyOptions) error {
		at := root.Find(path)
		if at == nil && !create {
			return root.Viable(path)
		}
		if at == nil {
			var err error
			if at, err = root.Make(path); err != nil {
				return err
			}
			at.Assign(value.EmptyArray)
		}
		old := at.Value()
		if !value.IsArray(old) {
			return wire.Errorf(code, "%s needs an array: the field '%s' is of type %s", name, strings.Join(path, "."), value.TypeName(old))
		}
		at.Assign(value.Array(change(o.in, value.Elements(old))))
		return nil
	}
}

// each returns the values of {$each: [...]}, which may have more modifiers, or the value itself.
func each(name string, code wire.Code, arg bson.RawValue, known ...string) (values []bson.RawValue, modified bool, err error) {
	list := bson.RawValue{}
	if value.IsDocument(arg) {
		list = keys.Lookup(arg.Value, "$each")
	}
	if list.Type == 0 {
		return []bson.RawValue{arg}, false, nil
	}
	if !value.IsArray(list) {
		return nil, false, wire.Errorf(code, "The argument to $each in %s must be an array but it was of type %s", name, value.TypeName(list))
	}
	for key := range keys.Elements(arg.Value) {
		if string(key) != "$each" && !slices.Contains(known, string(key)) {
			return nil, false, wire.Errorf(wire.BadValue, "Unrecognized clause in %s: %s", name, key)
		}
	}
	return value.Elements(list), true, nil
}

func parseAddToSet(p *expression.Parser, _ string, arg bson.RawValue) (changer, error) {
	values := []bson.RawValue{arg}
	if first, _ := value.FirstName(arg); first == "$each" { // elsewhere it is data
		var err error
		if values, _, err = each("$addToSet", wire.TypeMismatch, arg); err != nil {
			return nil, err
		}
	}
	return edit("$addToSet", true, wire.BadValue, func(_ *expression.Evaluation, list []bson.RawValue) []bson.RawValue {
		set := value.Set{Collation: p.Collation}
		for _, v := range list {
			set.Insert(v)
		}
		for _, v := range values {
			if set.Insert(v) {
				list = append(list, v)
			}
		}
		return list
	}), nil
}

// pushOptions are the modifiers of $push.
type pushOptions struct {
	position, slice *int64
	less            func(a, b bson.RawValue) int // nil without $sort
}

func parsePush(p *expression.Parser, _ string, arg bson.RawValue) (changer, error) {
	values, modified, err := each("$push", wire.BadValue, arg, "$position", "$slice", "$sort")
	if err != nil {
		return nil, err
	}
	var o pushOptions
	if modified {
		if o, err = parsePushOptions(p, arg.Value); err != nil {
			return nil, err
		}
	}
	return edit("$push", true, wire.BadValue, func(_ *expression.Evaluation, list []bson.RawValue) []bson.RawValue { return o.push(list, values) }), nil
}

func parsePushOptions(p *expression.Parser, raw []byte) (o pushOptions, err error) {
	if o.position, err = wholeModifier(raw, "$position"); err != nil {
		return o, err
	}
	if o.slice, err = wholeModifier(raw, "$slice"); err != nil {
		return o, err
	}
	by := keys.Lookup(raw, "$sort")
	switch {
	case by.Type == 0:
	case value.IsDocument(by):
		var s order.Sort
		if s, err = order.Parse(p.Collation, by.Value); err == nil && len(s) == 0 {
			err = wire.Errorf(wire.BadValue, "The $sort pattern is empty when it should be a set of fields.")
		}
		o.less = s.CompareElements
	default:
		direction, ok := value.Whole(by)
		if !ok || direction != 1 && direction != -1 {
			return o, wire.Errorf(wire.BadValue, "The $sort element value must be either 1 or -1")
		}
		o.less = func(a, b bson.RawValue) int { return int(direction) * p.Collation.Compare(a, b) }
	}
	return o, err
}

func wholeModifier(raw []byte, name string) (*int64, error) {
	v := keys.Lookup(raw, name)
	if v.Type == 0 {
		return nil, nil
	}
	n, ok := value.Whole(v)
	if !ok {
		return nil, wire.Errorf(wire.BadValue, "The value for %s must be an integer value but was given type: %s", name, value.TypeName(v))
	}
	return &n, nil
}

// push inserts values, then sorts, then slices: always in this order, whatever the order of the modifiers.
func (o pushOptions) push(list, values []bson.RawValue) []bson.RawValue {
	at := int64(len(list))
	if o.position != nil {
		at = clamp(*o.position, int64(len(list)))
	}
	list = slices.Insert(list, int(at), values...)
	if o.less != nil {
		slices.SortStableFunc(list, o.less)
	}
	if o.slice == nil {
		return list
	}
	if cut := clamp(*o.slice, int64(len(list))); *o.slice < 0 {
		return list[cut:]
	} else {
		return list[:cut]
	}
}

// clamp turns n, which counts from the end if it is negative, into a position from 0 to length.
func clamp(n, length int64) int64 {
	if n < 0 {
		return max(0, length+max(n, -length))
	}
	return min(n, length)
}

func parsePull(p *expression.Parser, _ string, arg bson.RawValue) (changer, error) {
	drop, err := match.ParseElement(p, arg)
	return pull("$pull", drop), err
}

// pull removes the elements that drop means.
func pull(name string, drop match.Element) changer {
	return edit(name, false, wire.BadValue, func(x *expression.Evaluation, list []bson.RawValue) []bson.RawValue {
		return slices.DeleteFunc(list, func(v bson.RawValue) bool { return drop.Match(x, v) })
	})
}

func parsePullAll(p *expression.Parser, path string, arg bson.RawValue) (changer, error) {
	if !value.IsArray(arg) {
		return nil, wire.Errorf(wire.BadValue, "$pullAll requires an array argument but was given a %s for '%s'", value.TypeName(arg), path)
	}
	return pull("$pullAll", match.AnyOf(p, value.Elements(arg))), nil
}

func parsePop(_ *expression.Parser, path string, arg bson.RawValue) (changer, error) {
	end, ok := value.Whole(arg)
	if !ok || end != 1 && end != -1 {
		return nil, wire.Errorf(wire.FailedToParse, "$pop expects 1 or -1 for '%s'", path)
	}
	return edit("$pop", false, wire.TypeMismatch, func(_ *expression.Evaluation, list []bson.RawValue) []bson.RawValue {
		switch {
		case len(list) == 0:
			return list
		case end < 0:
			return list[1:]
		}
		return list[:len(list)-1]
	}), nil
}
