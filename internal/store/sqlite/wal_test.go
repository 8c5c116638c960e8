package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// killed are the files of a store of which n commits are in the log, as a kill leaves them.
func killed(t *testing.T, n int) (db, wal []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "telamon.db")
	s, err := open(t.Context(), path, time.Now, []*store.Schema{note})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range n {
		if err := s.Update(t.Context(), func(tx store.Tx) error { return putNote(tx, fmt.Sprint("row", i)) }); err != nil {
			t.Fatal(err)
		}
	}
	db, err1 := os.ReadFile(path)
	wal, err2 := os.ReadFile(path + "-wal")
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return db, wal
}

// reopened is how many rows a store of these files has.
func reopened(t *testing.T, db, wal []byte) (rows int64, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "telamon.db")
	if err1, err2 := os.WriteFile(path, db, 0o600), os.WriteFile(path+"-wal", wal, 0o600); err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	s, err := open(context.Background(), path, time.Now, []*store.Schema{note})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	return rows, s.View(t.Context(), func(tx store.Tx) (err error) {
		rows, err = tx.Count(note, store.Query{})
		return err
	})
}

// TestADamagedLogIsNotTakenForATornOne: commits behind a bad page are missed, and a start says so; a log that ends in the
// middle of a commit is what a kill leaves.
func TestADamagedLogIsNotTakenForATornOne(t *testing.T) {
	const n = 20
	db, wal := killed(t, n)
	if rows, err := reopened(t, db, wal); rows != n || err != nil {
		t.Fatalf("%d rows: %v", rows, err)
	}
	const frame = frameHeader + 4096
	frames := (len(wal) - walHeader) / frame
	at := regexp.MustCompile(`cutting the file there: truncate --size=(\d+) `)
	for _, i := range []int{frames / 4, frames / 2, frames/2 + 1} {
		for _, offset := range []int{0, 5, 9, 17, frameHeader, frameHeader + 100, frame - 1} { // page, size, salt, checksum, content
			bad := slices.Clone(wal)
			bad[walHeader+i*frame+offset] ^= 1
			_, err := reopened(t, db, bad)
			if err == nil || !at.MatchString(err.Error()) {
				t.Fatalf("frame %d, byte %d: %v", i, offset, err)
			}
			cut, err := strconv.Atoi(at.FindStringSubmatch(err.Error())[1])
			if err != nil || cut != walHeader+i*frame {
				t.Errorf("frame %d, byte %d: it is to be cut at %d", i, offset, cut)
			}
			if rows, err := reopened(t, db, bad[:cut]); err != nil || rows == 0 || rows >= n {
				t.Errorf("frame %d, byte %d: cut, it has %d rows: %v", i, offset, rows, err)
			}
		}
	}
	for size := len(wal); size > 0; size -= 1777 {
		if _, err := reopened(t, db, wal[:size]); err != nil {
			t.Errorf("torn at %d: %v", size, err)
		}
	}
}
