package plane

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/bucket/buckettest"
)

// unzipped is the content of a gzipped file.
func unzipped(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestExport(t *testing.T) {
	s := buckettest.Start(t)
	b := newBench(t, t.TempDir())
	b.cfg.Buckets = s.Open
	c := newCluster("alpha")
	b.start(c)
	b.run(c, bson.D{{Key: "create", Value: "empty"}})
	b.run(c, bson.D{{Key: "createIndexes", Value: "fillers"}, {Key: "indexes", Value: bson.A{bson.D{{Key: "name", Value: "f"}, {Key: "key", Value: bson.D{{Key: "filler", Value: -1}}}}}}})
	b.fill(c, 2500)
	b.run(c, bson.D{{Key: "createIndexes", Value: "orders"}, {Key: "indexes", Value: bson.A{bson.D{{Key: "name", Value: "at"}, {Key: "key", Value: bson.D{{Key: "at", Value: 1}}}, {Key: "expireAfterSeconds", Value: 1}}}}})
	id := b.takes(c)
	b.insert(c, 7) // after the snapshot

	var told [][2]int
	err := b.Export(t.Context(), Export{Snapshot: id, Bucket: buckettest.Name, Prefix: "exports/one", ReplicaSet: "shard-0", Complete: []byte(`{"done":1}`)},
		func(n, total int) { told = append(told, [2]int{n, total}) })
	b.must(err)
	if want := [][2]int{{0, 3}, {1, 3}, {2, 3}, {3, 3}}; !slices.Equal(told, want) {
		t.Errorf("told %v", told)
	}
	of := func(parts ...string) string {
		return filepath.Join(append([]string{s.Dir, "exports", "one"}, parts...)...)
	}
	lines := strings.Split(strings.TrimSpace(string(unzipped(t, of("shop", "fillers", "shard-0.0.json.gz")))), "\n")
	seen := map[string]bool{}
	for _, line := range lines {
		var doc struct {
			ID     string `bson:"_id"`
			Filler bson.Binary
		}
		b.must(bson.UnmarshalExtJSON([]byte(line), true, &doc))
		if _, err := strconv.Atoi(doc.ID); err != nil || len(doc.Filler.Data) != 1<<10 {
			t.Fatalf("the document %s", line)
		}
		seen[doc.ID] = true
	}
	if len(seen) != 2500 || len(lines) != 2500 {
		t.Errorf("%d lines with %d documents", len(lines), len(seen))
	}
	meta, err := os.ReadFile(of("shop", "fillers", "metadata.json"))
	b.must(err)
	for _, part := range []string{`"collectionName":"fillers"`, `"key":{"filler":{"$numberInt":"-1"}}`, `"type":"collection"`} {
		if !strings.Contains(string(meta), part) {
			t.Errorf("%s is not in %s", part, meta)
		}
	}
	for _, name := range []string{"empty", "orders"} {
		if got := unzipped(t, of("shop", name, "shard-0.0.json.gz")); len(got) > 0 {
			t.Errorf("%s has %s", name, got)
		}
	}
	if got, err := os.ReadFile(of(".complete")); err != nil || string(got) != `{"done":1}` {
		t.Errorf(".complete has %s (%v)", got, err)
	}
	if left := b.has("views"); len(left) > 0 {
		t.Errorf("copies stay: %v", left)
	}
	b.must(b.CheckBucket(t.Context(), buckettest.Name))
	if err := b.CheckBucket(t.Context(), "nowhere"); err == nil {
		t.Error("a bucket that is not there can be exported to")
	}
	b.cfg.Buckets = nil
	if err := b.Export(t.Context(), Export{Snapshot: id}, nil); !errors.Is(err, ErrNoBuckets) {
		t.Errorf("without a service: %v", err)
	}
}
