package bench

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/plane/oplogs"
)

// backupMB is how many megabytes of documents of 1 KB the benchmarks of backups have.
func backupMB(b *testing.B) int { return setting(b, "TELAMON_BENCH_BACKUP_MB", 64) }

const atOnce = 500 // documents

// fill inserts so many megabytes of documents of 1 KB, whose _id begins at from.
func fill(b *testing.B, from, megabytes int, insert func([]bson.Raw)) {
	b.Helper()
	for n, end := from, from+megabytes<<10; n < end; n += atOnce {
		insert(documents(b, n, min(atOnce, end-n), 1024))
	}
}

// system runs a program of the system.
func system(b *testing.B, name string, args ...string) {
	b.Helper()
	if text, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s: %v: %s", name, err, text)
	}
}

// fresh are paths that do not exist yet, whose content is removed when the next is asked for.
type fresh struct {
	b    *testing.B
	root string
	n    int
}

func (f *fresh) next() string {
	f.b.Helper()
	if err := os.RemoveAll(f.path()); err != nil {
		f.b.Fatal(err)
	}
	f.n++
	return f.path()
}

func (f *fresh) path() string { return filepath.Join(f.root, fmt.Sprint(f.n)) }

// BenchmarkBackupCheckpoint is the checkpoint that a snapshot begins with, while a client writes, against cp -r of the
// same files. pause-ms is the longest that the client has waited for a write.
func BenchmarkBackupCheckpoint(b *testing.B) {
	x := openDatabase(b, b.TempDir())
	fill(b, 0, backupMB(b), x.insert)
	source := filepath.Join(b.TempDir(), "source")
	checkpoint := func(dir string) {
		if _, err := x.Checkpoint(b.Context(), dir); err != nil {
			b.Fatal(err)
		}
	}
	checkpoint(source)
	to := &fresh{b: b, root: b.TempDir()}
	var longest time.Duration
	next := backupMB(b) << 10
	compare(b, 1, func(int) { system(b, "cp", "-r", source, to.next()) }, func(int) {
		var wait sync.WaitGroup
		writing, over := make(chan struct{}), make(chan struct{})
		wait.Go(func() {
			for first := true; ; first = false {
				docs := documents(b, next, 1, 1024)
				next++
				began := time.Now()
				x.insert(docs)
				longest = max(longest, time.Since(began))
				if first {
					close(writing)
				}
				select {
				case <-over:
					return
				default:
				}
			}
		})
		<-writing
		checkpoint(to.next())
		close(over)
		wait.Wait()
	})
	b.ReportMetric(float64(longest.Microseconds())/1e3, "pause-ms")
}

// host is a data plane with one cluster.
type host struct {
	*plane.Plane
	b   *testing.B
	dir string
	c   *model.Cluster
}

// nobody is a directory that lets nobody in.
type nobody struct{}

func (nobody) User(context.Context, string, string) (*gateway.User, error) { return nil, nil }
func (nobody) Admits(context.Context, netip.Addr) (bool, error)            { return false, nil }

func openHost(b *testing.B) *host {
	b.Helper()
	silent, dir := slog.New(slog.DiscardHandler), b.TempDir()
	p := plane.New(plane.Config{
		DataDir: dir, Site: model.Site{Host: "127.0.0.1"}, Version: "8.0.0", Databases: plane.Embedded{Logger: silent, Now: time.Now}, Logger: silent,
		Directory: func(*model.Cluster) gateway.Directory { return nobody{} },
	})
	b.Cleanup(func() { p.Close() })
	h := &host{p, b, dir, &model.Cluster{ID: model.NewID(), Name: "bench", ReplicaSet: "atlas-bench-shard-0", Dataset: "data"}}
	h.start()
	fill(b, 0, backupMB(b), func(docs []bson.Raw) { h.must(p.Load(b.Context(), h.c.ID, "bench", "c", docs)) })
	return h
}

func (h *host) must(err error) {
	h.b.Helper()
	if err != nil {
		h.b.Fatal(err)
	}
}

func (h *host) start() {
	h.b.Helper()
	topology, err := h.Start(h.c)
	h.must(err)
	h.c.Topology, h.c.Ready = topology, true
}

