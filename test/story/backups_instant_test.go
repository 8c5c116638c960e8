package story

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// TestSnapshotsAreOfOneInstant writes A and then, in another database, B, again and again, while snapshots are taken: no
// snapshot has a B without its A, and none holds the writer up.
func TestSnapshotsAreOfOneInstant(t *testing.T) {
	k := newKeeper(t, "")
	k.cluster(k.project, "alpha")
	k.cluster(k.project, "beta")
	alpha, beta := k.open(k.project, "alpha"), k.open(k.project, "beta")
	var wait sync.WaitGroup
	var enough atomic.Bool
	var written atomic.Int64
	wait.Go(func() {
		for i := 0; !enough.Load(); i++ {
			for _, c := range []*mongo.Collection{alpha.Database("a").Collection("c"), alpha.Database("b").Collection("c")} {
				if _, err := c.InsertOne(t.Context(), bson.D{{Key: "_id", Value: i}}); err != nil {
					t.Error(err)
					return
				}
			}
			written.Store(int64(i))
		}
	})
	var snapshots []string
	for range 8 {
		at := written.Load()
		k.eventually("some writes", func() bool { return written.Load() > at+20 })
		snapshots = append(snapshots, k.take("alpha"))
	}
	enough.Store(true)
	wait.Wait()
	last := int64(-1)
	for _, id := range snapshots {
		k.restore(order(id, k.project, "beta"))
		count := func(db string) int64 {
			n, err := beta.Database(db).Collection("c").CountDocuments(t.Context(), bson.D{})
			k.must(err)
			return n
		}
		a, b := count("a"), count("b") // ids count from 0, so the last B has its A if there are as many
		if a < b || a > b+1 || a <= last {
			t.Errorf("a snapshot has %d A and %d B, the one before %d A", a, b, last)
		}
		last = a
	}
	t.Logf("%d pairs written", written.Load())
}

// TestTenRestoresAtOnce restores one snapshot to ten clusters at the same time.
func TestTenRestoresAtOnce(t *testing.T) {
	k := newKeeper(t, "")
	k.cluster(k.project, "alpha")
	alpha := k.open(k.project, "alpha")
	k.write(alpha)
	before, snapshot := k.hash(alpha, "shop", "crm"), k.take("alpha")
	var names, jobs []string
	for i := range 10 {
		names = append(names, fmt.Sprint("target", i))
		k.cluster(k.project, names[i])
	}
	for _, name := range names {
		jobs = append(jobs, k.ask(order(snapshot, k.project, name)))
	}
	for i, id := range jobs {
		k.over(id)
		if k.hash(k.open(k.project, names[i]), "shop", "crm") != before {
			t.Errorf("%s is not what the snapshot has", names[i])
		}
	}
	if k.hash(alpha, "shop", "crm") != before {
		t.Error("the cluster of the snapshot has changed")
	}
}
