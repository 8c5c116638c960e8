package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
)

func put(s store.Store, id string) error {
	return s.Update(context.Background(), func(tx store.Tx) error {
		if err := tx.AppendEvent(store.Event{Series: "s", ID: id, Created: tx.Now()}); err != nil {
			return err
		}
		_, err := tx.Put(note, store.Row{ID: id, Keys: [][]string{{id}}})
		return err
	})
}

func exists(t *testing.T, s store.Store, id string) bool {
	t.Helper()
	err := s.View(t.Context(), func(tx store.Tx) error { _, err := tx.Get(note, id); return err })
	if err != nil && !store.IsNotFound(err) {
		t.Fatal(err)
	}
	return err == nil
}

// A connection may end anywhere. What was not committed for certain is done again, once; of a commit whose answer is
// lost nobody knows, and it is never reported as done.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	p := newProxy(t, pgtest.URL(t))
	s, err := Open(t.Context(), p.url, time.Now, []*store.Schema{note})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, c := range []struct {
		at    string
		cuts  int32
		pass  bool
		fails bool
		there bool
	}{
		{at: "SERIALIZABLE", cuts: 1, there: true},
		{at: "SERIALIZABLE", cuts: 5, there: true},
		{at: "row", cuts: 1, there: true},
		{at: "row", cuts: 1, pass: true, there: true},
		{at: "row", cuts: maxCuts, fails: true},
		{at: "COMMIT", cuts: 1, fails: true},
		{at: "COMMIT", cuts: 1, pass: true, fails: true, there: true},
		{at: "REPEATABLE READ", cuts: 2, there: true}, // of the view that looks for the row
	} {
		id := fmt.Sprint("row", i)
		p.cut(c.at, c.cuts, c.pass)
		err := put(s, id)
		if (err != nil) != c.fails {
			t.Errorf("cut at %s: %v", c.at, err)
		}
		got := exists(t, s, id)
		for end := time.Now().Add(10 * time.Second); c.pass && !got && time.Now().Before(end); { // PostgreSQL is still committing what it was passed
			got = exists(t, s, id)
		}
		if got != c.there {
			t.Errorf("cut at %s: the row is there: %t", c.at, got)
		}
		p.cut("none", 0, false)
	}
	p.cut("row0", 1, false)
	if !exists(t, s, "row0") {
		t.Error("a view that lost its connection did not run again")
	}
	p.cut("careless", 1, false)
	err = s.Update(t.Context(), func(tx store.Tx) error {
		_ = tx.AppendEvent(store.Event{Series: "s", ID: "careless", Created: tx.Now()})
		_, _ = tx.Put(note, store.Row{ID: "careless", Keys: [][]string{{"careless"}}})
		return nil
	})
	if err != nil {
		t.Errorf("a function that does not look at errors: %v", err)
	}
	want := 7 // of the changes above
	err = s.View(t.Context(), func(tx store.Tx) error {
		rows, err := tx.Count(note, store.Query{})
		events, _ := tx.CountEvents(store.EventQuery{Series: "s"})
		if rows != int64(want) || events != rows {
			t.Errorf("%d rows and %d events, want %d", rows, events, want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Whatever PostgreSQL does not answer any more, the store answers in a bounded time, and serves when PostgreSQL does again.
func TestSilence(t *testing.T) {
	t.Parallel()
	p := newProxy(t, pgtest.URL(t))
	s, err := Open(t.Context(), p.url, time.Now, []*store.Schema{note})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	p.hang.Store(true)
	for i, at := range []string{"SERIALIZABLE", "row", "REPEATABLE READ"} {
		p.cut(at, 1, false)
		s.(*Store).span = 100 * time.Millisecond
		id := fmt.Sprint("row", i)
		err := put(s, id)
		if err == nil {
			err = s.View(t.Context(), func(tx store.Tx) error { _, err := tx.Get(note, id); return err })
		}
		if !errors.Is(err, errSpan) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("silent at %s: %v", at, err)
		}
		s.(*Store).span = span
		if again := put(s, id+"-again"); again != nil || !exists(t, s, id+"-again") {
			t.Errorf("after the silence at %s: %v", at, again)
		}
	}
}

// An update ends soon when PostgreSQL falls silent under it, and is never reported as done.
func TestSilenceInTheMiddle(t *testing.T) {
	p := newProxy(t, pgtest.URL(t))
	s, err := Open(t.Context(), p.url, time.Now, []*store.Schema{note})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	p.hang.Store(true)
	for _, at := range []string{"row", "COMMIT"} {
		p.cut(at, 1, false)
		s.(*Store).answer = 100 * time.Millisecond
		err := put(s, "row-"+at)
		s.(*Store).answer = answer
		if !errors.Is(err, errSilent) || !errors.Is(err, store.ErrUnreachable) || errors.Is(err, errSpan) {
			t.Errorf("silent at %s: %v", at, err)
		}
		if again := put(s, "after-"+at); again != nil || exists(t, s, "row-"+at) || !exists(t, s, "after-"+at) {
			t.Errorf("after the silence at %s: %v", at, again)
		}
	}
}

// A restart is waited for. While PostgreSQL is away for longer, transactions fail after a bounded time, and afterwards
// the store serves by itself.
func TestRestart(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	s, err := Open(t.Context(), server.URL, time.Now, []*store.Schema{note})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(put(s, "before"))
	must(server.Stop())
	during := make(chan error)
	go func() { during <- put(s, "during") }()
	must(server.Start())
	if err := <-during; err != nil || !exists(t, s, "before") || !exists(t, s, "during") {
		t.Errorf("a short restart: %v", err)
	}

	must(server.Stop())
	begun := time.Now()
	if err := put(s, "away"); err == nil || time.Since(begun) > 2*patience {
		t.Errorf("while PostgreSQL is away: %v after %v", err, time.Since(begun))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := s.View(ctx, func(store.Tx) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a view that does not wait: %v", err)
	}
	must(server.Start())
	must(put(s, "after"))
}

// TestAwayIsSaid: what waits for a PostgreSQL that is not there, or is and does not answer, ends soon and says why.
func TestAwayIsSaid(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	p := newProxy(t, server.URL)
	s, err := Open(t.Context(), p.url, time.Now, []*store.Schema{note})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	view := func() error {
		return s.View(t.Context(), func(tx store.Tx) error { _, err := tx.Get(note, "x"); return err })
	}
	p.hang.Store(true)
	p.cut("REPEATABLE READ", 1, false)
	if err := view(); !errors.Is(err, store.ErrUnreachable) {
		t.Errorf("PostgreSQL is silent: %v", err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	begun, errs := time.Now(), make(chan error, 2)
	go func() { errs <- view() }()
	go func() { errs <- put(s, "x") }()
	for range 2 {
		if err := <-errs; !errors.Is(err, store.ErrUnreachable) {
			t.Errorf("PostgreSQL is away: %v", err)
		}
	}
	if took := time.Since(begun); took > patience+2*time.Second {
		t.Errorf("it took %v", took)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if err := put(s, "x"); err != nil {
		t.Errorf("PostgreSQL is back: %v", err)
	}
}

// Nodes that start at the same time on an empty database make one store.
func TestNodesStartTogether(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	var nodes sync.WaitGroup
	for i := range 6 {
		nodes.Go(func() {
			s, err := Open(t.Context(), url, time.Now, []*store.Schema{note, {Name: "other"}})
			if err != nil {
				t.Errorf("node %d: %v", i, err)
				return
			}
			defer s.Close()
			if err := put(s, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	s, err := Open(t.Context(), url, time.Now, []*store.Schema{note})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range 6 {
		if !exists(t, s, fmt.Sprint(i)) {
			t.Errorf("what node %d wrote is not there", i)
		}
	}
}

// Whatever is wrong with a URL, its password stays out of what is said about it.
func TestErrorsKeepThePassword(t *testing.T) {
	const secret = "s3cr3t"
	for _, url := range []string{
		"postgres://user:" + secret + "@127.0.0.1:1/db", "postgres://user:" + secret + "@host:port/db", "postgres://user:" + secret + "/x@host/db",
		"postgres://user:" + secret + "@host/db?sslmode=odd", "postgres://user:" + secret + "%zz@host/db", "host=127.0.0.1 port=x password=" + secret,
		"postgres://user:" + secret + "@127.0.0.1/db?pool_max_conns=x", "postgres://user@127.0.0.1:1/db?password=" + secret,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		s, err := Open(ctx, url, time.Now, nil)
		cancel()
		if err == nil {
			s.Close()
			t.Fatalf("%s was opened", url)
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}
