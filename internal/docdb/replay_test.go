package docdb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// state is all that clients can see of the databases, and what the oplog has told of it since a moment.
func (x *db) state() string {
	x.t.Helper()
	var all strings.Builder
	for _, coll := range x.e.store.Collections("") {
		fmt.Fprintf(&all, "%s %x %v\n", coll.NS, coll.UUID.Data, coll.Validation.Describe())
		for _, ix := range x.drain(d{{"listIndexes", coll.NS.Coll}, {"$db", coll.NS.DB}}) {
			fmt.Fprintln(&all, " ", ix)
		}
		for _, doc := range x.drain(d{{"find", coll.NS.Coll}, {"$db", coll.NS.DB}}) {
			fmt.Fprintf(&all, "  %x\n", []byte(doc))
		}
	}
	return all.String()
}

// randomChange is a command that changes documents or the catalog.
func randomChange(r *rand.Rand) d {
	name, key := []string{"c", "c", "e", "f"}[r.IntN(4)], []string{"a", "u", "b.c"}[r.IntN(3)]
	switch r.IntN(20) {
	case 0:
		return d{{"drop", name}}
	case 1:
		return onAdmin(e{"renameCollection", "test." + name}, e{"to", []string{"test.c", "test.e", "other.c"}[r.IntN(3)]}, e{"dropTarget", r.IntN(2) == 0})
	case 2:
		return d{{"dropIndexes", name}, {"index", []any{key, a{key, key}}[r.IntN(2)]}}
	case 3, 4:
		return d{{"createIndexes", name}, {"indexes", a{d{{"key", d{{key, 1}, {"_id", -1}}}, {"name", key}, {"sparse", r.IntN(2) == 0}},
			d{{"key", d{{"u", -1}}}, {"name", "once"}, {"unique", true}}}}}
	case 5:
		return d{{"createIndexes", name}, {"indexes", a{d{{"key", d{{"at", 1}}}, {"name", "at"}, {"expireAfterSeconds", r.IntN(100)}},
			d{{"key", d{{"a", 1}}}, {"name", "some"}, partial(d{{"u", d{{"$gte", r.IntN(60)}}}})}}}}
	case 6:
		return pick(r, d{{"create", name}}, d{{"create", name}, {"validator", d{{"u", d{{"$ne", 5}}}}}}, d{{"collMod", name}, {"validator", d{{"u", d{{"$lt", r.IntN(60)}}}}}, {"validationLevel", "moderate"}},
			d{{"collMod", name}, {"index", d{{"name", pick(r, "at", "a", "once", "hash")}, {"hidden", r.IntN(2) == 0}}}}, d{{"collMod", name}, {"index", d{{"name", "at"}, {"expireAfterSeconds", r.IntN(100)}}}},
			d{{"createIndexes", name}, {"indexes", a{d{{"key", d{{"u", "hashed"}, {"b", 2.5}}}, {"name", "hash"}}}}})
	case 7:
		if r.IntN(3) == 0 {
			return d{{"dropDatabase", 1}}
		}
	case 8:
		return d{{"insert", name}, {"ordered", false}, {"documents", a{d{{"_id", r.IntN(60)}, {"u", r.IntN(9)}}, d{{"at", fixedTime}}, d{{"a", a{1, d{{"b", nil}}}}}}}}
	}
	cmd := randomWrite(r)
	cmd[0].Value = name
	return cmd
}

// checkpoint copies the engine and returns the copy's directory.
func (x *db) checkpoint() string {
	x.t.Helper()
	dir := filepath.Join(x.t.TempDir(), "copy")
	if _, err := x.e.Checkpoint(context.Background(), dir); err != nil {
		x.t.Fatal(err)
	}
	return dir
}

// replayed is the database in dir, brought forward from source.
func replayed(t *testing.T, dir string, source *db, until bson.Timestamp) *db {
	t.Helper()
	o := Options{Now: source.e.store.Now}
	if err := Replay(context.Background(), dir, o, source.e.History, until); err != nil {
		t.Fatal(err)
	}
	return open(t, dir, o)
}

