package plane

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/model"
)

// takes takes a snapshot and returns its id.
func (b *bench) takes(c *model.Cluster) model.ID {
	b.t.Helper()
	id := model.NewID()
	taken, err := b.Snapshot(b.t.Context(), c.ID, id)
	b.must(err)
	if taken.Size == 0 || taken.Dataset != c.Dataset {
		b.t.Fatalf("taken as %+v", taken)
	}
	return id
}

func TestSnapshotTwice(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.insert(c, 1)
	id := b.takes(c)
	first, err := b.Snapshot(t.Context(), c.ID, id)
	b.must(err)
	b.insert(c, 2)
	again, err := b.Snapshot(t.Context(), c.ID, id)
	b.must(err)
	if again != first {
		t.Errorf("the second time it is %+v, not %+v", again, first)
	}
	b.must(b.Stop(c.ID))
	if again, err := b.Snapshot(t.Context(), c.ID, id); err != nil || again != first {
		t.Errorf("of a stopped cluster: %+v, %v", again, err)
	}
	if _, err := b.Snapshot(t.Context(), c.ID, model.NewID()); err == nil {
		t.Error("a stopped cluster was copied")
	}
	b.start(c)
	b.must(b.Lay(t.Context(), id, nil, c.ID, "laid"))
	c.Dataset = "laid"
	b.start(c)
	b.want(c, 1)
}

func TestRestore(t *testing.T) {
	b := newBench(t, t.TempDir())
	from, to := newCluster("alpha"), newCluster("beta")
	b.start(from)
	b.start(to)
	b.insert(from, 1)
	b.fill(from, 2000)
	b.insert(to, 9)
	id := b.takes(from)
	b.insert(from, 2)
	for range 2 {
		b.must(b.Lay(t.Context(), id, nil, to.ID, "laid"))
	}
	b.want(to, 9)
	for range 2 {
		b.must(b.Pause(t.Context(), to.ID, time.Now()))
	}
	if _, err := b.Snapshot(t.Context(), to.ID, model.NewID()); err == nil {
		t.Error("a paused cluster was copied")
	}
	// A start on the old dataset, by a row that is out of date, does not remove the new one.
	b.start(to)
	b.want(to, 9)
	stale := *to
	to.Dataset = "laid"
	had := port(to)
	if b.start(to); port(to) != had {
		t.Errorf("the switch moved the cluster from %d to %d", had, port(to))
	}
	b.want(to, 1)
	if _, err := b.Start(&stale); err == nil {
		t.Error("a cluster was switched back to what is not there any more")
	}
	b.want(to, 1)
	b.insert(to, 3)
	b.want(to, 1, 3)
	b.want(from, 1, 2)
	if got := b.has("clusters", to.ID); !slices.Equal(got, []string{"laid"}) {
		t.Errorf("datasets %v", got)
	}
	// The copies share files, but neither's end is the other's.
	b.must(b.DropSnapshot(t.Context(), id))
	b.must(b.DropSnapshot(t.Context(), id))
	b.must(b.Remove(from.ID))
	b.must(b.Stop(to.ID))
	b.start(to)
	b.want(to, 1, 3)
}

// TestHalfFinished: directories called .next, which a crash leaves, are ignored and removed.
func TestHalfFinished(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.insert(c, 1)
	id, half := model.NewID(), func(parts ...string) {
		t.Helper()
		dir := filepath.Join(append([]string{b.cfg.DataDir}, parts...)...)
		b.must(os.MkdirAll(dir, 0o700))
		b.must(os.WriteFile(filepath.Join(dir, "MANIFEST-000001"), []byte("half"), 0o600))
	}
	half("snapshots", id+".next")
	_, err := b.Snapshot(t.Context(), c.ID, id)
	b.must(err)
	half("clusters", c.ID, "laid.next")
	b.must(b.Lay(t.Context(), id, nil, c.ID, "laid"))
	if got := slices.Concat(b.has("snapshots"), b.has("clusters", c.ID)); !slices.Equal(got, []string{id, "data", "laid"}) {
		t.Errorf("directories %v", got)
	}
	half("snapshots", "other.next")
	b.must(b.DropSnapshot(t.Context(), "other"))
	half("clusters", c.ID, "unwanted.next")
	b.must(b.Unlay(c.ID, "unwanted"))
	b.must(b.Unlay(c.ID, "laid"))
	if got := slices.Concat(b.has("snapshots"), b.has("clusters", c.ID)); !slices.Equal(got, []string{id, "data"}) {
		t.Errorf("directories %v", got)
	}
	half("clusters", c.ID, "late.next")
	b.must(b.Stop(c.ID))
	b.start(c)
	if got := b.has("clusters", c.ID); !slices.Equal(got, []string{"data"}) {
		t.Errorf("after a start: %v", got)
	}
	b.want(c, 1)
}

