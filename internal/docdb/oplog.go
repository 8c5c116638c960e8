package docdb

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// The oplog tells of every change in the order in which the changes were applied. An entry has MongoDB's shape: ts, op (i
// insert, u update, d delete, c catalog), ns, ui (the collection's uuid), o (the inserted document, the document after an
// update, the deleted document's _id, or the catalog change), o2 (the updated document's _id) and wall.
//
// Before each stored entry stands the number of bytes written to the oplog up to its end, so that the oplog's size is a
// subtraction.
type oplogState struct {
	last    bson.Timestamp // of the newest entry, or the zero timestamp
	written uint64         // bytes ever written
	trimmed uint64         // of these, how many are gone
}

const (
	totalLen = 8                    // the running total before an entry
	tsOffset = totalLen + 4 + 1 + 3 // document length, type, "ts\0"
)

func oplogBounds() *pebble.IterOptions {
	space := []byte{spaceOplog}
	return &pebble.IterOptions{LowerBound: space, UpperBound: after(space)}
}

func (o *oplogState) load(db *pebble.DB) error {
	it, err := db.NewIter(oplogBounds())
	if err != nil {
		return err
	}
	defer it.Close()
	if !it.Last() {
		return it.Error()
	}
	if len(it.Key()) != 1+8 || len(it.Value()) < totalLen {
		return errors.New("malformed oplog entry")
	}
	o.last = bson.Timestamp{T: binary.BigEndian.Uint32(it.Key()[1:]), I: binary.BigEndian.Uint32(it.Key()[5:])}
	o.written = binary.BigEndian.Uint64(it.Value())
	if it.First() && len(it.Value()) >= totalLen {
		o.trimmed = binary.BigEndian.Uint64(it.Value()) - uint64(len(it.Value()))
	}
	return it.Error()
}

// next is the timestamp of the next entry: the wall clock's second, but never at or before the last timestamp.
func (o *oplogState) next(now time.Time) bson.Timestamp {
	t := bson.Timestamp{T: uint32(now.Unix()), I: 1}
	if t.T > o.last.T {
		o.last = t
	} else if o.last.I++; o.last.I == 0 { // four billion changes in a second
		o.last.T++
	}
	return o.last
}

// newEntry encodes an oplog entry with room for what stamp puts in. Zero fields are left out.
func newEntry(op string, ns string, coll *collection, o, o2 bson.Raw, wall time.Time) []byte {
	at, dst := bsoncore.AppendDocumentStart(make([]byte, totalLen, totalLen+128+len(ns)+len(o)))
	dst = bsoncore.AppendTimestampElement(dst, "ts", 0, 0)
	dst = bsoncore.AppendStringElement(dst, "op", op)
	dst = bsoncore.AppendStringElement(dst, "ns", ns)
	if coll != nil {
		dst = bsoncore.AppendBinaryElement(dst, "ui", coll.uuid.Subtype, coll.uuid.Data)
	}
	dst = bsoncore.AppendDocumentElement(dst, "o", o)
	if o2 != nil {
		dst = bsoncore.AppendDocumentElement(dst, "o2", o2)
	}
	dst = bsoncore.AppendDateTimeElement(dst, "wall", wall.UnixMilli())
	dst, _ = bsoncore.AppendDocumentEnd(dst, at) // at is the start that this document began with
	return dst
}

// stamp gives entry its place in the oplog.
func (o *oplogState) stamp(entry []byte, now time.Time) bson.Timestamp {
	t := o.next(now)
	o.written += uint64(len(entry))
	binary.BigEndian.PutUint64(entry, o.written)
	binary.LittleEndian.PutUint32(entry[tsOffset:], t.I)
	binary.LittleEndian.PutUint32(entry[tsOffset+4:], t.T)
	return t
}

// trimOplog deletes the oldest entries when the oplog has outgrown its size by an eighth. The newest entry stays: the
// timestamps' order hangs on it. Losing a trim in a crash is harmless, so it does not wait for the disk.
// The caller holds commitMu.
func (e *Engine) trimOplog() error {
	limit := uint64(e.opts.OplogBytes)
	if e.oplog.written-e.oplog.trimmed <= limit+limit/8 {
		return nil
	}
	it, err := e.db.NewIter(oplogBounds())
	if err != nil {
		return err
	}
	defer it.Close()
	newest := oplogKey(e.oplog.last)
	for it.First(); it.Valid(); it.Next() {
		end := binary.BigEndian.Uint64(it.Value())
		if e.oplog.written-end < limit || string(it.Key()) == string(newest) {
			e.oplog.trimmed = end - uint64(len(it.Value()))
			return e.db.DeleteRange([]byte{spaceOplog}, it.Key(), pebble.NoSync)
		}
	}
	return it.Error()
}
