package match

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// maxPattern is the greatest length of a regular expression in bytes. MongoDB's own limit is 16 KiB.
const maxPattern = 16 << 10

// maxSteps bounds what a pattern compiles to: repetitions in a few bytes can ask for a hundred megabytes.
const maxSteps = 20_000

// regexCode is MongoDB's code for a pattern that does not compile.
var regexCode = wire.Code{Number: 51091, Name: "Location51091"}

// regexAtom matches strings and symbols by the expression re, and a stored expression that is re itself. The syntax is
// RE2, which matches in linear time; look-around and back references are not in it and are refused.
func regexAtom(p *expression.Parser, re bson.RawValue) (*atom, error) {
	pattern, options, _ := re.RegexOK()
	if err := p.Step(compiling); err != nil {
		return nil, err
	}
	compiled, err := compileRegex(pattern, options)
	if err != nil {
		return nil, err
	}
	test := func(x *evaluation, v bson.RawValue) bool {
		switch v.Type {
		case bson.TypeString, bson.TypeSymbol:
			text, _, ok := bsoncore.ReadString(v.Value)
			return ok && compiled.match(x, text)
		}
		return sameRegex(v, re)
	}
	return &atom{op: "$regex", arg: re, prefix: compiled.prefix, plain: true, collation: p.Collation, test: test}, nil
}

// compiling is about what it takes to compile an expression, in the units of pace.
const compiling = 500

// pattern is a compiled regular expression.
type pattern struct {
	*regexp.Regexp
	steps  int    // about how many instructions it has
	prefix string // the text that it demands at the beginning of a string, or ""
}

func compileRegex(text, options string) (*pattern, error) {
	if len(text) > maxPattern {
		return nil, wire.Errorf(regexCode, "the regular expression is longer than %d bytes", maxPattern)
	}
	var flags string
	for _, o := range options {
		switch o {
		case 'i', 'm', 's':
			flags += string(o)
		case 'x':
			text = withoutComments(text)
		case 'u': // strings are UTF-8 in any case
		default:
			return nil, wire.Errorf(wire.BadValue, "the regular expression option %q is not known", o)
		}
	}
	if flags != "" {
		text = "(?" + flags + ")" + text
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, wire.Errorf(regexCode, "Regular expression is invalid: %v", err)
	}
	p := &pattern{steps: steps(tree), prefix: literalPrefix(tree)}
	if p.steps > maxSteps {
		return nil, wire.Errorf(regexCode, "Regular expression is too large: its repetitions come to more than %d steps", maxSteps)
	}
	if p.Regexp, err = regexp.Compile(text); err != nil {
		return nil, wire.Errorf(regexCode, "Regular expression is invalid: %v", err)
	}
	return p, nil
}

// literalPrefix is the text that an expression demands at the beginning of a string, or "".
func literalPrefix(tree *syntax.Regexp) string {
	if tree.Op != syntax.OpConcat || tree.Sub[0].Op != syntax.OpBeginText {
		return ""
	}
	literal := tree.Sub[1] // a concatenation has two members at least
	if literal.Op != syntax.OpLiteral || literal.Flags&syntax.FoldCase != 0 {
		return ""
	}
	return string(literal.Rune)
}

// steps is about how many instructions an expression compiles to, not much above maxSteps.
func steps(re *syntax.Regexp) int {
	n := 1
	if re.Op == syntax.OpLiteral {
		n = len(re.Rune)
	}
	for _, sub := range re.Sub {
		n = min(n+steps(sub), maxSteps+1)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min, re.Max, 1)
	}
	return min(n, maxSteps+1)
}

// withoutComments is the option x, which RE2 lacks: white space and comments outside of character classes mean nothing.
func withoutComments(pattern string) string {
	var out strings.Builder
	class := false
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case c == '\\' && i+1 < len(pattern):
			out.WriteString(pattern[i : i+2])
			i++
			continue
		case c == '[':
			class = true
		case c == ']':
			class = false
		case !class && strings.IndexByte(" \t\n\r\f\v", c) >= 0:
			continue
		case !class && c == '#':
			for i+1 < len(pattern) && pattern[i] != '\n' {
				i++
			}
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

// parseRegex reads $regex, a string or an expression, with its $options.
func parseRegex(o operand) (predicate, error) {
	var pattern, options string
	switch o.value.Type {
	case bson.TypeString:
		pattern, _ = value.Text(o.value)
	case bson.TypeRegex:
		pattern, options, _ = o.value.RegexOK()
	default:
		return nil, wire.Errorf(wire.BadValue, "$regex has to be a string")
	}
	if v := keys.Lookup(o.siblings, "$options"); v.Type != 0 {
		given, ok := value.Text(v)
		if !ok {
			return nil, wire.Errorf(wire.BadValue, "$options has to be a string")
		}
		if options != "" && given != "" {
			return nil, wire.Errorf(regexCode, "options are set in both $regex and $options")
		}
		options += given
	}
	if strings.ContainsRune(pattern+options, 0) {
		return nil, wire.Errorf(regexCode, "a regular expression cannot hold a zero byte")
	}
	return regexAtom(o.p, regexValue(pattern, options))
}

// regexValue is a BSON regular expression; its options are kept sorted.
func regexValue(pattern, options string) bson.RawValue {
	letters := []byte(options)
	slices.Sort(letters)
	return bson.RawValue{Type: bson.TypeRegex, Value: bsoncore.AppendRegex(nil, pattern, string(letters))}
}

// parseOptions has no meaning of its own: parseRegex reads $options.
func parseOptions(o operand) (predicate, error) {
	if keys.Lookup(o.siblings, "$regex").Type == 0 {
		return nil, wire.Errorf(wire.BadValue, "$options needs a $regex")
	}
	return nil, nil
}
