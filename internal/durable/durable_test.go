package durable

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMakeDir(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(dir, "a", "b", "c")
	for range 2 {
		if err := MakeDir(deep); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(deep); err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 {
		t.Errorf("it is %v, %v", info, err)
	}
	file := filepath.Join(dir, "file")
	if err := WriteFile(file, []byte("x")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "in")} {
		if err := MakeDir(path); err == nil {
			t.Errorf("%s is a directory", path)
		}
	}
}

func TestRoom(t *testing.T) {
	dir := t.TempDir()
	if err := CheckRoom(dir); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	if err := CheckRoom(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("there is room nowhere")
	}
}
