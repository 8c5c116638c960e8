package plane

import (
	"context"
	"errors"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
)

// Database is an open database with a cluster's data: what the members of the cluster stand before. It is safe for
// concurrent use.
type Database interface {
	gateway.Backend
	// Configure has the database act by what the cluster declares, as far as it has what that is about.
	Configure(c *model.Cluster)
	// Checkpoint copies the data as of one instant into dir, which must not exist.
	Checkpoint(ctx context.Context, dir string) error
	// Measure takes sizes.
	Measure() Measures
	// Trouble is why nothing can be written at the moment, or nil.
	Trouble() error
	// Close ends running commands, waits for them and closes the database. Commands after it are answered with
	// ShutdownInProgress.
	Close() error
}

// Measures are sizes of a database, or of several together. What a database does not know of itself is 0.
type Measures struct {
	Disk      int64 // bytes of files
	MemTables int64 // bytes that are in the log and in memory, and in no table yet
	Cursors   int   // open ones
}

// Databases open databases.
type Databases interface {
	// Open opens the data in dir, and begins a database there if there is none and it need not exist. An error that is
	// ErrDamaged does not go away by trying again.
	Open(dir string, mustExist bool) (Database, error)
}

// ErrDamaged says that data is damaged or not all there.
var ErrDamaged = errors.New("plane: the data is damaged or lost")
