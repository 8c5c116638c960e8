// Package docdb is an embedded document database that answers MongoDB's commands. One Engine is one cluster's data in one
// directory; a process may hold many.
//
// A write command runs under its collection's lock and gathers everything it changes in one Pebble batch: documents, index
// entries, the catalog, the oplog entries that tell of it, and the outcome of a retryable write. The batch is applied in
// one step, so a reader sees all of it or nothing; then the lock is released, and only the waiting for the disk is left,
// which concurrent writers share. A command is answered when its batch is durable.
//
// A reading command takes a Pebble snapshot together with the catalog of the same instant, so a cursor sees the collection
// as it was when it was opened, whatever happens meanwhile. A find by _id reads its one document without (express.go). What
// must be gathered before it can be answered, to sort or to group, is taken from a budget that all engines of the process
// share (gathered).
//
// The way of a command: Session.Run checks the message against the registry (registry.go), a handler reads its arguments
// through call (args.go), a plan chooses the index (plan.go, planner.go, or.go), a scan walks it (scan.go), and what it finds
// is copied once, from Pebble's memory to the end of the reply (batch.go), which lies where it is sent from. Indexes are built
// while writes go on (builds.go), and documents that expire are removed (sweep.go). A checkpoint copies the database as it
// is at an instant; Replay brings a copy forward to any moment of the oplog (replay.go). What the engine does not support,
// it refuses with MongoDB's error code; it never answers wrongly.
package docdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
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

	fs vfs.FS // nil: the operating system's
}

const mb = 1 << 20

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OplogBytes == 0 {
		o.OplogBytes = 64 * mb
	}
	if o.OplogAge == 0 {
		o.OplogAge = 7 * 24 * time.Hour
	}
	if o.SweepEvery == 0 {
		o.SweepEvery = time.Minute
	}
	if o.fs == nil {
		o.fs = vfs.Default
	}
	return o
}

// Engine is one open database directory. Its methods are safe for concurrent use.
type Engine struct {
	opts    Options
	dir     string
	log     *slog.Logger
	db      *pebble.DB
	started time.Time
	mono    func() time.Time // the clock of timeouts, which the domain's clock does not move

	catalog  catalog
	locks    nsLocks
	cursors  cursorTable
	sessions sessionTable

	commitMu sync.Mutex // orders batches; guards oplog and applied
	oplog    oplogState
	applied  uint64        // batches applied so far
	durable  atomic.Uint64 // of these, how many are known to be on disk
	waiting  atomic.Int64  // writers that wait for the disk

	buildMu sync.Mutex // guards builds
	builds  map[uint64]chan struct{}

	ctx    context.Context // ends when Close begins
	cancel context.CancelFunc
	tasks  sync.WaitGroup // what runs beside commands; Close waits for it
	life   sync.RWMutex   // read-held by everything that uses db
	closed bool
	stats  counters
	group  int            // groupBytes
	memory *memory.Budget // gathered
}

// Open opens the database in dir and creates it if it is not there. What had been acknowledged before a crash is there.
func Open(dir string, o Options) (*Engine, error) {
	e, err := openStill(dir, o)
	if err != nil {
		return nil, err
	}
	e.resumeBuilds()
	e.tasks.Go(e.sweepAlong)
	return e, nil
}

// openStill opens the database without anything that changes it by itself.
func openStill(dir string, o Options) (*Engine, error) {
	o = o.withDefaults()
	e := &Engine{opts: o, dir: dir, log: o.Logger, started: time.Now(), mono: time.Now, group: groupBytes, memory: gathered}
	db, err := pebble.Open(dir, e.pebbleOptions())
	if err != nil {
		return nil, fmt.Errorf("docdb: open %s: %w", filepath.Base(dir), err)
	}
	e.db = db
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.locks.init()
	e.cursors.init()
	if err := errors.Join(e.catalog.load(db), e.oplog.load(db)); err != nil {
		return nil, errors.Join(fmt.Errorf("docdb: open %s: %w", filepath.Base(dir), err), db.Close())
	}
	return e, nil
}

// cache holds blocks of all engines of the process: one bound for the memory of however many there are. It grows with what
// is read.
var cache = sync.OnceValue(func() *pebble.Cache { return pebble.NewCache(128 * mb) })

