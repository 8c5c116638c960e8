package story

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNothingAcknowledgedIsLostWithThePower runs the server on a disk of its own, and simulates a loss of power, round
// after round: the next server gets what was on the disk at that moment, without what the system had only in memory.
func TestNothingAcknowledgedIsLostWithThePower(t *testing.T) {
	d := newDisk(t)
	cut := func(w *world, l *ledger) {
		l.cut()
		d.clone()
		w.kill()
		d.turn()
	}
	underLoad(t, filepath.Join(d.mount, "data"), "", cut, func(w *world) { w.start() })
}

// disk is a file system in a file. The file is in a file system that can clone files at once.
type disk struct {
	t     *testing.T
	host  string // where that file system is
	image string // the file
	mount string // where its file system is
	n     int    // clones
}

// newDisk makes a disk, or skips the test if that is not possible.
func newDisk(t *testing.T) *disk {
	t.Helper()
	needsRoot(t)
	for _, program := range []string{"mkfs.xfs", "mkfs.ext4", "mount", "umount"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("a disk cannot be made:", err)
		}
	}
	dir := t.TempDir()
	d := &disk{t: t, host: filepath.Join(dir, "host"), mount: filepath.Join(dir, "disk")}
	d.image = d.next()
	err := errors.Join(os.Mkdir(d.host, 0o700), os.Mkdir(d.mount, 0o700))
	if err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(dir, "host.img")
	if err := errors.Join(file(whole, 1<<30), system("mkfs.xfs", "-q", "-m", "reflink=1", whole), d.attach(whole, d.host)); err != nil {
		t.Skip("this machine has no loop devices, or no file system that clones files:", err)
	}
	if err := errors.Join(file(d.image, 384<<20), system("mkfs.ext4", "-q", "-F", d.image), d.attach(d.image, d.mount)); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *disk) next() string {
	d.n++
	return filepath.Join(d.host, fmt.Sprint(d.n, ".img"))
}

// attach mounts a file until the test ends.
func (d *disk) attach(image, at string) error {
	if err := system("mount", "-o", "loop", image, at); err != nil {
		return err
	}
	d.t.Cleanup(func() { _ = system("umount", at) }) // fails if turn has unmounted it already
	return nil
}

// clone copies the disk in its present state, while its file system is in use.
func (d *disk) clone() {
	d.t.Helper()
	was := d.image
	d.image = d.next()
	d.must(system("cp", "--reflink=always", was, d.image))
}

// turn replaces the disk by the clone.
func (d *disk) turn() {
	d.t.Helper()
	d.must(system("umount", d.mount))
	d.must(os.Remove(filepath.Join(d.host, fmt.Sprint(d.n-1, ".img"))))
	d.must(d.attach(d.image, d.mount))
}

func (d *disk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// file makes a file with a hole of that many bytes.
func file(path string, size int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Close())
}

func system(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}
