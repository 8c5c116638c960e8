package relocation

import (
	"context"
	"errors"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// MoveKind is the work of moving a cluster. Its key is the cluster's id. It goes from node to node with its stages.
const MoveKind reconcile.Kind = "move"

// Moving does the work of moves.
type Moving struct{ *Service }

// step is one stage of a move: who does what, and what comes next. What it returns is done with the turn to the next stage,
// in one transaction.
type step struct {
	node func(*model.Move) string
	do   func(w Moving, ctx context.Context, m *model.Move, c *model.Cluster, now time.Time) (record, error)
	next model.MoveStage
}

type record = func(store.Tx, *model.Move) error

func from(m *model.Move) string { return m.From }
func to(m *model.Move) string   { return m.To }

// course are the stages. Until the cluster is opened on its new node, the old one has its data, and goes on with them if
// something fails.
var course = map[model.MoveStage]step{
	model.Copying:  {from, Moving.copyOut, model.Laying},
	model.Laying:   {to, Moving.lay, model.Turning},
	model.Turning:  {from, Moving.turn, model.Opening},
	model.Opening:  {to, Moving.open, model.Clearing},
	model.Clearing: {from, Moving.clear, model.Moved},
	model.Undoing:  {to, Moving.clear, model.Unmoved},
}

// Reconcile does one stage of a move. The cluster is held meanwhile, but not while its snapshot is being stored.
func (w Moving) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	m, _, _, err := w.read(ctx, key)
	if err != nil || m.Over() {
		return again, store.IfMissing(err, nil)
	}
	if m.Stage != model.Copying {
		defer w.Plane.Hold(key)()
	}
	m, c, now, err := w.read(ctx, key)
	if err != nil {
		return again, store.IfMissing(err, nil)
	}
	s := course[m.Stage]
	done, err := s.do(w, ctx, m, c, now)
	if err != nil {
		return again, err
	}
	return again, w.goOn(ctx, key, s.next, done)
}

func (w Moving) read(ctx context.Context, key string) (m *model.Move, c *model.Cluster, now time.Time, err error) {
	err = w.Store.View(ctx, func(tx store.Tx) error {
		now = tx.Now()
		if m, err = state.Moves.Get(tx, key); err == nil {
			c, err = state.Clusters.Get(tx, key)
		}
		return err
	})
	return m, c, now, err
}

// goOn turns to another stage.
func (w Moving) goOn(ctx context.Context, key string, next model.MoveStage, done record) error {
	return w.Store.Update(ctx, func(tx store.Tx) error {
		m, err := state.Moves.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		m.Stage = next
		if err := done(tx, m); err != nil {
			return err
		}
		if err := state.Moves.Put(tx, m); err != nil || m.Over() {
			return err
		}
		return reconcile.Schedule(tx, MoveKind, key, course[next].node(m), tx.Now())
	})
}

// nothing is recorded beside the stage.
func nothing(store.Tx, *model.Move) error { return nil }

// copyOut puts a snapshot into the bucket, and the oplog from before it, while the cluster runs.
func (w Moving) copyOut(ctx context.Context, m *model.Move, _ *model.Cluster, now time.Time) (record, error) {
	if err := w.Plane.Ship(ctx, m.ClusterID, now); err != nil {
		return nil, err
	}
	if _, err := w.Plane.Snapshot(ctx, m.ClusterID, m.Snapshot); err != nil {
		return nil, err
	}
	return nothing, w.ship(ctx, m, now)
}

// ship sends what the oplog of the cluster tells.
func (w Moving) ship(ctx context.Context, m *model.Move, now time.Time) error {
	if err := w.Plane.Ship(ctx, m.ClusterID, now); err != nil {
		return err
	}
	return w.Plane.Send(ctx, m.ClusterID)
}

// lay lays the data on the new node, while the cluster runs on the old.
func (w Moving) lay(ctx context.Context, m *model.Move, _ *model.Cluster, _ time.Time) (record, error) {
	if err := w.Plane.Leave(ctx, m.ClusterID); err != nil { // what an earlier move has left
		return nil, err
	}
	return nothing, w.Plane.Arrive(ctx, m.Snapshot, m.ClusterID, m.Dataset)
}

