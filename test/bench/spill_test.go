package bench

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// setting is a number from the environment.
func setting(b *testing.B, name string, usual int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("%s is not a number: %q", name, text)
	}
	return n
}

// BenchmarkDocdbSortOnDisk is a sort of TELAMON_BENCH_SORT_MB megabytes of documents of 1 KB, which goes to disk, against
// sort(1) of the same documents as lines with as much memory.
func BenchmarkDocdbSortOnDisk(b *testing.B) {
	total := setting(b, "TELAMON_BENCH_SORT_MB", 256) << 10
	x, lines := openDatabase(b, b.TempDir()), filepath.Join(b.TempDir(), "lines")
	file, err := os.Create(lines)
	if err != nil {
		b.Fatal(err)
	}
	out := bufio.NewWriterSize(file, mb)
	for from := 0; from < total; from += 1000 {
		docs := documents(b, from, min(1000, total-from), 1024)
		x.insert(docs)
		for _, doc := range docs {
			fmt.Fprintf(out, "%07d %s\n", doc.Lookup("n").AsInt64(), doc.Lookup("pad").StringValue())
		}
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	temp := b.TempDir()
	compare(b, 1, func(int) {
		sort := exec.Command("sort", "-S", "100M", "-T", temp, "-o", filepath.Join(temp, "sorted"), lines)
		sort.Env = append(os.Environ(), "LC_ALL=C")
		if text, err := sort.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, text)
		}
	}, func(int) {
		if n := x.drain(bson.D{{Key: "aggregate", Value: "c"}, {Key: "cursor", Value: bson.D{}},
			{Key: "pipeline", Value: bson.A{bson.D{{Key: "$sort", Value: bson.D{{Key: "n", Value: 1}}}}}}}); n != total {
			b.Fatalf("%d documents of %d", n, total)
		}
	})
}

// drain reads a command's cursor to its end and counts the documents.
func (x *database) drain(cmd bson.D) (n int) {
	reply := x.run(cmd)
	for batch := "firstBatch"; ; batch = "nextBatch" {
		list, err := reply.Lookup("cursor", batch).Array().Values()
		if err != nil {
			x.b.Fatal(err)
		}
		n += len(list)
		id := reply.Lookup("cursor", "id").AsInt64()
		if id == 0 {
			return n
		}
		reply = x.run(bson.D{{Key: "getMore", Value: id}, {Key: "collection", Value: "c"}})
	}
}

// BenchmarkDocdbLoad inserts documents of 1 KB, TELAMON_BENCH_LOAD of them, and reports how fast the last tenth is against
// the second: 1 is as fast. The first tenth is not compared, because the database is empty then.
func BenchmarkDocdbLoad(b *testing.B) {
	total := setting(b, "TELAMON_BENCH_LOAD", 200_000)
	for b.Loop() {
		x := openDatabase(b, b.TempDir())
		var took [10]time.Duration
		for part := range took {
			for from := part * total / 10; from < (part+1)*total/10; from += 1000 {
				docs := documents(b, from, 1000, 1024)
				began := time.Now()
				x.insert(docs)
				took[part] += time.Since(began)
			}
		}
		b.ReportMetric(float64(took[1])/float64(took[9]), "ratio")
		b.ReportMetric(float64(total/10)/took[9].Seconds(), "docs/s")
	}
	b.ReportMetric(0, "ns/op")
}
