package storage

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"math"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// The oplog has an entry for every change, in the order in which the changes were applied. An entry has MongoDB's shape:
// ts, op (i insert, u update, d delete, c catalog), ns, ui (the collection's uuid), o, o2 (the updated document's key), pre
// (the document before the change, if the collection has PreImages) and wall. o is the inserted document, the deleted
// document's key, or the change of the catalog; of an update, the document that replaced another, or {$v: 2, diff: what was
// changed} (package delta).
//
// Each stored entry is preceded by the number of bytes written to the oplog up to its end, so that the oplog's size is a
// difference of two such numbers.
type oplogState struct {
	last    bson.Timestamp // of the newest entry, or the zero timestamp
	written uint64         // bytes ever written
	trimmed uint64         // of these, bytes of entries that have been trimmed
	oldest  bson.Timestamp // of the first entry that has not been trimmed

	limit int64          // bytes to which the oplog is trimmed
	keeps time.Duration  // entries younger than this are kept
	from  bson.Timestamp // entries from this time on are kept; zero: KeepOplog keeps none

	shown atomic.Uint64 // last, for replies, which do not wait for commitMu
}

// show makes last visible to replies.
func (o *oplogState) show() { o.shown.Store(uint64(o.last.T)<<32 | uint64(o.last.I)) }

// LastTimestamp returns the time of the newest visible change.
func (s *Store) LastTimestamp() bson.Timestamp {
	shown := s.oplog.shown.Load()
	return bson.Timestamp{T: uint32(shown >> 32), I: uint32(shown)}
}

// OplogWindow is the time from the oldest entry of the oplog to the newest, and whether entries before that are forgotten.
func (s *Store) OplogWindow() (window time.Duration, trimmed bool) {
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	o := &s.oplog
	return time.Duration(int64(o.last.T)-int64(o.oldest.T)) * time.Second, o.trimmed > 0
}

const (
	totalLen = 8                    // the running total before an entry
	tsOffset = totalLen + 4 + 1 + 3 // document length, type, "ts\0"
)

func oplogBounds() *pebble.IterOptions {
	space := []byte{spaceOplog}
	return &pebble.IterOptions{LowerBound: space, UpperBound: After(space)}
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
	last, end, err := placeOf(it)
	if err != nil {
		return err
	}
	o.last, o.written = last, end
	o.show()
	it.First()
	return errors.Join(o.begin(it), it.Error())
}

// begin makes the entry at it the oldest.
func (o *oplogState) begin(it *pebble.Iterator) error {
	at, end, err := placeOf(it)
	o.oldest, o.trimmed = at, end-uint64(len(it.Value()))
	return err
}

// placeOf returns the time of an entry, and the number of bytes up to its end.
func placeOf(it *pebble.Iterator) (at bson.Timestamp, end uint64, err error) {
	if len(it.Key()) != 1+8 || len(it.Value()) < totalLen {
		return at, 0, errMalformedEntry
	}
	at = bson.Timestamp{T: binary.BigEndian.Uint32(it.Key()[1:]), I: binary.BigEndian.Uint32(it.Key()[5:])}
	return at, binary.BigEndian.Uint64(it.Value()), nil
}

var errMalformedEntry = errors.New("malformed oplog entry")

// next returns the timestamp of the next entry: in the second of the wall clock, but always after the last one.
func (o *oplogState) next(now time.Time) bson.Timestamp {
	t := bson.Timestamp{T: uint32(now.Unix()), I: 1}
	if t.T <= o.last.T {
		if t = o.last; t.I == math.MaxUint32 { // four billion changes in a second
			t.T++
		}
		t.I++
	}
	return t
}

// Entries yields the oplog's entries after the time since, oldest first.
func (s *Store) Entries(ctx context.Context, since bson.Timestamp) iter.Seq2[bson.Raw, error] {
	return func(yield func(bson.Raw, error) bool) {
		o := oplogBounds()
		o.LowerBound = append(oplogKey(since), 0)
		it, err := s.db.NewIter(o)
		if err != nil {
			yield(nil, err)
			return
		}
		defer it.Close()
		for it.First(); it.Valid(); it.Next() {
			if _, _, err := placeOf(it); err != nil || ctx.Err() != nil {
				yield(nil, errors.Join(err, ctx.Err()))
				return
			}
			if !yield(bytes.Clone(it.Value()[totalLen:]), nil) {
				return
			}
		}
		if err := it.Error(); err != nil {
			yield(nil, err)
		}
	}
}

