package driver

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func TestReadAndWrite(t *testing.T) {
	c, ctx := collection(t), t.Context()
	one, err := c.InsertOne(ctx, d("_id", 1, "a", d("b", 1), "tags", bson.A{"x"}))
	must(t, err)
	same(t, one.InsertedID, "1")
	_, err = c.InsertMany(ctx, []any{d("_id", 2, "a", d("b", 2)), d("_id", 3)})
	must(t, err)
	up, err := c.UpdateOne(ctx, d("_id", 1), d("$inc", d("a.b", 5), "$push", d("tags", "y"), "$set", d("z.deep", true)))
	must(t, err)
	same(t, bson.A{up.MatchedCount, up.ModifiedCount, up.UpsertedCount}, "[1,1,0]")
	up, err = c.UpdateOne(ctx, d("_id", 1), d("$set", d("z.deep", true)))
	must(t, err)
	same(t, bson.A{up.MatchedCount, up.ModifiedCount}, "[1,0]")
	up, err = c.UpdateMany(ctx, d("_id", d("$gte", 2)), d("$set", d("m", 1)))
	must(t, err)
	same(t, bson.A{up.MatchedCount, up.ModifiedCount}, "[2,2]")
	up, err = c.ReplaceOne(ctx, d("_id", 9), d("r", 1), options.Replace().SetUpsert(true))
	must(t, err)
	same(t, bson.A{up.MatchedCount, up.UpsertedCount, up.UpsertedID}, "[0,1,9]")
	cur, err := c.Find(ctx, d(), options.Find().SetSort(d("_id", 1)))
	same(t, all(t, cur, err), `[{"_id":1,"a":{"b":6},"tags":["x","y"],"z":{"deep":true}},{"_id":2,"a":{"b":2},"m":1},{"_id":3,"m":1},{"_id":9,"r":1}]`)
	cur, err = c.Find(ctx, d("a", d("$exists", true)), options.Find().SetSort(d("a.b", -1)).SetProjection(d("a.b", 1)).SetLimit(1))
	same(t, all(t, cur, err), `[{"_id":1,"a":{"b":6}}]`)
	cur, err = c.Find(ctx, d(), options.Find().SetSort(d("_id", -1)).SetLimit(-2).SetSkip(1).SetProjection(d("_id", 1)))
	same(t, all(t, cur, err), `[{"_id":3},{"_id":2}]`)
	cur, err = c.Find(ctx, d(), options.Find().SetSkip(100))
	same(t, all(t, cur, err), `[]`)
	del, err := c.DeleteOne(ctx, d("m", 1))
	must(t, err)
	same(t, del.DeletedCount, "1")
	del, err = c.DeleteMany(ctx, d())
	must(t, err)
	same(t, del.DeletedCount, "3")
	if err := c.FindOne(ctx, d()).Err(); !errors.Is(err, mongo.ErrNoDocuments) {
		t.Errorf("findOne in an empty collection: %v", err)
	}
}

// TestBulk has failures in the middle of bulk writes: an ordered one ends there, an unordered one continues.
func TestBulk(t *testing.T) {
	models := func() []mongo.WriteModel {
		return []mongo.WriteModel{
			mongo.NewInsertOneModel().SetDocument(d("_id", 1, "n", 1)),
			mongo.NewUpdateOneModel().SetFilter(d("_id", 1)).SetUpdate(d("$inc", d("n", 1))),
			mongo.NewInsertOneModel().SetDocument(d("_id", 1)),
			mongo.NewUpdateOneModel().SetFilter(d("_id", 7)).SetUpdate(d("$set", d("n", 7))).SetUpsert(true),
			mongo.NewUpdateOneModel().SetFilter(d("_id", 1)).SetUpdate(d("$push", d("n", 1))),
			mongo.NewReplaceOneModel().SetFilter(d("_id", 7)).SetReplacement(d("n", 8)),
			mongo.NewUpdateManyModel().SetFilter(d("n", d("$gt", 0))).SetUpdate(d("$set", d("seen", true))),
			mongo.NewDeleteOneModel().SetFilter(d("_id", 1)),
		}
	}
	for _, test := range []struct {
		ordered                                        bool
		inserted, matched, modified, deleted, upserted int64
		failed                                         []int
		left                                           string
	}{
		{true, 1, 1, 1, 0, 0, []int{2}, `[{"_id":1,"n":2}]`},
		{false, 1, 4, 4, 1, 1, []int{2, 4}, `[{"_id":7,"n":8,"seen":true}]`},
	} {
		c, ctx := collection(t), t.Context()
		r, err := c.BulkWrite(ctx, models(), options.BulkWrite().SetOrdered(test.ordered))
		var failure mongo.BulkWriteException
		if !errors.As(err, &failure) {
			t.Fatalf("%v: %v", test.ordered, err)
		}
		var failed []int
		for _, e := range failure.WriteErrors {
			failed = append(failed, e.Index)
		}
		same(t, failed, bsonOf(t, test.failed))
		same(t, bson.A{r.InsertedCount, r.MatchedCount, r.ModifiedCount, r.DeletedCount, r.UpsertedCount},
			bsonOf(t, []int64{test.inserted, test.matched, test.modified, test.deleted, test.upserted}))
		if !mongo.IsDuplicateKeyError(err) {
			t.Error(err)
		}
		cur, err := c.Find(ctx, d())
		same(t, all(t, cur, err), test.left)
	}
}

