package docdb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// call is one command with its arguments, whose names and types have been checked.
type call struct {
	args
	room [8]field.Arg // for args, which seldom are more
	ctx  context.Context
	e    *Engine
	s    *Session
	cmd  *command
	ns   storage.Namespace // coll is "" for a command on the database or the server

	reads     *expression.Parser // of parser, once it is there
	parsing   expression.Parser  // room for it
	id        int64              // among the commands of the engine
	began     time.Time          // on the engine's monotonic clock
	out       []byte             // the reply; a handler appends what is large itself, and returns the rest
	body      bson.Raw
	self      bson.RawValue // the value of the command's own field
	sequences map[string][]bson.Raw

	work   *wire.Work // of the scans of the command, or of the cursor that it goes on with; nil: it scans nothing
	before wire.Work  // what that was when the command began

	validation *storage.Validation // which the validator is of
	validator  *match.Filter
	part       string // of a command whose outcome is remembered in parts: which
	warned     bool   // of documents that fail it
}

// docs returns the documents of an array or of the document sequence that stands for it.
func (c *call) docs(name string) ([]bson.Raw, error) {
	if docs, ok := c.sequences[name]; ok {
		return docs, nil
	}
	values, err := c.Get(name).Array().Values()
	if err != nil {
		return nil, errMalformed
	}
	docs := make([]bson.Raw, len(values))
	for i, v := range values {
		doc, ok := v.DocumentOK()
		if !ok {
			return nil, wire.Errorf(wire.TypeMismatch, "BSON field '%s.%s.%d' is the wrong type '%s', expected type 'object'", c.cmd.name, name, i, field.TypeName(v.Type))
		}
		docs[i] = doc
	}
	return docs, nil
}

// newCall checks a message against the registry.
func newCall(s *Session, m *wire.Msg) (*call, error) {
	cmd := byName[m.Name()]
	if cmd == nil {
		return nil, wire.Errorf(wire.CommandNotFound, "no such command: '%s'", m.Name())
	}
	return cmd.bind(s, m.DB(), m.Body, m.Sequences)
}

// bind checks a command's document for its command.
func (c *command) bind(s *Session, db string, body bson.Raw, sequences []wire.Sequence) (*call, error) {
	k := &call{e: s.e, s: s, cmd: c, ns: storage.Namespace{DB: db}, body: body}
	if c.admin && db != "admin" {
		return nil, wire.Errorf(wire.Unauthorized, "%s may only be run against the admin database.", c.name)
	}
	k.args = k.room[:0]
	for name, value := range keys.Elements(body) {
		err := error(nil)
		if k.self.Type == 0 {
			k.self = value
			err = k.setTarget()
		} else {
			err = k.Add(c.name, c.accepts, name, value)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := k.addSequences(sequences); err != nil {
		return nil, err
	}
	return k, c.accepts.Complete(c.name, k.Has)
}

// sequenced are the arguments that are read by docs and so may come as a document sequence. Any other array would be
// taken for empty.
var sequenced = map[string]bool{"documents": true, "updates": true, "deletes": true, "indexes": true, "ops": true, "nsInfo": true}

// addSequences puts document sequences in place of the array arguments with their names.
func (c *call) addSequences(sequences []wire.Sequence) error {
	for _, seq := range sequences {
		if !c.cmd.accepts.Declared(seq.ID) || !sequenced[seq.ID] {
			return wire.Errorf(wire.UnknownField, "BSON field '%s.%s' is an unknown field.", c.cmd.name, seq.ID)
		}
		if c.Get(seq.ID).Type != 0 {
			return wire.Errorf(wire.DuplicateField, "BSON field '%s.%s' is a duplicate field", c.cmd.name, seq.ID)
		}
		if c.sequences == nil {
			c.sequences = map[string][]bson.Raw{}
		}
		c.sequences[seq.ID] = seq.Docs
		c.args = append(c.args, field.Arg{Name: seq.ID, Value: bson.RawValue{Type: bson.TypeArray, Value: field.EmptyDoc}})
	}
	return nil
}

// setTarget reads what the command's own field names.
func (c *call) setTarget() error {
	if c.cmd.target == onServer || c.cmd.target == onWhole && c.self.IsNumber() {
		return storage.CheckDB(c.ns.DB)
	}
	name, ok := c.self.StringValueOK()
	if !ok {
		return wire.Errorf(wire.InvalidNamespace, "collection name has invalid type %s", field.TypeName(c.self.Type))
	}
	c.ns.Coll = name
	return c.ns.Check()
}

// limitTime is the command's context with maxTimeMS, or what holds without it.
func (c *call) limitTime(ctx context.Context) (context.Context, context.CancelFunc, error) {
	ms := c.Int("maxTimeMS", c.usualTime())
	if ms < 0 || ms > 1<<31-1 {
		return nil, nil, wire.Errorf(wire.BadValue, "maxTimeMS must be between 0 and 2147483647")
	}
	if ms == 0 {
		return ctx, func() {}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(ms)*time.Millisecond)
	return ctx, cancel, nil
}
