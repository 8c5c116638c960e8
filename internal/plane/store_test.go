package plane

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/bucket/buckettest"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/vault"
)

// storing is a plane that stores snapshots in the bucket of a service.
func storing(t *testing.T, s *buckettest.Server) *bench {
	t.Helper()
	to, err := s.Open(buckettest.Name)
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, t.TempDir())
	b.cfg.Vault = vault.New(to)
	return b
}

// objects are the names below a folder of the bucket.
func objects(t *testing.T, s *buckettest.Server, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(s.Dir, folder), func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, e.Name())
		}
		return ignoreMissing(err)
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A snapshot is stored once whatever is asked, shares its files with others, and goes with those that it alone needs. A
// node that has never seen it restores it.
func TestStoredSnapshots(t *testing.T) {
	s := buckettest.Start(t)
	one, other := storing(t, s), storing(t, s)
	c, to := newCluster("alpha"), newCluster("beta")
	one.start(c)
	one.fill(c, 3000)
	first := one.takes(c)
	files := objects(t, s, "files")
	second := one.takes(c)
	if got := objects(t, s, "files"); !slices.Equal(got, files) {
		t.Errorf("a snapshot of the same data stores %d files more", len(got)-len(files))
	}
	if got := objects(t, s, "snapshots"); len(got) != 2 {
		t.Errorf("manifests %v", got)
	}
	if got := one.has("snapshots"); !slices.Equal(got, []string{second}) {
		t.Errorf("on the node there is %v", got)
	}
	if taken, err := one.Snapshot(t.Context(), c.ID, first); err != nil || !taken.Stored || taken.Dataset != "data" {
		t.Errorf("asked again: %+v, %v", taken, err)
	}
	one.insert(c, 1)
	third := one.takes(c)

	other.start(to)
	for dataset, snapshot := range map[string]model.ID{"one": first, "two": third} {
		other.must(other.Lay(t.Context(), snapshot, nil, to.ID, dataset))
		to.Dataset = dataset
		other.start(to)
		if snapshot == third {
			other.want(to, 1)
		} else {
			other.want(to)
		}
	}
	if got := append(other.has("snapshots"), other.has("views")...); len(got) > 0 {
		t.Errorf("left on the other node: %v", got)
	}
	if names, err := other.Contents(t.Context(), first); err != nil || len(names) == 0 {
		t.Errorf("read from afar: %v, %v", names, err)
	}

	if damaged, err := other.VerifyAll(t.Context(), []model.ID{first, second, third}); err != nil || len(damaged) > 0 {
		t.Errorf("verified: %v, %v", damaged, err)
	}
	// A bit that flips in the copy on the node does no harm.
	copies, err := filepath.Glob(filepath.Join(one.snapshot(third), "*.sst"))
	if err != nil || len(copies) == 0 {
		t.Fatalf("tables %v, %v", copies, err)
	}
	raw, err := os.ReadFile(copies[0])
	one.must(err)
	raw[len(raw)/2] ^= 1
	one.must(errors.Join(os.Remove(copies[0]), os.WriteFile(copies[0], raw, 0o600))) // the data has another link to the file
	one.must(one.Lay(t.Context(), third, nil, c.ID, "third"))
	if got := one.has("snapshots"); len(got) > 0 {
		t.Errorf("the damaged copy is still there: %v", got)
	}
	one.must(one.DropSnapshot(t.Context(), third))
	one.must(one.Sweep(t.Context(), c.ID, []model.ID{first, second, model.NewID()}, false))
	if got := objects(t, s, "files"); !slices.Equal(got, files) {
		t.Errorf("%d files are left, not %d", len(got), len(files))
	}
	one.must(one.Lay(t.Context(), second, nil, c.ID, "again"))
	for _, id := range []model.ID{first, second} {
		one.must(one.DropSnapshot(t.Context(), id))
	}
	one.must(one.Sweep(t.Context(), c.ID, nil, true))
	if got := objects(t, s, ""); len(got) > 0 {
		t.Errorf("the bucket has %v", got)
	}
	if err := other.Lay(t.Context(), first, nil, to.ID, "gone"); !errors.Is(err, ErrSnapshotDamaged) {
		t.Errorf("what is gone is laid: %v", err)
	}
}

