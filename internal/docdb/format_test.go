package docdb

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// unpacked lays a stored directory out. testdata/format1.tar.gz has two checkpoints that the first version made of one
// database: "early", and "late", which was made later, in the middle of two builds of indexes.
func unpacked(t *testing.T, archive string) string {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	dir, files := t.TempDir(), tar.NewReader(unzipped)
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.Clean("/"+h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o755)
		} else {
			data, failed := io.ReadAll(files)
			err = errors.Join(failed, os.WriteFile(path, data, 0o644))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (x *db) sum(coll string) string {
	h := sha256.New()
	docs := x.find(coll)
	for _, doc := range docs {
		h.Write(doc)
	}
	return fmt.Sprintf("%d %x", len(docs), h.Sum(nil)[:8])
}

// TestFirstFormat opens a directory of the first version, and goes on with what it was doing.
func TestFirstFormat(t *testing.T) {
	dir := unpacked(t, "testdata/format1.tar.gz")
	x := open(t, filepath.Join(dir, "late"), Options{Now: fixed(time.Unix(1_760_000_100, 0))}) // the oplog is not old
	asItWas := func(x *db) {
		t.Helper()
		for coll, want := range map[string]string{"people": "190 4206745e0a8cb574", "twins": "3 b4ea184f737fa48d", "renamed": "1 2fe93d7561368009", "retried": "1 2fe93d7561368009"} {
			if got := x.sum(coll); got != want {
				t.Errorf("%s: %s instead of %s", coll, got, want)
			}
		}
		x.sound()
	}
	asItWas(x)
	x.indexOn("people", d{{"name", -1}, {"at", 1}}, e{"name", "slow"}) // waits for the build that goes on
	x.fails(wire.DuplicateKey, d{{"createIndexes", "twins"}, {"indexes", a{d{{"key", d{{"u", 1}}}, {"name", "u"}, {"unique", true}}}}})
	if _, index, _, _, n := x.explain(d{{"find", "people"}, {"filter", d{{"name", "n007"}}}, {"hint", "slow"}}); index != "slow" || n != 4 {
		t.Errorf("%s, %d documents", index, n)
	}
	x.ok(d{{"insert", "retried"}, {"documents", a{d{{"_id", 1}}}}, {"lsid", session(0)}, {"txnNumber", int64(1)}}) // has been done
	end := x.e.store.LastTimestamp()
	x.ok(d{{"update", "people"}, {"updates", a{d{{"q", d{}}, {"u", d{{"$inc", d{{"deep.n", 1}}}}}, {"multi", true}}}}})
	x.ok(d{{"delete", "people"}, {"deletes", a{d{{"q", d{{"n", 7}}}, {"limit", 1}}}}})
	x.sound()

	// An old checkpoint is brought forward by old entries of the oplog, and by old and new ones.
	later := filepath.Join(t.TempDir(), "later")
	if err := os.CopyFS(later, os.DirFS(filepath.Join(dir, "early"))); err != nil {
		t.Fatal(err)
	}
	asItWas(replayed(t, filepath.Join(dir, "early"), x, end))
	if y := replayed(t, later, x, x.e.store.LastTimestamp()); y.state() != x.state() {
		t.Error("the replay has come to something else")
	}
}

// TestFormatsAreKnown gives a directory numbers that this program does not know.
func TestFormatsAreKnown(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir, Options{})
	x.insert("c", d{{"_id", 1}})
	x.close()
	number := []byte{'f'}
	for name, tc := range map[string]struct {
		value []byte
		want  string
	}{
		"later":    {[]byte{0, 0, 0, 9, 255, 255, 255, 246}, "newer program"},
		"cut":      {[]byte{0, 0, 0, 2, 255, 255, 255}, "damaged"},
		"empty":    {[]byte{}, "damaged"},
		"mixed up": {[]byte{0, 0, 0, 2, 255, 255, 255, 252}, "damaged"},
	} {
		var was []byte
		inPebble(t, dir, func(db *pebble.DB) error {
			value, closer, err := db.Get(number)
			if err == nil {
				was = append(was, value...)
				err = errors.Join(closer.Close(), db.Set(number, tc.value, pebble.Sync))
			}
			return err
		})
		_, err := Open(dir, Options{})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
		var newer *storage.NewerFormatError
		if errors.As(err, &newer) != (name == "later") {
			t.Errorf("%s: %v", name, err)
		}
		inPebble(t, dir, func(db *pebble.DB) error { return db.Set(number, was, pebble.Sync) })
	}
	open(t, dir, Options{}).sound()
}

// inPebble opens a directory as Pebble has it.
func inPebble(t *testing.T, dir string, fn func(*pebble.DB) error) {
	t.Helper()
	db, err := pebble.Open(dir, &pebble.Options{FormatMajorVersion: pebble.FormatNewest, Logger: quiet{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(fn(db), db.Close()); err != nil {
		t.Fatal(err)
	}
}

type quiet struct{}

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(format string, args ...any) {
	panic(fmt.Sprintf(format, args...))
}
