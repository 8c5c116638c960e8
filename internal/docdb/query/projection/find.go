package projection

import (
	"math"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// What only projections of find have. Source: MongoDB manual, "Projection Operators".

// ParseFind is Parse for the projection of documents that a filter has found: it also takes "path.$", which keeps the element
// by which they were found, {$elemMatch: condition} and {$slice: number}.
func ParseFind(from *expression.Parser, raw bson.Raw, found *match.Filter) (*Projection, error) {
	p := parser{from: from.OrNew(), root: newShape(), find: true}
	if err := p.fields(nil, raw); err != nil {
		return nil, err
	}
	made, err := p.finish()
	if err == nil && p.positional != nil {
		if made.mode == exclude {
			return nil, wire.Errorf(location(31395), "positional projection cannot be used with exclusion")
		}
		made.positional, made.found = p.positional, found
	}
	return made, err
}

// IsPositional reports whether the projection keeps the element by which documents were found.
func (p *Projection) IsPositional() bool { return p != nil && p.positional != nil }

func location(n int32) wire.Code {
	return wire.Code{Number: n, Name: "Location" + strconv.Itoa(int(n))}
}

// withoutPositional is the path that "path.$" is about.
func (p *parser) withoutPositional(name string, v bson.RawValue) (string, error) {
	path, isLast := strings.CutSuffix(name, ".$")
	switch {
	case !p.find:
		return "", wire.Errorf(location(31324), "Cannot use positional projection in aggregation projection")
	case !isLast || strings.Contains(path, ".$.") || strings.HasPrefix(path, "$"):
		return "", wire.Errorf(location(31394), "As of 4.4, it's illegal to specify positional operator in the middle of a path. Positional projection may only be used at the end, for example: a.b.$. If the query previously used a form like a.b.$.d, remove the parts following the '$' and the results will be equivalent.")
	case p.positional != nil:
		return "", wire.Errorf(location(31276), "Cannot specify more than one positional projection per query.")
	case p.elemMatch:
		return "", wire.Errorf(location(31256), "Cannot specify positional operator and $elemMatch.")
	case v.Type != bson.TypeBoolean && !v.IsNumber():
		return "", wire.Errorf(location(31271), "positional projection cannot be used with an expression or sub object")
	}
	parts, err := value.FieldPath(path)
	p.positional = parts
	return path, err
}

// part reads the operand of $slice or $elemMatch. It is nil for a $slice that is an expression.
func (p *parser) part(path []string, name string, arg bson.RawValue) (leaf *shape, err error) {
	leaf = &shape{leaf: true, keep: true}
	if name == "$slice" {
		leaf.part, err = parseSlice(arg)
		if leaf.part == nil {
			return nil, err
		}
		return leaf, nil
	}
	switch {
	case !value.IsDocument(arg):
		return nil, wire.Errorf(location(31274), "elemMatch: Invalid argument, expected object, but got %s", value.TypeName(arg))
	case len(path) > 1:
		return nil, wire.Errorf(location(31275), "Cannot use $elemMatch projection on a nested field")
	case p.positional != nil:
		return nil, wire.Errorf(location(31255), "Cannot specify positional operator and $elemMatch.")
	}
	is, err := match.ParseElemMatch(p.from, arg)
	p.elemMatch, leaf.last = true, true
	leaf.part = func(x *expression.Evaluation, v bson.RawValue) bson.RawValue {
		if value.IsArray(v) {
			for _, element := range keys.Elements(v.Value) {
				if is.Match(x, element) && x.Err() == nil {
					return value.Array([]bson.RawValue{element})
				}
			}
		}
		return bson.RawValue{}
	}
	return leaf, err
}

// parseSlice reads a number of elements, or [how many to leave out, how many to keep]. It is nil for the arguments of the
// expression $slice, which begin with an array.
func parseSlice(arg bson.RawValue) (func(*expression.Evaluation, bson.RawValue) bson.RawValue, error) {
	if arg.IsNumber() {
		n := toInt32(arg)
		if n < 0 {
			return slicing(n, math.MaxInt32), nil
		}
		return slicing(0, n), nil
	}
	if !value.IsArray(arg) {
		return nil, wire.Errorf(location(31273), "$slice only supports numbers and [skip, limit] arrays")
	}
	args := value.Elements(arg)
	if len(args) == 0 || !args[0].IsNumber() {
		return nil, nil
	}
	switch {
	case len(args) != 2:
		return nil, wire.Errorf(location(31272), "$slice array argument should be of form [skip, limit]")
	case !args[1].IsNumber():
		return nil, wire.Errorf(location(31258), "$slice limit must be a number, but got %s", value.TypeName(args[1]))
	case toInt32(args[1]) <= 0:
		return nil, wire.Errorf(location(31259), "$slice limit must be positive, got %s", args[1])
	}
	return slicing(toInt32(args[0]), toInt32(args[1])), nil
}

// toInt32 is a number without its fraction, or the nearest int.
func toInt32(v bson.RawValue) int {
	n, ok := value.Truncated(v)
	if !ok && value.IsNegative(v) {
		n = math.MinInt32
	} else if !ok {
		n = math.MaxInt32
	}
	return int(min(max(n, math.MinInt32), math.MaxInt32))
}

// slicing keeps n elements of an array, the first of which is the one at from, counted from the end if it is negative.
func slicing(from, n int) func(*expression.Evaluation, bson.RawValue) bson.RawValue {
	return func(x *expression.Evaluation, v bson.RawValue) bson.RawValue {
		if !value.IsArray(v) || !x.Step(len(v.Value)>>9) {
			return v
		}
		list := value.Elements(v)
		begin := min(from, len(list))
		if from < 0 {
			begin = max(0, len(list)+from)
		}
		return value.Array(list[begin:min(begin+n, len(list))])
	}
}

// onlyFound keeps of the first array on the positional path of out, which was made of doc, the element by which doc was found.
func (p *Projection) onlyFound(x *expression.Evaluation, doc, out bson.Raw) bson.Raw {
	root := value.NewTree(value.Document(out))
	for n := range p.positional {
		at := root.Find(p.positional[:n+1])
		if at == nil {
			return out
		}
		if !at.IsArray() {
			continue
		}
		i, ok := p.found.Position(x, doc)
		list := at.Contents()
		switch {
		case !ok:
			x.Fail(wire.Errorf(location(51246), "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array"))
		case i >= len(list):
			x.Fail(wire.Errorf(location(51247), "Executor error during find command :: caused by :: positional operator '.$' element mismatch"))
		default:
			at.Assign(value.Array([]bson.RawValue{list[i].Value()}))
		}
		return root.Value().Value
	}
	return out
}
