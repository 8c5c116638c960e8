package expression

import (
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var trims = fields{50696, 50694, []part{{"input", 50695}, {"chars", 0}}}

var replacements = fields{51751, 51750, []part{{"input", 51749}, {"find", 51748}, {"replacement", 51747}}}

var letters = value.Table[parsing]{
	"$toLower":      {Summary: "Converts the letters A to Z of a string to lower case.", Parse: exactly(1, cased(lower))},
	"$toUpper":      {Summary: "Converts the letters a to z of a string to upper case.", Parse: exactly(1, cased(upper))},
	"$strcasecmp":   {Summary: "Returns -1, 0 or 1 as a string comes before another, is equal or comes after it, ignoring case.", Parse: exactly(2, caselessOrder)},
	"$trim":         {Summary: "Removes white space, or given characters, from both ends of a string.", Parse: trims.with(trimmed("$trim", true, true))},
	"$ltrim":        {Summary: "Removes white space, or given characters, from the beginning of a string.", Parse: trims.with(trimmed("$ltrim", true, false))},
	"$rtrim":        {Summary: "Removes white space, or given characters, from the end of a string.", Parse: trims.with(trimmed("$rtrim", false, true))},
	"$split":        {Summary: "Splits a string at a separator.", Parse: exactly(2, split)},
	"$replaceOne":   {Summary: "Replaces the first occurrence of a string in another.", Parse: replacements.with(replaced("$replaceOne", 1))},
	"$replaceAll":   {Summary: "Replaces every occurrence of a string in another.", Parse: replacements.with(replaced("$replaceAll", -1))},
	"$substr":       {Summary: "Returns a part of a string, counted in bytes; another name of $substrBytes.", Parse: exactly(3, bytesPart)},
	"$substrBytes":  {Summary: "Returns a part of a string, counted in bytes.", Parse: exactly(3, bytesPart)},
	"$substrCP":     {Summary: "Returns a part of a string, counted in code points.", Parse: exactly(3, pointsPart)},
	"$indexOfBytes": {Summary: "Returns the first position of a string in another in bytes, or -1.", Parse: between(2, 4, bytesPosition)},
	"$indexOfCP":    {Summary: "Returns the first position of a string in another in code points, or -1.", Parse: between(2, 4, pointsPosition)},
}

// Only the letters of ASCII have case here. Source: MongoDB manual, "$toUpper".
func lower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

func upper(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}

func cased(change func(rune) rune) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		text := textOf(x, args[0])
		if !x.Step(len(text) >> 6) {
			return bson.RawValue{}
		}
		return value.String(strings.Map(change, text))
	}
}

func caselessOrder(x *Evaluation, args []bson.RawValue) bson.RawValue {
	a, b := textOf(x, args[0]), textOf(x, args[1])
	if !x.Step((len(a) + len(b)) >> 6) {
		return bson.RawValue{}
	}
	return value.Int32(int32(strings.Compare(strings.Map(upper, a), strings.Map(upper, b))))
}

// blanks are what is trimmed where no characters are given. Source: MongoDB manual, "$trim", white space characters.
const blanks = "\x00\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"

func trimmed(name string, left, right bool) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		text, isText := value.Text(args[0])
		chars, given := value.Text(args[1])
		switch {
		case absent(args[0]):
			return value.Null
		case !isText:
			return x.fail(50699, "%s requires its input to be a string, got %v (of type %s) instead.", name, args[0], value.TypeName(args[0]))
		case args[1].Type == 0:
			chars = blanks
		case absent(args[1]):
			return value.Null
		case !given:
			return x.fail(50700, "%s requires 'chars' to be a string, got %v (of type %s) instead.", name, args[1], value.TypeName(args[1]))
		}
		if !x.Step(len(text) >> 10 * len(chars)) {
			return bson.RawValue{}
		}
		if left {
			text = strings.TrimLeft(text, chars)
		}
		if right {
			text = strings.TrimRight(text, chars)
		}
		return value.String(text)
	}
}

