// Package storage keeps collections of documents with their indexes in one directory. One Store is one cluster's data; a
// process may hold many.
//
// A write runs under its collection's lock and gathers everything it changes in one Pebble batch (tx.go): documents, index
// entries, the catalog, oplog entries, and the outcome of a retryable write. The batch is applied in one step, so a reader
// sees all of it or nothing. Then the lock is released, and the write waits until the batch is durable; concurrent writes
// share the syncs of the disk. A write that changes much commits and gives the lock to others from time to time (Tx.Yield),
// and one that searches long does so without the lock (Tx.PauseWith).
//
// A Transaction is a snapshot with its own writes on top (transaction.go). It holds no lock while it is open.
//
// A View is a Pebble snapshot together with the catalog of the same instant. Indexes are built while writes go on
// (builds.go). A checkpoint copies the database as it is at an instant; Replay brings a copy forward to any moment of the
// oplog (replay.go).
package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/telamon-db/telamon/internal/docdb/disk"
	"github.com/telamon-db/telamon/internal/docdb/quota"
	"github.com/telamon-db/telamon/internal/wire"
)

// Options configure a Store. The zero value is usable.
type Options struct {
	Logger     *slog.Logger     // nil: discard
	Now        func() time.Time // wall clock of oplog timestamps and generated dates; nil: time.Now
	OplogBytes int64            // the oplog is trimmed to about this size; 0: 64 MB
	OplogAge   time.Duration    // older entries of the oplog are trimmed; 0: a week
	MustExist  bool             // refuse to create a database
	FS         vfs.FS           // nil: the operating system's
	Cache      *pebble.Cache    // of blocks; nil: one that all stores of the process share
	GroupBytes int              // bytes of a batch from which on a command commits what it has done; 0: 64 MB
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
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.Cache == nil {
		o.Cache = cache()
	}
	if o.GroupBytes == 0 {
		o.GroupBytes = 64 * mb
	}
	return o
}

// Store is one open database directory. Its methods are safe for concurrent use.
type Store struct {
	opts Options
	dir  string
	log  *slog.Logger
	disk *disk.FS
	db   *pebble.DB
	room quota.Quota // for documents

	catalog catalog
	locks   nsLocks
	claims  claims

	commitMu sync.Mutex // orders batches; guards oplog and applied
	oplog    oplogState
	applied  uint64        // batches applied so far
	durable  atomic.Uint64 // of these, how many are known to be on disk
	waiting  atomic.Int64  // writers that wait for the disk
	stamps   atomic.Uint32 // timestamps that Stamped has written
	retries  atomic.Int64  // outcomes of retryable writes that have been stored

	buildMu sync.Mutex // guards builds
	builds  map[uint64]chan struct{}

	ctx     context.Context // ends when Close begins
	cancel  context.CancelFunc
	tasks   sync.WaitGroup // background tasks, begun by Go; Close waits for them
	commits commits
	others  sync.WaitGroup // goroutines that a command began and may have left; Close waits for them too
	life    sync.RWMutex   // read-locked by everything that uses db
	closed  bool
}

// Open opens the database in dir, and creates it if it does not exist. After a crash it has all acknowledged writes. Builds
// of indexes are continued.
func Open(dir string, o Options) (*Store, error) {
	s, err := OpenStill(dir, o)
	if err == nil {
		s.resumeBuilds()
	}
	return s, err
}

// OpenStill opens the database without background work that changes it.
func OpenStill(dir string, o Options) (*Store, error) {
	o = o.withDefaults()
	s := &Store{opts: o, dir: dir, log: o.Logger, disk: disk.New(o.FS, dir, o.Logger)}
	s.oplog.limit = o.OplogBytes
	db, err := s.openOn(dir)
	if err != nil {
		return nil, fmt.Errorf("docdb: open %s: %w", filepath.Base(dir), err)
	}
	s.db = db
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.locks.init()
	s.commits.begin(s)
	if err := s.load(); err != nil {
		s.commits.end()
		return nil, errors.Join(fmt.Errorf("docdb: open %s: %w", filepath.Base(dir), err), db.Close())
	}
	return s, nil
}

