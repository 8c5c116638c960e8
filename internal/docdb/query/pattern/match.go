package pattern

import (
	"io"
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
