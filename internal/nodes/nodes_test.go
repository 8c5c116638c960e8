package nodes

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

// clusters remembers what it was told of nodes.
type clusters struct{ away, gone []string }

func (c *clusters) NodeAway(_ context.Context, node string) error {
	c.away = append(c.away, node)
	return nil
}

func (c *clusters) NodeGone(_ context.Context, node string) (bool, error) {
	c.gone = append(c.gone, node)
	return len(c.gone) < 3, nil
}

// nodes are two of a store.
func twoNodes(t *testing.T, quiet time.Duration) (st store.Store, self, other *Service, told *clusters) {
	t.Helper()
	st = sqlitetest.Open(t, time.Now, append(state.Tables(), reconcile.Works.Schema())...)
	told = new(clusters)
	begin := func(name string) *Service {
		s := &Service{Store: st, Name: name, Clusters: told, Log: slog.New(slog.DiscardHandler), Quiet: quiet}
		if err := s.Begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s
	}
	return st, begin("self"), begin("other"), told
}

func TestNoNodeThatLivesIsForgotten(t *testing.T) {
	_, self, other, _ := twoNodes(t, time.Hour)
	for name, want := range map[string]error{"self": ErrAlive, "unknown": ErrUnknown} {
		if _, err := self.Forget(t.Context(), name, false); !errors.Is(err, want) {
			t.Errorf("to forget %s: %v, want %v", name, err, want)
		}
	}
	forgotten := make(chan error)
	go func() {
		_, err := self.Forget(t.Context(), "other", false)
		forgotten <- err
	}()
	for {
		select {
		case err := <-forgotten:
			if !errors.Is(err, ErrAlive) {
				t.Errorf("to forget a node that sends heartbeats: %v", err)
			}
			return
		case <-time.After(10 * time.Millisecond):
			if err := other.Begin(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// What a forgotten node had ends, and the node itself does not come back.
func TestForget(t *testing.T) {
	st, self, other, told := twoNodes(t, time.Nanosecond)
	err := st.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(
			state.Clusters.Put(tx, &model.Cluster{ID: "c", GroupID: "p", Name: "alpha", Node: "other"}),
			reconcile.Schedule(tx, "cluster", "c", "other", tx.Now()),
			reconcile.Schedule(tx, "cluster", "d", "self", tx.Now()))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(self.look(t.Context()), self.look(t.Context())); err != nil || len(told.away) != 1 || told.away[0] != "other" {
		t.Errorf("away: %v, %v", told.away, err)
	}
	if out, err := self.Forget(t.Context(), "other", false); err != nil || out.Lost != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	for more := true; more; {
		again, err := self.Reconcile(t.Context(), "other")
		if err != nil {
			t.Fatal(err)
		}
		more = !again.IsZero()
	}
	if len(told.gone) != 3 {
		t.Errorf("told of %v", told.gone)
	}
	err = st.View(t.Context(), func(tx store.Tx) error {
		all, err := reconcile.Works.List(tx, store.Query{})
		for _, w := range all {
			if w.Node == "other" {
				t.Errorf("work that nobody does is left: %+v", w)
			}
		}
		if len(all) != 2 { // that of self, and to forget
			t.Errorf("%d pieces of work are left", len(all))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Begin(t.Context()); !errors.Is(err, errForgotten) {
		t.Errorf("a forgotten node begins: %v", err)
	}
	if err := other.Run(t.Context()); !errors.Is(err, errForgotten) {
		t.Errorf("a forgotten node goes on: %v", err)
	}
	list, err := self.List(t.Context())
	if err != nil || len(list) != 2 || list[0].Alive || list[0].Forgotten.IsZero() || !list[1].Self || !list[1].Alive {
		t.Errorf("the nodes are %+v, %v", list, err)
	}
}