// TestReplay makes checkpoints of a database that changes at random, brings them forward to other moments, and then
// further, and compares each with what was there at that moment.
func TestReplay(t *testing.T) {
	const changes, checkpoints = 250, 5
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 5))
		now := time.Unix(1_000_000, 0)
		x := open(t, t.TempDir(), Options{Now: func() time.Time { return now }})
		var at []bson.Timestamp // of every change
		var was []string        // after it
		var copies []string
		var of []int // the change at which a copy was made
		for i := range changes {
			if i%(changes/checkpoints) == 0 {
				copies, of = append(copies, x.checkpoint()), append(of, i-1)
			}
			x.run(randomChange(r))
			at, was = append(at, x.e.store.LastTimestamp()), append(was, x.state())
			now = now.Add(time.Duration(r.IntN(3)) * 400 * time.Millisecond)
		}
		for i, dir := range copies {
			to := max(of[i], 0) + r.IntN(changes-max(of[i], 0))
			for _, moment := range []int{to, to + r.IntN(changes-to)} {
				y := replayed(t, dir, x, at[moment])
				if got := y.state(); got != was[moment] {
					t.Fatalf("seed %d: from change %d to %d:\n%s\ninstead of\n%s", seed, of[i], moment, got, was[moment])
				}
				y.sound()
				told, all := y.oplogEntries(), x.oplogEntries()
				if fmt.Sprint(told) != fmt.Sprint(all[:len(told)]) || y.e.store.LastTimestamp() != at[moment] {
					t.Fatalf("seed %d: from change %d to %d: another oplog", seed, of[i], moment)
				}
				y.close()
			}
		}
	}
}

// TestReplayOfManyWriters takes checkpoints while sessions write and build indexes, and brings each to the end.
func TestReplayOfManyWriters(t *testing.T) {
	x := fresh(t)
	var docs a
	for i := range storage.BuildChunk + 100 {
		docs = append(docs, d{{"_id", 1000 + i}, {"a", i % 7}})
	}
	x.insert("c", docs...)
	var copies []string
	x.together(5, func(w int, y *db) {
		r := rand.New(rand.NewPCG(uint64(w), 6))
		if w == 0 {
			for range 4 {
				copies = append(copies, y.checkpoint())
				y.run(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"a", -1}}}, {"name", "a"}}}}})
				y.run(d{{"dropIndexes", "c"}, {"index", "a"}})
			}
			return
		}
		for range 80 {
			y.run(randomWrite(r))
		}
	})
	want := x.state()
	for i, dir := range copies {
		y := replayed(t, dir, x, x.e.store.LastTimestamp())
		if y.state() != want {
			t.Errorf("checkpoint %d is another in the end", i)
		}
		y.sound()
	}
}

