package expression

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var pieces = value.Table[parsing]{
	"$slice":        {Summary: "Returns a part of an array.", Parse: between(2, 3, slice)},
	"$range":        {Summary: "Returns an array of the whole numbers from one to another.", Parse: between(2, 3, span)},
	"$indexOfArray": {Summary: "Returns the first position of a value in an array, or -1.", Parse: withCollation(func(r rule) parsing { return between(2, 4, r) }, positionInArray)},
	"$arrayToObject": {Summary: "Builds a document from an array of {k, v} or of [k, v].",
		Parse: exactly(1, namedFields)},
}

func slice(x *Evaluation, args []bson.RawValue) bson.RawValue {
	for _, v := range args {
		if absent(v) {
			return value.Null
		}
	}
	if !value.IsArray(args[0]) {
		return x.fail(28724, "First argument to $slice must be an array, but is of type: %s", value.TypeName(args[0]))
	}
	list := value.Elements(args[0])
	n, all := int32Of(x, args[1], "Second argument to $slice", 28725, 28726), int64(len(list))
	if len(args) == 2 {
		if n < 0 {
			return value.Array(list[max(0, all+n):])
		}
		return value.Array(list[:min(n, all)])
	}
	length := int32Of(x, args[2], "Third argument to $slice", 28727, 28728)
	switch {
	case x.err != nil:
		return bson.RawValue{}
	case length <= 0:
		return x.fail(28729, "Third argument to $slice must be positive: %d", length)
	case n < 0:
		n = max(0, all+n)
	}
	n = min(n, all)
	return value.Array(list[n:min(n+length, all)])
}

// span is $range.
func span(x *Evaluation, args []bson.RawValue) bson.RawValue {
	start, end, step := int32Of(x, args[0], "$range's start", 34443, 34444), int32Of(x, args[1], "$range's end", 34445, 34446), int64(1)
	if len(args) > 2 {
		step = int32Of(x, args[2], "$range's step", 34447, 34448)
	}
	switch {
	case x.err != nil:
		return bson.RawValue{}
	case step == 0:
		return x.fail(34449, "$range requires a non-zero step value")
	}
	const size = 8 // of an element, name and type included
	if n := (end - start) / step; n > 0 && (!x.Take(int(n)*size) || !x.Step(int(n))) {
		return bson.RawValue{}
	}
	list := []bson.RawValue{}
	for i := start; step > 0 && i < end || step < 0 && i > end; i += step {
		list = append(list, value.Int32(int32(i)))
	}
	return value.Array(list)
}

// searched reads the positions from which and before which an operator searches.
func searched(x *Evaluation, name string, args []bson.RawValue, length int64) (from, to int64) {
	to = length
	for i, at := range []*int64{&from, &to} {
		if i >= len(args) || x.err != nil {
			break
		}
		n, ok := value.Whole(args[i])
		switch {
		case !ok:
			x.fail(40096, "%s requires an integral position, found a value of type: %s", name, value.TypeName(args[i]))
		case n < 0:
			x.fail(40097, "%s requires a nonnegative position, found: %d", name, n)
		}
		*at = n
	}
	return from, min(to, length)
}

func positionInArray(by *keys.Collation) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		switch {
		case absent(args[0]):
			return value.Null
		case !value.IsArray(args[0]):
			return x.fail(40090, "$indexOfArray requires an array as a first argument, found: %s", value.TypeName(args[0]))
		}
		list := value.Elements(args[0])
		from, to := searched(x, "$indexOfArray", args[2:], int64(len(list)))
		for i := from; i < to && x.Step(1); i++ {
			if compare(by, list[i], args[1]) == 0 {
				return value.Int32(int32(i))
			}
		}
		return value.Int32(-1)
	}
}
