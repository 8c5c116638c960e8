package recall_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// model is a store beside all the states that it has had. A state is what each of its tables holds; every update makes
// one that there never was before, so a table, or some of them together, looks the same during one stretch of time.
type model struct {
	store  store.Store
	tables []*store.Table[account]
	ticks  chan struct{} // from readers, whom writers wait for now and then: so there is something to remember

	mu     sync.Mutex
	next   int                // a number that no table has yet
	states int                // how many there have been
	acked  int                // the last that somebody has been told of
	spans  map[string]stretch // of each look of some tables
}

type stretch struct{ first, last int }

func newModel(t *testing.T) *model {
	m := &model{ticks: make(chan struct{}, 64), spans: map[string]stretch{}}
	var schemas []*store.Schema
	for _, name := range []string{"a", "b", "c"} {
		m.tables = append(m.tables, table(name))
		schemas = append(schemas, m.tables[len(m.tables)-1].Schema())
	}
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), time.Now, schemas)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	m.store = s
	return m
}

// look is what a table holds, read in one way or another: a number that always changes, and who comes and goes.
func (m *model) look(tx store.Tx, i, way int) (string, error) {
	tb := m.tables[i]
	there, err := tb.List(tx, store.Query{Index: "balance", Reverse: way%2 == 0})
	if err != nil || len(there) == 0 {
		return "empty", err
	}
	number := max(there[0].Balance, there[len(there)-1].Balance)
	switch way {
	case 0, 1:
		n, err := tb.Count(tx, store.Query{})
		return fmt.Sprint(number, n == 2), err
	case 2:
		x, err := tb.Get(tx, "stays")
		if err != nil {
			return "", err
		}
		_, err = tb.Get(tx, "comes and goes")
		return fmt.Sprint(x.Balance, err == nil), store.IfMissing(err, nil)
	}
	return store.Derive(tx, fmt.Sprint("look", i, way), func() (string, error) { return m.look(tx, i, way-2) })
}

// looks are the looks of all tables in set.
func (m *model) looks(tx store.Tx, set int, way func() int) (string, error) {
	all := make([]string, len(m.tables))
	for _, i := range rand.Perm(len(m.tables)) {
		if set&(1<<i) == 0 {
			continue
		}
		var err error
		if all[i], err = m.look(tx, i, way()); err != nil {
			return "", err
		}
	}
	return strings.Join(all, ";"), nil
}

var errFails = errors.New("it fails")

// change changes some tables, and perhaps fails after that.
func (m *model) change(tx store.Tx, seen *int) error {
	m.mu.Lock()
	m.next++
	number := m.next
	m.mu.Unlock()
	set := 1 + rand.IntN(1<<len(m.tables)-1)
	for i, tb := range m.tables {
		if set&(1<<i) == 0 {
			continue
		}
		if err := toggle(tx, tb, number); err != nil {
			return err
		}
	}
	switch rand.IntN(8) {
	case 0:
		return errFails
	case 1:
		panic(errFails)
	}
	return m.note(tx, seen)
}

func toggle(tx store.Tx, tb *store.Table[account], number int) error {
	x, err := tb.Get(tx, "stays")
	if store.IsNotFound(err) {
		x, err = &account{ID: "stays"}, nil
	}
	if err != nil {
		return err
	}
	x.Balance = number
	if err := tb.Put(tx, x); err != nil {
		return err
	}
	y, err := tb.Get(tx, "comes and goes")
	if store.IsNotFound(err) {
		return tb.Put(tx, &account{ID: "comes and goes"})
	}
	if err != nil {
		return err
	}
	return tb.Delete(tx, y)
}

// note adds the state that tx is about to commit. Updates take turns, so it follows the one before.
func (m *model) note(tx store.Tx, seen *int) error {
	looks := map[string]bool{}
	for set := range 1 << len(m.tables) {
		l, err := m.looks(tx, set, func() int { return 2 })
		if err != nil {
			return err
		}
		looks[l] = true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.states++
	*seen = m.states
	for l := range looks {
		s, before := m.spans[l]
		if !before {
			s.first = m.states
		}
		s.last = m.states
		m.spans[l] = s
	}
	return nil
}

// write runs one update to its end, whichever it comes to.
func (m *model) write() (err error) {
	seen := 0
	defer func() {
		if p := recover(); p != nil && p != errFails {
			panic(p)
		}
	}()
	err = m.store.Update(context.Background(), func(tx store.Tx) error { return m.change(tx, &seen) })
	if errors.Is(err, errFails) {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.acked = max(m.acked, seen)
	return err
}

// read looks at some tables, and says what is wrong with that: looks of different times, or of a time before floor, which
// is what the reader has seen before, or before what anybody has been told of. It returns the next floor.
func (m *model) read(floor int) (int, error) {
	m.mu.Lock()
	floor = max(floor, m.acked)
	m.mu.Unlock()
	var looks string
	set := 1 + rand.IntN(1<<len(m.tables)-1)
	err := m.store.View(context.Background(), func(tx store.Tx) (err error) {
		work := func() (string, error) { return m.looks(tx, set, func() int { return rand.IntN(6) }) }
		if rand.IntN(2) == 0 {
			looks, err = work()
		} else {
			looks, err = store.Derive(tx, fmt.Sprint("looks", set), work)
		}
		return err
	})
	if err != nil {
		return floor, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ever := m.spans[looks]
	if !ever {
		return floor, fmt.Errorf("the store never looked like %s", looks)
	}
	if s.last < floor {
		return floor, fmt.Errorf("%s was over at %d of %d", looks, s.last, floor)
	}
	return max(floor, s.first), nil
}

// TestViewsAgainstAModel: readers of some tables and writers of others, some of whom fail or panic in the middle of a
// shared commit. Each view has to be one instant, never before one that its reader knows of.
func TestViewsAgainstAModel(t *testing.T) {
	m := newModel(t)
	for m.acked == 0 {
		if err := m.write(); err != nil {
			t.Fatal(err)
		}
	}
	stop := make(chan struct{})
	var readers, writers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for floor, err := 0, error(nil); ; {
				if floor, err = m.read(floor); err != nil && !t.Failed() {
					t.Error(err)
				}
				select {
				case m.ticks <- struct{}{}:
				case <-stop:
					return
				}
			}
		})
		writers.Go(func() {
			for range 20 {
				if err := m.write(); err != nil {
					t.Error(err)
				}
				for range rand.IntN(40) {
					<-m.ticks
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}
