package server_test

import (
	"net/http"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// advised makes a serverless instance at which a client has logged in, has been slow, and has had an index built.
func (r *residue) advised(t *testing.T) {
	owner, at := r.owner(), "/groups/"+r.project
	const password = "a password of the tests"
	owner.Post(at+"/accessList", []object{{"cidrBlock": "127.0.0.0/8"}}).Want(http.StatusOK)
	owner.Post(at+"/databaseUsers", object{
		"databaseName": "admin", "username": "bob", "password": password, "roles": []object{{"databaseName": "shop", "roleName": "readWrite"}},
	}).Want(http.StatusCreated)
	owner.Post(at+"/serverless", object{
		"name": "beta", "providerSettings": object{"backingProviderName": "AWS", "providerName": "SERVERLESS", "regionName": "US_EAST_1"},
	}).Want(http.StatusCreated)
	r.Advance(time.Minute)
	owner.Post(at+"/serverless/beta/performanceAdvisor/autoIndexing?enable=true", nil).Want(http.StatusOK)
	uri := owner.Get(at + "/serverless/beta").Want(http.StatusOK).Object()["connectionStrings"].(object)["standard"].(string)
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetAuth(options.Credential{Username: "bob", Password: password, AuthSource: "admin"}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(t.Context()) }()
	orders := client.Database("shop").Collection("orders")
	docs := make([]any, 1000)
	for i := range docs {
		docs[i] = bson.D{{Key: "n", Value: i}}
	}
	if _, err = orders.InsertMany(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if err := orders.FindOne(t.Context(), bson.D{{Key: "n", Value: 999}}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	long := bson.D{{Key: "$reduce", Value: bson.D{
		{Key: "input", Value: bson.D{{Key: "$range", Value: bson.A{0, 1_000_000}}}}, {Key: "initialValue", Value: 0}, {Key: "in", Value: bson.D{{Key: "$add", Value: bson.A{"$$value", 1}}}},
	}}}
	if _, err := orders.Aggregate(t.Context(), bson.A{bson.D{{Key: "$limit", Value: 1}}, bson.D{{Key: "$project", Value: bson.D{{Key: "n", Value: long}}}}}); err != nil {
		t.Fatal(err)
	}
	r.Advance(time.Minute)
}
