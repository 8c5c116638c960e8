package docdb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// call is one command with its arguments, whose names and types have been checked.
type call struct {
	args
	ctx context.Context
	e   *Engine
	s   *Session
	cmd *command
	ns  namespace // coll is "" for a command on the database or the server

	body      bson.Raw
	self      bson.RawValue // the value of the command's own field
	sequences map[string][]bson.Raw
}

// args are checked named values.
type args map[string]bson.RawValue

func (a args) has(name string) bool {
	v, ok := a[name]
	return ok && v.Type != bson.TypeNull
}

// int returns a whole number, or absent.
func (a args) int(name string, absent int64) int64 {
	if n, ok := integer(a[name]); ok {
		return n
	}
	return absent
}

// bool returns a truth value, or absent.
func (a args) bool(name string, absent bool) bool {
	if !a.has(name) {
		return absent
	}
	return truth(a[name])
}

func (a args) string(name string) string {
	s, _ := a[name].StringValueOK()
	return s
}

// doc returns a document, which is empty if it is absent.
func (a args) doc(name string) bson.Raw {
	if doc, ok := a[name].DocumentOK(); ok {
		return doc
	}
	return emptyDoc
}

var emptyDoc = bson.Raw{5, 0, 0, 0, 0}

// docs returns the documents of an array or of the document sequence that stands for it.
func (c *call) docs(name string) ([]bson.Raw, error) {
	if docs, ok := c.sequences[name]; ok {
		return docs, nil
	}
	values, err := c.args[name].Array().Values()
	if err != nil {
		return nil, errMalformed
	}
	docs := make([]bson.Raw, len(values))
	for i, v := range values {
		doc, ok := v.DocumentOK()
		if !ok {
			return nil, wire.Errorf(wire.TypeMismatch, "BSON field '%s.%s.%d' is the wrong type '%s', expected type 'object'", c.cmd.name, name, i, typeName(v.Type))
		}
		docs[i] = doc
	}
	return docs, nil
}

// refuse names arguments that change what a command means and that the engine does not support. Empty documents, empty
// arrays and false ask for nothing.
func (a args) refuse(names ...string) error {
	for _, name := range names {
		if v := a[name]; asksForSomething(v) {
			return wire.Errorf(wire.NotImplemented, "the option '%s' is not supported", name)
		}
	}
	return nil
}

func asksForSomething(v bson.RawValue) bool {
	switch v.Type {
	case 0, bson.TypeNull:
		return false
	case bson.TypeBoolean:
		return v.Boolean()
	case bson.TypeEmbeddedDocument, bson.TypeArray:
		return len(v.Value) > len(emptyDoc)
	}
	return true
}

// refuseCollation accepts only the binary comparison, which is the engine's.
func (a args) refuseCollation() error {
	if locale, ok := a.doc("collation").Lookup("locale").StringValueOK(); ok && locale == "simple" {
		return nil
	}
	return a.refuse("collation")
}

