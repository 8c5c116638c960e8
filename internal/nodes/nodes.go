// Package nodes knows which nodes share a store and which of them are alive, and ends what belonged to a node that is
// forgotten.
//
// Each node has a row and changes it every few seconds. A node whose row has not changed for a while, by the clock of
// the node that watches, is away: its clusters are REPAIRING until it is back. An operator can have a node forgotten
// that is gone for good: its clusters end, or come back elsewhere, and no node starts under its name again, because the store no longer knows
// what is in its data directory.
package nodes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// beat is the time between two heartbeats.
const beat = 3 * time.Second

// Kind is the work of ending the clusters of a forgotten node; its key is the node's name.
const Kind reconcile.Kind = "forget"

var (
	// ErrUnknown: no node has that name, and nothing is on it.
	ErrUnknown = errors.New("there is no such node")
	// ErrAlive: the node sends heartbeats.
	ErrAlive = errors.New("the node is alive: end its process first, or delete its clusters")
)

// Clusters is the family of what nodes have: clusters, snapshots and restores.
type Clusters interface {
	// NodeAway shows that the databases of a node cannot be reached for now.
	NodeAway(ctx context.Context, node string) error
	// NodeGone ends some of the clusters of a node that is gone for good, and reports whether there is more to end.
	NodeGone(ctx context.Context, node string) (more bool, err error)
}

// Copies is the family that has copies of clusters.
type Copies interface {
	// Recover has the clusters of a node that is gone come back on this one, as far as there are copies of them. seen is
	// the node's last heartbeat, in the system's time.
	Recover(ctx context.Context, node string, seen time.Time) ([]*model.Recovery, error)
}

// Service is this node among the others. It does the work of forgotten nodes.
type Service struct {
	Store    store.Store
	Name     string // this node's
	Host     string // at which its clusters are reached
	Clusters Clusters
	Copies   Copies
	Log      *slog.Logger
	Quiet    time.Duration // time without a heartbeat after which a node is away; 0: 15 seconds

	mu   sync.Mutex
	last map[string]sign
}

// sign is a revision of a node's row, and when this node first saw it.
type sign struct {
	rev int64
	at  time.Time
}

// Begin writes this node's row. It fails for a node that has been forgotten.
func (s *Service) Begin(ctx context.Context) error {
	return s.beat(ctx, func(n *model.Node) { n.Started = n.Seen })
}

// Run writes heartbeats, and watches those of other nodes, until ctx ends. It fails when this node has been forgotten, as
// may happen while it cannot reach the store.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		err := s.beat(ctx, func(*model.Node) {})
		if errors.Is(err, errForgotten) {
			return err
		}
		if err = errors.Join(err, s.look(ctx)); err != nil && ctx.Err() == nil {
			s.Log.Warn("cannot tell the other nodes that this one is alive, or see whether they are", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

var errForgotten = errors.New(`nodes: this node has been forgotten, so its clusters have ended or are elsewhere; to begin anew, move "node", "clusters" and "snapshots" out of its data directory`)

// beat changes this node's row.
func (s *Service) beat(ctx context.Context, change func(*model.Node)) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		n, err := row(tx, s.Name)
		if err != nil {
			return err
		}
		if !n.Forgotten.IsZero() {
			return errForgotten
		}
		n.Host, n.Seen = s.Host, time.Now().UTC()
		change(n)
		return state.Nodes.Put(tx, n)
	})
}

// row returns a node's row, with revision 0 if it has none: it last ran in a version without such rows.
func row(tx store.Tx, name string) (*model.Node, error) {
	n, err := state.Nodes.Get(tx, name)
	if store.IsNotFound(err) {
		return &model.Node{Name: name}, nil
	}
	return n, err
}

// look records the signs that other nodes have given, and has the clusters of those that are away shown so.
func (s *Service) look(ctx context.Context) error {
	all, err := s.all(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, n := range all {
		if s.since(n) >= s.quiet() && n.Forgotten.IsZero() && n.Name != s.Name {
			errs = append(errs, s.Clusters.NodeAway(ctx, n.Name))
		}
	}
	return errors.Join(errs...)
}

func (s *Service) quiet() time.Duration { return cmp.Or(s.Quiet, 15*time.Second) }

// since is how long ago this node has seen a change of n's row.
func (s *Service) since(n *model.Node) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	seen, known := s.last[n.Name]
	if !known || seen.rev != n.Rev {
		seen = sign{n.Rev, now}
		if s.last == nil {
			s.last = map[string]sign{}
		}
		s.last[n.Name] = seen
	}
	return now.Sub(seen.at)
}

// all returns the rows of all nodes, and makes one up for each node that has clusters and no row.
func (s *Service) all(ctx context.Context) (all []*model.Node, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		if all, err = state.Nodes.List(tx, store.Query{}); err != nil {
			return err
		}
		known := map[string]bool{}
		for _, n := range all {
			known[n.Name] = true
		}
		clusters, err := state.Clusters.List(tx, store.Query{Index: "node"})
		for _, c := range clusters {
			if !known[c.Node] {
				known[c.Node] = true
				all = append(all, &model.Node{Name: c.Node, Host: c.Host})
			}
		}
		return err
	})
	return all, err
}

// Reconcile ends the clusters of a forgotten node.
func (s *Service) Reconcile(ctx context.Context, name string) (again time.Time, err error) {
	more, err := s.Clusters.NodeGone(ctx, name)
	if err != nil {
		return again, fmt.Errorf("nodes: what node %s had: %w", name, err)
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		if again = (time.Time{}); more {
			again = tx.Now()
			return nil
		}
		return reconcile.Drop(tx, name)
	})
	return again, err
}

// GiveUp keeps the work: a project cannot be deleted while it has a cluster of a forgotten node.
func (s *Service) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// Work has the handler for forgotten nodes. Any node may run it.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{Kind: s}
}
