package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/telamon-db/telamon/internal/store/recall"
)

// maxBatch bounds how many updates share a commit, so that the first of them is not kept waiting for ever.
const maxBatch = 64

// writer is the one connection that writes, with group commit.
//
// Callers use the connection in turn. The caller whose turn it is runs its own closure on its own goroutine, inside a
// savepoint of one immediate transaction, and passes the turn to the next. When nobody waits, or the batch is full, it
// commits for the whole batch. So a caller that is alone commits at once, and those that came during a commit, which is
// a sync of the disk, share the next one. A closure that fails, panics or ends its goroutine undoes its savepoint only.
type writer struct {
	db     *sql.DB
	recall *recall.Cache

	mu      sync.Mutex
	taken   bool            // somebody has the turn
	waiting []chan struct{} // those in the queue; closing one gives it the turn

	// The rest belongs to the caller whose turn it is.
	conn   *conn
	open   bool         // a transaction is open
	ran    int          // closures that the open transaction has run
	kept   []chan error // of the closures that await the commit
	tables []string     // that the open transaction writes to
	broken error        // why the open transaction cannot be committed

	updates, commits atomic.Int64
}

// do runs fn in the connection's transaction and returns when it is committed durably. While it waits for its turn,
// the end of ctx makes it leave the queue.
func (w *writer) do(ctx context.Context, fn func(*conn) error) error {
	if err := w.await(ctx); err != nil {
		return err
	}
	committed, err := w.run(ctx, fn)
	if err != nil {
		return err
	}
	return <-committed
}

// await returns nil when it is the caller's turn.
func (w *writer) await(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.mu.Lock()
	if !w.taken {
		w.taken = true
		w.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	w.waiting = append(w.waiting, turn)
	w.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	i := slices.Index(w.waiting, turn)
	if i >= 0 {
		w.waiting = slices.Delete(w.waiting, i, i+1)
	}
	w.mu.Unlock()
	if i < 0 {
		w.pass() // the turn came at the same moment
	}
	return ctx.Err()
}

// run is called when it is the caller's turn: it runs fn and passes the turn on, however fn ends. If fn has succeeded,
// the channel gets the outcome of the commit.
func (w *writer) run(ctx context.Context, fn func(*conn) error) (committed chan error, err error) {
	defer w.pass()
	if err := w.begin(ctx); err != nil {
		return nil, fmt.Errorf("store: begin: %w", err)
	}
	defer func() {
		if committed == nil {
			w.undo()
		}
	}()
	w.ran++
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := fn(w.conn); err != nil {
		return nil, err
	}
	if err := w.conn.do("RELEASE one"); err != nil {
		return nil, fmt.Errorf("store: end of transaction: %w", err)
	}
	committed = make(chan error, 1)
	w.kept = append(w.kept, committed)
	return committed, nil
}

// begin opens the batch's transaction, unless it is open, and the caller's savepoint in it.
func (w *writer) begin(ctx context.Context) (err error) {
	if w.conn == nil {
		if w.conn, err = connect(context.WithoutCancel(ctx), w.db); err != nil {
			return err
		}
		w.conn.shared = true
	}
	if !w.open {
		if err := w.conn.do("BEGIN IMMEDIATE"); err != nil {
			w.conn.discard()
			w.conn = nil // the next one tries with a fresh one
			return err
		}
		w.open = true
	}
	if err := w.conn.do("SAVEPOINT one"); err != nil {
		w.broken = err
		return err
	}
	return nil
}

// note adds to the tables that the open transaction writes to. It is called in the caller's turn.
func (w *writer) note(tables []string) {
	for _, t := range tables {
		if !slices.Contains(w.tables, t) {
			w.tables = append(w.tables, t)
		}
	}
}

// undo goes back to the savepoint. If it is not there any more, SQLite has undone the whole transaction (a full disk,
// an I/O error), and with it what the others of the batch have done.
func (w *writer) undo() {
	err := w.conn.do("ROLLBACK TO one")
	if err == nil {
		err = w.conn.do("RELEASE one")
	}
	if err != nil {
		w.broken = err
	}
}

// pass gives the turn to the next one in the queue, in the same batch if there is room, else after its commit.
func (w *writer) pass() {
	if w.broken == nil && w.ran < maxBatch && w.next(false) {
		return
	}
	w.commit()
	w.next(true)
}

// next gives the turn to the first of the queue and reports whether there was one. If nobody waits, the turn is free if
// release is set.
func (w *writer) next(release bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == 0 {
		w.taken = w.taken && !release
		return false
	}
	close(w.waiting[0])
	w.waiting = slices.Delete(w.waiting, 0, 1)
	return true
}

// commit ends the batch and answers those who await it.
func (w *writer) commit() {
	if !w.open {
		return
	}
	err := w.broken
	if err == nil {
		ended := w.recall.Committing(w.tables)
		err = w.conn.do("COMMIT")
		ended()
	}
	if err != nil {
		// What is in the file is left to a fresh connection to find out.
		w.conn.discard()
		w.conn = nil
		err = fmt.Errorf("store: commit: %w", err)
	} else if len(w.kept) > 0 {
		w.commits.Add(1)
		w.updates.Add(int64(len(w.kept)))
	}
	for _, committed := range w.kept {
		committed <- err
	}
	w.open, w.ran, w.kept, w.tables, w.broken = false, 0, nil, nil, nil
}

// close closes the connection. Nobody has the turn or waits for it any more.
func (w *writer) close() error {
	if w.conn == nil {
		return nil
	}
	return w.conn.discard()
}
