// Package insight keeps what clients do at clusters, for advice: how often queries of a shape ran and what they examined,
// which operations were slow, and who logged in. A Member notes it in memory; a Recorder writes it to the store, some
// seconds later at most, so every node can read it. What is kept is bounded, by member and by cluster.
package insight

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// flushEvery is how often what has been seen is written. A process that is killed loses what it has seen since.
const flushEvery = 2 * time.Second

// lastFlush bounds how long a member that ends waits for the store.
const lastFlush = 3 * time.Second

// Recorder writes what members of this node's clusters see. It is safe for concurrent use.
type Recorder struct {
	store store.Store
	now   func() time.Time // the domain's
	log   *slog.Logger

	mu      sync.Mutex
	members map[*Member]struct{}
}

// NewRecorder returns a recorder without members.
func NewRecorder(st store.Store, now func() time.Time, log *slog.Logger) *Recorder {
	return &Recorder{store: st, now: now, log: log, members: map[*Member]struct{}{}}
}

// Member returns an observer for a member of a cluster. It must be closed.
func (r *Recorder) Member(cluster model.ID, id int) *Member {
	m := &Member{recorder: r, cluster: cluster, id: id}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members[m] = struct{}{}
	return m
}

// Close writes what is left.
func (m *Member) Close() error {
	m.recorder.mu.Lock()
	delete(m.recorder.members, m)
	m.recorder.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), lastFlush)
	defer cancel()
	return m.flush(ctx)
}

// Run writes what is seen until ctx ends.
func (r *Recorder) Run(ctx context.Context) error {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := r.Flush(ctx, ""); err != nil && ctx.Err() == nil {
			r.log.Warn("what clients do at clusters cannot be noted now", "error", err)
		}
	}
}

// Flush writes what has been seen at a cluster; "": at all of this node.
func (r *Recorder) Flush(ctx context.Context, cluster model.ID) (err error) {
	for _, m := range r.of(cluster) {
		err = errors.Join(err, m.flush(ctx))
	}
	return err
}

// Turn begins to count the shapes of a cluster anew, and returns when. What was counted before is kept.
func (r *Recorder) Turn(ctx context.Context, cluster model.ID) (time.Time, error) {
	err := r.Flush(ctx, cluster)
	at := r.now()
	for _, m := range r.of(cluster) {
		m.mu.Lock()
		m.begin(at)
		m.mu.Unlock()
	}
	return at, err
}

func (r *Recorder) of(cluster model.ID) (some []*Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for m := range r.members {
		if cluster == "" || m.cluster == cluster {
			some = append(some, m)
		}
	}
	return some
}

// seen is what is to be written.
type seen struct {
	from   time.Time
	shapes []*Stat // nil: they have not changed
	slow   []Slow
	logins []Login
}

// take takes what the store does not have.
func (m *Member) take() (s seen) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dirty {
		s.from, m.dirty = m.from, false
		for _, one := range m.shapes {
			c := *one
			c.Times = append([]int64(nil), one.Times...)
			s.shapes = append(s.shapes, &c)
		}
		if now := m.recorder.now(); now.Sub(m.from) >= hour {
			m.begin(now)
		}
	}
	s.slow, s.logins, m.slow, m.logins = m.slow, m.logins, nil, nil
	return s
}

// giveBack keeps for the next flush what could not be written.
func (m *Member) giveBack(s seen) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dirty = m.dirty || s.shapes != nil && m.from.Equal(s.from)
	m.slow, m.logins = bounded(append(s.slow, m.slow...)), bounded(append(s.logins, m.logins...))
}

func (m *Member) flush(ctx context.Context) error {
	m.writing.Lock()
	defer m.writing.Unlock()
	s := m.take()
	if s.shapes == nil && s.slow == nil && s.logins == nil {
		return nil
	}
	var next pagesAt
	err := m.recorder.store.Update(ctx, func(tx store.Tx) error {
		next = m.at
		if _, err := state.Clusters.Get(tx, m.cluster); err != nil {
			return store.IfMissing(err, nil) // it is gone, and with it what was seen
		}
		return next.write(tx, m, s)
	})
	if err != nil {
		m.giveBack(s)
		m.at.slow, m.at.logins = page[Slow]{}, page[Login]{} // others may have removed them as the oldest
		return err
	}
	m.at = next
	return nil
}
