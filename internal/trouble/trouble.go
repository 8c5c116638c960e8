// Package trouble records what is wrong with the process at the moment, such as a lack of file descriptors or a store
// that is away: for the log, which gets at most one line a second of each kind, and for /readyz.
package trouble

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	often   = time.Second      // between two lines in the log of one kind
	lasting = 10 * time.Second // that a kind of trouble is told of after it was last reported
)

// Board is where trouble is reported. A nil *Board keeps nothing. Its methods are safe for concurrent use.
type Board struct {
	log *slog.Logger
	now func() time.Time

	mu    sync.Mutex
	kinds map[string]*kind
}

// kind is what the board knows about a kind of trouble.
type kind struct {
	last    time.Time // when it was reported
	told    time.Time // when the log had a line of it
	unsaid  int       // reports since then
	present bool      // it keeps the process from being ready
}

// New returns a board whose clock is now.
func New(log *slog.Logger, now func() time.Time) *Board {
	return &Board{log: log, now: now, kinds: map[string]*kind{}}
}

// Report records trouble that keeps the process from its work. what must be one of a few constant sentences: each is a
// kind.
func (b *Board) Report(what string, err error) { b.note(what, err, true) }

// Mention records trouble of others, such as clients. It goes to the log only.
func (b *Board) Mention(what string, err error) { b.note(what, err, false) }

func (b *Board) note(what string, err error, present bool) {
	if b == nil {
		return
	}
	now := b.now()
	b.mu.Lock()
	k := b.kinds[what]
	if k == nil {
		k = new(kind)
		b.kinds[what] = k
	}
	k.last, k.present = now, present
	quiet := now.Sub(k.told) < often
	unsaid := k.unsaid
	if quiet {
		k.unsaid++
	} else {
		k.told, k.unsaid = now, 0
	}
	b.mu.Unlock()
	if !quiet {
		b.log.Warn(what, "error", err, "unsaid", unsaid)
	}
}

// Now returns the kinds of trouble that keep the process from its work and were reported lately, sorted.
func (b *Board) Now() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	recent := maps.Clone(b.kinds)
	maps.DeleteFunc(recent, func(_ string, k *kind) bool { return !k.present || b.now().Sub(k.last) > lasting })
	return slices.Sorted(maps.Keys(recent))
}

// Writer returns a writer that mentions each line written to it as trouble of the kind what.
func (b *Board) Writer(what string) Lines { return Lines{b, what} }

// Lines mentions each line that is written to it.
type Lines struct {
	board *Board
	what  string
}

// Write mentions a line.
func (l Lines) Write(line []byte) (int, error) {
	l.board.Mention(l.what, fmt.Errorf("%s", line))
	return len(line), nil
}
