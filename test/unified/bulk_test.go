package unified

import (
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// writes make the models of a collection's bulk write, by the names of its requests.
var writes = map[string]func(a *arguments) mongo.WriteModel{
	"insertOne": func(a *arguments) mongo.WriteModel { return set(mongo.NewInsertOneModel(), a) },
	"updateOne": func(a *arguments) mongo.WriteModel {
		m := mongo.NewUpdateOneModel().SetFilter(a.doc("filter")).SetUpdate(a.take("update"))
		return set(m, a)
	},
	"updateMany": func(a *arguments) mongo.WriteModel {
		m := mongo.NewUpdateManyModel().SetFilter(a.doc("filter")).SetUpdate(a.take("update"))
		return set(m, a)
	},
	"replaceOne": func(a *arguments) mongo.WriteModel { return set(mongo.NewReplaceOneModel(), a) },
	"deleteOne":  func(a *arguments) mongo.WriteModel { return set(mongo.NewDeleteOneModel(), a) },
	"deleteMany": func(a *arguments) mongo.WriteModel { return set(mongo.NewDeleteManyModel(), a) },
}

func bulkWrite(r *runner, c *mongo.Collection, a *arguments) (any, error) {
	var models []mongo.WriteModel
	for _, request := range a.list("requests") {
		e := request.(bson.D)[0]
		models = append(models, writes[e.Key](newArguments(r.t, e.Value.(bson.D))))
	}
	result, err := c.BulkWrite(r.t.Context(), models, set(options.BulkWrite(), a))
	if result == nil {
		return nil, err
	}
	ids := bson.D{}
	for i := range models {
		if id, ok := result.UpsertedIDs[int64(i)]; ok {
			ids = append(ids, bson.E{Key: fmt.Sprint(i), Value: id})
		}
	}
	return append(counts(result.InsertedCount, result.MatchedCount, result.ModifiedCount, result.DeletedCount, result.UpsertedCount),
		bson.E{Key: "upsertedIds", Value: ids}), err
}

func counts(inserted, matched, modified, deleted, upserted int64) bson.D {
	return bson.D{{Key: "insertedCount", Value: inserted}, {Key: "matchedCount", Value: matched}, {Key: "modifiedCount", Value: modified},
		{Key: "deletedCount", Value: deleted}, {Key: "upsertedCount", Value: upserted}}
}

// clientWrites make the models of a client's bulk write.
var clientWrites = map[string]func(a *arguments) mongo.ClientWriteModel{
	"insertOne":  func(a *arguments) mongo.ClientWriteModel { return set(mongo.NewClientInsertOneModel(), a) },
	"updateOne":  func(a *arguments) mongo.ClientWriteModel { return set(mongo.NewClientUpdateOneModel(), a) },
	"updateMany": func(a *arguments) mongo.ClientWriteModel { return set(mongo.NewClientUpdateManyModel(), a) },
	"replaceOne": func(a *arguments) mongo.ClientWriteModel { return set(mongo.NewClientReplaceOneModel(), a) },
	"deleteOne":  func(a *arguments) mongo.ClientWriteModel { return set(mongo.NewClientDeleteOneModel(), a) },
	"deleteMany": func(a *arguments) mongo.ClientWriteModel { return set(mongo.NewClientDeleteManyModel(), a) },
}

func clientBulkWrite(r *runner, c *mongo.Client, a *arguments) (any, error) {
	var models []mongo.ClientBulkWrite
	for _, request := range a.list("models") {
		e := request.(bson.D)[0]
		args := newArguments(r.t, e.Value.(bson.D))
		db, coll, _ := strings.Cut(args.text("namespace"), ".")
		models = append(models, mongo.ClientBulkWrite{Database: db, Collection: coll, Model: clientWrites[e.Key](args)})
	}
	result, err := c.BulkWrite(r.t.Context(), models, set(options.ClientBulkWrite(), a))
	if result == nil {
		return nil, err
	}
	return counts(result.InsertedCount, result.MatchedCount, result.ModifiedCount, result.DeletedCount, result.UpsertedCount), err
}
