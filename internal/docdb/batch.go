package docdb

import (
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// replies is what the replies of all engines of the process hold together until they are sent, beside small ones, and the
// documents that cursors keep for the next one.
var replies = memory.NewBudget(256 * mb)

const (
	smallReply   = 64 << 10                // bytes that are not counted
	replyAccount = 4 * storage.MaxDocument // bytes of one reply, which grows by doubling
)

// batch is a cursor's reply while its documents are written: each is copied once, from where it is stored.
type batch struct {
	room          *memory.Account // of the session, until the reply is sent
	err           error           // why there was no room for a document
	out           []byte
	cursor, array int32 // where the documents began that are open in out
	limit         int64 // documents at most; negative: any number
	docs          int64
	bytes         int // of the documents
}

// newBatch begins the call's reply with a batch of the name.
func (c *call) newBatch(name string, limit int64) batch {
	b := batch{limit: limit, room: &c.s.reply}
	b.cursor, b.out = bsoncore.AppendDocumentElementStart(c.out, "cursor")
	b.array, b.out = bsoncore.AppendArrayElementStart(b.out, name)
	return b
}

// full reports whether the batch has as many documents as it may.
func (b *batch) full() bool { return b.limit >= 0 && b.docs >= b.limit }

// add adds a document, or reports that it would be too much for one reply, or more than there is memory for: then err says so.
func (b *batch) add(doc bson.Raw) bool {
	if b.docs > 0 && b.bytes+len(doc) > batchBytes {
		return false
	}
	if room := len(doc) + 16; cap(b.out)-len(b.out) < room && !b.grow(max(room, len(b.out))) { // twice as large: it is copied seldom
		return false
	}
	b.out = append(b.out, byte(bson.TypeEmbeddedDocument))
	b.out = append(strconv.AppendInt(b.out, b.docs, 10), 0)
	b.out = append(b.out, doc...)
	b.bytes += len(doc)
	b.docs++
	return true
}

func (b *batch) grow(n int) bool {
	if len(b.out)+n > smallReply {
		if b.err = b.room.Take(n); b.err != nil {
			return false
		}
	}
	b.out = slices.Grow(b.out, n)
	return true
}

// end completes the reply of a cursor, whose id is 0 if there is nothing more.
func (b *batch) end(id int64, ns storage.Namespace) []byte {
	b.out, _ = bsoncore.AppendArrayEnd(b.out, b.array) // this and the other index are where they began
	b.out = bsoncore.AppendInt64Element(b.out, "id", id)
	b.out = bsoncore.AppendStringElement(b.out, "ns", ns.String())
	b.out, _ = bsoncore.AppendDocumentEnd(b.out, b.cursor)
	return b.out
}
