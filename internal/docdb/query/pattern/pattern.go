// Package pattern gives a meaning to MongoDB's regular expressions.
package pattern

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"

	"github.com/telamon-db/telamon/internal/wire"
)

// maxPattern is the greatest length of a regular expression in bytes. MongoDB's own limit is 16 KiB.
const maxPattern = 16 << 10

// maxSteps bounds what a pattern compiles to: repetitions in a few bytes can ask for a hundred megabytes.
const maxSteps = 20_000

// Code is MongoDB's code for a pattern that does not compile.
var Code = wire.Code{Number: 51091, Name: "Location51091"}

// Work is about what it takes to compile an expression, in the units of pace.
const Work = 500

// Pattern is a compiled regular expression.
type Pattern struct {
	*regexp.Regexp
	steps  int    // about how many instructions it has
	Prefix string // the text that it demands at the beginning of a string, or ""
	ends   bool   // it may match before a last newline, for it has "$" and no "\z"

	once   sync.Once
	behind *regexp.Regexp
}

// Compile reads a regular expression with its options: i, m, s, x and u. The syntax is RE2.
func Compile(text, options string) (*Pattern, error) {
	if len(text) > maxPattern {
		return nil, wire.Errorf(Code, "the regular expression is longer than %d bytes", maxPattern)
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
		return nil, wire.Errorf(Code, "Regular expression is invalid: %v", err)
	}
	dollar, end := ends(tree)
	p := &Pattern{steps: steps(tree), Prefix: literalPrefix(tree), ends: dollar && !end}
	if p.steps > maxSteps {
		return nil, wire.Errorf(Code, "Regular expression is too large: its repetitions come to more than %d steps", maxSteps)
	}
	if p.Regexp, err = regexp.Compile(text); err != nil {
		return nil, wire.Errorf(Code, "Regular expression is invalid: %v", err)
	}
	return p, nil
}

// Steps is about how many instructions the expression has.
func (p *Pattern) Steps() int { return p.steps }

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

// ends reports whether an expression has "$" and whether it has "\z".
func ends(re *syntax.Regexp) (dollar, end bool) {
	if re.Op == syntax.OpEndText {
		dollar = re.Flags&syntax.WasDollar != 0
		end = !dollar
	}
	for _, sub := range re.Sub {
		d, e := ends(sub)
		dollar, end = dollar || d, end || e
	}
	return dollar, end
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
