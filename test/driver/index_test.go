package driver

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func code(t testing.TB, err error, want int) {
	t.Helper()
	var failure mongo.ServerError
	if !errors.As(err, &failure) || !failure.HasErrorCode(want) {
		t.Errorf("want code %d, got %v", want, err)
	}
}

func TestIndexes(t *testing.T) {
	c, ctx := collection(t), t.Context()
	fill(t, c, 50)
	unique := func(field string) mongo.IndexModel {
		return mongo.IndexModel{Keys: d(field, 1), Options: options.Index().SetUnique(true)}
	}
	_, err := c.Indexes().CreateOne(ctx, unique("n"))
	code(t, err, 11000) // the documents have duplicates
	_, err = c.Indexes().CreateMany(ctx, []mongo.IndexModel{{Keys: d("pad", 1)}, unique("n")})
	code(t, err, 11000) // and neither of the two exists afterwards
	names := func() []string {
		list, err := c.Indexes().ListSpecifications(ctx)
		must(t, err)
		var names []string
		for _, s := range list {
			names = append(names, s.Name)
		}
		return names
	}
	same(t, names(), `["_id_"]`)
	_, err = c.DeleteMany(ctx, d("_id", d("$gte", 10)))
	must(t, err)
	name, err := c.Indexes().CreateOne(ctx, unique("n"))
	must(t, err)
	same(t, name, `"n_1"`)
	_, err = c.InsertOne(ctx, d("n", 5))
	code(t, err, 11000)
	_, err = c.UpdateOne(ctx, d("_id", 1), d("$set", d("n", 5)))
	code(t, err, 11000)
	code(t, c.FindOneAndUpdate(ctx, d("_id", 1), d("$set", d("n", 5))).Err(), 11000)
	_, err = c.InsertOne(ctx, d("n", bson.A{100, 101, 101}))
	must(t, err)
	_, err = c.InsertOne(ctx, d("n", bson.A{102, 100}))
	code(t, err, 11000)
	_, err = c.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: d("n", 1)})
	code(t, err, 86)
	_, err = c.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: d("n", 1), Options: options.Index().SetName("other").SetUnique(true)})
	code(t, err, 85)
	must(t, c.Indexes().DropOne(ctx, "n_1"))
	code(t, c.Indexes().DropOne(ctx, "n_1"), 27)
	_, err = c.InsertOne(ctx, d("n", 5))
	must(t, err)
	_, err = c.Indexes().CreateMany(ctx, []mongo.IndexModel{{Keys: d("pad", 1)}, {Keys: d("a.b", -1)}})
	must(t, err)
	must(t, c.Indexes().DropAll(ctx))
	same(t, names(), `["_id_"]`)
}

// TestIndexAgrees compares the results of filters with and without an index.
func TestIndexAgrees(t *testing.T) {
	values := []any{nil, 1, 1.0, int64(2), 2.5, "a", "", true, d("x", 1), bson.A{}, bson.A{1}, bson.A{1, 2}, bson.A{bson.A{1}}, bson.A{nil},
		bson.A{d("x", 1), d("x", 2)}, bson.A{d("x", bson.A{1, 3})}, bson.NewDecimal128(0x3040000000000000, 2), bson.MinKey{}, bson.MaxKey{}}
	plain, ctx := collection(t), t.Context()
	var docs []any
	for i, v := range values {
		docs = append(docs, d("_id", i, "v", v))
	}
	docs = append(docs, d("_id", len(values)))
	indexed := plain.Database().Collection("indexed")
	_, err := plain.InsertMany(ctx, docs)
	must(t, err)
	_, err = indexed.InsertMany(ctx, docs)
	must(t, err)
	_, err = indexed.Indexes().CreateMany(ctx, []mongo.IndexModel{{Keys: d("v", -1)}, {Keys: d("v.x", 1)}})
	must(t, err)
	ask := func(c *mongo.Collection, filter bson.D, sort int) string {
		cur, err := c.Find(ctx, filter, options.Find().SetSort(d("v", sort, "_id", 1)))
		if err != nil {
			return err.Error()
		}
		return bsonOf(t, all(t, cur, nil))
	}
	for _, v := range values {
		for _, op := range []string{"$eq", "$ne", "$lt", "$lte", "$gt", "$gte"} {
			for _, path := range []string{"v", "v.x", "v.0"} {
				filter := d(path, d(op, v))
				if a, b := ask(plain, filter, 1), ask(indexed, filter, 1); a != b {
					t.Errorf("%v\n%s\n%s", filter, a, b)
				}
			}
		}
	}
}
