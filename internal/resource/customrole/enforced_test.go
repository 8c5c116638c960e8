package customrole_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
)

// step is something that a driver does.
type step struct {
	name string
	do   func(context.Context, *mongo.Client) error
}

func find(db, coll string) step {
	return step{"find in " + db + "." + coll, func(ctx context.Context, c *mongo.Client) error {
		cursor, err := c.Database(db).Collection(coll).Find(ctx, bson.D{}, options.Find().SetBatchSize(1))
		if err != nil {
			return err
		}
		var all []bson.D
		return cursor.All(ctx, &all)
	}}
}

func insert(db, coll string) step {
	return step{"insert into " + db + "." + coll, func(ctx context.Context, c *mongo.Client) error {
		_, err := c.Database(db).Collection(coll).InsertOne(ctx, bson.D{{Key: "n", Value: 1}})
		return err
	}}
}

func update(db, coll string, upsert bool) step {
	name := "update " + db + "." + coll
	if upsert {
		name = "upsert into " + db + "." + coll
	}
	return step{name, func(ctx context.Context, c *mongo.Client) error {
		_, err := c.Database(db).Collection(coll).UpdateMany(ctx, bson.D{}, bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: 1}}}}, options.UpdateMany().SetUpsert(upsert))
		return err
	}}
}

// aggregate runs one stage over shop.orders.
func aggregate(name, stage string, spec any) step {
	return step{name, func(ctx context.Context, c *mongo.Client) error {
		cursor, err := c.Database("shop").Collection("orders").Aggregate(ctx, bson.A{bson.D{{Key: stage, Value: spec}}})
		if err != nil {
			return err
		}
		var all []bson.D
		return cursor.All(ctx, &all)
	}}
}

var (
	createIndex = step{"create an index", func(ctx context.Context, c *mongo.Client) error {
		_, err := c.Database("shop").Collection("orders").Indexes().CreateOne(ctx, mongo.IndexModel{Keys: bson.D{{Key: "n", Value: 1}}})
		return err
	}}
	drop = step{"drop a collection", func(ctx context.Context, c *mongo.Client) error {
		return c.Database("shop").Collection("orders").Drop(ctx)
	}}
	listDatabases = step{"list all databases", func(ctx context.Context, c *mongo.Client) error {
		_, err := c.ListDatabases(ctx, bson.D{}, options.ListDatabases().SetAuthorizedDatabases(false))
		return err
	}}
	findAndUpdate = step{"find and update", func(ctx context.Context, c *mongo.Client) error {
		return c.Database("shop").Collection("orders").FindOneAndUpdate(ctx, bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: 5}}}}).Err()
	}}
	explain = step{"explain a find", func(ctx context.Context, c *mongo.Client) error {
		inner := bson.D{{Key: "find", Value: "orders"}}
		return c.Database("shop").RunCommand(ctx, bson.D{{Key: "explain", Value: inner}}).Err()
	}}
	unchecked = step{"insert past validation", func(ctx context.Context, c *mongo.Client) error {
		_, err := c.Database("shop").Collection("orders").InsertOne(ctx, bson.D{}, options.InsertOne().SetBypassDocumentValidation(true))
		return err
	}}
)

// everything is all that the test tries, whatever the role allows.
var everything = []step{
	find("shop", "orders"), find("shop", "log"), find("stock", "orders"), insert("shop", "orders"), insert("shop", "log"), update("shop", "orders", false),
	update("shop", "orders", true), createIndex, drop, listDatabases, findAndUpdate, explain, unchecked,
	aggregate("look up shop.log", "$lookup", bson.D{
		{Key: "from", Value: "log"}, {Key: "localField", Value: "n"}, {Key: "foreignField", Value: "n"}, {Key: "as", Value: "l"},
	}),
	aggregate("unite with shop.log", "$unionWith", "log"), aggregate("write out to shop.log", "$out", "log"),
	aggregate("merge into shop.log", "$merge", bson.D{{Key: "into", Value: "log"}}),
}

// allows runs everything as the user, and holds what passes against the names of the steps that the role allows.
// What the database does not do yet passes the gateway all the same: only refusals count.
func allows(t *testing.T, root, c *mongo.Client, names ...string) {
	t.Helper()
	want := map[string]bool{}
	for _, n := range names {
		want[n] = true
	}
	for _, s := range everything {
		seed(t, root, "shop", "orders", "log")
		seed(t, root, "stock", "orders")
		var refused mongo.ServerError
		got := !(errors.As(s.do(t.Context(), c), &refused) && refused.HasErrorCode(13))
		if got != want[s.name] {
			t.Errorf("%s: allowed %v, want %v", s.name, got, want[s.name])
		}
		delete(want, s.name)
	}
	for name := range want {
		t.Errorf("there is no step %q", name)
	}
}

