package unified

import (
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// run runs an operation on an entity and returns its result.
type run func(r *runner, on any, a *arguments) (any, error)

// onClient, onDatabase and onCollection make operations of functions on one kind of entity.
func onClient(f func(*runner, *mongo.Client, *arguments) (any, error)) run {
	return func(r *runner, on any, a *arguments) (any, error) { return f(r, on.(*mongo.Client), a) }
}

func onDatabase(f func(*runner, *mongo.Database, *arguments) (any, error)) run {
	return func(r *runner, on any, a *arguments) (any, error) { return f(r, on.(*mongo.Database), a) }
}

func onCollection(f func(*runner, *mongo.Collection, *arguments) (any, error)) run {
	return func(r *runner, on any, a *arguments) (any, error) { return f(r, on.(*mongo.Collection), a) }
}

var operations = map[string]run{
	"find": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		filter := a.doc("filter")
		return r.all(c.Find(r.t.Context(), filter, set(options.Find(), a)))
	}),
	"findOne": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		filter := a.doc("filter")
		return one(c.FindOne(r.t.Context(), filter, set(options.FindOne(), a)))
	}),
	"distinct": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		name, filter := a.text("fieldName"), a.doc("filter")
		result := c.Distinct(r.t.Context(), name, filter, set(options.Distinct(), a))
		values := bson.A{}
		err := result.Decode(&values)
		return values, err
	}),
	"countDocuments": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		filter := a.doc("filter")
		return c.CountDocuments(r.t.Context(), filter, set(options.Count(), a))
	}),
	"estimatedDocumentCount": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		return c.EstimatedDocumentCount(r.t.Context(), set(options.EstimatedDocumentCount(), a))
	}),
	"aggregate": func(r *runner, on any, a *arguments) (any, error) {
		pipeline := a.list("pipeline")
		if db, ok := on.(*mongo.Database); ok {
			return r.all(db.Aggregate(r.t.Context(), pipeline, set(options.Aggregate(), a)))
		}
		return r.all(on.(*mongo.Collection).Aggregate(r.t.Context(), pipeline, set(options.Aggregate(), a)))
	},
	"insertOne": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		doc := a.doc("document")
		result, err := c.InsertOne(r.t.Context(), doc, set(options.InsertOne(), a))
		if err != nil {
			return nil, err
		}
		return bson.D{{Key: "insertedId", Value: result.InsertedID}}, nil
	}),
	"insertMany": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		docs := a.list("documents")
		result, err := c.InsertMany(r.t.Context(), docs, set(options.InsertMany(), a))
		ids := bson.D{}
		if result != nil {
			for i, id := range result.InsertedIDs {
				ids = append(ids, bson.E{Key: fmt.Sprint(i), Value: id})
			}
		}
		return bson.D{{Key: "insertedIds", Value: ids}}, err
	}),
	"updateOne": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		filter, update := a.doc("filter"), a.take("update")
		return updated(c.UpdateOne(r.t.Context(), filter, update, set(options.UpdateOne(), a)))
	}),
	"updateMany": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		filter, update := a.doc("filter"), a.take("update")
		return updated(c.UpdateMany(r.t.Context(), filter, update, set(options.UpdateMany(), a)))
	}),
	"replaceOne": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		filter, replacement := a.doc("filter"), a.doc("replacement")
		return updated(c.ReplaceOne(r.t.Context(), filter, replacement, set(options.Replace(), a)))
	}),
	"deleteOne": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		filter := a.doc("filter")
		return deleted(c.DeleteOne(r.t.Context(), filter, set(options.DeleteOne(), a)))
	}),
	"deleteMany": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		filter := a.doc("filter")
		return deleted(c.DeleteMany(r.t.Context(), filter, set(options.DeleteMany(), a)))
	}),
	"findOneAndUpdate": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		filter, update := a.doc("filter"), a.take("update")
		return one(c.FindOneAndUpdate(r.t.Context(), filter, update, set(options.FindOneAndUpdate(), a)))
	}),
	"findOneAndReplace": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		filter, replacement := a.doc("filter"), a.doc("replacement")
		return one(c.FindOneAndReplace(r.t.Context(), filter, replacement, set(options.FindOneAndReplace(), a)))
	}),
	"findOneAndDelete": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		filter := a.doc("filter")
		return one(c.FindOneAndDelete(r.t.Context(), filter, set(options.FindOneAndDelete(), a)))
	}),
	"bulkWrite":       onCollection(bulkWrite),
	"clientBulkWrite": onClient(clientBulkWrite),
	"runCommand": onDatabase(func(r *runner, db *mongo.Database, a *arguments) (any, error) {
		a.take("commandName") // the command itself has it, too
		return one(db.RunCommand(r.t.Context(), a.doc("command")))
	}),
	"runCursorCommand": onDatabase(func(r *runner, db *mongo.Database, a *arguments) (any, error) {
		a.take("commandName")
		return r.all(db.RunCommandCursor(r.t.Context(), a.doc("command")))
	}),
	"createCollection": onDatabase(func(r *runner, db *mongo.Database, a *arguments) (any, error) {
		name := a.text("collection")
		return nil, db.CreateCollection(r.t.Context(), name, set(options.CreateCollection(), a))
	}),
	"dropCollection": onDatabase(func(r *runner, db *mongo.Database, a *arguments) (any, error) {
		return nil, db.Collection(a.text("collection")).Drop(r.t.Context())
	}),
	"listCollections": onDatabase(func(r *runner, db *mongo.Database, a *arguments) (any, error) {
		filter := a.doc("filter")
		return r.all(db.ListCollections(r.t.Context(), filter, set(options.ListCollections(), a)))
	}),
	"listCollectionNames": onDatabase(func(r *runner, db *mongo.Database, a *arguments) (any, error) {
		filter := a.doc("filter")
		return db.ListCollectionNames(r.t.Context(), filter, set(options.ListCollections(), a))
	}),
	"listDatabaseNames": onClient(func(r *runner, c *mongo.Client, a *arguments) (any, error) {
		filter := a.doc("filter")
		return c.ListDatabaseNames(r.t.Context(), filter, set(options.ListDatabases(), a))
	}),
	"createIndex": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		keys := a.doc("keys")
		return c.Indexes().CreateOne(r.t.Context(), mongo.IndexModel{Keys: keys, Options: set(options.Index(), a)})
	}),
	"dropIndex": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		return nil, c.Indexes().DropOne(r.t.Context(), a.text("name"))
	}),
	"dropIndexes": onCollection(func(r *runner, c *mongo.Collection, _ *arguments) (any, error) {
		return nil, c.Indexes().DropAll(r.t.Context())
	}),
	"listIndexes": onCollection(func(r *runner, c *mongo.Collection, a *arguments) (any, error) {
		return r.all(c.Indexes().List(r.t.Context(), set(options.ListIndexes(), a)))
	}),
}

// all are the documents of a cursor.
func (r *runner) all(cursor *mongo.Cursor, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	docs := []bson.D{}
	err = cursor.All(r.t.Context(), &docs)
	return docs, err
}

// one is a single document, or nil if there is none.
func one(result *mongo.SingleResult) (any, error) {
	var doc bson.D
	if err := result.Decode(&doc); errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return doc, nil
}

func updated(u *mongo.UpdateResult, err error) (any, error) {
	if u == nil {
		return nil, err
	}
	d := bson.D{{Key: "matchedCount", Value: u.MatchedCount}, {Key: "modifiedCount", Value: u.ModifiedCount}, {Key: "upsertedCount", Value: u.UpsertedCount}}
	if u.UpsertedID != nil {
		d = append(d, bson.E{Key: "upsertedId", Value: u.UpsertedID})
	}
	return d, err
}

func deleted(result *mongo.DeleteResult, err error) (any, error) {
	if result == nil {
		return nil, err
	}
	return bson.D{{Key: "deletedCount", Value: result.DeletedCount}}, err
}
