package docdb

import (
	"encoding/binary"
	"encoding/hex"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// The first byte of a key says what is stored under it.
const (
	spaceCatalog  = 'c' // database 0 collection -> catalogEntry
	spaceDocument = 'd' // collection id, _id -> document
	spaceIndex    = 'i' // index id, value, _id -> length of the encoded _id
	spaceCount    = 'n' // collection id -> tally
	spaceOplog    = 'o' // timestamp -> running size, entry
	spaceRetry    = 'r' // hash of a logical session id and its user -> retryRecord
)

// idPrefix is the beginning of a key, with room for the rest of most.
func idPrefix(space byte, id uint64) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, 48), space), id)
}

func catalogKey(ns namespace) []byte {
	key := append([]byte{spaceCatalog}, ns.db...)
	return append(append(key, 0), ns.coll...)
}

func documentKey(coll uint64, id bson.RawValue) []byte {
	return keys.Append(idPrefix(spaceDocument, coll), id)
}

// prefixLen is the length of a space byte and an id, which every document and index key begins with.
const prefixLen = 1 + 8

// documentKeyOf is the key of the document that an index entry points to.
func documentKeyOf(coll uint64, encodedID []byte) []byte {
	return append(idPrefix(spaceDocument, coll), encodedID...)
}

// indexKey is the key of an index entry: value is an encoded value, id an encoded _id.
func indexKey(index uint64, value, id []byte) []byte {
	key := make([]byte, 0, prefixLen+len(value)+len(id))
	key = binary.BigEndian.AppendUint64(append(key, spaceIndex), index)
	return append(append(key, value...), id...)
}

// splitIndexKey parts an index entry into its encoded value and encoded _id.
func splitIndexKey(key, entry []byte) (value, id []byte, ok bool) {
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

// after is the least key above all keys that begin with prefix. No space byte is 0xff, so there always is one.
func after(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	panic("docdb: no key follows " + hex.EncodeToString(prefix))
}
