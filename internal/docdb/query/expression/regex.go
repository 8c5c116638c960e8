package expression

import (
	"errors"
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/pattern"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func newRegexes() value.Table[parsing] {
	return value.Table[parsing]{
		"$regexMatch":   {Summary: "Reports whether a string matches a regular expression.", Parse: parseRegex(matches)},
		"$regexFind":    {Summary: "Returns the first match of a regular expression in a string.", Parse: parseRegex(firstMatch)},
		"$regexFindAll": {Summary: "Returns all matches of a regular expression in a string.", Parse: parseRegex(allMatches)},
	}
}

var regexFields = fields{51103, 31024, []part{{"input", 31022}, {"regex", 31023}, {"options", 0}}}

// regex looks for a regular expression in a string. One that is constant is compiled once.
type regex struct {
	call
	name     string
	compiled *pattern.Pattern
	find     finder
}

// A finder makes the result; p is nil where the string or the expression is null.
type finder func(x *Evaluation, p *pattern.Pattern, text string) bson.RawValue

func parseRegex(find finder) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		args, err := regexFields.parse(p, name, operand)
		if err != nil {
			return nil, err
		}
		r := &regex{call: call{args: args}, name: name, find: find}
		r.rule = r.look
		if isConstant(args[1]) && (isConstant(args[2]) || !given(args[2])) {
			x := &Evaluation{pace: p.pace}
			r.compiled = r.compile(x, args[1].Value(x), args[2].Value(x))
			if p.pace = x.pace; x.err != nil {
				return nil, x.err
			}
			if err := p.hold(r.compiled); err != nil {
				return nil, err
			}
		}
		return p.fold(r), nil
	}
}

func (r *regex) look(x *Evaluation, args []bson.RawValue) bson.RawValue {
	text, ok := value.Text(args[0])
	if !ok && !absent(args[0]) {
		return x.fail(51104, "%s needs 'input' to be of type string", r.name)
	}
	p := r.compiled
	if p == nil {
		p = r.compile(x, args[1], args[2])
	}
	if x.err != nil {
		return bson.RawValue{}
	}
	if absent(args[0]) {
		p = nil
	}
	return r.find(x, p, text)
}

// compile gives nothing for null.
func (r *regex) compile(x *Evaluation, regex, more bson.RawValue) *pattern.Pattern {
	text, options, isRegex := regex.RegexOK()
	if !isRegex {
		var ok bool
		if text, ok = value.Text(regex); !ok && !absent(regex) {
			x.fail(51105, "%s needs 'regex' to be of type string or regex", r.name)
			return nil
		}
	}
	if given, ok := value.Text(more); !ok && !absent(more) {
		x.fail(51106, "%s needs 'options' to be of type string", r.name)
	} else if ok && options != "" {
		x.fail(51107, "%s found regex option(s) specified in both 'regex' and 'option' fields", r.name)
	} else if ok {
		options = given
	}
	switch {
	case strings.ContainsRune(text, 0):
		x.fail(51109, "%s: regular expression cannot contain an embedded null byte", r.name)
	case strings.ContainsRune(options, 0):
		x.fail(51110, "%s: regular expression options cannot contain an embedded null byte", r.name)
	}
	if x.err != nil || absent(regex) || !x.Step(pattern.Work) {
		return nil
	}
	p, err := pattern.Compile(text, options)
	if err != nil {
		code, known := int32(51111), (*wire.Error)(nil)
		if errors.As(err, &known) && known.Code == wire.BadValue.Number {
			code = 51108
		}
		x.fail(code, "Invalid Regex in %s: %v", r.name, err)
		return nil
	}
	return p
}

func matches(x *Evaluation, p *pattern.Pattern, text string) bson.RawValue {
	return boolean(p != nil && p.Match(x, text))
}

func firstMatch(x *Evaluation, p *pattern.Pattern, text string) bson.RawValue {
	if p == nil {
		return value.Null
	}
	found := p.Find(x, text, 0)
	if found == nil {
		return value.Null
	}
	return shownMatch(text, found, utf8.RuneCountInString(text[:found[0]]))
}

// allMatches goes on behind each match, and a code point further behind one that is empty.
func allMatches(x *Evaluation, p *pattern.Pattern, text string) bson.RawValue {
	list := []bson.RawValue{}
	if p == nil {
		return value.EmptyArray
	}
	for at, points, counted := 0, 0, 0; ; {
		found := p.Find(x, text, at)
		if found == nil || x.err != nil {
			break
		}
		points, counted = points+utf8.RuneCountInString(text[counted:found[0]]), found[0]
		v := shownMatch(text, found, points)
		if !x.Take(len(v.Value)) {
			break
		}
		list = append(list, v)
		if at = found[1]; found[0] == found[1] && at < len(text) {
			_, size := utf8.DecodeRuneInString(text[at:])
			at += size
		}
		if at >= len(text) {
			break
		}
	}
	return value.Array(list)
}

// shownMatch is {match, idx, captures}, where a group that took no part is null.
func shownMatch(text string, found []int, points int) bson.RawValue {
	captures := make([]bson.RawValue, 0, len(found)/2)
	for i := 2; i < len(found); i += 2 {
		v := value.Null
		if found[i] >= 0 {
			v = value.String(text[found[i]:found[i+1]])
		}
		captures = append(captures, v)
	}
	b := value.NewBuilder()
	b.Add("match", value.String(text[found[0]:found[1]]))
	b.Add("idx", value.Int32(int32(points)))
	b.Add("captures", value.Array(captures))
	return b.Document()
}
