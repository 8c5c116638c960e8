package storage

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// The first byte of a key says what is stored under it.
const (
	spaceCatalog  = 'c' // database 0 collection -> catalogEntry
	spaceDocument = 'd' // collection id, _id -> document
	spaceFormat   = 'f' // nothing -> the format's number
	spaceIndex    = 'i' // index id, value, _id -> length of the encoded _id
	spaceCount    = 'n' // collection id -> tally
	spaceOplog    = 'o' // timestamp -> running size, entry
	spaceRetry    = 'r' // hash of a logical session id and its user -> retryRecord
)

// idPrefix is the beginning of a key, with capacity for the rest of most keys.
func idPrefix(space byte, id uint64) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, 48), space), id)
}

// apart has Pebble begin a new table where another kind of keys begins. New documents and their oplog entries follow the older
// ones of their kind; a table with both would overlap all keys between them, and every compaction would write those again.
// Snapshots share tables that stay as they are.
func apart(start []byte) (policy pebble.SpanPolicy, end []byte, err error) {
	return policy, After(start[:1]), nil
}

// DocumentPrefix is the prefix of the keys of a collection's documents.
func DocumentPrefix(coll uint64) []byte { return idPrefix(spaceDocument, coll) }

// IndexPrefix is the prefix of the keys of an index.
func IndexPrefix(index uint64) []byte { return idPrefix(spaceIndex, index) }

func catalogKey(ns Namespace) []byte {
	key := append([]byte{spaceCatalog}, ns.DB...)
	return append(append(key, 0), ns.Coll...)
}

// DocumentKey is the key of the document with an _id.
func DocumentKey(coll uint64, id bson.RawValue) []byte {
	return keys.Append(DocumentPrefix(coll), id)
}

// prefixLen is the length of a space byte and an id, which every document and index key begins with.
const prefixLen = 1 + 8

// DocumentKeyOf is the key of the document that an index entry points to.
func DocumentKeyOf(coll uint64, encodedID []byte) []byte {
	return append(DocumentPrefix(coll), encodedID...)
}

// indexKey is the key of an index entry: value is an encoded value, id an encoded _id.
func indexKey(index uint64, value, id []byte) []byte {
	key := make([]byte, 0, prefixLen+len(value)+len(id))
	key = binary.BigEndian.AppendUint64(append(key, spaceIndex), index)
	return append(append(key, value...), id...)
}

// SplitIndexKey splits an index entry into its encoded value and encoded _id.
func SplitIndexKey(key, entry []byte) (value, id []byte, ok bool) {
	n, used := binary.Uvarint(entry)
	if used <= 0 || len(key) < prefixLen || n > uint64(len(key)-prefixLen) {
		return nil, nil, false
	}
	cut := len(key) - int(n)
	return key[prefixLen:cut], key[cut:], true
}

func indexEntry(id []byte) []byte { return binary.AppendUvarint(nil, uint64(len(id))) }

func timestampBytes(t bson.Timestamp) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, t.T), t.I)
}

func oplogKey(t bson.Timestamp) []byte { return append([]byte{spaceOplog}, timestampBytes(t)...) }

// After is the least key above all keys that begin with prefix. There always is one, because no key begins with 0xff.
func After(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	panic("docdb: no key follows " + hex.EncodeToString(prefix))
}

// Patience is how many rows are read between two checks of the context.
const Patience = 128
