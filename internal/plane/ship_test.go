package plane

import (
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
)

// keeping is a cluster whose oplog is kept.
func keeping(b *bench) *model.Cluster {
	c := newCluster("alpha")
	c.Declared.PointInTime = true
	b.start(c)
	return c
}

// ids are 1 to n.
func ids(n int) (all []int32) {
	for i := range n {
		all = append(all, int32(i+1))
	}
	return all
}

// writes inserts the next documents, and returns the time of each change.
func (b *bench) writes(c *model.Cluster, from, to int) (at []bson.Timestamp) {
	b.t.Helper()
	d, err := b.get(c.ID)
	b.must(err)
	for i := from; i <= to; i++ {
		b.insert(c, i)
		at = append(at, d.slot.database().Last())
	}
	return at
}

// later is a time after all writes.
func later() time.Time { return time.Now().Add(2 * time.Second) }

// TestPointInTime restores to each of many operations, from snapshots before them, across restarts and the end of the
// oplog in the database itself.
func TestPointInTime(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := keeping(b)
	at := b.writes(c, 1, 20)
	first := b.takes(c)
	at = append(at, b.writes(c, 21, 60)...)
	b.must(b.Ship(t.Context(), c.ID, later()))
	b.must(b.Stop(c.ID))
	b.start(c)
	second := b.takes(c)
	at = append(at, b.writes(c, 61, 90)...)
	b.must(b.Ship(t.Context(), c.ID, later()))
	to := newCluster("beta")
	b.start(to)
	for _, n := range []int{20, 21, 59, 60, 61, 90, 60 + rand.IntN(30)} {
		snapshots := []model.ID{first}
		if n >= 60 {
			snapshots = append(snapshots, second)
		}
		for _, snapshot := range snapshots {
			dataset := model.NewID()
			b.must(b.Lay(t.Context(), snapshot, []Leg{{c.ID, c.Dataset, at[n-1]}}, to.ID, dataset))
			to.Dataset = dataset
			b.start(to)
			b.want(to, ids(n)...)
		}
	}
	for why, leg := range map[string]Leg{
		"after what is kept":        {c.ID, c.Dataset, bson.Timestamp{T: uint32(later().Unix()), I: 9}},
		"of a dataset without log":  {c.ID, "other", at[70]},
		"of a cluster without logs": {to.ID, to.Dataset, at[70]},
	} {
		if err := b.Lay(t.Context(), second, []Leg{leg}, to.ID, model.NewID()); !errors.Is(err, ErrNoHistory) {
			t.Errorf("a time %s: %v", why, err)
		}
	}
	if left := b.has("clusters", to.ID); !slices.Equal(left, []string{to.Dataset}) {
		t.Errorf("datasets %v", left)
	}
	b.must(b.PruneLogs(t.Context(), c.ID, c.Dataset, at[59])) // the time of the second snapshot
	b.must(b.Lay(t.Context(), second, []Leg{{c.ID, c.Dataset, at[79]}}, to.ID, "kept"))
	if err := b.Lay(t.Context(), first, []Leg{{c.ID, c.Dataset, at[79]}}, to.ID, "gone"); !errors.Is(err, ErrNoHistory) {
		t.Errorf("through what has been removed: %v", err)
	}
	b.must(b.Remove(c.ID))
	if left := b.has("oplogs", c.ID); len(left) > 0 {
		t.Errorf("logs of a cluster that is gone: %v", left)
	}
}

// TestPointInTimeAroundARestore: a point in time after a restore is reached from the restored snapshot and the log of the
// new data. One before the restore is reached by the log of the old data, up to its last change.
func TestPointInTimeAroundARestore(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := keeping(b)
	b.writes(c, 1, 5)
	id := b.takes(c)
	old := b.writes(c, 6, 10)
	b.must(b.Lay(t.Context(), id, nil, c.ID, "laid"))
	b.must(b.Pause(t.Context(), c.ID, later()))
	c.Dataset = "laid"
	b.start(c)
	b.want(c, ids(5)...)
	fresh := b.writes(c, 6, 8)
	b.must(b.Ship(t.Context(), c.ID, later()))
	to := newCluster("beta")
	b.start(to)
	for dataset, leg := range map[string]struct {
		Leg
		n int
	}{"one": {Leg{c.ID, "data", old[4]}, 10}, "two": {Leg{c.ID, "data", old[1]}, 7}, "three": {Leg{c.ID, "laid", fresh[2]}, 8}, "four": {Leg{c.ID, "laid", fresh[0]}, 6}} {
		b.must(b.Lay(t.Context(), id, []Leg{leg.Leg}, to.ID, dataset))
		to.Dataset = dataset
		b.start(to)
		b.want(to, ids(leg.n)...)
	}
	b.must(b.PruneLogs(t.Context(), c.ID, "laid", old[4]))
	if left := b.has("oplogs", c.ID); !slices.Equal(left, []string{"laid"}) {
		t.Errorf("logs of %v", left)
	}
}

// TestPointInTimeOverAGap: while a cluster's oplog is not copied there is a gap, and restores over it are refused.
func TestPointInTimeOverAGap(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := keeping(b)
	b.writes(c, 1, 3)
	id := b.takes(c)
	at := b.writes(c, 4, 6)
	b.must(b.Ship(t.Context(), c.ID, later()))
	b.must(os.RemoveAll(b.oplogs(c.ID))) // as if somebody had cleared it
	b.must(b.Ship(t.Context(), c.ID, later()))
	at = append(at, b.writes(c, 7, 9)...)
	b.must(b.Ship(t.Context(), c.ID, later()))
	for _, until := range []bson.Timestamp{at[1], at[4]} {
		if err := b.Lay(t.Context(), id, []Leg{{c.ID, "data", until}}, c.ID, "laid"); !errors.Is(err, ErrNoHistory) {
			t.Errorf("up to %v: %v", until, err)
		}
	}
	b.Unship(c.ID)
	after := b.takes(c)
	b.must(b.Lay(t.Context(), after, []Leg{{c.ID, "data", at[5]}}, c.ID, "laid"))
}