// seed makes each collection of the database one of three documents.
func seed(t *testing.T, root *mongo.Client, db string, collections ...string) {
	t.Helper()
	for _, name := range collections {
		c := root.Database(db).Collection(name)
		if _, err := c.DeleteMany(t.Context(), bson.D{}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.InsertMany(t.Context(), []any{bson.D{{Key: "n", Value: 1}}, bson.D{{Key: "n", Value: 2}}, bson.D{{Key: "n", Value: 3}}}); err != nil {
			t.Fatal(err)
		}
	}
}

// A custom role allows exactly its actions, and every change of it is felt on the connections that are open.
func TestEnforcedOnLiveConnections(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	uri := deployment(t, s)
	create(s, role("base", []object{may("FIND", on("shop", "orders"))}))
	create(s, role("clerk", []object{may("INSERT", on("shop", "log"))}))
	user(s, "root", "atlasAdmin", "admin")
	user(s, "ann", "clerk", "admin")
	root, ann := connect(t, uri, "root"), connect(t, uri, "ann")
	change := func(name string, body object) {
		t.Helper()
		owner.Patch(roles(s)+"/"+name, body).Want(http.StatusOK)
	}
	const findOrders, insertLog = "find in shop.orders", "insert into shop.log"

	allows(t, root, ann, insertLog)
	change("clerk", object{"inheritedRoles": []object{inherit("base", "admin")}})
	allows(t, root, ann, insertLog, findOrders, "explain a find")
	change("clerk", object{"actions": []object{may("INSERT", on("shop", "")), may("REMOVE", on("shop", "log")), may("LIST_DATABASES", cluster)}})
	allows(t, root, ann, insertLog, findOrders, "explain a find", "insert into shop.orders", "list all databases", "write out to shop.log")
	change("base", object{"actions": []object{may("FIND", on("", "")), may("UPDATE", on("", "orders"), on("shop", "log")), may("CREATE_INDEX", on("shop", "orders"))}})
	allows(t, root, ann, insertLog, findOrders, "explain a find", "insert into shop.orders", "list all databases", "write out to shop.log",
		"find in shop.log", "find in stock.orders", "update shop.orders", "upsert into shop.orders", "create an index", "find and update",
		"look up shop.log", "unite with shop.log", "merge into shop.log")
	change("base", object{"actions": []object{may("OUT_TO_S3", cluster)}}) // which allows nothing here
	change("clerk", object{"actions": []object{may("BYPASS_DOCUMENT_VALIDATION", on("shop", "orders")), may("INSERT", on("shop", "orders"))}})
	allows(t, root, ann, "insert into shop.orders", "insert past validation")
	change("clerk", object{"actions": []object{may("DROP_COLLECTION", on("shop", "orders"))}, "inheritedRoles": []object{inherit("read", "stock")}})
	allows(t, root, ann, "drop a collection", "find in stock.orders")

	// The role goes, and with it what it allowed.
	owner.Patch(users(s)+"/admin/ann", object{"roles": []object{{"roleName": "clerk", "databaseName": "admin"}, {"roleName": "read", "databaseName": "shop"}}}).Want(http.StatusOK)
	owner.Delete(roles(s) + "/clerk").Want(http.StatusNoContent)
	allows(t, root, ann, findOrders, "find in shop.log", "explain a find", "look up shop.log", "unite with shop.log")
}

// A cursor ends where the role that opened it does.
func TestCursorsFollowTheRole(t *testing.T) {
	s := apitest.Start(t)
	uri := deployment(t, s)
	create(s, role("clerk", []object{may("FIND", on("shop", "orders"))}))
	user(s, "root", "atlasAdmin", "admin")
	user(s, "ann", "clerk", "admin")
	seed(t, connect(t, uri, "root"), "shop", "orders")
	cursor, err := connect(t, uri, "ann").Database("shop").Collection("orders").Find(t.Context(), bson.D{}, options.Find().SetBatchSize(1))
	if err != nil || !cursor.Next(t.Context()) {
		t.Fatal(err)
	}
	s.Owner().Patch(roles(s)+"/clerk", object{"actions": []object{may("INSERT", on("shop", "orders"))}}).Want(http.StatusOK)
	var refused mongo.ServerError
	if cursor.Next(t.Context()) || !errors.As(cursor.Err(), &refused) || !refused.HasErrorCode(13) {
		t.Errorf("the cursor went on: %v", cursor.Err())
	}
}
