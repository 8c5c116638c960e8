package docdb

import (
	"bytes"
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/wire"
)

// Limits of documents and commands. Source: MongoDB Limits and Thresholds; maxDepth is the server's own default for
// nesting in BSON (maxBSONDepth), commandDepth leaves room for what a command wraps around a document.
const (
	maxDocument  = 16 * mb
	maxDepth     = 180
	commandDepth = maxDepth + 20
	maxBatch     = 100_000
)

// checkBSON refuses what is not well-formed BSON and what is nested deeper than depth. It goes no deeper itself, so that
// hostile input cannot exhaust the stack.
func checkBSON(doc []byte, depth int) error {
	if depth <= 0 {
		return wire.Errorf(wire.Overflow, "BSON document is nested too deeply")
	}
	if len(doc) < 5 || int(int32(binary.LittleEndian.Uint32(doc))) != len(doc) || doc[len(doc)-1] != 0 {
		return errMalformed
	}
	for rest := doc[4 : len(doc)-1]; len(rest) > 0; {
		typ, key, _, ok := bsoncore.ReadHeader(rest)
		if !ok {
			return errMalformed
		}
		rest = rest[1+len(key)+1:]
		value, after, ok := bsoncore.ReadValue(rest, typ)
		if !ok {
			return errMalformed
		}
		if err := checkValue(value, depth); err != nil {
			return err
		}
		rest = after
	}
	return nil
}

var errMalformed = wire.Errorf(wire.InvalidBSON, "malformed BSON")

func checkValue(v bsoncore.Value, depth int) error {
	switch v.Type {
	case bsoncore.TypeEmbeddedDocument, bsoncore.TypeArray:
		return checkBSON(v.Data, depth-1)
	case bsoncore.TypeCodeWithScope:
		code, scope, ok := v.CodeWithScopeOK()
		if !ok || len(v.Data) != 4+4+len(code)+1+len(scope) || v.Data[4+4+len(code)] != 0 {
			return errMalformed
		}
		return checkBSON(scope, depth-1)
	case bsoncore.TypeString, bsoncore.TypeJavaScript, bsoncore.TypeSymbol:
		return checkText(v.Data)
	case bsoncore.TypeDBPointer:
		return checkText(v.Data[:len(v.Data)-12])
	case bsoncore.TypeBoolean:
		if v.Data[0] > 1 {
			return errMalformed
		}
	case bsoncore.TypeBinary:
		if _, _, ok := v.BinaryOK(); !ok {
			return errMalformed
		}
	}
	return nil
}

// checkText refuses a string that does not end in the zero byte that its length counts.
func checkText(data []byte) error {
	if len(data) < 5 || data[len(data)-1] != 0 {
		return errMalformed
	}
	return nil
}

// storable returns doc as it may be stored: with an _id, which is first, or why it may not be.
func storable(doc bson.Raw) (bson.Raw, error) {
	id, err := doc.LookupErr("_id")
	if err != nil {
		id = newObjectID()
	}
	if err := checkID(id); err != nil {
		return nil, err
	}
	doc = withIDFirst(doc, id)
	if len(doc) > maxDocument {
		return nil, wire.Errorf(wire.BSONObjectTooLarge, "object to insert too large. size in bytes: %d, max size: %d", len(doc), maxDocument)
	}
	return doc, checkBSON(doc, maxDepth)
}

// checkID refuses what may not identify a document.
func checkID(id bson.RawValue) error {
	switch id.Type {
	case bson.TypeArray:
		return wire.Errorf(wire.InvalidIDField, "The '_id' value cannot be of type array")
	case bson.TypeRegex:
		return wire.Errorf(wire.InvalidIDField, "The '_id' value cannot be of type regex")
	case bson.TypeUndefined:
		return wire.Errorf(wire.InvalidIDField, "The '_id' value cannot be of type undefined")
	case bson.TypeEmbeddedDocument:
		first, err := id.Document().IndexErr(0)
		if err == nil && bytes.HasPrefix([]byte(first.Key()), []byte("$")) {
			return wire.Errorf(wire.DollarPrefixedFieldName, "_id fields may not contain '$'-prefixed fields: %s is not valid for storage.", first.Key())
		}
	}
	return nil
}

func newObjectID() bson.RawValue {
	id := bson.NewObjectID()
	return bson.RawValue{Type: bson.TypeObjectID, Value: id[:]}
}

// withIDFirst is doc with id as its first field.
func withIDFirst(doc bson.Raw, id bson.RawValue) bson.Raw {
	if first, err := doc.IndexErr(0); err == nil && first.Key() == "_id" {
		return doc
	}
	at, dst := bsoncore.AppendDocumentStart(make([]byte, 0, len(doc)+32))
	dst = bsoncore.AppendValueElement(dst, "_id", bsoncore.Value{Type: bsoncore.Type(id.Type), Data: id.Value})
	elements, _ := doc.Elements() // doc has been checked
	for _, el := range elements {
		if el.Key() != "_id" {
			dst = append(dst, el...)
		}
	}
	dst, _ = bsoncore.AppendDocumentEnd(dst, at) // at is the start that this document began with
	return dst
}
