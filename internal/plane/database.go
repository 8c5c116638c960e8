package plane

import (
	"context"
	"errors"
	"iter"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
)

// Database is an open database with a cluster's data. The cluster's members serve it. It is safe for concurrent use.
type Database interface {
	gateway.Backend
	// Configure applies the cluster's declaration, as far as the database has such settings.
	Configure(c *model.Cluster)
	// Checkpoint copies the data as of one instant into dir, which must not exist. It returns the time of the last change
	// that is in the copy.
	Checkpoint(ctx context.Context, dir string) (bson.Timestamp, error)
	// Flush writes what is in memory into tables, which the next checkpoints share.
	Flush(ctx context.Context) error
	// History yields the oplog's entries after the one with the time last; the error is docdb.ErrOplogGap if some are gone.
	// newest is the entry with that time, or nil if the caller does not have it.
	History(ctx context.Context, last bson.Timestamp, newest bson.Raw) iter.Seq2[bson.Raw, error]
	// KeepOplog keeps the oplog's entries from a time on, whatever their age and size, until it is called again. The zero
	// time keeps none.
	KeepOplog(from bson.Timestamp)
	// Last is the time of the newest change.
	Last() bson.Timestamp
	// Measure returns sizes.
	Measure() Measures
	// Data returns how many bytes the documents have.
	Data() (int64, error)
	// Trouble returns why nothing can be written at the moment, or nil.
	Trouble() error
	// Close ends running commands, waits for them and closes the database. Commands after it are answered with
	// ShutdownInProgress.
	Close() error
}

// History yields the entries of an oplog, as Database.History does.
type History = func(ctx context.Context, last bson.Timestamp, newest bson.Raw) iter.Seq2[bson.Raw, error]

// Measures are sizes of a database, or of several together. A size that a database does not know is 0.
type Measures struct {
	Disk      int64         // bytes of files
	MemTables int64         // bytes of data in the log and in memory that is in no table yet
	Cache     int64         // bytes of a cache that the databases of the process share
	Cursors   int           // open ones
	Oplog     time.Duration // from the oldest change that is known to the newest
	Trimmed   bool          // older changes are not known any more
}

// Databases open databases.
type Databases interface {
	// Open opens the data in dir. If there is none, it begins a database there, unless the data must exist. Trying
	// again does not help against ErrDamaged.
	Open(dir string, mustExist bool) (Database, error)
	// View opens the data in dir for reading: no background work changes it.
	View(dir string) (Database, error)
	// Replay brings the data in dir, which must not be open, to the state after the change with the time until.
	Replay(ctx context.Context, dir string, history History, until bson.Timestamp) error
}

// ErrDamaged says that data is damaged or incomplete.
var ErrDamaged = errors.New("plane: the data is damaged or lost")
