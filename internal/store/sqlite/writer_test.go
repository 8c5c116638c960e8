package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

var note = &store.Schema{Name: "notes", Indexes: []store.IndexSchema{{Name: "text", Unique: true}}}

func putNote(tx store.Tx, id string) error {
	_, err := tx.Put(note, store.Row{ID: id, Keys: [][]string{{id}}})
	return err
}

func testStore(t *testing.T) *Store {
	s, err := open(t.Context(), filepath.Join(t.TempDir(), "telamon.db"), time.Now, []*store.Schema{note})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func exists(t *testing.T, s *Store, id string) bool {
	t.Helper()
	err := s.View(t.Context(), func(tx store.Tx) error { _, err := tx.Get(note, id); return err })
	if err != nil && !store.IsNotFound(err) {
		t.Fatal(err)
	}
	return err == nil
}

// awaitQueue returns when n updates wait for their turn.
func (w *writer) awaitQueue(n int) {
	for {
		w.mu.Lock()
		waiting := len(w.waiting)
		w.mu.Unlock()
		if waiting == n {
			return
		}
		runtime.Gosched()
	}
}

// behind runs first, and while it has the turn, others that queue in their order. It returns what each do answered.
func behind(s *Store, first func(*conn) error, others ...func(*conn) error) []error {
	errs := make([]error, 1+len(others))
	var all sync.WaitGroup
	errs[0] = s.writer.do(context.Background(), func(c *conn) error {
		for i, fn := range others {
			all.Go(func() { errs[i+1] = s.writer.do(context.Background(), fn) })
			s.writer.awaitQueue(i + 1)
		}
		return first(c)
	})
	all.Wait()
	return errs
}

// put stores a note below Update, so that tests can mix it with what only the writer sees.
func (s *Store) put(id string) func(*conn) error {
	return func(c *conn) error { return putNote(s.kit.Begin(context.Background(), c, time.Now(), false), id) }
}

func TestConcurrentUpdatesShareACommit(t *testing.T) {
	for _, c := range []struct{ updates, commits int64 }{{1, 1}, {2, 1}, {maxBatch, 1}, {maxBatch + 1, 2}} {
		t.Run(fmt.Sprint(c.updates), func(t *testing.T) {
			s := testStore(t)
			before := s.Stats()
			var others []func(*conn) error
			for i := range c.updates - 1 {
				others = append(others, s.put(fmt.Sprint(i)))
			}
			for _, err := range behind(s, s.put("first"), others...) {
				if err != nil {
					t.Error(err)
				}
			}
			after := s.Stats()
			if after.Updates-before.Updates != c.updates || after.Commits-before.Commits != c.commits {
				t.Errorf("from %+v to %+v, want %+v more", before, after, c)
			}
		})
	}
}

func TestOneThatFailsLeavesItsBatchAlone(t *testing.T) {
	s := testStore(t)
	own := errors.New("own")
	errs := behind(s, s.put("a"), func(c *conn) error { return errors.Join(s.put("b")(c), own) }, s.put("c"))
	if errs[0] != nil || !errors.Is(errs[1], own) || errs[2] != nil {
		t.Errorf("answers %v", errs)
	}
	if !exists(t, s, "a") || exists(t, s, "b") || !exists(t, s, "c") {
		t.Error("the rows are not those of the answers")
	}
}

// SQLite undoes the whole transaction on some failures, such as a full disk. Here a closure does it.
func TestTransactionLostBelowIsAcknowledgedToNobody(t *testing.T) {
	s := testStore(t)
	errs := behind(s, s.put("a"), func(c *conn) error { return c.do("ROLLBACK") }, s.put("c"))
	if errs[0] == nil || errs[1] == nil || errs[2] != nil {
		t.Errorf("answers %v", errs)
	}
	if exists(t, s, "a") || !exists(t, s, "c") {
		t.Error("the rows are not those of the answers")
	}
}

func TestFullDiskLosesNothingAcknowledged(t *testing.T) {
	s := testStore(t)
	if err := s.writer.do(t.Context(), func(c *conn) error { return c.do("PRAGMA max_page_count = 60") }); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, 10_000)
	for i := range 100 {
		id := fmt.Sprint(i)
		err := s.Update(t.Context(), func(tx store.Tx) error {
			_, err := tx.Put(note, store.Row{ID: id, Keys: [][]string{nil}, Body: body})
			return err
		})
		if exists(t, s, id) != (err == nil) {
			t.Fatalf("row %d is there: %t, but the answer was %v", i, err != nil, err)
		}
		if err != nil {
			return
		}
	}
	t.Error("the disk did not fill up")
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	s := testStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error)
	err := s.writer.do(t.Context(), func(c *conn) error {
		go func() { answer <- s.Update(ctx, func(store.Tx) error { t.Error("it ran"); return nil }) }()
		s.writer.awaitQueue(1)
		cancel()
		if err := <-answer; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		return s.put("a")(c)
	})
	if err != nil || !exists(t, s, "a") {
		t.Errorf("the one that had the turn: %v", err)
	}
}

func TestEndOfAGoroutineUndoesItsUpdate(t *testing.T) {
	s := testStore(t)
	var gone sync.WaitGroup
	gone.Go(func() {
		s.Update(t.Context(), func(tx store.Tx) error {
			if err := putNote(tx, "a"); err != nil {
				t.Error(err)
			}
			runtime.Goexit() // as testing's FailNow does
			return nil
		})
	})
	gone.Wait()
	if err := s.writer.do(t.Context(), s.put("b")); err != nil {
		t.Error(err)
	}
	if exists(t, s, "a") || !exists(t, s, "b") {
		t.Error("the update was kept, or the next one was lost")
	}
}