// TestBrokenSnapshot: a snapshot that has lost files cannot be restored.
func TestBrokenSnapshot(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.fill(c, 100)
	b.must(b.Stop(c.ID))
	b.start(c) // makes tables of the log
	id := b.takes(c)
	tables, err := filepath.Glob(filepath.Join(b.Plane.snapshot(id), "*.sst"))
	b.must(err)
	if len(tables) == 0 {
		t.Fatalf("the snapshot has no tables: %v", b.has("snapshots", id))
	}
	b.must(os.Remove(tables[0]))
	for what, snapshot := range map[string]model.ID{"without a table": id, "that is gone": model.NewID()} {
		if err := b.Lay(t.Context(), snapshot, nil, c.ID, "laid"); err == nil {
			t.Errorf("a snapshot %s was laid", what)
		}
		if got := b.has("clusters", c.ID); slices.Contains(got, "laid") {
			t.Errorf("%s: %v", what, got)
		}
	}
	b.must(b.Unlay(c.ID, "laid"))
	if got := strings.Join(b.has("clusters", c.ID), " "); got != "data" {
		t.Errorf("directories %s", got)
	}
	b.insert(c, 1)
}

// TestLayIntoNothing: a restore into a cluster that is gone leaves nothing behind.
func TestLayIntoNothing(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	id := b.takes(c)
	b.must(b.Remove(c.ID))
	b.must(b.Lay(t.Context(), id, nil, c.ID, "laid"))
	if err := b.Pause(t.Context(), c.ID, time.Now()); err == nil {
		t.Error("a cluster that is gone was paused")
	}
	b.must(b.Unlay(c.ID, "laid"))
	if left := b.has("clusters"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Lay(ctx, id, nil, c.ID, "laid"); err == nil {
		t.Error("laid for nobody")
	}
}

// flip changes one bit in the middle of a file.
func (b *bench) flip(path string) {
	b.t.Helper()
	raw, err := os.ReadFile(path)
	b.must(err)
	raw[len(raw)/2] ^= 4
	b.must(os.WriteFile(path, raw, 0o600))
}

// TestFlippedBits: damage in any file of a snapshot is found, and the snapshot cannot be restored.
func TestFlippedBits(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.fill(c, 100)
	b.must(b.Stop(c.ID))
	b.start(c) // makes tables of the log
	id := b.takes(c)
	for _, name := range b.has("snapshots", id) {
		path := filepath.Join(b.Plane.snapshot(id), name)
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			continue // a file that is its name
		}
		b.must(b.sound(t.Context(), id))
		b.flip(path)
		if err := b.Lay(t.Context(), id, nil, c.ID, "laid"); !errors.Is(err, ErrSnapshotDamaged) || !strings.Contains(err.Error(), "has changed") {
			t.Errorf("with a bit of %s changed: %v", name, err)
		}
		b.flip(path)
	}
	if got := b.has("clusters", c.ID); !slices.Equal(got, []string{"data"}) {
		t.Errorf("datasets %v", got)
	}
	b.must(b.Lay(t.Context(), id, nil, c.ID, "laid"))
	if slices.Contains(b.has("clusters", c.ID, "laid"), "snapshot.json") {
		t.Error("the manifest is among the data")
	}
}

// TestSnapshotsOfEarlierPrograms: a snapshot without a manifest, as earlier programs took it, gets one.
func TestSnapshotsOfEarlierPrograms(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.insert(c, 1)
	id := b.takes(c)
	path := filepath.Join(b.Plane.snapshot(id), "snapshot.json")
	b.must(os.Remove(path))
	b.must(b.sound(t.Context(), id))
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	b.must(b.Lay(t.Context(), id, nil, c.ID, "laid"))
}

// TestUnchangedTablesAreKeptOnce: the second snapshot of unchanged data shares the tables of the first, and does not read
// them.
func TestUnchangedTablesAreKeptOnce(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.fill(c, 3000)
	b.must(b.Stop(c.ID))
	b.start(c) // makes tables of the log
	first, second := b.takes(c), b.takes(c)
	n := 0
	for _, name := range b.has("snapshots", second) {
		if filepath.Ext(name) != ".sst" {
			continue
		}
		n++
		one, err := os.Stat(filepath.Join(b.Plane.snapshot(first), name))
		b.must(err)
		two, err := os.Stat(filepath.Join(b.Plane.snapshot(second), name))
		b.must(err)
		if !os.SameFile(one, two) {
			t.Errorf("%s is stored twice", name)
		}
	}
	if n == 0 {
		t.Fatal("there are no tables")
	}
	// Damage after the first snapshot is found in the second one.
	tables, err := filepath.Glob(filepath.Join(b.Plane.snapshot(second), "*.sst"))
	b.must(err)
	b.flip(tables[0])
	third := b.takes(c)
	if err := b.sound(t.Context(), third); !errors.Is(err, ErrSnapshotDamaged) {
		t.Errorf("a snapshot of damaged tables: %v", err)
	}
}
