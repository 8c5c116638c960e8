package expression

import (
	"math/rand/v2"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func newMore() value.Table[parsing] {
	return value.Table[parsing]{
		"$const":     {Summary: "Returns its operand without evaluating it; another name of $literal.", Parse: types["$literal"].Parse},
		"$rand":      {Summary: "Returns a random number from 0 to 1.", Parse: parseRand},
		"$sortArray": {Summary: "Sorts an array.", Parse: parseSortArray},
		"$zip":       {Summary: "Transposes arrays: an array of their first elements, one of their second elements, and so on.", Parse: parseZip},
	}
}

// random is another number for each document.
type random struct{}

func (random) Value(x *Evaluation) bson.RawValue { return x.value(value.Double(rand.Float64())) }
func (random) Inputs() []Expression              { return nil }

func parseRand(p *Parser, _ string, operand bson.RawValue) (Expression, error) {
	if len(operand.Value) != len(value.EmptyDoc) || !value.IsDocument(operand) && !value.IsArray(operand) {
		return nil, wire.Errorf(location(3040501), "$rand does not currently accept arguments")
	}
	p.Changes()
	return random{}, nil
}

// parseSortArray reads {input, sortBy}, where sortBy is 1, -1 or the fields of a sort.
func parseSortArray(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	args, err := fields{2942500, 2942501, []part{{"input", 2942502}, {"sortBy", 2942503}}}.parse(p, name, operand)
	if err != nil {
		return nil, err
	}
	by, err := sortOf(p, keys.Lookup(operand.Value, "sortBy"))
	if err != nil {
		return nil, err
	}
	return p.fold(&call{args[:1], func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		switch {
		case absent(args[0]):
			return value.Null
		case !value.IsArray(args[0]):
			return x.fail(2942504, "The input argument to $sortArray must be an array, but was of type: %s", value.TypeName(args[0]))
		}
		list := value.Elements(args[0])
		slices.SortStableFunc(list, func(a, b bson.RawValue) int {
			if !x.Step(2 + (len(a.Value)+len(b.Value))>>8) {
				return 0
			}
			return by(a, b)
		})
		return value.Array(list)
	}}), nil
}

func sortOf(p *Parser, v bson.RawValue) (func(a, b bson.RawValue) int, error) {
	if value.IsDocument(v) && len(v.Value) > len(value.EmptyDoc) {
		by, err := order.Parse(p.Collation, v.Value)
		return by.CompareElements, err
	}
	n, ok := value.Whole(v)
	if !ok || n != 1 && n != -1 {
		return nil, wire.Errorf(location(2942505), "$sortArray's 'sortBy' must be 1, -1 or an object of fields")
	}
	return func(a, b bson.RawValue) int { return p.Collation.Compare(a, b) * int(n) }, nil
}

// zip has its arrays first, and behind them what stands in for elements that the shorter lack.
type zip struct {
	inputs, defaults []Expression
	longest          bool
}

func parseZip(p *Parser, _ string, operand bson.RawValue) (Expression, error) {
	if !value.IsDocument(operand) {
		return nil, wire.Errorf(location(34460), "$zip only supports an object as an argument, found %s", value.TypeName(operand))
	}
	var z zip
	for key, v := range keys.Elements(operand.Value) {
		var err error
		switch string(key) {
		case "inputs":
			z.inputs, err = zipped(p, v, 34461, "inputs")
		case "defaults":
			z.defaults, err = zipped(p, v, 34462, "defaults")
		case "useLongestLength":
			if z.longest = value.Truthy(v); v.Type != bson.TypeBoolean {
				err = wire.Errorf(location(34463), "useLongestLength must be a bool, found %s", value.TypeName(v))
			}
		default:
			err = wire.Errorf(location(34464), "$zip found an unknown argument: %s", key)
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case len(z.inputs) == 0:
		return nil, wire.Errorf(location(34465), "$zip requires at least one input array")
	case z.defaults != nil && !z.longest:
		return nil, wire.Errorf(location(34466), "cannot specify defaults unless useLongestLength is true")
	case z.defaults != nil && len(z.defaults) != len(z.inputs):
		return nil, wire.Errorf(location(34467), "defaults and inputs must have the same length")
	}
	return z.expression(p), nil
}

func zipped(p *Parser, v bson.RawValue, code int32, what string) ([]Expression, error) {
	if !value.IsArray(v) {
		return nil, wire.Errorf(location(code), "%s must be an array of expressions, found %s", what, value.TypeName(v))
	}
	return parseList(p, v)
}

func (z zip) expression(p *Parser) Expression {
	n := len(z.inputs)
	return p.fold(&call{slices.Concat(z.inputs, z.defaults), func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		lists, length := make([][]bson.RawValue, n), -1
		for i, v := range args[:n] {
			switch {
			case absent(v):
				return value.Null
			case !value.IsArray(v):
				return x.fail(34468, "$zip found a non-array expression in input: %v", v)
			}
			lists[i] = value.Elements(v)
			if many := len(lists[i]); length < 0 || z.longest == (many > length) {
				length = many
			}
		}
		return z.rows(x, lists, args[n:], length)
	}})
}

func (z zip) rows(x *Evaluation, lists [][]bson.RawValue, defaults []bson.RawValue, length int) bson.RawValue {
	rows := make([]bson.RawValue, 0, length)
	for i := range length {
		row := make([]bson.RawValue, len(lists))
		for k, list := range lists {
			if i < len(list) {
				row[k] = list[i]
			} else if defaults != nil && k < len(defaults) {
				row[k] = defaults[k]
			}
		}
		v := value.Array(row)
		if !x.Step(len(row)) || !x.Take(len(v.Value)) {
			return bson.RawValue{}
		}
		rows = append(rows, v)
	}
	return value.Array(rows)
}
