package nodes

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Status is a node as its operator sees it.
type Status struct {
	Name      string    `json:"name"`
	Host      string    `json:"host"`               // at which its clusters are reached
	Self      bool      `json:"self"`               // it is the one that was asked
	Alive     bool      `json:"alive"`              // its last heartbeat is not long ago
	Seen      time.Time `json:"seen,omitzero"`      // its last heartbeat, by its own clock
	Forgotten time.Time `json:"forgotten,omitzero"` // when it was given up
	Clusters  int64     `json:"clusters"`           // that it has
}

// List is all nodes, by name. A node that has just started considers all others alive, until it has watched them long
// enough.
func (s *Service) List(ctx context.Context) ([]Status, error) {
	all, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Status, len(all))
	for i, n := range all {
		list[i] = Status{
			Name: n.Name, Host: n.Host, Self: n.Name == s.Name, Alive: s.alive(n), Seen: n.Seen, Forgotten: n.Forgotten,
		}
	}
	err = s.Store.View(ctx, func(tx store.Tx) error {
		for i, n := range all {
			if list[i].Clusters, err = state.Clusters.Count(tx, on(n.Name)); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func on(node string) store.Query { return store.Query{Index: "node", Prefix: []string{node}} }

func (s *Service) alive(n *model.Node) bool {
	return n.Name == s.Name || n.Forgotten.IsZero() && s.since(n) < s.quiet()
}

// Outcome is what becomes of the clusters of a node that is gone for good.
type Outcome struct {
	Lost     int64             `json:"lost"`               // clusters that end
	Restored []*model.Recovery `json:"restored,omitempty"` // clusters that come back on this node
}

// Forget gives up a node that is gone for good. Its clusters, their snapshots and restores end soon after; with restore,
// those of which the bucket has copies come back on this node instead. It may watch for a while, to be sure that the node
// sends no heartbeat. It may be called again. Errors: ErrUnknown, ErrAlive.
func (s *Service) Forget(ctx context.Context, name string, restore bool) (out Outcome, err error) {
	if name == s.Name {
		return out, ErrAlive
	}
	n, err := s.silent(ctx, name)
	if err != nil {
		return out, err
	}
	if err := s.giveUp(ctx, n); err != nil {
		return out, err
	}
	if restore {
		if out.Restored, err = s.Copies.Recover(ctx, name, n.Seen); err != nil {
			return out, err
		}
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		if out.Lost, err = state.Clusters.Count(tx, on(name)); err != nil {
			return err
		}
		return reconcile.Now(tx, Kind, name)
	})
	return out, err
}

// giveUp notes that a node is forgotten, unless it has sent a heartbeat.
func (s *Service) giveUp(ctx context.Context, n *model.Node) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		now, err := row(tx, n.Name)
		if err != nil {
			return err
		}
		if now.Rev != n.Rev {
			return ErrAlive
		}
		has, err := state.Clusters.Count(tx, on(n.Name))
		if err != nil {
			return err
		}
		if now.Rev == 0 && has == 0 {
			return ErrUnknown
		}
		if !now.Forgotten.IsZero() {
			return nil
		}
		now.Forgotten = tx.Now()
		return state.Nodes.Put(tx, now)
	})
}

// silent returns the row of a node once it has sent no heartbeat for long enough.
func (s *Service) silent(ctx context.Context, name string) (n *model.Node, err error) {
	var first int64
	for i := 0; ; i++ {
		err = s.Store.View(ctx, func(tx store.Tx) error {
			n, err = row(tx, name)
			return err
		})
		if err != nil || !n.Forgotten.IsZero() {
			return n, err
		}
		if i == 0 {
			first = n.Rev
		}
		if n.Rev != first {
			return nil, ErrAlive
		}
		left := s.quiet() - s.since(n)
		if left <= 0 || n.Rev == 0 {
			return n, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(min(left, beat)):
		}
	}
}
