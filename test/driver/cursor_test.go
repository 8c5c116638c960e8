package driver

import (
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func TestBatches(t *testing.T) {
	c, ctx := collection(t), t.Context()
	fill(t, c, 1000)
	for _, size := range []int32{0, 1, 7, 999, 1000, 1001} {
		cur, err := c.Find(ctx, d(), options.Find().SetBatchSize(size).SetSort(d("_id", 1)))
		must(t, err)
		n := int32(0)
		for cur.Next(ctx) { // All would end at an empty first batch
			if cur.Current.Lookup("_id").Int32() != n {
				t.Fatalf("batches of %d: got %s, want _id %d", size, cur.Current, n)
			}
			n++
		}
		if cur.Err() != nil || n != 1000 {
			t.Errorf("batches of %d: %d documents, %v", size, n, cur.Err())
		}
	}
	cur, err := c.Find(ctx, d(), options.Find().SetBatchSize(10).SetLimit(25))
	if n := len(all(t, cur, err)); n != 25 {
		t.Errorf("a limit of 25 returns %d documents", n)
	}
	cur, err = c.Aggregate(ctx, mongo.Pipeline{d("$match", d("n", d("$lt", 5)))}, options.Aggregate().SetBatchSize(3))
	if n := len(all(t, cur, err)); n != 500 {
		t.Errorf("a pipeline returns %d documents, want 500", n)
	}
}

// TestDropUnderCursor drops a collection and creates it again while a cursor is open. The cursor may continue or fail; it
// never returns documents of the new collection.
func TestDropUnderCursor(t *testing.T) {
	c, ctx := collection(t), t.Context()
	fill(t, c, 300)
	cur, err := c.Find(ctx, d(), options.Find().SetBatchSize(10))
	must(t, err)
	must(t, c.Drop(ctx))
	_, err = c.InsertOne(ctx, d("_id", 5000, "new", true))
	must(t, err)
	for cur.Next(ctx) {
		if cur.Current.Lookup("new").Type != 0 {
			t.Fatal("the cursor returns a document of the new collection")
		}
	}
	if n, err := c.CountDocuments(ctx, d()); n != 1 || err != nil {
		t.Errorf("the new collection has %d documents, want 1: %v", n, err)
	}
}

func TestLargest(t *testing.T) {
	c, ctx := collection(t), t.Context()
	whole := func(size int) bson.D { // a document of exactly this size
		raw, err := bson.Marshal(d("_id", 1, "s", ""))
		must(t, err)
		return d("_id", 1, "s", strings.Repeat("a", size-len(raw)))
	}
	_, err := c.InsertOne(ctx, whole(16<<20))
	must(t, err)
	raw, err := c.FindOne(ctx, d("_id", 1)).Raw()
	must(t, err)
	if len(raw) != 16<<20 {
		t.Errorf("the largest document has %d bytes", len(raw))
	}
	_, err = c.UpdateOne(ctx, d("_id", 1), d("$set", d("t", 1)))
	var failure mongo.WriteException
	if !errors.As(err, &failure) {
		t.Errorf("an update of a document beyond 16 MB: %v", err)
	}
	_, err = c.DeleteMany(ctx, d())
	must(t, err)
	id := strings.Repeat("k", 5<<20)
	_, err = c.InsertOne(ctx, d("_id", id, "n", 1))
	must(t, err)
	up, err := c.UpdateOne(ctx, d("_id", id), d("$inc", d("n", 1)))
	must(t, err)
	same(t, up.ModifiedCount, "1")
}

func TestAggregate(t *testing.T) {
	c, ctx := collection(t), t.Context()
	_, err := c.InsertMany(ctx, []any{
		d("_id", 1, "item", "a", "price", 10, "tags", bson.A{"x", "y"}),
		d("_id", 2, "item", "b", "price", 20, "tags", bson.A{"x"}),
		d("_id", 3, "item", "a", "price", 5),
	})
	must(t, err)
	for _, test := range []struct {
		pipeline mongo.Pipeline
		want     string
	}{
		{mongo.Pipeline{d("$group", d("_id", "$item", "sum", d("$sum", "$price"), "avg", d("$avg", "$price"))), d("$sort", d("_id", 1))},
			`[{"_id":"a","sum":15,"avg":7.5},{"_id":"b","sum":20,"avg":20.0}]`},
		{mongo.Pipeline{d("$unwind", "$tags"), d("$group", d("_id", "$tags", "n", d("$sum", 1))), d("$sort", d("n", -1))},
			`[{"_id":"x","n":2},{"_id":"y","n":1}]`},
		{mongo.Pipeline{d("$sort", d("price", -1)), d("$skip", 1), d("$limit", 1), d("$project", d("price", 1, "_id", 0))}, `[{"price":10}]`},
		{mongo.Pipeline{d("$match", d("item", "a")), d("$count", "n")}, `[{"n":2}]`},
	} {
		cur, err := c.Aggregate(ctx, test.pipeline)
		same(t, all(t, cur, err), test.want)
	}
	_, err = c.Aggregate(ctx, mongo.Pipeline{d("$noSuchStage", d())})
	var failure mongo.CommandError
	if !errors.As(err, &failure) || failure.Code == 0 {
		t.Error(err)
	}
}