// gathered is what sorts and groups of all engines of the process may hold together, those of idle cursors too: one bound
// for the memory of however many there are, as for the cache. It is enough for five of the largest at once, and for very
// many of the usual ones.
var gathered = memory.NewBudget(512 * mb)

// pebbleOptions keep an idle engine small: a laptop runs many of them.
func (e *Engine) pebbleOptions() *pebble.Options {
	o := e.opts
	p := &pebble.Options{
		FS:                          o.fs,
		ErrorIfNotExists:            o.MustExist,
		Logger:                      pebbleLogger{o.Logger},
		Cache:                       cache(),
		MemTableSize:                4 * mb,
		MemTableStopWritesThreshold: 4,
		L0CompactionThreshold:       2, // a range is sought in every table of level 0
		MaxOpenFiles:                256,
		FormatMajorVersion:          pebble.FormatNewest,
		WALMinSyncInterval:          e.syncInterval,
		CompactionConcurrencyRange:  func() (int, int) { return 1, 1 },
		// A table that has gone bad is an error of whoever reads it, not the end of all the clusters of the process.
		EventListener: &pebble.EventListener{DataCorruption: func(info pebble.DataCorruptionInfo) {
			o.Logger.Error("data corruption", "path", info.Path, "error", info.Details)
		}},
	}
	for i := range p.Levels {
		p.Levels[i] = pebble.LevelOptions{BlockSize: 16 << 10, IndexBlockSize: 256 << 10, FilterPolicy: bloom.FilterPolicy(10)}
	}
	return p
}

// syncInterval is the time from one sync of the log to the next, at least. When many writers wait, some more will soon: they
// share the next one. Few writers are not held up. (PostgreSQL has commit_delay and commit_siblings for it.)
func (e *Engine) syncInterval() time.Duration {
	if e.waiting.Load() < 8 {
		return 0
	}
	return 500 * time.Microsecond
}

// Close ends running commands and cursors, waits for them and closes the directory. Commands after it are refused.
func (e *Engine) Close() error {
	e.cancel()
	e.tasks.Wait()
	e.life.Lock()
	defer e.life.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	e.cursors.closeAll()
	if err := e.db.Close(); err != nil {
		return fmt.Errorf("docdb: close: %w", err)
	}
	return nil
}

// enter keeps the engine open until leave is called.
func (e *Engine) enter() error {
	e.life.RLock()
	if e.closed || e.ctx.Err() != nil {
		e.life.RUnlock()
		return wire.Errorf(wire.ShutdownInProgress, "the database is shutting down")
	}
	return nil
}

func (e *Engine) leave() { e.life.RUnlock() }

// Checkpoint writes a copy of the database at one instant into dir, which must not exist, and returns the timestamp of the
// last change in it. The copy shares its immutable files with the original by hard links. Writes wait while it is made,
// and so do reads that ask for what is durable.
func (e *Engine) Checkpoint(ctx context.Context, dir string) (bson.Timestamp, error) {
	if err := ctx.Err(); err != nil {
		return bson.Timestamp{}, err
	}
	if err := e.enter(); err != nil {
		return bson.Timestamp{}, err
	}
	defer e.leave()
	e.commitMu.Lock()
	defer e.commitMu.Unlock()
	if err := e.db.Checkpoint(dir, pebble.WithFlushedWAL()); err != nil {
		if errors.Is(err, os.ErrExist) {
			return bson.Timestamp{}, fmt.Errorf("docdb: checkpoint: %s exists", filepath.Base(dir))
		}
		return bson.Timestamp{}, fmt.Errorf("docdb: checkpoint: %w", err)
	}
	return e.oplog.last, nil
}

// pebbleLogger passes Pebble's messages on. Pebble calls Fatalf when the disk has failed it and nothing more can be made
// durable: going on could acknowledge writes that are lost, or wait for ever for a lock that Pebble has left, so the
// process ends. It ends by a goroutine of its own, for a panic in that of a command would be caught.
type pebbleLogger struct{ log *slog.Logger }

func (l pebbleLogger) Infof(format string, args ...any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug(fmt.Sprintf(format, args...))
	}
}

func (l pebbleLogger) Errorf(format string, args ...any) { l.log.Error(fmt.Sprintf(format, args...)) }

func (l pebbleLogger) Fatalf(format string, args ...any) {
	msg := fmt.Sprintf(format, args...)
	l.log.Error(msg)
	go panic(msg)
	select {}
}