// news is the content of an oplog entry. Fields with zero values are left out.
type news struct {
	op         string
	ns         string
	coll       *Collection
	o, o2, pre bson.Raw
	wall       time.Time
}

// encode returns the entry, with room for the running total and the time, which stamp writes.
func (n news) encode() []byte {
	room := totalLen + 128 + len(n.ns) + len(n.o) + len(n.o2) + len(n.pre)
	at, dst := bsoncore.AppendDocumentStart(make([]byte, totalLen, room))
	dst = bsoncore.AppendTimestampElement(dst, "ts", 0, 0)
	dst = bsoncore.AppendStringElement(dst, "op", n.op)
	dst = bsoncore.AppendStringElement(dst, "ns", n.ns)
	if n.coll != nil {
		dst = bsoncore.AppendBinaryElement(dst, "ui", n.coll.UUID.Subtype, n.coll.UUID.Data)
	}
	dst = bsoncore.AppendDocumentElement(dst, "o", n.o)
	if n.o2 != nil {
		dst = bsoncore.AppendDocumentElement(dst, "o2", n.o2)
	}
	if n.pre != nil {
		dst = bsoncore.AppendDocumentElement(dst, "pre", n.pre)
	}
	dst = bsoncore.AppendDateTimeElement(dst, "wall", n.wall.UnixMilli())
	dst, _ = bsoncore.AppendDocumentEnd(dst, at) // at is the start that this document began with
	return dst
}

// stamp writes the running total and the time of an entry. A replayed entry keeps its time.
func (o *oplogState) stamp(entry []byte, now time.Time) bson.Timestamp {
	t := bson.Timestamp{T: binary.LittleEndian.Uint32(entry[tsOffset+4:]), I: binary.LittleEndian.Uint32(entry[tsOffset:])}
	if t.IsZero() {
		t = o.next(now)
	}
	o.last = t
	o.written += uint64(len(entry))
	binary.BigEndian.PutUint64(entry, o.written)
	binary.LittleEndian.PutUint32(entry[tsOffset:], t.I)
	binary.LittleEndian.PutUint32(entry[tsOffset+4:], t.T)
	return t
}

// LimitOplog sets the size to which the oplog is trimmed, about, from now on; 0 is Options.OplogBytes. Entries younger than
// keeps stay, whatever the size.
func (s *Store) LimitOplog(bytes int64, keeps time.Duration) {
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	s.oplog.limit, s.oplog.keeps = cmp.Or(bytes, s.opts.OplogBytes), keeps
}

// KeepOplog keeps the oplog's entries from a time on, whatever their age and size, until it is called again. The zero time
// keeps none.
func (s *Store) KeepOplog(from bson.Timestamp) {
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	s.oplog.from = from
}

// trimOplog deletes the oldest entries when the oplog has outgrown its size or its age by an eighth. Entries that
// LimitOplog and KeepOplog keep stay, and so does the newest one, because the next timestamp must be after it. If a crash
// undoes a trim, that is harmless, so it does not wait for the disk. The caller holds commitMu.
func (s *Store) trimOplog(now time.Time) error {
	size, age := uint64(s.oplog.limit), max(s.opts.OplogAge, s.oplog.keeps)
	before := func(at bson.Timestamp, age time.Duration) bool { return int64(at.T) < now.Add(-age).Unix() }
	stays := func(at bson.Timestamp) bool { return s.oplog.keeps > 0 && !before(at, s.oplog.keeps) }
	held := func(at bson.Timestamp) bool { return !s.oplog.from.IsZero() && !at.Before(s.oplog.from) }
	if held(s.oplog.oldest) || (s.oplog.written-s.oplog.trimmed <= size+size/8 || stays(s.oplog.oldest)) && !before(s.oplog.oldest, age+age/8) {
		return nil
	}
	it, err := s.db.NewIter(oplogBounds())
	if err != nil {
		return err
	}
	defer it.Close()
	for it.First(); it.Valid(); it.Next() {
		at, end, err := placeOf(it)
		if err != nil {
			return err
		}
		if (s.oplog.written-end < size || stays(at)) && !before(at, age) || held(at) || at == s.oplog.last {
			return errors.Join(s.oplog.begin(it), s.db.DeleteRange([]byte{spaceOplog}, it.Key(), pebble.NoSync))
		}
	}
	return it.Error()
}