// A flipped bit is found by whoever restores the snapshot from the bucket, and by the reading of all snapshots. Only those
// that have the file are damaged, and once they are swept the next snapshot stores it again.
func TestDamageInTheBucket(t *testing.T) {
	s := buckettest.Start(t)
	one, other := storing(t, s), storing(t, s)
	c := newCluster("alpha")
	one.start(c)
	one.fill(c, 3000)
	first := one.takes(c)
	before := objects(t, s, "files")
	one.run(c, bson.D{{Key: "create", Value: "more"}})
	second := one.takes(c)
	added := slices.DeleteFunc(objects(t, s, "files"), func(name string) bool { return slices.Contains(before, name) })
	if len(added) == 0 {
		t.Fatal("the second snapshot has no file of its own")
	}
	path := filepath.Join(s.Dir, "files", c.ID, added[0])
	raw, err := os.ReadFile(path)
	one.must(err)
	raw[len(raw)/2] ^= 1
	one.must(os.WriteFile(path, raw, 0o600))

	if err := other.Lay(t.Context(), second, nil, "cluster", "laid"); !errors.Is(err, ErrSnapshotDamaged) {
		t.Errorf("it is laid: %v", err)
	}
	if got := other.has("clusters", "cluster"); len(got) > 0 {
		t.Errorf("left: %v", got)
	}
	other.must(other.Lay(t.Context(), first, nil, "cluster", "laid"))
	damaged, err := one.VerifyAll(t.Context(), []model.ID{first, second})
	if err != nil || len(damaged) != 1 || !errors.Is(damaged[second], ErrSnapshotDamaged) {
		t.Errorf("verified: %v, %v", damaged, err)
	}
	one.must(one.Sweep(t.Context(), c.ID, []model.ID{first}, false))
	third := one.takes(c)
	if damaged, err := other.VerifyAll(t.Context(), []model.ID{third}); err != nil || len(damaged) > 0 {
		t.Errorf("the next one: %v, %v", damaged, err)
	}
	manifest := filepath.Join(s.Dir, "snapshots", third)
	raw, err = os.ReadFile(manifest)
	one.must(err)
	raw[len(raw)-3] ^= 1
	one.must(os.WriteFile(manifest, raw, 0o600))
	if err := other.Lay(t.Context(), third, nil, "cluster", "third"); !errors.Is(err, ErrSnapshotDamaged) {
		t.Errorf("with a damaged manifest it is laid: %v", err)
	}
}

// A node without the oplog of a cluster replays what the cluster's own node has sent.
func TestPointInTimeOnAnotherNode(t *testing.T) {
	s := buckettest.Start(t)
	one, other := storing(t, s), storing(t, s)
	c, to := keeping(one), newCluster("beta")
	one.writes(c, 1, 3)
	id := one.takes(c)
	at := one.writes(c, 4, 6)
	one.must(one.Ship(t.Context(), c.ID, time.Now()))
	one.must(one.Send(t.Context(), c.ID))
	at = append(at, one.writes(c, 7, 9)...)
	one.must(one.Ship(t.Context(), c.ID, time.Now()))
	other.start(to)
	lay := func(n int, dataset string) error {
		return other.Lay(t.Context(), id, []Leg{{c.ID, c.Dataset, at[n-4]}}, to.ID, dataset)
	}
	other.must(lay(5, "five"))
	to.Dataset = "five"
	other.start(to)
	other.want(to, ids(5)...)
	if err := lay(8, "early"); !errors.Is(err, ErrNoHistory) {
		t.Errorf("before it is sent: %v", err)
	}
	for range 2 {
		one.must(one.Send(t.Context(), c.ID))
	}
	other.must(lay(8, "eight"))
	to.Dataset = "eight"
	other.start(to)
	other.want(to, ids(8)...)
	one.must(one.PruneLogs(t.Context(), c.ID, c.Dataset, at[2])) // all but the newest piece
	if err := lay(8, "pruned"); !errors.Is(err, ErrNoHistory) {
		t.Errorf("through what has been removed: %v", err)
	}
	if got := append(other.has("oplogs"), other.has("views")...); len(got) > 0 {
		t.Errorf("left on the other node: %v", got)
	}
}