// take takes a snapshot and returns its id and its directory.
func (h *host) take() (id model.ID, dir string) {
	h.b.Helper()
	id = model.NewID()
	_, err := h.Snapshot(h.b.Context(), h.c.ID, id)
	h.must(err)
	return id, filepath.Join(h.dir, "snapshots", id)
}

// BenchmarkBackupRestore is an automated restore, from reading the snapshot against its manifest to the database that
// answers, against cp -r of the snapshot.
func BenchmarkBackupRestore(b *testing.B) {
	h := openHost(b)
	id, dir := h.take()
	to := &fresh{b: b, root: b.TempDir()}
	compare(b, 1, func(int) { system(b, "cp", "-r", dir, to.next()) }, func(int) {
		dataset := model.NewID()
		h.must(h.Lay(b.Context(), id, nil, h.c.ID, dataset))
		h.must(h.Pause(b.Context(), h.c.ID, time.Now()))
		h.c.Dataset = dataset
		h.start()
	})
}

// BenchmarkBackupDownload packs a snapshot for a download, against tar czf of the same documents as mongodump has them.
// memory-MB is by how much the heap has grown at most.
func BenchmarkBackupDownload(b *testing.B) {
	h := openHost(b)
	id, _ := h.take()
	dump := filepath.Join(b.TempDir(), "dump")
	h.must(os.Mkdir(dump, 0o700))
	f, err := os.Create(filepath.Join(dump, "c.bson"))
	h.must(err)
	fill(b, 0, backupMB(b), func(docs []bson.Raw) {
		for _, doc := range docs {
			_, err := f.Write(doc)
			h.must(err)
		}
	})
	h.must(f.Close())
	archive := filepath.Join(b.TempDir(), "dump.tar.gz")
	var most uint64
	compare(b, 1, func(int) { system(b, "tar", "czf", archive, "-C", dump, ".") }, func(int) {
		stop := watchHeap(&most)
		defer stop()
		download := model.NewID()
		h.must(h.Pack(b.Context(), id, download, "restore", time.Now()))
		h.must(h.DropPack(download))
	})
	b.ReportMetric(float64(most)/mb, "memory-MB")
}

// watchHeap keeps in most by how many bytes the heap grows at most, until stop.
func watchHeap(most *uint64) (stop func()) {
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	over := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			runtime.ReadMemStats(&now)
			if now.HeapInuse > before.HeapInuse {
				*most = max(*most, now.HeapInuse-before.HeapInuse)
			}
			select {
			case <-over:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	return func() { close(over); wait.Wait() }
}

// BenchmarkBackupReplay brings a checkpoint forward by an oplog of inserts, against writing the same to Pebble: the
// documents, two index entries of each, and the oplog, a thousand documents at a time.
func BenchmarkBackupReplay(b *testing.B) {
	x := openDatabase(b, b.TempDir())
	x.index("n", "k")
	base := filepath.Join(b.TempDir(), "base")
	after, err := x.Checkpoint(b.Context(), base)
	must(b, err)
	log := oplogs.At(filepath.Join(b.TempDir(), "log"))
	must(b, log.Begin(after))
	var pool [][]bson.Raw
	fill(b, 0, backupMB(b), func(docs []bson.Raw) {
		pool = append(pool, docs)
		x.insert(docs)
	})
	until, err := log.Append(after, x.History(b.Context(), after, nil))
	must(b, err)
	to, other := &fresh{b: b, root: b.TempDir()}, &fresh{b: b, root: b.TempDir()}
	var bare *pebble.DB
	before := func() {
		system(b, "cp", "-r", base, to.next())
		if bare != nil {
			must(b, bare.Close())
		}
		bare = newPebble(b, other.next())
	}
	compareAfter(b, before, 1, func(int) {
		for pair := range slices.Chunk(pool, 2) {
			putAll(b, bare, slices.Concat(pair...))
		}
	}, func(int) {
		must(b, docdb.Replay(b.Context(), to.path(), docdb.Options{MustExist: true}, log.History, until))
	})
	must(b, bare.Close())
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
