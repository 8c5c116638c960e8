package plane

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/oplogs"
	"github.com/telamon-db/telamon/internal/plane/progress"
)

// Leg is one step from a snapshot to a point in time: the changes in the oplog of a dataset, up to and including those with
// the time Until. A second leg is needed where a restore replaced the dataset meanwhile.
type Leg struct {
	Cluster model.ID       `json:"cluster"`
	Dataset string         `json:"dataset"`
	Until   bson.Timestamp `json:"until"`
}

// ErrNoHistory is the error of a restore to a point in time for which oplog entries are missing.
var ErrNoHistory = errors.New("plane: the copied oplogs do not have all changes from the snapshot to the point in time")

func (p *Plane) oplog(cluster model.ID, dataset string) oplogs.Log {
	return oplogs.At(filepath.Join(p.oplogs(cluster), dataset))
}

func (p *Plane) oplogs(cluster model.ID) string {
	return filepath.Join(p.cfg.DataDir, "oplogs", cluster)
}

// Ship copies the new entries of a running cluster's oplog into the log of its dataset, and starts that log if there is
// none. From then on the database keeps entries until they are copied. now is the time of the copy.
func (p *Plane) Ship(ctx context.Context, cluster model.ID, now time.Time) error {
	d, err := p.get(cluster)
	if err != nil {
		return err
	}
	db, dataset := d.current()
	if db == nil {
		return fmt.Errorf("plane: the database of cluster %s is not open", cluster)
	}
	return p.ship(ctx, db, p.oplog(cluster, dataset), now)
}

func (p *Plane) ship(ctx context.Context, db Database, log oplogs.Log, now time.Time) error {
	p.shipping.Lock() // a log has one writer; the work of a restore ships too
	defer p.shipping.Unlock()
	last, begun, err := log.Last()
	if err != nil {
		return err
	}
	if begun {
		last, err = log.Append(last, db.History(ctx, last, nil))
	}
	if !begun || errors.Is(err, docdb.ErrOplogGap) {
		last = db.Last()
		err = log.Begin(last)
	}
	if err != nil {
		return err
	}
	db.KeepOplog(last)
	return log.Cover(now)
}

// keepHistory makes a database that has just been opened keep the oplog entries that have not been copied. If the dataset
// has no log, keepHistory starts one, so that it follows the data that the dataset was made of.
func (p *Plane) keepHistory(db Database, log oplogs.Log) error {
	last, begun, err := log.Last()
	if err == nil && !begun {
		last = db.Last()
		err = log.Begin(last)
	}
	if err == nil {
		db.KeepOplog(last)
	}
	return err
}

// Unship lets a cluster's database trim its oplog by its parameters again. The copies stay.
func (p *Plane) Unship(cluster model.ID) {
	if d, err := p.get(cluster); err == nil {
		if db, _ := d.current(); db != nil {
			db.KeepOplog(bson.Timestamp{})
		}
	}
}

// PruneLogs removes the copies of a cluster's oplog entries at or before a time, here and in the bucket. The log of the
// present dataset stays, even if it becomes empty.
func (p *Plane) PruneLogs(ctx context.Context, cluster model.ID, present string, before bson.Timestamp) error {
	sets, err := p.logged(cluster)
	if err != nil {
		return err
	}
	for _, dataset := range sets {
		if err := p.pruneLog(ctx, cluster, dataset, dataset == present, before); err != nil {
			return err
		}
	}
	return nil
}

// logged are the datasets of a cluster whose oplogs are kept here.
func (p *Plane) logged(cluster model.ID) (datasets []string, err error) {
	entries, err := os.ReadDir(p.oplogs(cluster))
	for _, e := range entries {
		datasets = append(datasets, e.Name())
	}
	return datasets, ignoreMissing(err)
}

func (p *Plane) pruneLog(ctx context.Context, cluster model.ID, dataset string, present bool, before bson.Timestamp) error {
	log := p.oplog(cluster, dataset)
	last, _, err := log.Last()
	if err != nil {
		return err
	}
	over := !present && !last.After(before)
	old, err := log.Old(before)
	if over {
		old, err = log.Names()
		old = append(old, oplogs.CoveredName)
	}
	if err != nil {
		return err
	}
	if p.cfg.Vault != nil { // first: what is gone here is forgotten
		if err := p.cfg.Vault.DropPieces(ctx, cluster, dataset, old); err != nil {
			return err
		}
	}
	if over {
		return os.RemoveAll(filepath.Join(p.oplogs(cluster), dataset))
	}
	return log.Remove(old)
}

// DropLogs removes all copies of a cluster's oplogs on this node.
func (p *Plane) DropLogs(cluster model.ID) error { return os.RemoveAll(p.oplogs(cluster)) }

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// shipRest copies the last changes of a database that has been closed, if its oplog is kept.
func (p *Plane) shipRest(ctx context.Context, cluster model.ID, dataset string, now time.Time) (err error) {
	log := p.oplog(cluster, dataset)
	if _, begun, err := log.Last(); err != nil || !begun {
		return err
	}
	db, err := p.cfg.Databases.View(p.dataset(cluster, dataset))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return p.ship(ctx, db, log, now)
}

// bringForward replays the oplogs of the legs on the data in dir.
func (p *Plane) bringForward(ctx context.Context, dir string, legs []Leg, id model.ID) (err error) {
	if len(legs) == 0 {
		return nil
	}
	task := p.board.Begin("replay", id, 0)
	defer func() { task.End(err) }()
	for _, leg := range legs {
		log, release, err := p.history(ctx, leg)
		if err != nil {
			return err
		}
		defer release()
		if ok, err := log.Covers(leg.Until); err != nil || !ok {
			return errors.Join(err, ErrNoHistory)
		}
		err = p.cfg.Databases.Replay(ctx, dir, counted(log.History, task), leg.Until)
		if errors.Is(err, oplogs.ErrGap) {
			err = fmt.Errorf("%w: %w", ErrNoHistory, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// counted is a history that reports to task what has been read.
func counted(h History, task *progress.Task) History {
	return func(ctx context.Context, last bson.Timestamp, newest bson.Raw) iter.Seq2[bson.Raw, error] {
		return func(yield func(bson.Raw, error) bool) {
			for entry, err := range h(ctx, last, newest) {
				task.Did(1, int64(len(entry)))
				if !yield(entry, err) {
					return
				}
			}
		}
	}
}
