package storage

import (
	"bytes"
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/wire"
)

// Limits of documents. Source: MongoDB Limits and Thresholds; maxDepth is the server's own default for nesting in BSON
// (maxBSONDepth).
const (
	MaxDocument = 16 * mb
	MaxDepth    = 180
)

// Storable returns doc in the form in which it is stored, with its _id first, or an error that says why it cannot be
// stored.
func Storable(doc bson.Raw) (bson.Raw, error) {
	id, err := doc.LookupErr("_id")
	if err != nil {
		id = newObjectID()
	}
	if err := checkID(id); err != nil {
		return nil, err
	}
	doc = withIDFirst(doc, id)
	if len(doc) > MaxDocument {
		return nil, wire.Errorf(wire.BSONObjectTooLarge, "object to insert too large. size in bytes: %d, max size: %d", len(doc), MaxDocument)
	}
	return doc, wire.Validate(doc, MaxDepth)
}

// checkID returns an error if a value may not be an _id.
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

// withIDFirst returns doc with id as its first field.
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

// Stamped returns doc with a unique timestamp in place of each Timestamp(0, 0) among its top-level fields, except _id.
// Source: MongoDB manual, "BSON Types", timestamps.
func (t *Tx) Stamped(doc bson.Raw) bson.Raw {
	if bytes.IndexByte(doc, byte(bson.TypeTimestamp)) < 0 {
		return doc
	}
	own := false
	elements, _ := doc.Elements() // doc has been checked
	at := 4
	for _, el := range elements {
		at += len(el)
		if v := el.Value(); v.Type != bson.TypeTimestamp || !bytes.Equal(v.Value, make([]byte, 8)) || el.Key() == "_id" {
			continue
		}
		if !own {
			doc, own = bytes.Clone(doc), true
		}
		binary.LittleEndian.PutUint32(doc[at-8:], t.store.stamps.Add(1))
		binary.LittleEndian.PutUint32(doc[at-4:], uint32(t.Now.Unix()))
	}
	return doc
}