func bsonOf(t testing.TB, v any) string {
	t.Helper()
	raw, err := bson.MarshalExtJSON(d("v", v), false, false)
	must(t, err)
	return string(raw[len(`{"v":`) : len(raw)-1])
}

func TestFindAndModify(t *testing.T) {
	c, ctx := collection(t), t.Context()
	fill(t, c, 30)
	shown := func(r *mongo.SingleResult) bson.D {
		var doc bson.D
		must(t, r.Decode(&doc))
		return doc
	}
	same(t, shown(c.FindOneAndUpdate(ctx, d("n", 3), d("$inc", d("n", 100)),
		options.FindOneAndUpdate().SetSort(d("_id", -1)).SetProjection(d("n", 1)))), `{"_id":23,"n":3}`)
	same(t, shown(c.FindOneAndUpdate(ctx, d("_id", 23), d("$inc", d("n", 1)),
		options.FindOneAndUpdate().SetReturnDocument(options.After).SetProjection(d("_id", 0, "n", 1)))), `{"n":104}`)
	same(t, shown(c.FindOneAndReplace(ctx, d("n", 4), d("n", -1),
		options.FindOneAndReplace().SetSort(d("_id", 1)).SetReturnDocument(options.After))), `{"_id":4,"n":-1}`)
	same(t, shown(c.FindOneAndDelete(ctx, d("n", 5), options.FindOneAndDelete().SetSort(d("_id", -1)).SetProjection(d("_id", 1)))), `{"_id":25}`)
	same(t, shown(c.FindOneAndUpdate(ctx, d("k", "new"), d("$set", d("v", 1)), options.FindOneAndUpdate().SetUpsert(true).
		SetReturnDocument(options.After).SetProjection(d("_id", 0)))), `{"k":"new","v":1}`)
	for _, r := range []*mongo.SingleResult{
		c.FindOneAndUpdate(ctx, d("n", 999), d("$set", d("n", 1))),
		c.FindOneAndUpdate(ctx, d("_id", 999), d("$set", d("n", 1)), options.FindOneAndUpdate().SetUpsert(true)),
		c.FindOneAndDelete(ctx, d("n", 999)),
	} {
		if !errors.Is(r.Err(), mongo.ErrNoDocuments) {
			t.Errorf("findAndModify without a match: %v", r.Err())
		}
	}
}

func TestCountsAndDistinct(t *testing.T) {
	for _, indexed := range []bool{false, true} {
		c, ctx := collection(t), t.Context()
		fill(t, c, 500)
		if indexed {
			_, err := c.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: d("n", 1)})
			must(t, err)
		}
		count := func(filter bson.D, o ...options.Lister[options.CountOptions]) int64 {
			n, err := c.CountDocuments(ctx, filter, o...)
			must(t, err)
			return n
		}
		n, err := c.EstimatedDocumentCount(ctx)
		must(t, err)
		same(t, bson.A{n, count(d()), count(d("n", d("$lt", 3))), count(d("n", 77)), count(d("n", 1), options.Count().SetSkip(45)),
			count(d("n", 1), options.Count().SetLimit(7).SetSkip(2))}, "[500,500,150,0,5,7]")
		var values []int
		must(t, c.Distinct(ctx, "n", d("n", d("$gte", 8))).Decode(&values))
		same(t, values, "[8,9]")
		must(t, c.Distinct(ctx, "absent", d()).Decode(&values))
		same(t, len(values), "0")
	}
}
