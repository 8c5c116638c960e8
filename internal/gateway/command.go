package gateway

import (
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/wire"
)

// command is a message as authorization reads it.
type command struct {
	name, db  string
	body      bson.Raw
	sequences []wire.Sequence
}

func commandOf(m *wire.Msg) command {
	return command{name: m.Name(), db: m.DB(), body: m.Body, sequences: m.Sequences}
}

// sequenced are the fields that may come as document sequences, by command. Its rule and the engine read them there.
var sequenced = map[string][]string{
	"insert": {"documents"}, "update": {"updates"}, "delete": {"deletes"}, "bulkWrite": {"ops", "nsInfo"},
	"createIndexes": {"indexes"},
}

// readable refuses flags of another type, and document sequences for other fields: authorization does not read them, and an
// engine might.
func (c command) readable() error {
	if err := flags(c.body); err != nil {
		return err
	}
	for _, s := range c.sequences {
		if !slices.Contains(sequenced[c.name], s.ID) {
			return wire.Errorf(wire.UnknownField, "BSON field '%s.%s' is an unknown field.", c.name, s.ID)
		}
	}
	return nil
}

// value is the value of the command's first field, which names the command.
func (c command) value() bson.RawValue { return c.body.Lookup(c.name) }

// flag reports whether the flag is set. flags has checked that it is a boolean or a number.
func (c command) flag(field string) bool { return isSet(c.body.Lookup(field)) }

func isSet(v bson.RawValue) bool {
	set, _ := wire.Flag(v)
	return set
}

// has reports whether the field has a value.
func (c command) has(field string) bool { return wire.Given(c.body.Lookup(field)) }

// flagNames are the flags that decide what a command needs, in commands and in their statements.
var flagNames = map[string]bool{
	"$ownOps": true, "authorizedCollections": true, "authorizedDatabases": true, "bypassDocumentValidation": true,
	"dropTarget": true, "nameOnly": true, "remove": true, "showCredentials": true, "showPrivileges": true, "upsert": true,
}

// flags refuses documents with a flag that is neither a boolean nor a number, because it is not clear whether such a flag
// is set.
func flags(docs ...bson.Raw) error {
	for _, doc := range docs {
		for rest := doc[4 : len(doc)-1]; len(rest) > 0; {
			var e bsoncore.Element
			var ok bool
			if e, rest, ok = bsoncore.ReadElement(rest); !ok {
				return wire.Errorf(wire.InvalidBSON, "a document is malformed")
			}
			if name := e.KeyBytes(); flagNames[string(name)] && !isFlag(e.Value()) {
				return wire.Errorf(wire.TypeMismatch, "field '%s' must be a boolean or a number", name)
			}
		}
	}
	return nil
}

func isFlag(v bsoncore.Value) bool {
	_, ok := wire.Flag(bson.RawValue{Type: bson.Type(v.Type), Value: v.Data})
	return ok
}

// statements returns the documents of an array field. It refuses documents that can be read in two ways.
func (c command) statements(field string) ([]bson.Raw, error) {
	docs, err := c.documents(field)
	if err == nil {
		err = unambiguous(docs)
	}
	if err == nil {
		err = flags(docs...)
	}
	return docs, err
}

// documents returns the elements of an array field, from the body or a document sequence.
func (c command) documents(field string) ([]bson.Raw, error) {
	for _, s := range c.sequences {
		if s.ID == field {
			return s.Docs, nil
		}
	}
	return documents(c.body.Lookup(field), field)
}

// documents returns the documents of an array value. A missing array is empty.
func documents(v bson.RawValue, field string) ([]bson.Raw, error) {
	if !wire.Given(v) {
		return nil, nil
	}
	array, ok := v.ArrayOK()
	if !ok {
		return nil, wire.Errorf(wire.TypeMismatch, "'%s' must be an array", field)
	}
	values, err := array.Values()
	if err != nil {
		return nil, wire.Errorf(wire.InvalidBSON, "'%s' is malformed", field)
	}
	docs := make([]bson.Raw, 0, len(values))
	for _, v := range values {
		doc, ok := v.DocumentOK()
		if !ok {
			return nil, wire.Errorf(wire.TypeMismatch, "'%s' must hold documents", field)
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// unambiguous refuses documents that have a field twice: the engine could read the one that authorization did not.
func unambiguous(docs []bson.Raw) error {
	for _, doc := range docs {
		elements, err := doc.Elements()
		if err != nil {
			return wire.Errorf(wire.InvalidBSON, "a document is malformed")
		}
		seen := make(map[string]bool, len(elements))
		for _, e := range elements {
			if seen[e.Key()] {
				return wire.Errorf(wire.DuplicateField, "field %q occurs twice", e.Key())
			}
			seen[e.Key()] = true
		}
	}
	return nil
}

// refused is the error for a command that the caller's roles do not allow, worded as MongoDB words it. It shows the
// command's name, collection and database, never a document.
func (c command) refused() error {
	target := "?"
	if s, ok := c.value().StringValueOK(); ok {
		target = fmt.Sprintf("%q", wire.Short(s))
	} else if f, ok := c.value().AsFloat64OK(); ok {
		target = fmt.Sprint(f)
	}
	return wire.Errorf(wire.Unauthorized, "not authorized on %s to execute command { %s: %s, $db: %q }", c.db, c.name, target, c.db)
}

// resource is what an action acts on: the cluster, a database (coll is empty) or a collection.
// The database "" stands for all databases together.
type resource struct {
	cluster  bool
	db, coll string
}

// system reports whether r is one of the collections that MongoDB keeps its own records in.
// Source: MongoDB manual, "Built-In Roles": system collections.
func (r resource) system() bool {
	return strings.HasPrefix(r.coll, "system.") || r.db == "local" && strings.HasPrefix(r.coll, "replset.")
}

func database(db string) (resource, error) { return resource{db: db}, wire.CheckDatabase(db) }

func namespace(db, coll string) (resource, error) {
	return resource{db: db, coll: coll}, wire.CheckNamespace(db, coll)
}

// splitNamespace reads "db.collection".
func splitNamespace(v bson.RawValue) (resource, error) {
	s, ok := v.StringValueOK()
	if !ok {
		return resource{}, wire.Errorf(wire.TypeMismatch, "a namespace must be a string")
	}
	return namespace(wire.SplitNamespace(s))
}
