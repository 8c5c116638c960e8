package plane

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/wire"
)

// Embedded opens databases of the document engine, which run in this process.
type Embedded struct {
	Logger *slog.Logger
	Now    func() time.Time // the domain's
}

// Open opens a directory of the document engine.
func (e Embedded) Open(dir string, mustExist bool) (Database, error) {
	return e.open(dir, docdb.Options{MustExist: mustExist})
}

// View opens a directory of the document engine without its background work: TTL sweeps and index builds.
func (e Embedded) View(dir string) (Database, error) {
	return e.open(dir, docdb.Options{MustExist: true, Still: true})
}

// Replay replays an oplog on a directory of the document engine.
func (e Embedded) Replay(ctx context.Context, dir string, history History, until bson.Timestamp) error {
	return docdb.Replay(ctx, dir, docdb.Options{Logger: e.Logger, Now: e.Now, MustExist: true}, history, until)
}

func (e Embedded) open(dir string, o docdb.Options) (Database, error) {
	o.Logger, o.Now = e.Logger, e.Now
	db, err := docdb.Open(dir, o)
	if docdb.Damaged(err) {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err != nil {
		return nil, err
	}
	return embedded{db}, nil
}

// embedded makes a Database of an engine.
type embedded struct{ *docdb.Engine }

func (e embedded) NewSession(ctx context.Context, user wire.User) (gateway.Session, error) {
	return e.Engine.NewSession(ctx, user), nil
}

func (e embedded) Measure() Measures { return Measures(e.Engine.Measure()) }

func (e embedded) Configure(c *model.Cluster) {
	p := parameters(&c.Declared.Process)
	p.DataBytes, p.SortBytes, p.Shared = c.DiskBytes(), c.SortBytes(), c.Declared.Shared()
	for _, m := range c.Next().Members {
		p.Members++
		if m.Away {
			p.Away++
		}
	}
	e.Engine.Configure(p)
}

// parameters translates a cluster's process arguments into parameters of the engine, as far as it has such parameters.
func parameters(p *model.Process) (out docdb.Parameters) {
	if p.OplogMB != nil {
		out.OplogBytes = int64(*p.OplogMB) << 20
	}
	if p.OplogHours != nil {
		out.OplogKeeps = time.Duration(*p.OplogHours * float64(time.Hour))
	}
	if p.DefaultMaxTimeMS != nil {
		out.ReadTime = time.Duration(*p.DefaultMaxTimeMS) * time.Millisecond
	}
	out.IndexedOnly = p.NoTableScan != nil && *p.NoTableScan
	return out
}