func split(x *Evaluation, args []bson.RawValue) bson.RawValue {
	text, isText := value.Text(args[0])
	by, isTextToo := value.Text(args[1])
	switch {
	case absent(args[0]) || absent(args[1]):
		return value.Null
	case !isText:
		return x.fail(40085, "$split requires an expression that evaluates to a string as a first argument, found: %s", value.TypeName(args[0]))
	case !isTextToo:
		return x.fail(40086, "$split requires an expression that evaluates to a string as a second argument, found: %s", value.TypeName(args[1]))
	case by == "":
		return x.fail(40087, "$split requires a non-empty separator")
	}
	const overhead = 12 // of an element
	if n := strings.Count(text, by); !x.Take(n*overhead) || !x.Step(n+len(text)>>9) {
		return bson.RawValue{}
	}
	var list []bson.RawValue
	for part := range strings.SplitSeq(text, by) {
		list = append(list, value.String(part))
	}
	return value.Array(list)
}

func replaced(name string, most int) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		var texts [3]string
		none := false
		for i, what := range []string{"input", "find", "replacement"} {
			var ok bool
			if texts[i], ok = value.Text(args[i]); !ok && !absent(args[i]) {
				return x.fail(51746-int32(i), "%s requires that '%s' be a string, found: %v", name, what, args[i])
			}
			none = none || absent(args[i])
		}
		if none {
			return value.Null
		}
		n := 1
		if most < 0 {
			n = strings.Count(texts[0], texts[1])
		}
		if !x.Take(n*len(texts[2])) || !x.Step(n+len(texts[0])>>9) {
			return bson.RawValue{}
		}
		return value.String(strings.Replace(texts[0], texts[1], texts[2], most))
	}
}

// inside reports whether a position is within a code point.
func inside(text string, at int64) bool { return at < int64(len(text)) && !utf8.RuneStart(text[at]) }

func bytesPart(x *Evaluation, args []bson.RawValue) bson.RawValue {
	text := textOf(x, args[0])
	for i, code := range []int32{16034, 16035} {
		if !args[i+1].IsNumber() {
			return x.fail(code, "$substrBytes:  the starting index and the length must be numeric (are BSON types %s, %s)", value.TypeName(args[1]), value.TypeName(args[2]))
		}
	}
	from, _ := value.Truncated(args[1])
	length, _ := value.Truncated(args[2])
	if from < 0 {
		return x.fail(50752, "$substrBytes:  starting index must be non-negative (got: %d)", from)
	}
	from = min(from, int64(len(text)))
	to := int64(len(text))
	if length >= 0 && length < to-from {
		to = from + length
	}
	switch {
	case inside(text, from):
		return x.fail(28656, "$substrBytes:  Invalid range, starting index is a UTF-8 continuation byte.")
	case inside(text, to):
		return x.fail(28657, "$substrBytes:  Invalid range, ending index is in the middle of a UTF-8 character.")
	}
	return value.String(text[from:to])
}

func pointsPart(x *Evaluation, args []bson.RawValue) bson.RawValue {
	text := textOf(x, args[0])
	from, length := int32Of(x, args[1], "$substrCP: starting index", 34450, 34451), int32Of(x, args[2], "$substrCP: length", 34452, 34453)
	switch {
	case x.err != nil || !x.Step(len(text)>>6):
		return bson.RawValue{}
	case length < 0:
		return x.fail(34454, "$substrCP: length must be a nonnegative integer.")
	case from < 0:
		return x.fail(34455, "$substrCP: the starting index must be nonnegative integer.")
	}
	start := pointsIn(text, from)
	return value.String(text[start : start+pointsIn(text[start:], length)])
}

// pointsIn is the length in bytes of the first n code points of text, or of all.
func pointsIn(text string, n int64) int {
	if n >= int64(len(text)) {
		return len(text)
	}
	at := 0
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}