// newCall checks a message against the registry.
func newCall(s *Session, m *wire.Msg) (*call, error) {
	if err := checkBSON(m.Body, commandDepth); err != nil {
		return nil, err
	}
	cmd := byName[m.Name()]
	if cmd == nil {
		return nil, wire.Errorf(wire.CommandNotFound, "no such command: '%s'", m.Name())
	}
	c, err := cmd.bind(s, m.DB(), m.Body, m.Sequences)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// bind checks a command's document for its command.
func (c *command) bind(s *Session, db string, body bson.Raw, sequences []wire.Sequence) (*call, error) {
	k := &call{e: s.e, s: s, cmd: c, ns: namespace{db: db}, body: body}
	if err := checkDB(db); err != nil {
		return nil, err
	}
	if c.admin && db != "admin" {
		return nil, wire.Errorf(wire.Unauthorized, "%s may only be run against the admin database.", c.name)
	}
	elements, err := body.Elements()
	if err != nil || len(elements) == 0 {
		return nil, errMalformed
	}
	k.self = elements[0].Value()
	if err := k.setTarget(k.self); err != nil {
		return nil, err
	}
	k.args, err = checkFields(c.name, c.accepts, elements[1:])
	if err != nil {
		return nil, err
	}
	if err := k.addSequences(sequences); err != nil {
		return nil, err
	}
	return k, checkRequired(c.name, c.fields, k.args)
}

// sequenced are the arguments that are read by docs and so may come as a document sequence. Any other array would be
// taken for empty.
var sequenced = map[string]bool{"documents": true, "updates": true, "deletes": true, "indexes": true}

// addSequences takes document sequences for the array arguments of their names.
func (c *call) addSequences(sequences []wire.Sequence) error {
	for _, seq := range sequences {
		if _, ok := c.cmd.field(seq.ID); !ok || !sequenced[seq.ID] {
			return wire.Errorf(wire.UnknownField, "BSON field '%s.%s' is an unknown field.", c.cmd.name, seq.ID)
		}
		if _, twice := c.args[seq.ID]; twice {
			return wire.Errorf(wire.DuplicateField, "BSON field '%s.%s' is a duplicate field", c.cmd.name, seq.ID)
		}
		for _, doc := range seq.Docs {
			if err := checkBSON(doc, commandDepth); err != nil {
				return err
			}
		}
		if c.sequences == nil {
			c.sequences = map[string][]bson.Raw{}
		}
		c.sequences[seq.ID] = seq.Docs
		c.args[seq.ID] = bson.RawValue{Type: bson.TypeArray, Value: emptyDoc}
	}
	return nil
}

// accepts is field for those fields too that an open command does not declare.
func (c *command) accepts(name string) (field, bool) {
	f, ok := c.field(name)
	return f, ok || c.open
}

func (c *call) setTarget(v bson.RawValue) error {
	switch name, isName := v.StringValueOK(); {
	case c.cmd.target == onServer:
		return nil
	case isName:
		c.ns.coll = name
		return c.ns.check()
	case c.cmd.target == onWhole && v.IsNumber():
		return nil
	}
	return wire.Errorf(wire.InvalidNamespace, "collection name has invalid type %s", typeName(v.Type))
}

// checkFields refuses arguments that are unknown, given twice, or of the wrong type.
func checkFields(where string, known func(string) (field, bool), elements []bson.RawElement) (args, error) {
	a := make(args, len(elements))
	for _, el := range elements {
		name := el.Key()
		f, ok := known(name)
		if !ok {
			return nil, wire.Errorf(wire.UnknownField, "BSON field '%s.%s' is an unknown field.", where, name)
		}
		if _, twice := a[name]; twice {
			return nil, wire.Errorf(wire.DuplicateField, "BSON field '%s.%s' is a duplicate field", where, name)
		}
		if err := f.kind.check(where+"."+name, el.Value()); err != nil {
			return nil, err
		}
		a[name] = el.Value()
	}
	return a, nil
}

func checkRequired(where string, list []field, a args) error {
	for _, f := range list {
		if f.required && !a.has(f.name) {
			return wire.Errorf(wire.MissingField, "BSON field '%s.%s' is missing but a required field", where, f.name)
		}
	}
	return nil
}

// statement checks one member of an updates or deletes array.
func statement(where string, list []field, doc bson.Raw) (args, error) {
	elements, err := doc.Elements()
	if err != nil {
		return nil, errMalformed
	}
	known := func(name string) (field, bool) {
		for _, f := range list {
			if f.name == name {
				return f, true
			}
		}
		return field{}, false
	}
	a, err := checkFields(where, known, elements)
	if err != nil {
		return nil, err
	}
	return a, checkRequired(where, list, a)
}

// limitTime is the command's context with maxTimeMS.
func (c *call) limitTime(ctx context.Context) (context.Context, context.CancelFunc, error) {
	ms := c.int("maxTimeMS", 0)
	if ms < 0 || ms > 1<<31-1 {
		return nil, nil, wire.Errorf(wire.BadValue, "maxTimeMS must be between 0 and 2147483647")
	}
	if ms == 0 {
		ctx, cancel := context.WithCancel(ctx)
		return ctx, cancel, nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(ms)*time.Millisecond)
	return ctx, cancel, nil
}
