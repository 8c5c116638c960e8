package docdb

import (
	"context"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestSizes compares what the statistics tell before and after documents have left memory for files.
func TestSizes(t *testing.T) {
	x := fresh(t)
	x.fill("c", 100)
	x.index("c", "x", 1)
	look := func() bson.Raw {
		t.Helper()
		stats := x.ok(d{{"dbStats", 1}, {"freeStorage", 1}})
		size := func(name string) int64 { return stats.Lookup(name).AsInt64() }
		if size("storageSize") <= 0 || size("indexSize") <= 0 || size("totalSize") != size("storageSize")+size("indexSize") {
			t.Error(stats)
		}
		if size("fsTotalSize") <= 0 || size("fsUsedSize") <= 0 || stats.Lookup("freeStorageSize").Type == 0 {
			t.Error(stats)
		}
		coll := x.ok(d{{"collStats", "c"}})
		if coll.Lookup("storageSize").AsInt64() != size("storageSize") || coll.Lookup("totalIndexSize").AsInt64() != size("indexSize") {
			t.Errorf("%s\n%s", coll, stats)
		}
		return stats
	}
	before := look()
	if data := before.Lookup("dataSize").AsInt64(); before.Lookup("storageSize").AsInt64() != data {
		t.Error(before)
	}
	if err := x.e.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if after := look(); after.Lookup("dataSize").AsInt64() != before.Lookup("dataSize").AsInt64() {
		t.Error(after)
	}
}
