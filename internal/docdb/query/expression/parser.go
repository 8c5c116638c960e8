package expression

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/query/pattern"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Parser is what is known while a language is read, beside its text: how values compare, what time it is, which variables
// there are, how deep the text is nested so far, and when to give up. One parser reads all the texts of a command. A nil
// Parser has the simple collation and no time and no variables.
type Parser struct {
	Collation *keys.Collation
	Now       time.Time
	// ClusterTime is the time of the last write, in the order of all writes; zero if there is none.
	ClusterTime bson.Timestamp
	pace        pace.Pace
	scope       *binding
	columns     *columns // of the expressions that are read, or nil
	slots       Slot
	used        []Slot // the variables that have been read of
	changing    bool   // something has been read that is another at each time
	below       int    // pipelines within which what is read lies
	depth       int
	patterns    int // instructions of the regular expressions that have been compiled
	parts       int // what is read is about parts of documents, not about documents, where this is more than 0
}

// NewParser returns a parser that gives up when ctx ends.
func NewParser(ctx context.Context, collation *keys.Collation, now time.Time) *Parser {
	p := ParserOf(ctx, collation, now)
	return &p
}

// ParserOf is NewParser for those who have room for the parser.
func ParserOf(ctx context.Context, collation *keys.Collation, now time.Time) Parser {
	return Parser{Collation: collation, Now: now, pace: pace.With(ctx)}
}

// OrNew is p, or a parser that knows nothing.
func (p *Parser) OrNew() *Parser {
	if p == nil {
		return &Parser{}
	}
	return p
}

// Enter goes a level deeper into what the text is called. What has entered must leave.
func (p *Parser) Enter(text string) error {
	if p.depth++; p.depth > value.MaxDepth {
		p.depth--
		return wire.Errorf(wire.BadValue, "the %s is nested deeper than %d levels", text, value.MaxDepth)
	}
	return p.Step(1)
}

// Leave comes back from a level.
func (p *Parser) Leave() { p.depth-- }

// EnterPart begins a text about parts of documents, until leave is called.
func (p *Parser) EnterPart() (leave func()) {
	p.parts++
	return func() { p.parts-- }
}

// InPart reports whether what is read is about parts of documents.
func (p *Parser) InPart() bool { return p.parts > 0 }

// Step tells of work that is about to be done, as Pace.Step does.
func (p *Parser) Step(work int) error { return p.pace.Step(work) }

// Pace is that of the parser's work.
func (p *Parser) Pace() *pace.Pace { return &p.pace }

// maxPatterns bounds what all regular expressions of a command compile to, in instructions.
const maxPatterns = 500_000

// Pattern compiles a regular expression.
func (p *Parser) Pattern(text, options string) (*pattern.Pattern, error) {
	if err := p.Step(pattern.Work); err != nil {
		return nil, err
	}
	compiled, err := pattern.Compile(text, options)
	if err != nil {
		return nil, err
	}
	return compiled, p.hold(compiled)
}

// hold counts a regular expression that lasts as long as what is read. It may be nil.
func (p *Parser) hold(compiled *pattern.Pattern) error {
	if compiled == nil {
		return nil
	}
	if p.patterns += compiled.Steps(); p.patterns > maxPatterns {
		return wire.Errorf(pattern.Code, "the regular expressions of one command are too large: together they come to more than %d steps", maxPatterns)
	}
	return nil
}

// Slot is the place of a variable among those of an evaluation.
type Slot int

// binding is a name that is known from here on, before others that were known already.
type binding struct {
	name string
	is   Expression
	next *binding
}

func (p *Parser) bind(name string, is Expression) { p.scope = &binding{name, is, p.scope} }

// lookup returns what a name stands for, or nil.
func (p *Parser) lookup(name string) Expression {
	for b := p.scope; b != nil; b = b.next {
		if b.name == name {
			return b.is
		}
	}
	return nil
}

// Let makes a variable known under a name until undo is called. Who evaluates sets the slot.
func (p *Parser) Let(name string) (slot Slot, undo func()) {
	before := p.scope
	slot = p.slots
	p.slots++
	p.bind(name, variable(slot))
	return slot, func() { p.scope = before }
}

// Bind makes a name stand for a value until undo is called.
func (p *Parser) Bind(name string, v bson.RawValue) (undo func()) {
	before := p.scope
	p.bind(name, &constant{v})
	return func() { p.scope = before }
}

// Watch begins to look at what is read. The function it returns tells which variables that has used, and whether it is
// another at each time.
func (p *Parser) Watch() func() (used []Slot, changing bool) {
	n, before := len(p.used), p.changing
	p.changing = false
	return func() (used []Slot, changing bool) {
		changing = p.changing
		p.changing = before || changing
		return slices.Clone(p.used[n:]), changing
	}
}

// Changes tells that something has been read that is another at each time.
func (p *Parser) Changes() { p.changing = true }

// maxBelow is how deep pipelines may lie within one another. Source: MongoDB manual, "Aggregation Pipeline Limits".
const maxBelow = 20

// EnterPipeline begins a pipeline within another, until leave is called.
func (p *Parser) EnterPipeline() (leave func(), err error) {
	if p.below == maxBelow {
		return nil, wire.Errorf(wire.Code{Number: 165, Name: "MaxSubPipelineViewDepthExceeded"}, "Maximum number of nested sub-pipelines exceeded. Limit is %d", maxBelow)
	}
	p.below++
	return func() { p.below-- }, nil
}

// CheckName refuses what is no name for a variable of a client.
func CheckName(name string) error { return checkName(name) }

// LetAll makes the values of a document's fields known under their names, for all that is read from here on. They are
// expressions that look at no document.
func (p *Parser) LetAll(doc bson.Raw) error {
	x := &Evaluation{pace: p.pace}
	for name, v := range keys.Elements(doc) {
		if err := checkName(string(name)); err != nil {
			return err
		}
		e, err := Parse(p, v)
		if err != nil {
			return err
		}
		if paths, whole := Paths(e); whole || len(paths) > 0 {
			return wire.Errorf(wire.Code{Number: 4890500, Name: "Location4890500"}, "the variable '%s' of 'let' is to look at a document, but there is none yet", name)
		}
		p.bind(string(name), &constant{e.Value(x)})
	}
	return x.Err()
}

// checkName refuses what is no name for a variable of a client. Source: MongoDB manual, "Variables in Aggregation
// Expressions".
func checkName(name string) error {
	if name == "CURRENT" { // which a client may put in the place of the document
		return nil
	}
	for i, c := range name {
		letter := c >= 'a' && c <= 'z' || c > 127
		if later := c == '_' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'; !letter && (i == 0 || !later) {
			return wire.Errorf(badVariable, "'%s' is not a variable's name: it begins with a lower-case letter, and goes on with letters, digits and '_'", name)
		}
	}
	if name == "" {
		return wire.Errorf(badVariable, "a variable's name is empty")
	}
	return nil
}

var badVariable = wire.Code{Number: 16867, Name: "Location16867"}
