package driver

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// TestUpdatesOfElements changes elements of arrays, and computes documents with pipelines, through the driver.
func TestUpdatesOfElements(t *testing.T) {
	c, ctx := collection(t), t.Context()
	_, err := c.InsertMany(ctx, []any{d("_id", 1, "grades", bson.A{85, 92, 90}), d("_id", 2, "grades", bson.A{d("n", 1), d("n", 5)})})
	must(t, err)
	_, err = c.UpdateOne(ctx, d("_id", 1, "grades", 92), d("$set", d("grades.$", 100)))
	must(t, err)
	_, err = c.UpdateMany(ctx, d(), d("$set", d("grades.$[big]", 0)), options.UpdateMany().SetArrayFilters([]any{d("big", d("$gte", 90))}))
	must(t, err)
	r, err := c.BulkWrite(ctx, []mongo.WriteModel{
		mongo.NewUpdateOneModel().SetFilter(d("_id", 2)).SetUpdate(d("$inc", d("grades.$[e].n", 10))).SetArrayFilters([]any{d("e.n", d("$gt", 1))}),
		mongo.NewUpdateManyModel().SetFilter(d()).SetUpdate(bson.A{d("$set", d("count", d("$size", "$grades")))}),
	})
	must(t, err)
	same(t, bson.A{r.MatchedCount, r.ModifiedCount}, "[3,3]")
	var after bson.D
	must(t, c.FindOneAndUpdate(ctx, d("_id", 1), d("$mul", d("grades.$[]", 2)), options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&after))
	cur, err := c.Find(ctx, d())
	same(t, all(t, cur, err), `[{"_id":1,"grades":[170,0,0],"count":3},{"_id":2,"grades":[{"n":1},{"n":15}],"count":2}]`)
}

// TestClientBulkWrite writes to two collections with one command, and gets the error of the write that failed.
func TestClientBulkWrite(t *testing.T) {
	c, ctx := collection(t), t.Context()
	db, other := c.Database().Name(), c.Name()+"2"
	r, err := c.Database().Client().BulkWrite(ctx, []mongo.ClientBulkWrite{
		{Database: db, Collection: c.Name(), Model: mongo.NewClientInsertOneModel().SetDocument(d("_id", 1, "a", bson.A{1, 5}))},
		{Database: db, Collection: other, Model: mongo.NewClientUpdateOneModel().SetFilter(d("_id", 2)).SetUpdate(d("$set", d("n", 1))).SetUpsert(true)},
		{Database: db, Collection: c.Name(), Model: mongo.NewClientUpdateManyModel().SetFilter(d()).SetUpdate(d("$inc", d("a.$[x]", 1))).SetArrayFilters([]any{d("x", d("$gt", 3))})},
		{Database: db, Collection: c.Name(), Model: mongo.NewClientInsertOneModel().SetDocument(d("_id", 1))},
		{Database: db, Collection: other, Model: mongo.NewClientReplaceOneModel().SetFilter(d("_id", 2)).SetReplacement(d("n", 2))},
		{Database: db, Collection: c.Name(), Model: mongo.NewClientDeleteOneModel().SetFilter(d("_id", 9))},
	}, options.ClientBulkWrite().SetOrdered(false).SetVerboseResults(true))
	var failure mongo.ClientBulkWriteException
	if !errors.As(err, &failure) || len(failure.WriteErrors) != 1 || failure.WriteErrors[3].Code != 11000 {
		t.Fatalf("%+v", err)
	}
	if r == nil {
		r = failure.PartialResult
	}
	same(t, bson.A{r.InsertedCount, r.MatchedCount, r.ModifiedCount, r.UpsertedCount, r.DeletedCount}, "[1,2,2,1,0]")
	same(t, r.UpdateResults[1].UpsertedID, "2")
	cur, err := c.Find(ctx, d())
	same(t, all(t, cur, err), `[{"_id":1,"a":[1,6]}]`)
	cur, err = c.Database().Collection(other).Find(ctx, d())
	same(t, all(t, cur, err), `[{"_id":2,"n":2}]`)
}
