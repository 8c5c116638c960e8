package manifest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func unknown(string, fs.FileInfo) string { return "" }

// made is a directory with files and their manifest.
func made(t *testing.T) (string, *Manifest) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"000001.sst": "a table", "MANIFEST-000002": "the catalog", "marker": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := List(t.Context(), dir, unknown, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	m := &Manifest{Cluster: "c", Dataset: "data", At: bson.Timestamp{T: 7, I: 3}, Files: files}
	if err := m.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir, m
}

func TestRoundTrip(t *testing.T) {
	dir, m := made(t)
	got, err := Read(dir)
	if err != nil || !reflect.DeepEqual(got, m) || got.Size() != 18 {
		t.Fatalf("read %+v (%v), want %+v", got, err, m)
	}
	var bytes int64
	if err := got.Verify(t.Context(), dir, func(n int64) { bytes += n }); err != nil || bytes != 18 {
		t.Errorf("after %d bytes: %v", bytes, err)
	}
	known := func(name string, _ fs.FileInfo) string { return "sum of " + name }
	files, err := List(t.Context(), dir, known, func(int64) { t.Error("a file that is known was read") })
	if err != nil || len(files) != 3 || files[0].SHA256 != "sum of 000001.sst" {
		t.Errorf("known files %v (%v)", files, err)
	}
	if _, err := Read(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("where there is none: %v", err)
	}
}

// TestEveryFlippedBitIsFound: a flipped bit in any byte of any file, the manifest's own included, is found.
func TestEveryFlippedBitIsFound(t *testing.T) {
	dir, _ := made(t)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	check := func() error {
		m, err := Read(dir)
		if err != nil {
			return err
		}
		return m.Verify(t.Context(), dir, func(int64) {})
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range raw {
			raw[i] ^= 1 << (i % 8)
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := check(); !errors.Is(err, ErrDamaged) {
				t.Fatalf("a bit of byte %d of %s: %v", i, e.Name(), err)
			}
			raw[i] ^= 1 << (i % 8)
		}
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "marker")); err != nil {
		t.Fatal(err)
	}
	if err := check(); !errors.Is(err, ErrDamaged) {
		t.Errorf("without a file: %v", err)
	}
}

// FuzzDecode: reading a changed manifest fails, or returns what was written.
func FuzzDecode(f *testing.F) {
	raw, err := (&Manifest{Files: []File{{"a", 1, "b"}}}).Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte("\n{}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Decode(raw)
		if (m == nil) == (err == nil) {
			t.Fatalf("%v, %v", m, err)
		}
	})
}
