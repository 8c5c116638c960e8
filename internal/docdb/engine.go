// Package docdb is an embedded document database that answers MongoDB's commands. One Engine is one cluster's data in one
// directory; a process may hold many.
//
// It has rooms below it, and none looks up: storage keeps documents, indexes, catalog and oplog and makes writes
// atomic and durable; query is the language; plan finds the documents that a filter asks for. The commands are here.
//
// A reading command takes a view of its collection at one instant, so a cursor sees the collection as it was when it was
// opened, whatever happens meanwhile. A find by _id reads its one document without (express.go). What must be gathered
// before it can be answered, to sort or to group, is taken from a budget that all engines of the process share (gathered).
//
// The way of a command: Session.Run checks the message against the registry (registry.go), a handler reads its arguments
// through call (args.go), a plan chooses the index and a scan walks it (package plan), and what it finds is copied once, from
// Pebble's memory to the end of the reply (batch.go), which lies where it is sent from. Documents that expire are removed
// (sweep.go). What the engine does not support, it refuses with MongoDB's error code; it never answers wrongly.
package docdb

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/concern"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/spill"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/docdb/usage"
	"github.com/telamon-db/telamon/internal/wire"
)

// Options configure an Engine. The zero value is usable.
type Options struct {
	Logger     *slog.Logger     // nil: discard
	Now        func() time.Time // wall clock of oplog timestamps and generated dates; nil: time.Now
	OplogBytes int64            // the oplog is trimmed to about this size; 0: 64 MB
	OplogAge   time.Duration    // older entries of the oplog are trimmed; 0: a week
	SweepEvery time.Duration    // between two removals of expired documents; 0: a minute, as MongoDB has it
	MustExist  bool             // do not begin a database where there is none
	Still      bool             // nothing changes by itself: no documents expire and no indexes are built

	fs    vfs.FS        // nil: the operating system's
	cache *pebble.Cache // of blocks; nil: one that all engines of the process share
	group int           // how large a batch may become; 0: 64 MB
}

const mb = 1 << 20

func (o Options) ofStore() storage.Options {
	return storage.Options{Logger: o.Logger, Now: o.Now, OplogBytes: o.OplogBytes, OplogAge: o.OplogAge, MustExist: o.MustExist, FS: o.fs, Cache: o.cache, GroupBytes: o.group}
}

// Engine is one open database directory. Its methods are safe for concurrent use.
type Engine struct {
	store   *storage.Store
	log     *slog.Logger
	started time.Time
	mono    func() time.Time // the clock of timeouts, which the domain's clock does not move

	cursors  cursorTable
	sessions sessionTable

	operations usage.Operations
	traffic    usage.Traffic
	uses       usage.Collections
	indexes    usage.Indexes
	logical    usage.Sessions
	memory     *memory.Budget           // gathered
	spill      *spill.Disk              // for what is gathered beyond that
	replies    *memory.Budget           // its share
	shares     memory.Shares[wire.User] // of users, of replies

	readTime    atomic.Int64 // Parameters.ReadTime
	members     concern.Members
	indexedOnly atomic.Bool // Parameters.IndexedOnly
}

// Open opens the database in dir and creates it if it is not there. What had been acknowledged before a crash is there.
func Open(dir string, o Options) (*Engine, error) {
	open := storage.Open
	if o.Still {
		open = storage.OpenStill
	}
	store, err := open(dir, o.ofStore())
	if err != nil {
		return nil, err
	}
	disk, err := spill.Open(cmp.Or(o.fs, vfs.Default), filepath.Join(dir, "spill"))
	if err != nil {
		return nil, errors.Join(err, store.Close(func() {}))
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.SweepEvery == 0 {
		o.SweepEvery = time.Minute
	}
	e := &Engine{store: store, log: o.Logger, started: time.Now(), mono: time.Now, memory: gathered.Part(), spill: disk, replies: replies.Share()}
	e.cursors.init()
	e.members.Set(1, 0)
	e.dropAsides()
	if !o.Still {
		store.Go(func() { e.sweepAlong(o.SweepEvery) })
	}
	return e, nil
}

// gathered is what sorts and groups of all engines of the process may hold together, those of idle cursors too: one bound
// for the memory of however many there are, as for the cache. It is enough for five of the largest at once, and for very
// many of the usual ones.
var gathered = memory.NewBudget(512 * mb)

// Close ends running commands and cursors, waits for them and closes the directory. Commands after it are refused.
func (e *Engine) Close() error { return e.store.Close(e.cursors.closeAll) }

// Trouble is why nothing can be written at the moment, or nil: the disk is full, or the process has no file descriptors
// left. Reads go on, and so do writes when that is over.
func (e *Engine) Trouble() error { return e.store.Trouble() }

// Checkpoint writes a copy of the database at one instant into dir, which must not exist, and returns the timestamp of the
// last change in it. The copy shares its immutable files with the original by hard links. Writes wait while it is made,
// and so do reads that ask for what is durable.
func (e *Engine) Checkpoint(ctx context.Context, dir string) (bson.Timestamp, error) {
	return e.store.Checkpoint(ctx, dir)
}

// ErrOplogGap is the error of a replay from an oplog that has been trimmed too far, or has never been that of the
// checkpoint.
var ErrOplogGap = storage.ErrOplogGap

// Replay brings the database in dir forward in time. The directory is a checkpoint of the database that the history is
// of; it must not be open. What the history tells of after the checkpoint is applied up to and including until, and as it
// is there: the oplog of the result is the one that the database had at that moment, and the next Replay may go on from
// it.
//
// A replay that fails leaves the directory between two changes, and perhaps with half an index: it is to be thrown away.
// The error is ErrOplogGap if the history does not have all of the changes.
func Replay(ctx context.Context, dir string, o Options, history storage.History, until bson.Timestamp) error {
	return storage.Replay(ctx, dir, o.ofStore(), history, until)
}

// History is what the oplog tells, as storage.History says. It keeps the engine open.
func (e *Engine) History(ctx context.Context, last bson.Timestamp, newest bson.Raw) iter.Seq2[bson.Raw, error] {
	return e.store.History(ctx, last, newest)
}

// Flush writes what is in memory only, beside the log, into tables. A checkpoint after it has little of the log.
func (e *Engine) Flush(ctx context.Context) error { return e.store.Flush(ctx) }

// KeepOplog has entries of the oplog stay from one on, whatever the oplog's size, until it is called again. The zero time
// keeps none.
func (e *Engine) KeepOplog(from bson.Timestamp) { e.store.KeepOplog(from) }

// Last is the time of the newest change.
func (e *Engine) Last() bson.Timestamp { return e.store.LastTimestamp() }

// Damaged reports whether an error of Open means that the data is damaged or not all there, so that trying again is of no
// use.
func Damaged(err error) bool { return storage.Damaged(err) }