// turn ends the cluster on the old node, and sends the rest of its oplog. The pause begins.
func (w Moving) turn(ctx context.Context, m *model.Move, c *model.Cluster, now time.Time) (record, error) {
	err := w.Store.View(ctx, func(tx store.Tx) error { return mayTurn(tx, m, c) })
	if err == nil {
		err = w.ship(ctx, m, now) // most of it, before the pause
	}
	if err != nil {
		return nil, err
	}
	paused := time.Now()
	err = w.Plane.Pause(ctx, c.ID, now)
	if err == nil {
		err = w.Plane.Send(ctx, c.ID)
	}
	if err == nil {
		err = w.Store.View(ctx, func(tx store.Tx) error { return mayTurn(tx, m, c) })
	}
	if err != nil {
		_, opened := w.Plane.Start(c)
		return nil, errors.Join(err, opened)
	}
	return func(tx store.Tx, m *model.Move) error {
		c, err := state.Clusters.Get(tx, m.ClusterID)
		if err != nil {
			return err
		}
		if err := mayTurn(tx, m, c); err != nil {
			return err
		}
		c.Node, m.Paused = m.To, paused
		return state.Clusters.Put(tx, c)
	}, nil
}

// mayTurn refuses to take a cluster from its node while something else is under way at it.
func mayTurn(tx store.Tx, m *model.Move, c *model.Cluster) error {
	if !c.Runs() || c.Dataset != m.Dataset {
		return errors.Join(ErrNoMove, errors.New("it has been paused, restored or deleted meanwhile"))
	}
	return atRest(tx, c)
}

// open opens the cluster on its new node, with the last of its changes. The pause ends.
func (w Moving) open(ctx context.Context, m *model.Move, c *model.Cluster, _ time.Time) (record, error) {
	if err := w.Plane.Arrive(ctx, m.Snapshot, m.ClusterID, m.Dataset); err != nil { // again, if an attempt has failed
		return nil, err
	}
	if err := w.Plane.Forward(ctx, m.ClusterID, m.Dataset); err != nil {
		return nil, err
	}
	c.MoveTo(w.Site)
	topology, err := w.Plane.Start(c)
	if err != nil {
		return nil, err
	}
	opened := time.Now()
	return func(tx store.Tx, m *model.Move) error {
		c, err := state.Clusters.Get(tx, m.ClusterID)
		if err != nil {
			return err
		}
		c.MoveTo(w.Site)
		c.Topology, m.Opened = topology, opened
		return errors.Join(state.Clusters.Put(tx, c), backup.TakeOver(tx, c), w.Backups.OnClusterReady(tx, c), w.Wake(tx, c))
	}, nil
}

// clear removes what a node has of the cluster that lives on the other one.
func (w Moving) clear(ctx context.Context, m *model.Move, c *model.Cluster, _ time.Time) (record, error) {
	if err := errors.Join(w.Plane.Leave(ctx, m.ClusterID), w.Plane.DropSnapshot(ctx, m.Snapshot)); err != nil {
		return nil, err
	}
	return func(tx store.Tx, _ *model.Move) error { return backup.SweepLater(tx, c.ID, c.Node) }, nil
}

// GiveUp leaves the cluster on its old node, with all of its data, unless it is on the new one already.
func (w Moving) GiveUp(ctx context.Context, key string, cause error) error {
	return w.Store.Update(ctx, func(tx store.Tx) error {
		m, err := state.Moves.Get(tx, key)
		if err != nil || m.Over() {
			return store.IfMissing(err, nil)
		}
		if m.Stage == model.Clearing || m.Stage == model.Undoing {
			return cause
		}
		m.Stage, m.Reason = model.Undoing, cause.Error()
		c, err := state.Clusters.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		if c.Node != m.From {
			c.Node = m.From
			if err := errors.Join(state.Clusters.Put(tx, c), w.Wake(tx, c)); err != nil {
				return err
			}
		}
		return errors.Join(state.Moves.Put(tx, m), reconcile.Schedule(tx, MoveKind, key, m.To, tx.Now()))
	})
}
