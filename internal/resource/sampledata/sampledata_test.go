package sampledata_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

// begin makes a cluster that runs, and a user who may read all of it.
func begin(t *testing.T, srv *apitest.Server) *mongo.Client {
	t.Helper()
	owner, group := srv.Owner(), "/groups/"+srv.ProjectID
	owner.Post(group+"/accessList", []object{{"cidrBlock": "127.0.0.0/8"}}).Want(http.StatusOK)
	owner.Post(group+"/databaseUsers", object{
		"databaseName": "admin", "username": "ann", "password": "a password of the tests", "roles": []object{{"databaseName": "admin", "roleName": "readWriteAnyDatabase"}},
	}).Want(http.StatusCreated)
	owner.Post(group+"/clusters", object{"name": "alpha", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{
		{"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10"}},
	}}}}).Want(http.StatusCreated)
	owner.Post(group+"/sampleDatasetLoad/alpha", nil).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
	srv.Advance(time.Second)
	uri := owner.Get(group + "/clusters/alpha").Want(http.StatusOK).Object()["connectionStrings"].(object)["standard"].(string)
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(5 * time.Second).
		SetAuth(options.Credential{Username: "ann", Password: "a password of the tests"}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(t.Context()) })
	return client
}

// TestLoad loads the data set twice, and reads it with MongoDB's driver.
func TestLoad(t *testing.T) {
	srv := apitest.Start(t)
	client := begin(t, srv)
	owner, loads := srv.Owner(), "/groups/"+srv.ProjectID+"/sampleDatasetLoad/"
	movies := client.Database("sample_mflix").Collection("movies")

	var ids []any
	for range 2 {
		l := owner.Post(loads+"alpha", nil).Want(http.StatusCreated).Object()
		if l["state"] != "WORKING" || l["clusterName"] != "alpha" || l["createDate"] == nil || l["completeDate"] != nil || l["errorMessage"] != nil {
			t.Errorf("a load begins as %v", l)
		}
		if again := owner.Post(loads+"alpha", nil).Want(http.StatusCreated).Object(); again["_id"] != l["_id"] {
			t.Errorf("beside %v there is a second load %v", l["_id"], again["_id"])
		}
		srv.Advance(time.Second)
		l = owner.Get(loads + l["_id"].(string)).Want(http.StatusOK).Object()
		if l["state"] != "COMPLETED" || l["completeDate"] == nil {
			t.Errorf("a load ends as %v", l)
		}
		ids = append(ids, l["_id"])
		if len(ids) == 1 { // existing documents stay as they are
			if _, err := movies.UpdateOne(t.Context(), bson.M{"title": "Night Train Returns"}, bson.M{"$set": bson.M{"mine": true}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ids[0] == ids[1] {
		t.Error("the second load is the first")
	}
	var planet struct {
		Name string `bson:"name"`
	}
	err := client.Database("sample_guides").Collection("planets").FindOne(t.Context(), bson.M{"orderFromSun": 3}).Decode(&planet)
	if err != nil || planet.Name != "Earth" {
		t.Errorf("the third planet is %q: %v", planet.Name, err)
	}
	for filter, want := range map[string]int64{"": 100, "mine": 1} {
		query := bson.M{}
		if filter != "" {
			query[filter] = true
		}
		if n, err := movies.CountDocuments(t.Context(), query); n != want || err != nil {
			t.Errorf("%d films are %q, want %d: %v", n, filter, want, err)
		}
	}
	if got := srv.EventTypes(srv.ProjectID); !slices.Contains(got, "SAMPLE_DATASET_LOAD_REQUESTED") {
		t.Errorf("the events are %v", got)
	}

	one := "/groups/" + srv.ProjectID + "/clusters/alpha"
	owner.Delete(one).Want(http.StatusAccepted)
	owner.Post(loads+"alpha", nil).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
	srv.Advance(time.Second)
	owner.Get(loads+ids[0].(string)).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Post(loads+"alpha", nil).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
}

// TestRefusals requests loads that must be refused.
func TestRefusals(t *testing.T) {
	srv := apitest.Start(t)
	begin(t, srv)
	owner, loads := srv.Owner(), "/groups/"+srv.ProjectID+"/sampleDatasetLoad/"
	owner.Patch("/groups/"+srv.ProjectID+"/clusters/alpha", object{"paused": true}).Want(http.StatusOK)
	owner.Post(loads+"alpha", nil).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
	owner.Get(loads+"0123456789abcdef01234567").WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
}
