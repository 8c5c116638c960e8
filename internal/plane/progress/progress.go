// Package progress follows long pieces of work: it logs how far each is every ten seconds, and sums them up for metrics.
package progress

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/telamon-db/telamon/internal/model"
)

// every is the time between two lines of the log about one piece of work.
const every = 10 * time.Second

// Board has all running work. It is safe for concurrent use.
type Board struct {
	log *slog.Logger

	mu  sync.Mutex
	all map[*Task]bool
}

// NewBoard returns a board without work.
func NewBoard(log *slog.Logger) *Board { return &Board{log: log, all: map[*Task]bool{}} }

// amount is how much of something is done, and how much there is of it, 0 if nobody knows.
type amount struct{ done, total atomic.Int64 }

func (a *amount) left() int64 { return max(0, a.total.Load()-a.done.Load()) }

// Task is one piece of work. It is safe for concurrent use.
type Task struct {
	board     *Board
	kind      string
	id        model.ID
	began     time.Time
	bytes     amount
	documents amount
	told      atomic.Int64 // when the last line was logged, in nanoseconds since began
}

// Begin adds work: its kind, such as "restore", the id of its object, and its bytes, 0 if they are not known. End removes
// it.
func (b *Board) Begin(kind string, id model.ID, total int64) *Task {
	t := &Task{board: b, kind: kind, id: id, began: time.Now()}
	t.bytes.total.Store(total)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all[t] = true
	return t
}

// Of says how much work it is, once that is known.
func (t *Task) Of(documents, bytes int64) {
	t.documents.total.Store(documents)
	t.bytes.total.Store(bytes)
}

// Did records what has been done since the last call.
func (t *Task) Did(documents, bytes int64) {
	t.documents.done.Add(documents)
	t.bytes.done.Add(bytes)
	last, now := t.told.Load(), int64(time.Since(t.began))
	if now-last >= int64(every) && t.told.CompareAndSwap(last, now) {
		t.board.log.Info("backup: under way", t.facts()...)
	}
}

// Read records bytes alone.
func (t *Task) Read(bytes int64) { t.Did(0, bytes) }

// End removes the work from the board.
func (t *Task) End(err error) {
	t.board.mu.Lock()
	delete(t.board.all, t)
	t.board.mu.Unlock()
	facts := append(t.facts(), "took", time.Since(t.began).Round(time.Millisecond))
	if err != nil {
		t.board.log.Warn("backup: not done", append(facts, "error", err)...)
		return
	}
	t.board.log.Info("backup: done", facts...)
}

func (t *Task) facts() []any {
	facts := []any{"work", t.kind, "id", t.id, "bytes", t.bytes.done.Load()}
	if t.bytes.total.Load() > 0 {
		facts = append(facts, "bytes left", t.bytes.left())
	}
	if n := t.documents.done.Load(); n > 0 {
		facts = append(facts, "documents", n)
	}
	if t.documents.total.Load() > 0 {
		facts = append(facts, "documents left", t.documents.left())
	}
	return facts
}

// Sum is the progress of all work of one kind together.
type Sum struct {
	Kind          string
	Tasks         int
	Bytes         int64 // done
	BytesLeft     int64 // as far as they are known
	Documents     int64 // done
	DocumentsLeft int64 // as far as they are known
}

// Kinds are the kinds of work that there are.
var Kinds = []string{"snapshot", "store", "fetch", "verify", "restore", "replay", "download", "export", "collections"}

// Now returns the sums of all kinds, those without work too.
func (b *Board) Now() []Sum {
	sums := make([]Sum, len(Kinds))
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, kind := range Kinds {
		sums[i].Kind = kind
		for t := range b.all {
			if t.kind == kind {
				sums[i].Tasks++
				sums[i].Bytes += t.bytes.done.Load()
				sums[i].BytesLeft += t.bytes.left()
				sums[i].Documents += t.documents.done.Load()
				sums[i].DocumentsLeft += t.documents.left()
			}
		}
	}
	return sums
}