// TestReplayForgetsBuilds brings a checkpoint forward that was made in the middle of a build.
func TestReplayForgetsBuilds(t *testing.T) {
	x := fresh(t)
	x.fill("c", 10)
	ns, ids := storage.Namespace{DB: "test", Coll: "c"}, []uint64(nil)
	_, err := x.e.store.Write(context.Background(), ns, func(t *storage.Tx) (err error) {
		ids, _, err = t.Announce([]storage.Index{{Name: "n", Parts: []storage.Part{{Path: "n", Dir: 1}}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	early, late := x.checkpoint(), x.checkpoint()
	x.insert("c", d{{"_id", "late"}, {"n", 5}})
	before := x.e.store.LastTimestamp()
	if err := x.e.store.Build(context.Background(), ns, ids); err != nil {
		t.Fatal(err)
	}
	for dir, until := range map[string]bson.Timestamp{early: before, late: x.e.store.LastTimestamp()} {
		y := replayed(t, dir, x, until)
		if n, want := len(y.drain(d{{"listIndexes", "c"}})), map[bool]int{true: 1, false: 2}[dir == early]; n != want {
			t.Errorf("%d indexes, not %d", n, want)
		}
		for _, ix := range y.e.store.Collection(ns).Indexes {
			if ix.Building {
				t.Error("a build goes on")
			}
		}
		y.sound()
	}
}

// A replay that cannot be exact is refused.
func TestReplayNeedsAll(t *testing.T) {
	x := open(t, t.TempDir(), Options{OplogBytes: 20_000})
	empty := x.checkpoint()
	x.insert("c", d{{"_id", 1}})
	first := x.checkpoint()
	for range 60 {
		x.insert("c", d{{"s", string(make([]byte, 1000))}})
	}
	last, end := x.checkpoint(), x.e.store.LastTimestamp()
	refused := func(why string, want error, ctx context.Context, dir string, source *db, until bson.Timestamp) {
		t.Helper()
		copied := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if err := Replay(ctx, copied, Options{}, source.e.History, until); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v", why, err)
		}
	}
	ctx := context.Background()
	refused("trimmed away", storage.ErrOplogGap, ctx, first, x, end)
	refused("trimmed away from the beginning", storage.ErrOplogGap, ctx, empty, x, end)
	refused("trimmed away, nothing to do", storage.ErrOplogGap, ctx, empty, x, bson.Timestamp{T: 1})
	refused("another database", storage.ErrOplogGap, ctx, last, fresh(t), end)
	refused("a moment before the checkpoint", nil, ctx, last, x, bson.Timestamp{T: 1})
	gone, cancel := context.WithCancel(ctx)
	cancel()
	x.insert("c", d{{"_id", "more"}})
	refused("cancelled", context.Canceled, gone, last, x, x.e.store.LastTimestamp())
	refused("no checkpoint's directory", nil, ctx, t.TempDir(), x, end)
	y := fresh(t)
	y.close()
	refused("a closed source", nil, ctx, last, y, end)
}

// Another database may have an entry of the same moment.
func TestReplayKnowsItsSource(t *testing.T) {
	o := Options{Now: fixed(time.Unix(77, 0))}
	x, y := open(t, t.TempDir(), o), open(t, t.TempDir(), o)
	x.insert("c", d{{"_id", 1}})
	y.insert("c", d{{"_id", 2}})
	dir := x.checkpoint()
	y.insert("c", d{{"_id", 3}})
	if err := Replay(context.Background(), dir, o, y.e.History, y.e.store.LastTimestamp()); !errors.Is(err, storage.ErrOplogGap) {
		t.Error(err)
	}
}

// slowly is a file system in memory that syncs the log as slowly as a disk that is behind.
func slowly() vfs.FS {
	return errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if strings.HasSuffix(op.Path, ".log") && (op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData) {
			time.Sleep(50 * time.Millisecond)
		}
		return nil
	}))
}

// What depends on a write of another waits until that is durable.
func TestAnswersOutliveCrashes(t *testing.T) {
	o := Options{fs: slowly()}
	x := open(t, "data", o)
	if _, err := x.e.Checkpoint(context.Background(), "copy"); err != nil {
		t.Fatal(err)
	}
	y := x.other()
	for name, depend := range map[string]func(){
		"dropDatabase": func() { x.ok(d{{"dropDatabase", 1}, {"$db", "none"}}) },
		"create":       func() { x.ok(d{{"create", "c"}}) },
		"majority":     func() { x.find("c", e{"readConcern", d{{"level", "majority"}}}) },
		"replay": func() {
			if err := Replay(context.Background(), "copy", o, x.e.History, x.e.store.LastTimestamp()); err != nil {
				t.Error(err)
			}
		},
	} {
		before, _ := x.e.store.Progress()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			y.insert("c", d{{"_id", name}})
		}()
		visible := before
		for visible == before {
			visible, _ = x.e.store.Progress()
		}
		depend()
		if _, durable := x.e.store.Progress(); durable < visible {
			t.Errorf("%s: has not waited", name)
		}
		<-ended
	}
}

// What is kept of the oplog stays, whatever its size.
func TestKeptOplog(t *testing.T) {
	x := open(t, t.TempDir(), Options{OplogBytes: 20_000})
	x.insert("c", d{{"_id", 1}})
	dir, first := x.checkpoint(), x.e.Last()
	x.e.KeepOplog(first)
	grow := func() {
		for range 60 {
			x.insert("c", d{{"s", string(make([]byte, 1000))}})
		}
	}
	grow()
	grow()
	y := replayed(t, dir, x, x.e.Last())
	if y.state() != x.state() {
		t.Error("the replay is not what was there")
	}
	x.e.KeepOplog(bson.Timestamp{})
	grow()
	for _, err := range x.e.History(context.Background(), first, nil) {
		if !errors.Is(err, ErrOplogGap) {
			t.Errorf("after it is kept no longer: %v", err)
		}
		return
	}
	t.Error("there is no history and no error")
}
