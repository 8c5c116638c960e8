package bench

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver of the bare loop

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

type note struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Rev  int64  `json:"-"`
}

var notes = &store.Table[note]{Name: "notes", ID: func(n *note) string { return n.ID }, Rev: func(n *note) *int64 { return &n.Rev }}

func openStore(b *testing.B) *sqlite.Store {
	b.Helper()
	s, err := sqlite.Open(context.Background(), filepath.Join(b.TempDir(), "telamon.db"), time.Now, []*store.Schema{notes.Schema()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s.(*sqlite.Store)
}

// write stores n notes one after another, each durably.
func write(b *testing.B, s store.Store, n int) {
	for range n {
		err := s.Update(context.Background(), func(tx store.Tx) error { return notes.Put(tx, &note{ID: rand.Text(), Text: "some text"}) })
		if err != nil {
			b.Error(err)
		}
	}
}

// bareLoop writes rows like those of notes to SQLite, with the same durability, without Telamon's store.
func bareLoop(b *testing.B) func(n int) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bare.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE notes (id TEXT PRIMARY KEY, rev INTEGER NOT NULL, body BLOB NOT NULL)"); err != nil {
		b.Fatal(err)
	}
	return func(n int) {
		for range n {
			tx, err := db.Begin()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := tx.Exec("INSERT INTO notes (id, rev, body) VALUES (?, 1, ?)", rand.Text(), []byte(`{"id":"x","text":"some text"}`)); err != nil {
				b.Fatal(err)
			}
			if err := tx.Commit(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkWriteOne is one client that writes durably, against a bare loop of commits.
func BenchmarkWriteOne(b *testing.B) {
	s := openStore(b)
	compare(b, 50, bareLoop(b), func(n int) { write(b, s, n) })
}

// BenchmarkWriteMany is how many writes share a commit, which is one sync of the disk, when many clients write at the same
// time.
func BenchmarkWriteMany(b *testing.B) {
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			s := openStore(b)
			for b.Loop() {
				var group sync.WaitGroup
				for range clients {
					group.Go(func() { write(b, s, 10) })
				}
				group.Wait()
			}
			stats := s.Stats()
			b.ReportMetric(float64(stats.Updates)/b.Elapsed().Seconds(), "writes/s")
			b.ReportMetric(float64(stats.Updates)/float64(stats.Commits), "writes/commit")
		})
	}
}
