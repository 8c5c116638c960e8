package plane

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/model"
)

// takes takes a snapshot and returns its id.
func (b *bench) takes(c *model.Cluster) model.ID {
	b.t.Helper()
	id := model.NewID()
	size, err := b.Snapshot(b.t.Context(), c.ID, id)
	b.must(err)
	if size == 0 {
		b.t.Fatal("the snapshot is empty")
	}
	return id
}

func TestSnapshotTwice(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.insert(c, 1)
	id := b.takes(c)
	first, err := sizeOf(b.Plane.snapshot(id))
	b.must(err)
	b.insert(c, 2)
	again, err := b.Snapshot(t.Context(), c.ID, id)
	b.must(err)
	if again != first {
		t.Errorf("the second time it has %d bytes, not %d", again, first)
	}
	b.must(b.Stop(c.ID))
	if size, err := b.Snapshot(t.Context(), c.ID, id); err != nil || size != first {
		t.Errorf("of a stopped cluster: %d, %v", size, err)
	}
	if _, err := b.Snapshot(t.Context(), c.ID, model.NewID()); err == nil {
		t.Error("a stopped cluster was copied")
	}
	b.start(c)
	b.must(b.Lay(t.Context(), id, c.ID, "laid"))
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
		b.must(b.Lay(t.Context(), id, to.ID, "laid"))
	}
	b.want(to, 9)
	for range 2 {
		b.must(b.Pause(to.ID))
	}
	if _, err := b.Snapshot(t.Context(), to.ID, model.NewID()); err == nil {
		t.Error("a paused cluster was copied")
	}
	// A start on the old dataset, by somebody who does not know of the restore, leaves the new one alone.
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
	b.must(b.DropSnapshot(id))
	b.must(b.DropSnapshot(id))
	b.must(b.Remove(from.ID))
	b.must(b.Stop(to.ID))
	b.start(to)
	b.want(to, 1, 3)
}

// TestHalfFinished: a crash leaves directories that are called .next. They count for nothing and do not stay.
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
	b.must(b.Lay(t.Context(), id, c.ID, "laid"))
	if got := slices.Concat(b.has("snapshots"), b.has("clusters", c.ID)); !slices.Equal(got, []string{id, "data", "laid"}) {
		t.Errorf("directories %v", got)
	}
	half("snapshots", "other.next")
	b.must(b.DropSnapshot("other"))
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

// A snapshot that has lost files cannot be laid, so no cluster comes to run on it.
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
		if err := b.Lay(t.Context(), snapshot, c.ID, "laid"); err == nil {
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

// Laying into a cluster that is gone leaves nothing behind.
func TestLayIntoNothing(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	id := b.takes(c)
	b.must(b.Remove(c.ID))
	b.must(b.Lay(t.Context(), id, c.ID, "laid"))
	if err := b.Pause(c.ID); err == nil {
		t.Error("a cluster that is gone was paused")
	}
	b.must(b.Unlay(c.ID, "laid"))
	if left := b.has("clusters"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Lay(ctx, id, c.ID, "laid"); err == nil {
		t.Error("laid for nobody")
	}
}
