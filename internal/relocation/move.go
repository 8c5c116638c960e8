package relocation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// moveOf is the last move of a cluster, or nil.
func moveOf(tx store.Tx, cluster model.ID) (*model.Move, error) {
	m, err := state.Moves.Get(tx, cluster)
	if err != nil {
		return nil, store.IfMissing(err, nil)
	}
	return m, nil
}

// ErrNoMove is the error for clusters that cannot be moved as things are.
var ErrNoMove = errors.New("the cluster cannot be moved")

// BeginMove has a cluster moved to another node, which must be alive. The project may be "" if no other has a cluster of
// that name. Errors: ErrNoMove.
func (s *Service) BeginMove(ctx context.Context, groupID model.ID, name, node string) (cluster model.ID, err error) {
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		c, err := clusterToMove(tx, groupID, name)
		if err != nil {
			return err
		}
		if err := s.movable(tx, c, node); err != nil {
			return err
		}
		m, err := moveOf(tx, c.ID)
		if err != nil {
			return err
		}
		if m == nil {
			m = new(model.Move)
		}
		cluster = c.ID
		*m = model.Move{ClusterID: c.ID, From: c.Node, To: node, Dataset: c.Dataset, Snapshot: model.NewID(), Stage: model.Copying, Rev: m.Rev}
		return errors.Join(state.Moves.Put(tx, m), reconcile.Schedule(tx, MoveKind, c.ID, c.Node, tx.Now()))
	})
	return cluster, err
}

// clusterToMove is the one cluster of a name in a project, or in all projects.
func clusterToMove(tx store.Tx, groupID model.ID, name string) (*model.Cluster, error) {
	all, err := state.Clusters.List(tx, store.Query{})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c *model.Cluster) bool { return c.Name != name || groupID != "" && c.GroupID != groupID })
	switch len(all) {
	case 0:
		return nil, fmt.Errorf("%w: there is none with that name", ErrNoMove)
	case 1:
		return all[0], nil
	}
	return nil, fmt.Errorf("%w: %d projects have one with that name; say which", ErrNoMove, len(all))
}

// movable refuses to move a cluster at which something else is under way.
func (s *Service) movable(tx store.Tx, c *model.Cluster, node string) error {
	m, err := moveOf(tx, c.ID)
	switch {
	case err != nil:
		return err
	case !s.Bucket:
		return fmt.Errorf("%w: its data go by the bucket of --snapshot-bucket, and there is none", ErrNoMove)
	case c.Node == node:
		return fmt.Errorf("%w: it is on that node", ErrNoMove)
	case !c.Ready || !c.Runs():
		return fmt.Errorf("%w: it does not run", ErrNoMove)
	case m != nil && !m.Over():
		return fmt.Errorf("%w: it is being moved", ErrNoMove)
	}
	return atRest(tx, c)
}

// atRest refuses a cluster of which a snapshot is being taken, or that is being restored.
func atRest(tx store.Tx, c *model.Cluster) error {
	busy, err := backup.Busy(tx, c)
	if err == nil && busy {
		err = fmt.Errorf("%w: a snapshot or a restore of it is under way", ErrNoMove)
	}
	return err
}

// MoveStatus is how far a move is, for its operator.
type MoveStatus struct {
	Stage  model.MoveStage `json:"stage"`
	Over   bool            `json:"over"`
	Reason string          `json:"reason,omitempty"` // why it failed
	Pause  float64         `json:"pause,omitempty"`  // seconds in which no node took writes
}

// MoveOf tells of the last move of a cluster. The error is store.ErrNotFound if there was none.
func (s *Service) MoveOf(ctx context.Context, cluster model.ID) (w MoveStatus, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		m, err := state.Moves.Get(tx, cluster)
		if err != nil {
			return err
		}
		w = MoveStatus{Stage: m.Stage, Over: m.Over(), Reason: m.Reason}
		if m.Stage == model.Moved {
			w.Pause = m.Opened.Sub(m.Paused).Seconds()
		}
		return nil
	})
	return w, err
}
