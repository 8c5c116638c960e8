package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/wire"
)

const mb = 1 << 20

// database is a document database with one session.
type database struct {
	*docdb.Engine
	b *testing.B
	s *docdb.Session
}

func openDatabase(b *testing.B, dir string) *database {
	b.Helper()
	e, err := docdb.Open(dir, docdb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	x := &database{e, b, e.NewSession(context.Background(), wire.User{})}
	b.Cleanup(x.close)
	return x
}

func (x *database) close() {
	x.s.Close()
	if err := x.Close(); err != nil {
		x.b.Error(err)
	}
}

// run executes a command of database "bench", which must succeed.
func (x *database) run(cmd bson.D, sequences ...wire.Sequence) bson.Raw {
	raw, err := bson.Marshal(append(cmd, bson.E{Key: "$db", Value: "bench"}))
	if err != nil {
		x.b.Fatal(err)
	}
	reply := bson.Raw(x.s.Run(nil, &wire.Msg{Body: raw, Sequences: sequences}))
	if reply.Lookup("ok").AsFloat64() != 1 || !reply.Lookup("writeErrors").IsZero() {
		x.b.Fatalf("%v: %s", cmd, reply)
	}
	return reply
}

func (x *database) insert(docs []bson.Raw) {
	x.run(bson.D{{Key: "insert", Value: "c"}}, wire.Sequence{ID: "documents", Docs: docs})
}

func (x *database) index(paths ...string) {
	var specs bson.A
	for _, p := range paths {
		specs = append(specs, bson.D{{Key: "key", Value: bson.D{{Key: p, Value: 1}}}, {Key: "name", Value: p}})
	}
	x.run(bson.D{{Key: "createIndexes", Value: "c"}, {Key: "indexes", Value: specs}})
}

// documents are n documents of about size bytes, whose _id begins at from.
func documents(b *testing.B, from, n, size int) []bson.Raw {
	docs := make([]bson.Raw, n)
	for i := range docs {
		id := from + i
		pad := make([]byte, size-80)
		for k := range pad {
			pad[k] = byte('a' + rand.IntN(26))
		}
		raw, err := bson.Marshal(bson.D{{Key: "_id", Value: id}, {Key: "n", Value: scattered(id)}, {Key: "k", Value: fmt.Sprintf("k%07d", id%1000)}, {Key: "pad", Value: string(pad)}})
		if err != nil {
			b.Fatal(err)
		}
		docs[i] = raw
	}
	return docs
}

// scattered maps an _id to a number, in another order.
func scattered(id int) int { return id * 7_919 % 1_000_003 }

// barePebble is Pebble with the engine's configuration, as far as it matters here.
func barePebble(b *testing.B) *pebble.DB {
	b.Helper()
	db := newPebble(b, b.TempDir())
	b.Cleanup(func() { db.Close() })
	return db
}

// newPebble is barePebble in a directory, for the caller to close.
func newPebble(b *testing.B, dir string) *pebble.DB {
	b.Helper()
	o := &pebble.Options{CacheSize: 128 * mb, MemTableSize: 4 * mb, MemTableStopWritesThreshold: 4, L0CompactionThreshold: 2, FormatMajorVersion: pebble.FormatNewest,
		Logger: quiet{}, CompactionConcurrencyRange: func() (int, int) { return 1, 1 }}
	for i := range o.Levels {
		o.Levels[i] = pebble.LevelOptions{BlockSize: 16 << 10, IndexBlockSize: 256 << 10, FilterPolicy: bloom.FilterPolicy(10)}
	}
	db, err := pebble.Open(dir, o)
	if err != nil {
		b.Fatal(err)
	}
	return db
}

type quiet struct{}

func (quiet) Infof(string, ...any)         {}
func (quiet) Errorf(string, ...any)        {}
func (quiet) Fatalf(f string, args ...any) { panic(fmt.Sprintf(f, args...)) }

// BenchmarkDocdbInsert is batches of a hundred documents of 1 KB in a collection with two indexes, against the same gets
// and puts in Pebble: one get of the _id; the document, two index entries and the oplog's entry; one sync a batch.
func BenchmarkDocdbInsert(b *testing.B) {
	const batch = 100
	bare, x := barePebble(b), openDatabase(b, b.TempDir())
	x.index("n", "k")
	var pool [][]bson.Raw // made beforehand
	next := 0
	before := func() {
		pool = pool[:0]
		for range 10 {
			pool = append(pool, documents(b, next, batch, 1024))
			next += batch
		}
	}
	compareAfter(b, before, 10, func(n int) {
		for i := range n {
			putAll(b, bare, pool[i])
		}
	}, func(n int) {
		for i := range n {
			x.insert(pool[i])
		}
	})
}

func putAll(b *testing.B, db *pebble.DB, docs []bson.Raw) {
	batch := db.NewIndexedBatch()
	defer batch.Close()
	put := func(key, value []byte) {
		if err := batch.Set(key, value, nil); err != nil {
			b.Fatal(err)
		}
	}
	for _, doc := range docs {
		id := uint64(doc.Lookup("_id").AsInt64())
		key := func(space byte, middle string) []byte { return rowKey(space, middle, id) }
		if _, closer, err := batch.Get(key('d', "")); err == nil {
			closer.Close()
		}
		put(key('d', ""), doc)
		put(key('i', string(binary.BigEndian.AppendUint64(nil, uint64(doc.Lookup("n").AsInt64())))), []byte{9})
		put(key('k', doc.Lookup("k").StringValue()), []byte{9})
		put(key('o', ""), append(make([]byte, 128), doc...))
	}
	if err := batch.Commit(pebble.Sync); err != nil {
		b.Fatal(err)
	}
}

func rowKey(space byte, middle string, id uint64) []byte {
	return binary.BigEndian.AppendUint64(append(binary.BigEndian.AppendUint64([]byte{space}, 1), middle...), id)
}

// BenchmarkDocdbGroup is a $group over a hundred thousand documents of 1 KB, against reading as many
// out of Pebble, each into the same buffer.
func BenchmarkDocdbGroup(b *testing.B) {
	const total = 100_000
	bare, x := barePebble(b), openDatabase(b, b.TempDir())
	for from := 0; from < total; from += 1000 {
		docs := documents(b, from, 1000, 1024)
		putAll(b, bare, docs)
		x.insert(docs)
	}
	compare(b, 1, func(int) { readAll(b, bare, total) }, func(int) {
		reply := x.run(bson.D{{Key: "aggregate", Value: "c"}, {Key: "cursor", Value: bson.D{}}, {Key: "pipeline", Value: bson.A{
			bson.D{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$k"}, {Key: "sum", Value: bson.D{{Key: "$sum", Value: "$n"}}}}}},
			bson.D{{Key: "$count", Value: "groups"}}}}})
		if n := reply.Lookup("cursor", "firstBatch", "0", "groups").AsInt64(); n != 1000 {
			b.Fatalf("%d groups", n)
		}
	})
}

func readAll(b *testing.B, db *pebble.DB, total int) {
	it, err := db.NewIter(&pebble.IterOptions{LowerBound: []byte{'d'}, UpperBound: []byte{'e'}})
	if err != nil {
		b.Fatal(err)
	}
	n, doc := 0, []byte(nil)
	for it.First(); it.Valid(); it.Next() {
		value, err := it.ValueAndErr()
		if err != nil {
			b.Fatal(err)
		}
		n, doc = n+1, append(doc[:0], value...)
	}
	if err := it.Close(); err != nil || n != total || len(doc) == 0 {
		b.Fatalf("%d documents, %v", n, err)
	}
}

// BenchmarkDocdbSort is a sort of a million documents with a limit of five, against a find that reads all and returns none.
func BenchmarkDocdbSort(b *testing.B) {
	const total = 1_000_000
	x := openDatabase(b, b.TempDir())
	for from := 0; from < total; from += 10_000 {
		x.insert(documents(b, from, 10_000, 200))
	}
	find := func(more ...bson.E) bson.Raw {
		return x.run(append(bson.D{{Key: "find", Value: "c"}, {Key: "singleBatch", Value: true}}, more...))
	}
	compare(b, 1, func(int) {
		if reply := find(bson.E{Key: "filter", Value: bson.D{{Key: "n", Value: -1}}}); reply.Lookup("cursor", "firstBatch", "0").Type != 0 {
			b.Fatal(reply)
		}
	}, func(int) {
		if reply := find(bson.E{Key: "sort", Value: bson.D{{Key: "n", Value: 1}}}, bson.E{Key: "limit", Value: 5}); reply.Lookup("cursor", "firstBatch", "4").Type == 0 {
			b.Fatal(reply)
		}
	})
}

// BenchmarkDocdbOpen opens existing databases, and reports how much memory an idle engine takes.
func BenchmarkDocdbOpen(b *testing.B) {
	const engines = 20
	var dirs []string
	for range engines {
		dir := b.TempDir()
		x := openDatabase(b, dir)
		x.index("n", "k")
		for from := range 10 {
			x.insert(documents(b, from*1000, 1000, 1024))
		}
		x.close()
		dirs = append(dirs, dir)
	}
	var opened time.Duration
	var grown int
	rounds := 0
	for b.Loop() {
		before := resident(b)
		var open []*docdb.Engine
		began := time.Now()
		for _, dir := range dirs {
			e, err := docdb.Open(dir, docdb.Options{})
			if err != nil {
				b.Fatal(err)
			}
			open = append(open, e)
		}
		opened += time.Since(began)
		rounds++
		grown = max(grown, resident(b)-before)
		for _, e := range open {
			if err := e.Close(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(opened.Milliseconds())/float64(rounds*engines), "ms/open")
	b.ReportMetric(float64(grown)/engines/mb, "MB/engine")
}

// resident is the resident memory of the process in bytes, after free memory has been given back to the system.
func resident(b *testing.B) int {
	b.Helper()
	debug.FreeOSMemory()
	return residentOf(b, os.Getpid()) << 10
}
