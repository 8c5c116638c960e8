// Package wire reads and writes the MongoDB wire protocol: message framing, OP_MSG, the legacy OP_QUERY greeting,
// OP_COMPRESSED, and the shape of an error reply.
//
// It knows bytes and nothing of what commands mean. The gateway and the document engine stand on it.
// Source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
package wire

import (
	"bytes"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Msg is one OP_MSG: the command document (section kind 0) and its document sequences (section kind 1).
type Msg struct {
	Flags     Flags
	Body      bson.Raw
	Sequences []Sequence

	name, db string // of Body, if ParseMsg has seen them
}

// Sequence is a document sequence: documents that belong to the command's array field named ID.
type Sequence struct {
	ID   string
	Docs []bson.Raw
}

// Flags are OP_MSG's flag bits.
type Flags uint32

// The flag bits that OP_MSG defines. A set bit among the low 16 that is not one of these makes a message invalid.
const (
	ChecksumPresent Flags = 1 << 0
	MoreToCome      Flags = 1 << 1
	ExhaustAllowed  Flags = 1 << 16
)

// Name is the command's name: the key of the body's first element, or "" for an empty body.
func (m *Msg) Name() string {
	const first = 4 + 1 // behind the document's length and the element's type
	if m.name != "" || len(m.Body) < first {
		return m.name
	}
	return string(m.Body[first : first+max(0, bytes.IndexByte(m.Body[first:], 0))])
}

// DB is the database that the command names in $db, or "".
func (m *Msg) DB() string {
	if m.db != "" {
		return m.db
	}
	name, _ := m.Body.Lookup("$db").StringValueOK()
	return name
}

// secret are the commands that may have a password or a proof of one.
var secret = map[string]bool{"createUser": true, "updateUser": true, "saslStart": true, "saslContinue": true, "authenticate": true}

// Secret reports whether no log may have the command's fields.
func (m *Msg) Secret() bool { return secret[m.Name()] }

// Collection returns the name of the collection that the command is about, or "". Commands name it by the value of their
// first field; getMore does by another one.
func (m *Msg) Collection() string {
	field := m.Name()
	if field == "getMore" {
		field = "collection"
	}
	name, _ := m.Body.Lookup(field).StringValueOK()
	return name
}
