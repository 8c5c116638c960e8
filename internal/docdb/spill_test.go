package docdb

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// scattered gives an engine n documents of about 10 kB whose s is in no order, and a megabyte to sort and group them.
func scattered(x *db, n int) {
	for from := 0; from < n; from += 100 {
		var docs []any
		for i := from; i < min(n, from+100); i++ {
			docs = append(docs, d{{"_id", i}, {"s", strconv.Itoa(i * 7919 % 1009)}, {"fill", strings.Repeat("x", 10_000)}})
		}
		x.insert("c", docs...)
	}
	x.e.Configure(Parameters{SortBytes: mb})
}

// spilling are commands that need more than a megabyte for what scattered makes.
func spilling() map[string]d {
	size := e{"cursor", d{{"batchSize", 1}}}
	return map[string]d{
		"find":             {{"find", "c"}, {"sort", d{{"s", 1}}}, {"batchSize", 1}},
		"$group":           {{"aggregate", "c"}, {"pipeline", a{d{{"$group", d{{"_id", "$s"}, {"all", d{{"$push", "$fill"}}}}}}, d{{"$sort", d{{"_id", 1}}}}}}, size},
		"$bucketAuto":      {{"aggregate", "c"}, {"pipeline", a{d{{"$bucketAuto", d{{"groupBy", "$s"}, {"buckets", 100}, {"output", d{{"all", d{{"$push", "$fill"}}}}}}}}}}, size},
		"$sample":          {{"aggregate", "c"}, {"pipeline", a{d{{"$sample", d{{"size", 250}}}}, d{{"$set", d{{"_id", 0}, {"s", 0}}}}}}, size},
		"$setWindowFields": {{"aggregate", "c"}, {"pipeline", a{d{{"$setWindowFields", d{{"sortBy", d{{"s", 1}}}, {"output", d{{"n", d{{"$documentNumber", d{}}}}}}}}}}}, size},
		"$sort":            {{"aggregate", "c"}, {"pipeline", a{d{{"$set", d{{"t", "$s"}}}}, d{{"$sort", d{{"t", 1}}}}}}, size},
	}
}

// spillLeaves checks that an engine has nothing on its disk beside its data.
func spillLeaves(t *testing.T, x *db, dir string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(dir, "spill"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) || len(files) > 0 || x.e.spill.Files() != 0 || x.e.memory.Used() != 0 {
		t.Errorf("%d files are open and %v are left, %d bytes are held, %v", x.e.spill.Files(), files, x.e.memory.Used(), err)
	}
}

// TestSpilling gives with little memory what there is with much, and refuses where the disk may not be used.
func TestSpilling(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir, Options{})
	scattered(x, 300)
	for name, cmd := range spilling() {
		if reply := x.ok(cmd); x.e.spill.Files() == 0 {
			t.Errorf("%s: %d files are open", name, x.e.spill.Files())
		} else {
			x.ok(d{{"killCursors", "c"}, {"cursors", a{reply.Lookup("cursor", "id")}}})
		}
		spillLeaves(t, x, dir)
		little := x.drain(cmd)
		spillLeaves(t, x, dir)
		x.fails(wire.ExceededMemoryLimit, append(slices.Clone(cmd), e{"allowDiskUse", false}))
		x.e.Configure(Parameters{})
		much := x.drain(cmd)
		x.e.Configure(Parameters{SortBytes: mb})
		if !slices.EqualFunc(little, much, func(a, b bson.Raw) bool { return string(a) == string(b) }) {
			t.Errorf("%s: %d documents with little memory are not %d with much", name, len(little), len(much))
		}
		ctx, cancel := context.WithCancel(context.Background())
		y := x.within(ctx)
		id := y.ok(cmd).Lookup("cursor", "id").Int64()
		cancel()
		y.run(d{{"getMore", id}, {"collection", "c"}})
		y.s.Close()
		spillLeaves(t, x, dir)
	}
}

// TestKilledWhileSpilling kills a process that has rows on the disk. It is that process if it is given a directory.
func TestKilledWhileSpilling(t *testing.T) {
	const key = "TELAMON_TEST_SPILLING"
	if dir := os.Getenv(key); dir != "" {
		x := open(t, dir, Options{})
		scattered(x, 300)
		for _, cmd := range spilling() {
			x.ok(cmd)
		}
		os.Stdout.WriteString("\nspilled " + strconv.FormatInt(x.e.spill.Files(), 10) + "\n")
		<-t.Context().Done() // killed before
		return
	}
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	child.Env = append(os.Environ(), key+"="+dir)
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "spilled") {
	}
	if n, _ := strconv.Atoi(strings.TrimPrefix(lines.Text(), "spilled ")); n < len(spilling()) {
		t.Errorf("%d files, %q", n, lines.Text())
	}
	_ = child.Process.Kill()
	if err := child.Wait(); err == nil {
		t.Fatal("the process ended by itself")
	}
	x := open(t, dir, Options{})
	spillLeaves(t, x, dir)
	x.sound()
	if n := x.ok(d{{"count", "c"}}).Lookup("n").Int32(); n != 300 {
		t.Errorf("%d documents", n)
	}
}