// load reads what is kept in memory.
func (s *Store) load() error {
	if err := s.bringUp(); err != nil { // before anything is read that may have another form
		return err
	}
	return errors.Join(s.catalog.load(s.db), s.oplog.load(s.db))
}

// cache holds blocks of all engines of the process, so that their memory is bounded together, however many there are. It
// grows as blocks are read.
var cache = sync.OnceValue(func() *pebble.Cache { return pebble.NewCache(128 * mb) })

// pebbleOptions keep an idle engine small: a laptop runs many of them.
func (s *Store) pebbleOptions() *pebble.Options {
	o := s.opts
	p := &pebble.Options{
		FS:                          s.disk,
		ErrorIfNotExists:            o.MustExist,
		Logger:                      &pebbleLogger{log: o.Logger},
		Cache:                       o.Cache,
		MemTableSize:                4 * mb,
		MemTableStopWritesThreshold: 4,
		L0CompactionThreshold:       2, // a scan has to look into every table of level 0
		MaxOpenFiles:                256,
		FormatMajorVersion:          pebble.FormatNewest,
		WALMinSyncInterval:          s.syncInterval,
		CompactionConcurrencyRange:  func() (int, int) { return 1, 1 },
		// A damaged table is an error of the command that reads it, and does not end the process with all its clusters.
		EventListener: &pebble.EventListener{DataCorruption: func(info pebble.DataCorruptionInfo) {
			o.Logger.Error("data corruption", "path", info.Path, "error", info.Details)
		}},
	}
	p.Experimental.SpanPolicyFunc = apart
	for i := range p.Levels {
		p.Levels[i] = pebble.LevelOptions{BlockSize: 16 << 10, IndexBlockSize: 256 << 10, FilterPolicy: bloom.FilterPolicy(10)}
	}
	return p
}

// syncInterval is the least time between two syncs of the log. It is not 0 if many writers wait: more will come soon, and
// share the next sync. Few writers are not delayed. (PostgreSQL has commit_delay and commit_siblings for this.)
func (s *Store) syncInterval() time.Duration {
	if s.waiting.Load() < 8 {
		return 0
	}
	return 500 * time.Microsecond
}

// Close ends Context, waits for the tasks of Go and for running commands, and closes the directory. Before it closes the
// directory it calls release, which must give back iterators and snapshots. On a full disk the database ends as by a crash:
// acknowledged writes are on the disk.
func (s *Store) Close(release func()) error {
	s.cancel()
	s.disk.End()
	s.tasks.Wait()
	s.life.Lock()
	defer s.life.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.commits.end()
	s.others.Wait()
	release()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("docdb: close: %w", err)
	}
	return nil
}

// Context ends when Close begins.
func (s *Store) Context() context.Context { return s.ctx }

// Go runs fn in the background. Close waits for it. fn must end when Context does.
func (s *Store) Go(fn func()) { s.tasks.Go(fn) }

// Now returns the domain's time, which can be moved.
func (s *Store) Now() time.Time { return s.opts.Now() }

// Metrics are Pebble's.
func (s *Store) Metrics() *pebble.Metrics { return s.db.Metrics() }

// Progress tells how many batches have been applied, and how many of these are known to be on disk.
func (s *Store) Progress() (applied, durable uint64) {
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	return s.applied, s.durable.Load()
}

// Hold runs fn while Close cannot run. The store may already be closed.
func (s *Store) Hold(fn func()) {
	s.life.RLock()
	defer s.life.RUnlock()
	fn()
}

// Enter keeps the store open until Leave is called. The error is ShutdownInProgress if it is closed.
func (s *Store) Enter() error {
	s.life.RLock()
	if s.closed || s.ctx.Err() != nil {
		s.life.RUnlock()
		return wire.Errorf(wire.ShutdownInProgress, "the database is shutting down")
	}
	return nil
}

// Leave undoes Enter.
func (s *Store) Leave() { s.life.RUnlock() }
