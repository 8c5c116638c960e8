package plane

import (
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestLoad loads twice: existing documents are not changed.
func TestLoad(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	if err := b.Load(t.Context(), c.ID, "shop", "orders", nil); err == nil || !strings.Contains(err.Error(), "does not run") {
		t.Errorf("a cluster that does not run was loaded: %v", err)
	}
	b.start(c)
	b.insert(c, 2)
	docs := func(ids ...int32) (all []bson.Raw) {
		for _, id := range ids {
			raw, err := bson.Marshal(bson.D{{Key: "_id", Value: id}})
			b.must(err)
			all = append(all, raw)
		}
		return all
	}
	b.must(b.Load(t.Context(), c.ID, "shop", "orders", docs(1, 2, 3)))
	b.must(b.Load(t.Context(), c.ID, "shop", "orders", docs(1, 2, 3, 4)))
	b.want(c, 1, 2, 3, 4)
	if err := b.Load(t.Context(), c.ID, "shop", "$orders", docs(1)); err == nil {
		t.Error("a collection that cannot be was loaded")
	}
}
