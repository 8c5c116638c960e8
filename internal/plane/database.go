package plane

import (
	"context"
	"errors"

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

// Measures are sizes of a database, or of several together. A size that a database does not know is 0.
type Measures struct {
	Disk      int64 // bytes of files
	MemTables int64 // bytes that are in the log and in memory, and in no table yet
	Cursors   int   // open ones
}

// Databases open databases.
type Databases interface {
	// Open opens the data in dir. If there is none, it begins a database there, unless the data must exist. Trying
	// again does not help against ErrDamaged.
	Open(dir string, mustExist bool) (Database, error)
	// View opens the data in dir for reading: nothing changes there by itself.
	View(dir string) (Database, error)
}

// ErrDamaged says that data is damaged or incomplete.
var ErrDamaged = errors.New("plane: the data is damaged or lost")
