package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Out replaces a collection by the documents that flow in, and gives none.
type Out struct {
	named
	Into Namespace
}

// parseOut reads the name of a collection, or {db, coll}.
func parseOut(_ *expression.Parser, n named) (Stage, error) {
	if keys.Lookup(n.spec.Value, "timeseries").Type != 0 && value.IsDocument(n.spec) {
		return nil, wire.Errorf(wire.NotImplemented, "the option 'timeseries' of $out is not supported")
	}
	into, err := parseNamespace("$out", n.spec)
	return Out{n, into}, err
}

func (o Out) Stream(in value.Documents, r *Run) value.Documents { return stored(o, in, r) }
func (Out) Needs(Needs) Needs                                   { return everything }

// stored has the run store documents.
func stored(s Stage, in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		if err := r.Store(s, in); err != nil {
			yield(nil, err)
		}
	}
}

// Stores reports whether the last stage writes.
func (p *Pipeline) Stores() bool {
	if len(p.stages) == 0 {
		return false
	}
	switch p.stages[len(p.stages)-1].(type) {
	case Out, Merge:
		return true
	}
	return false
}

// Merge writes the documents that flow in into a collection, each for the one that it belongs to, and gives none.
type Merge struct {
	named
	Into       Namespace
	On         []string  // the fields by which documents belong together
	Matched    string    // replace, keepExisting, merge, fail or pipeline
	NotMatched string    // insert, discard or fail
	Through    *Pipeline // what makes of a document that is there one that takes its place
	slots      []expression.Slot
	values     []expression.Expression
}

var (
	matchedModes    = map[string]bool{"replace": true, "keepExisting": true, "merge": true, "fail": true, "pipeline": true}
	notMatchedModes = map[string]bool{"insert": true, "discard": true, "fail": true}
)

// parseMerge reads the name of a collection, or {into, on, let, whenMatched, whenNotMatched}.
func parseMerge(p *expression.Parser, n named) (Stage, error) {
	m := Merge{named: n, On: []string{"_id"}, Matched: "merge", NotMatched: "insert"}
	into, doc := n.spec, []byte(value.EmptyDoc)
	if value.IsDocument(n.spec) {
		doc = n.spec.Value
		if err := knownFields("$merge", wire.UnknownField, doc, "into", "on", "let", "whenMatched", "whenNotMatched"); err != nil {
			return nil, err
		}
		if into = keys.Lookup(doc, "into"); into.Type == 0 {
			return nil, wire.Errorf(wire.MissingField, "BSON field '$merge.into' is missing but a required field")
		}
	} else if _, ok := value.Text(into); !ok {
		return nil, wire.Errorf(located(51182), "$merge only supports a string or object argument, but found %s", value.TypeName(into))
	}
	var err error
	if m.Into, err = parseNamespace("$merge", into); err != nil {
		return nil, err
	}
	if err := m.parseOn(keys.Lookup(doc, "on")); err != nil {
		return nil, err
	}
	return m, m.parseModes(p, doc)
}

func (m *Merge) parseOn(on bson.RawValue) error {
	if on.Type == 0 {
		return nil
	}
	list := []bson.RawValue{on}
	if value.IsArray(on) {
		list = value.Elements(on)
	}
	m.On = nil
	seen := map[string]bool{}
	for _, v := range list {
		name, ok := value.Text(v)
		switch {
		case !ok:
			return wire.Errorf(located(51186), "$merge 'on' must be a string or an array of strings, but found %s", value.TypeName(v))
		case seen[name]:
			return wire.Errorf(located(31465), "Found a duplicate field '%s'", name)
		case !value.ValidPath(name):
			return wire.Errorf(wire.FailedToParse, "$merge 'on' names no field: '%s'", name)
		}
		seen[name] = true
		m.On = append(m.On, name)
	}
	if len(m.On) == 0 {
		return wire.Errorf(located(51187), "If explicitly specifying $merge 'on', must include at least one field")
	}
	return nil
}

func (m *Merge) parseModes(p *expression.Parser, doc []byte) error {
	matched, notMatched := keys.Lookup(doc, "whenMatched"), keys.Lookup(doc, "whenNotMatched")
	if notMatched.Type != 0 {
		if m.NotMatched, _ = value.Text(notMatched); !notMatchedModes[m.NotMatched] {
			return wire.Errorf(wire.BadValue, "Enumeration value '%s' for field '$merge.whenNotMatched' is not a valid value.", m.NotMatched)
		}
	}
	vars := keys.Lookup(doc, "let")
	if !value.IsArray(matched) {
		if matched.Type != 0 {
			if m.Matched, _ = value.Text(matched); !matchedModes[m.Matched] || m.Matched == "pipeline" {
				return wire.Errorf(located(51191), "Only string or array are valid for 'whenMatched' of $merge, and a string must name what to do, but found: %v", matched)
			}
		}
		if vars.Type != 0 {
			return wire.Errorf(located(51199), "Cannot use 'let' variables with 'whenMatched: %s' mode", m.Matched)
		}
		return nil
	}
	m.Matched = "pipeline"
	if vars.Type != 0 && !value.IsDocument(vars) {
		return wire.Errorf(wire.TypeMismatch, "BSON field '$merge.let' is the wrong type '%s', expected type 'object'", value.TypeName(vars))
	}
	return m.parsePipeline(p, vars, matched)
}

// parsePipeline reads the variables, of which $$new is the document that flows in if nothing else is said, and the pipeline.
func (m *Merge) parsePipeline(p *expression.Parser, vars, list bson.RawValue) error {
	names := []string{"new"}
	m.values = []expression.Expression{nil} // the whole document
	for key, v := range keys.Elements(vars.Value) {
		name := string(key)
		if err := expression.CheckName(name); err != nil {
			return err
		}
		e, err := expression.Parse(p, v)
		if err != nil {
			return err
		}
		names, m.values = append(names, name), append(m.values, e)
	}
	for _, name := range names {
		slot, undo := p.Let(name)
		defer undo()
		m.slots = append(m.slots, slot)
	}
	var err error
	if m.Through, err = parse(p, list); err != nil {
		return err
	}
	for _, s := range m.Through.stages {
		switch s.(type) {
		case Project, Replace:
		default:
			name, _ := s.Show()
			return wire.Errorf(wire.InvalidOptions, "%s is not allowed to be used within an update", name)
		}
	}
	return nil
}

func (m Merge) Stream(in value.Documents, r *Run) value.Documents { return stored(m, in, r) }
func (Merge) Needs(Needs) Needs                                   { return everything }
