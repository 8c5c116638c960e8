package expression

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

var sets = value.Table[parsing]{
	"$setUnion":        {Summary: "Returns the union of arrays.", Parse: withCollation(anyNumber, union)},
	"$setIntersection": {Summary: "Returns the intersection of arrays.", Parse: withCollation(anyNumber, intersection)},
	"$setDifference":   {Summary: "Returns the values of an array that another does not have, each once.", Parse: withCollation(two, without)},
	"$setEquals":       {Summary: "Reports whether arrays have the same values, however often and in whatever order.", Parse: withCollation(twoOrMore, sameValues)},
	"$setIsSubset":     {Summary: "Reports whether all values of an array are in another.", Parse: withCollation(two, within)},
	"$allElementsTrue": {Summary: "Reports whether all elements of an array are true.", Parse: exactly(1, elementsUntil("$allElementsTrue", 17040, false))},
	"$anyElementTrue":  {Summary: "Reports whether one element of an array is true.", Parse: exactly(1, elementsUntil("$anyElementTrue", 17041, true))},
}

func two(rule rule) parsing { return exactly(2, rule) }

func twoOrMore(rule rule) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		if n := len(value.Elements(operand)); !value.IsArray(operand) || n < 2 {
			return nil, wire.Errorf(location(17045), "%s needs at least two arguments had: %d", name, n)
		}
		return anyNumber(rule)(p, name, operand)
	}
}

// withCollation is an operator that compares by the parser's collation.
func withCollation(arity func(rule) parsing, comparing func(*keys.Collation) rule) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		return arity(comparing(p.Collation))(p, name, operand)
	}
}

// gather adds an array's values to a set. It reports whether to go on.
func gather(x *Evaluation, set *value.Set, array bson.RawValue) bool {
	for _, v := range keys.Elements(array.Value) {
		if !x.Step(2+len(v.Value)>>6) || !x.Take(len(v.Value)) {
			return false
		}
		set.Add(v)
	}
	return true
}

// sorted makes an array of a set.
func sorted(by *keys.Collation, set []bson.RawValue) bson.RawValue {
	slices.SortFunc(set, by.Compare)
	return value.Array(set)
}

func union(by *keys.Collation) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		all := value.Set{Collation: by}
		for _, v := range args {
			switch {
			case absent(v):
				return value.Null
			case !value.IsArray(v):
				return x.fail(17043, "All operands of $setUnion must be arrays. One argument is of type: %s", value.TypeName(v))
			case !gather(x, &all, v):
				return bson.RawValue{}
			}
		}
		return sorted(by, all.Values)
	}
}

func intersection(by *keys.Collation) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		common := value.Set{Collation: by}
		for i, v := range args {
			switch {
			case absent(v):
				return value.Null
			case !value.IsArray(v):
				return x.fail(17047, "All operands of $setIntersection must be arrays. One argument is of type: %s", value.TypeName(v))
			}
			here := value.Set{Collation: by}
			if !gather(x, &here, v) {
				return bson.RawValue{}
			}
			if i > 0 {
				here.Values = slices.DeleteFunc(here.Values, func(v bson.RawValue) bool { return !common.Has(v) })
				here = value.SetOf(by, here.Values)
			}
			common = here
		}
		return sorted(by, common.Values)
	}
}

func without(by *keys.Collation) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		for i, v := range args {
			switch {
			case absent(v):
				return value.Null
			case !value.IsArray(v):
				return x.fail([]int32{17048, 17049}[i], "both operands of $setDifference must be arrays. One argument is of type: %s", value.TypeName(v))
			}
		}
		all := value.Set{Collation: by}
		if !gather(x, &all, args[1]) {
			return bson.RawValue{}
		}
		n := len(all.Values)
		if !gather(x, &all, args[0]) {
			return bson.RawValue{}
		}
		return value.Array(all.Values[n:])
	}
}

func sameValues(by *keys.Collation) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		var first value.Set
		for i, v := range args {
			if !value.IsArray(v) {
				return x.fail(17044, "All operands of $setEquals must be arrays. One argument is of type: %s", value.TypeName(v))
			}
			here := value.Set{Collation: by}
			if !gather(x, &here, v) {
				return bson.RawValue{}
			}
			if i == 0 {
				first = here
			} else if len(here.Values) != len(first.Values) || slices.ContainsFunc(here.Values, func(v bson.RawValue) bool { return !first.Has(v) }) {
				return boolean(false)
			}
		}
		return boolean(true)
	}
}

func within(by *keys.Collation) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		for i, v := range args {
			if !value.IsArray(v) {
				return x.fail([]int32{17046, 17042}[i], "both operands of $setIsSubset must be arrays. One argument is of type: %s", value.TypeName(v))
			}
		}
		all := value.Set{Collation: by}
		if !gather(x, &all, args[1]) {
			return bson.RawValue{}
		}
		n := len(all.Values)
		if !gather(x, &all, args[0]) {
			return bson.RawValue{}
		}
		return boolean(len(all.Values) == n)
	}
}

// elementsUntil looks for an element that is as ends says, which then is the result.
func elementsUntil(name string, code int32, ends bool) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		if !value.IsArray(args[0]) {
			return x.fail(code, "%s's argument must be an array, but is %s", name, value.TypeName(args[0]))
		}
		for _, v := range keys.Elements(args[0].Value) {
			if value.Truthy(v) == ends {
				return boolean(ends)
			}
		}
		return boolean(!ends)
	}
}
