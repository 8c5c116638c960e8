// Package reply writes the documents of a reply into the buffer from which it is sent.
package reply

import (
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// Sizes of replies.
const (
	Small   = 64 << 10                // bytes that are not counted
	Account = 4 * storage.MaxDocument // bytes of one reply, which grows by doubling
	most    = storage.MaxDocument     // bytes of the documents of one reply
)

// Batch is a cursor's reply while its documents are written. Each is copied once, from the store.
type Batch struct {
	room          *memory.Account // of the session, until the reply is sent
	Partial       bool            // another batch can follow: this one leaves room for other replies
	Err           error           // why there was no room for a document
	out           []byte
	cursor, array int32 // where the documents that are not complete begin in out
	limit         int64 // documents at most; negative: any number
	Docs          int64
	bytes         int // of the documents
}

// NewBatch begins a batch after out: an array called name, of at most limit documents. The memory of the reply is taken
// from room.
func NewBatch(out []byte, name string, limit int64, room *memory.Account) Batch {
	b := Batch{limit: limit, room: room}
	b.cursor, b.out = bsoncore.AppendDocumentElementStart(out, "cursor")
	b.array, b.out = bsoncore.AppendArrayElementStart(b.out, name)
	return b
}

// Full reports whether the batch has as many documents as it may.
func (b *Batch) Full() bool { return b.limit >= 0 && b.Docs >= b.limit }

// Add adds a document, and reports whether it did. It does not if the reply would become too large, or if there is no
// memory for it: then Err says so.
func (b *Batch) Add(doc bson.Raw) bool {
	if b.Docs > 0 && b.bytes+len(doc) > most {
		return false
	}
	if room := len(doc) + 16; cap(b.out)-len(b.out) < room && !b.grow(max(room, len(b.out))) { // doubled, so that it is seldom copied
		return false
	}
	b.out = append(b.out, byte(bson.TypeEmbeddedDocument))
	b.out = append(strconv.AppendInt(b.out, b.Docs, 10), 0)
	b.out = append(b.out, doc...)
	b.bytes += len(doc)
	b.Docs++
	return true
}

func (b *Batch) grow(n int) bool {
	switch {
	case len(b.out)+n <= Small:
	case b.Partial && b.Docs > 0:
		if !b.room.Spare(n) {
			return false
		}
	default:
		if b.Err = b.room.Take(n); b.Err != nil {
			return false
		}
	}
	b.out = slices.Grow(b.out, n)
	return true
}

// End completes the reply of a cursor, whose id is 0 if there is nothing more.
func (b *Batch) End(id int64, ns storage.Namespace) []byte {
	b.out, _ = bsoncore.AppendArrayEnd(b.out, b.array) // the error is only for a wrong start
	b.out = bsoncore.AppendInt64Element(b.out, "id", id)
	b.out = bsoncore.AppendStringElement(b.out, "ns", ns.String())
	b.out, _ = bsoncore.AppendDocumentEnd(b.out, b.cursor)
	return b.out
}
