package pattern

import (
	"io"
	"regexp"
	"strings"
	"unicode/utf8"
)

// What takes an expression's instructions times a text's bytes no more than quick is done in some milliseconds.
const quick = 1 << 19

// A Pacer counts the work of matching and may end it.
type Pacer interface {
	// Step reports whether to do some work, in units of about 100 ns.
	Step(work int) bool
	// Err is why not.
	Err() error
}

// Match reports whether the expression matches a part of text. A "$" matches at the end and before a newline that is the
// last character, as in PCRE. Matching takes a time that is linear in the text, but the text may be long.
func (p *Pattern) Match(x Pacer, text string) bool {
	if p.match(x, text) {
		return true
	}
	before, ok := strings.CutSuffix(text, "\n")
	return ok && p.ends && p.match(x, before)
}

func (p *Pattern) match(x Pacer, text string) bool {
	cost := p.steps * len(text)
	if cost <= quick {
		return x.Step(1+cost>>5) && p.MatchString(text)
	}
	// A literal beginning is found fast, and nothing before it matters.
	literal, whole := p.LiteralPrefix()
	at := strings.Index(text, literal)
	if at < 0 || whole {
		return at >= 0
	}
	return p.MatchReader(&watched{x: x, rest: text[at:], work: 1 + p.steps}) && x.Err() == nil
}

// watched is a text that ends early when the evaluation does.
type watched struct {
	x    Pacer
	rest string
	work int // steps that a rune takes
	owed int
}

func (w *watched) ReadRune() (r rune, size int, err error) {
	const slice = 1 << 10
	if w.owed += w.work; w.owed >= slice {
		if !w.x.Step(w.owed >> 5) {
			return 0, 0, io.EOF
		}
		w.owed = 0
	}
	if w.rest == "" {
		return 0, 0, io.EOF
	}
	r, size = utf8.DecodeRuneInString(w.rest)
	w.rest = w.rest[size:]
	return r, size, nil
}

// Find returns the first match at a position of text or behind it: where it begins and ends, and where each of its groups
// does, or -1 for a group that takes no part. It returns nil if there is none. What stands before the position counts for
// what a pattern says of a place: "^" does not match in the middle of a text.
func (p *Pattern) Find(x Pacer, text string, from int) []int {
	found := p.find(x, text, from)
	if before, ok := strings.CutSuffix(text, "\n"); ok && p.ends && from < len(text) {
		if earlier := p.find(x, before, from); earlier != nil && (found == nil || earlier[0] < found[0]) {
			return earlier
		}
	}
	return found
}

func (p *Pattern) find(x Pacer, text string, from int) []int {
	re, before := p.Regexp, 0
	if from > 0 {
		// The rune before the position is read too: behind it the pattern is looked for.
		_, before = utf8.DecodeLastRuneInString(text[:from])
		re = p.later()
	}
	rest := text[from-before:]
	var found []int
	if cost := p.steps * len(rest); cost <= quick {
		if x.Step(1 + cost>>5) {
			found = re.FindStringSubmatchIndex(rest)
		}
	} else {
		found = re.FindReaderSubmatchIndex(&watched{x: x, rest: rest, work: 1 + p.steps})
	}
	if found == nil || x.Err() != nil {
		return nil
	}
	if from > 0 {
		found = found[2:] // the pattern itself is a group of the other
	}
	for i := range found {
		if found[i] >= 0 {
			found[i] += from - before
		}
	}
	return found
}

// later looks for the pattern behind the first rune of a text.
func (p *Pattern) later() *regexp.Regexp {
	p.once.Do(func() { p.behind = regexp.MustCompile(`\A(?s:.)(?s:.*?)(` + p.String() + `)`) })
	return p.behind
}
