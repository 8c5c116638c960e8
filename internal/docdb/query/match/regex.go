package match

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/pattern"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// regexAtom matches strings and symbols by the expression re, and a stored expression that is re itself. The syntax is
// RE2, which matches in linear time; look-around and back references are not in it and are refused.
func regexAtom(p *expression.Parser, re bson.RawValue) (*atom, error) {
	text, options, _ := re.RegexOK()
	compiled, err := p.Pattern(text, options)
	if err != nil {
		return nil, err
	}
	test := func(x *evaluation, v bson.RawValue) bool {
		switch v.Type {
		case bson.TypeString, bson.TypeSymbol:
			text, _, ok := bsoncore.ReadString(v.Value)
			return ok && compiled.Match(x, text)
		}
		return sameRegex(v, re)
	}
	return &atom{op: "$regex", arg: re, prefix: compiled.Prefix, plain: true, collation: p.Collation, test: test}, nil
}

// parseRegex reads $regex, a string or an expression, with its $options.
func parseRegex(o operand) (predicate, error) {
	var text, options string
	switch o.value.Type {
	case bson.TypeString:
		text, _ = value.Text(o.value)
	case bson.TypeRegex:
		text, options, _ = o.value.RegexOK()
	default:
		return nil, wire.Errorf(wire.BadValue, "$regex has to be a string")
	}
	if v := keys.Lookup(o.siblings, "$options"); v.Type != 0 {
		given, ok := value.Text(v)
		if !ok {
			return nil, wire.Errorf(wire.BadValue, "$options has to be a string")
		}
		if options != "" && given != "" {
			return nil, wire.Errorf(pattern.Code, "options are set in both $regex and $options")
		}
		options += given
	}
	if strings.ContainsRune(text+options, 0) {
		return nil, wire.Errorf(pattern.Code, "a regular expression cannot hold a zero byte")
	}
	return regexAtom(o.p, regexValue(text, options))
}

// regexValue is a BSON regular expression; its options are kept sorted.
func regexValue(text, options string) bson.RawValue {
	letters := []byte(options)
	slices.Sort(letters)
	return bson.RawValue{Type: bson.TypeRegex, Value: bsoncore.AppendRegex(nil, text, string(letters))}
}

// parseOptions has no meaning of its own: parseRegex reads $options.
func parseOptions(o operand) (predicate, error) {
	if keys.Lookup(o.siblings, "$regex").Type == 0 {
		return nil, wire.Errorf(wire.BadValue, "$options needs a $regex")
	}
	return nil, nil
}
