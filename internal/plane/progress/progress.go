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

// Task is one piece of work. It is safe for concurrent use.
type Task struct {
	board     *Board
	kind      string
	id        model.ID
	began     time.Time
	total     int64
	bytes     atomic.Int64
	documents atomic.Int64
	told      atomic.Int64 // when the last line was logged, in nanoseconds since began
}

// Begin adds work: its kind, such as "restore", the id of its object, and its bytes, 0 if they are not known. End removes
// it.
func (b *Board) Begin(kind string, id model.ID, total int64) *Task {
	t := &Task{board: b, kind: kind, id: id, began: time.Now(), total: total}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all[t] = true
	return t
}

// Did records what has been done since the last call.
func (t *Task) Did(documents, bytes int64) {
	t.documents.Add(documents)
	t.bytes.Add(bytes)
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
	facts := []any{"work", t.kind, "id", t.id, "bytes", t.bytes.Load()}
	if n := t.documents.Load(); n > 0 {
		facts = append(facts, "documents", n)
	}
	if t.total > 0 {
		facts = append(facts, "left", max(0, t.total-t.bytes.Load()))
	}
	return facts
}

// Sum is the progress of all work of one kind together.
type Sum struct {
	Kind      string
	Tasks     int
	Bytes     int64 // done
	Left      int64 // bytes that are left, as far as they are known
	Documents int64 // done
}

// Kinds are the kinds of work that there are.
var Kinds = []string{"snapshot", "verify", "restore", "replay", "download", "export"}

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
				sums[i].Bytes += t.bytes.Load()
				sums[i].Left += max(0, t.total-t.bytes.Load())
				sums[i].Documents += t.documents.Load()
			}
		}
	}
	return sums
}
