package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// writerFile names, in the environment, the file on which the test binary is to write until it is killed.
const writerFile = "TELAMON_TEST_WRITER_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerFile); path != "" {
		fmt.Fprintln(os.Stderr, writeForever(path, os.Getenv("TELAMON_TEST_WRITER_ROUND")))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForever stores notes, each with an event, from several goroutines, and prints their ids once acknowledged.
func writeForever(path, round string) error {
	s, err := sqlite.Open(context.Background(), path, time.Now, []*store.Schema{note})
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range 4 {
		go func() {
			for n := 0; ; n++ {
				id := fmt.Sprint(round, "-", w, "-", n)
				err := s.Update(context.Background(), func(tx store.Tx) error {
					if err := tx.AppendEvent(store.Event{Series: "s", ID: id, Created: tx.Now()}); err != nil {
						return err
					}
					return putNote(tx, id)
				})
				if err != nil {
					failed <- err
					return
				}
				fmt.Println(id)
			}
		}()
	}
	return <-failed
}

func TestAcknowledgedSurvivesKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "telamon.db")
	var acknowledged []string
	for round := range 3 {
		acknowledged = append(acknowledged, killWriter(t, path, round, 50)...)
		checkAcknowledged(t, path, acknowledged)
	}
}

// killWriter has a process write until it has acknowledged n updates, kills it and returns all that it acknowledged.
func killWriter(t *testing.T, path string, round, n int) (ids []string) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerFile+"="+path, fmt.Sprint("TELAMON_TEST_WRITER_ROUND=", round))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if ids = append(ids, lines.Text()); len(ids) == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(ids) < n {
		t.Fatalf("the writer ended by itself after %d lines: %v", len(ids), err)
	}
	return ids
}

func checkAcknowledged(t *testing.T, path string, ids []string) {
	s, err := sqlite.Open(context.Background(), path, time.Now, []*store.Schema{note})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.View(t.Context(), func(tx store.Tx) error {
		for _, id := range ids {
			if _, err := tx.Get(note, id); err != nil {
				return fmt.Errorf("note %s: %w", id, err)
			}
			if _, err := tx.Event("s", id); err != nil {
				return fmt.Errorf("event %s: %w", id, err)
			}
		}
		notes, err := tx.Count(note, store.Query{})
		if err != nil {
			return err
		}
		events, err := tx.CountEvents(store.EventQuery{Series: "s"})
		if notes != events {
			t.Errorf("%d notes and %d events: a change without its event, or an event without its change", notes, events)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
