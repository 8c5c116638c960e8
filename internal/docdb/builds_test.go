package docdb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// TestBuildsBesideWrites builds and drops indexes while sessions write at random. At the end each index must agree with
// the documents.
func TestBuildsBesideWrites(t *testing.T) {
	x := fresh(t)
	for i := range 2*storage.BuildChunk + 100 {
		x.insert("c", d{{"_id", 1000 + i}, {"a", i % 7}, {"u", i}})
	}
	var wg sync.WaitGroup
	for w := range 4 {
		y := x.other()
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 9))
			for range 80 {
				y.run(randomWrite(r))
			}
		})
	}
	for w := range 2 { // the two ask for the same
		y := x.other()
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 10))
			for i := range 6 {
				name := fmt.Sprint(i % 2)
				key := []d{{{"a", 1}, {"_id", -1}}, {{"a.b", -1}}}[i%2]
				y.run(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", key}, {"name", name}}}}})
				if r.IntN(3) == 0 {
					y.run(d{{"dropIndexes", "c"}, {"index", name}})
				}
			}
		})
	}
	wg.Wait()
	x.indexOn("c", d{{"a", 1}, {"_id", -1}}, e{"name", "0"})
	x.indexOn("c", d{{"a.b", -1}}, e{"name", "1"})
	x.sound()
	if n := len(x.drain(d{{"listIndexes", "c"}})); n != 3 {
		t.Errorf("%d indexes", n)
	}
}

// TestBuildResumes opens a checkpoint that was taken in the middle of a build, as after a crash.
func TestBuildResumes(t *testing.T) {
	x := fresh(t)
	x.fill("c", 300)
	x.insert("twins", d{{"u", 1}}, d{{"u", 1}})
	for coll, ix := range map[string]storage.Index{"c": {Name: "n", Parts: []storage.Part{{Path: "n", Dir: 1}, {Path: "_id", Dir: 1}}}, "twins": {Name: "u", Parts: []storage.Part{{Path: "u", Dir: 1}}, Unique: true}} {
		_, err := x.e.store.Write(context.Background(), storage.Namespace{DB: "test", Coll: coll}, func(t *storage.Tx) error {
			_, _, err := t.Announce([]storage.Index{ix})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	x.insert("c", d{{"_id", "late"}, {"n", 5}})
	x.insert("twins", d{{"u", 1}})
	if n := len(x.drain(d{{"listIndexes", "c"}})); n != 1 {
		t.Errorf("%d indexes may be read in the middle of a build", n)
	}
	dir := t.TempDir() + "/copy"
	if _, err := x.e.Checkpoint(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	y := open(t, dir, Options{})
	y.indexOn("c", d{{"n", 1}, {"_id", 1}}, e{"name", "n"}) // waits for the build that is under way
	if stages, index, _, _, _ := y.explain(d{{"find", "c"}, {"filter", d{{"n", 5}}}}); index != "n" {
		t.Error(stages)
	}
	y.fails(wire.DuplicateKey, d{{"createIndexes", "twins"}, {"indexes", a{d{{"key", d{{"u", 1}}}, {"name", "u"}, {"unique", true}}}}})
	if n := len(y.drain(d{{"listIndexes", "twins"}})); n != 1 {
		t.Errorf("a failed build has left %d indexes", n)
	}
	y.sound()
}

// TestBuildEndsWithItsIndex drops what is being built.
func TestBuildEndsWithItsIndex(t *testing.T) {
	x := fresh(t)
	x.fill("c", 10)
	ns := storage.Namespace{DB: "test", Coll: "c"}
	var ids []uint64
	_, err := x.e.store.Write(context.Background(), ns, func(t *storage.Tx) (err error) {
		ids, _, err = t.Announce([]storage.Index{{Name: "n", Parts: []storage.Part{{Path: "n", Dir: 1}}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	x.fails(wire.BackgroundOperation, d{{"renameCollection", "test.c"}, {"to", "test.d"}, {"$db", "admin"}})
	x.ok(d{{"dropIndexes", "c"}, {"index", "n"}})
	if err := x.e.store.Build(context.Background(), ns, ids); err == nil {
		t.Error("an index that was dropped has been built")
	}
	ctx, cancel := context.WithTimeout(context.Background(), -time.Second)
	defer cancel()
	if err := x.e.store.Build(ctx, ns, ids); err == nil {
		t.Error("a build went on without time")
	}
	x.sound()
}
