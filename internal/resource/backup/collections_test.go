package backup_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/resource/backup/collections"
	"github.com/telamon-db/telamon/internal/store"
)

func collectionJobs(groupID, cluster string) string {
	return clusters(groupID) + "/" + cluster + "/collectionRestoreJobs"
}

// collectionsOf is a job's body.
func collectionsOf(s *apitest.Server, target string, of object) object {
	body := object{"targetGroupId": s.ProjectID, "targetClusterName": target, "writeStrategy": "CREATE_NEW", "indexStrategy": "ALL"}
	for name, value := range of {
		body[name] = value
	}
	return body
}

// restored makes a job, lets it end, and returns what it is and how far it is with each collection.
func restored(t *testing.T, s *apitest.Server, target string, of object) (is object, states map[string]object) {
	t.Helper()
	list := collectionJobs(s.ProjectID, "alpha")
	asked := s.Owner().Post(list, collectionsOf(s, target, of)).Want(http.StatusCreated).Object()
	one := list + "/" + asked["id"].(string)
	if all := s.Owner().Get(one + "/collections").Want(http.StatusOK).Results(); asked["state"] != "INITIALIZING" || len(all) > 0 {
		t.Errorf("asked for %v, with %v", asked, all)
	}
	settle(s)
	is, states = s.Owner().Get(one).Want(http.StatusOK).Object(), map[string]object{}
	for _, c := range s.Owner().Get(one + "/collections").Want(http.StatusOK).Results() {
		name := c["sourceNamespace"].(string)
		states[name] = c
		if same := s.Owner().Get(one + "/collections/" + name).Want(http.StatusOK).Object(); same["state"] != c["state"] {
			t.Errorf("%s is %v, and %v", name, c, same)
		}
	}
	return is, states
}

func list(items ...string) (all []object) {
	for _, name := range items {
		all = append(all, object{"sourceNamespace": name})
	}
	return all
}

// indexed are the names of a collection's indexes, in order.
func indexed(t *testing.T, c *mongo.Collection) (names []string) {
	t.Helper()
	specs, err := c.Indexes().ListSpecifications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, ix := range specs {
		names = append(names, ix.Name)
	}
	slices.Sort(names)
	return names
}

// databases are the names of a cluster's databases.
func databases(t *testing.T, c *mongo.Collection) []string {
	t.Helper()
	names, err := c.Database().Client().ListDatabaseNames(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(collections.OfTheServer, name) })
}

func TestRestoreOfCollections(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	continuous(s, "alpha")
	cluster(s, s.ProjectID, "beta")
	a, b := orders(t, s, s.ProjectID, "alpha"), orders(t, s, s.ProjectID, "beta")
	insert(t, a, 1, 2, 3)
	insert(t, a.Database().Collection("items"), 7)
	insert(t, a.Database().Client().Database("crm").Collection("people"), 8)
	for name, o := range map[string]*options.IndexOptionsBuilder{"plain": options.Index(), "expiring": options.Index().SetExpireAfterSeconds(1_000_000)} {
		if _, err := a.Indexes().CreateOne(t.Context(), mongo.IndexModel{Keys: bson.D{{Key: name, Value: 1}}, Options: o.SetName(name)}); err != nil {
			t.Fatal(err)
		}
	}
	id := take(t, s, s.ProjectID, "alpha")
	four := inserted(t, a, 4)
	s.Advance(time.Hour)
	insert(t, a, 5)
	insert(t, b, 9)
	insert(t, b.Database().Collection("kept"), 10)

	// Beside what is there: under another name.
	is, states := restored(t, s, "alpha", object{"snapshotId": id, "collections": list("shop.orders"), "indexStrategy": "ALL_EXCEPT_TTL"})
	one := states["shop.orders"]
	if is["state"] != "SUCCESSFUL" || is["restoredDocuments"] != 3.0 || is["totalDocuments"] != 3.0 || is["finishedAt"] == nil || one["state"] != "SUCCESSFUL" ||
		one["targetNamespace"] != "shop.orders" || one["effectiveTargetNamespace"] != "shop.orders_"+is["id"].(string) || is["indexStatus"].(object)["state"] != "SUCCESSFUL" {
		t.Fatalf("ended as %v, with %v", is, states)
	}
	copied := a.Database().Collection("orders_" + is["id"].(string))
	want(t, copied, 1, 2, 3)
	if got := indexed(t, copied); !slices.Equal(got, []string{"_id_", "plain"}) {
		t.Errorf("indexes %v", got)
	}
	want(t, a, 1, 2, 3, 4, 5)

	// In its place, in another cluster; what the snapshot does not have stays.
	is, states = restored(t, s, "beta", object{"snapshotId": id, "databases": list("shop"), "collections": list("crm.people"), "writeStrategy": "OVERWRITE_EXISTING"})
	if is["state"] != "SUCCESSFUL" || len(states) != 3 || states["shop.items"]["effectiveTargetNamespace"] != "shop.items" {
		t.Fatalf("ended as %v, with %v", is, states)
	}
	want(t, b, 1, 2, 3)
	want(t, b.Database().Collection("items"), 7)
	want(t, b.Database().Collection("kept"), 10)
	if got := indexed(t, b); !slices.Equal(got, []string{"_id_", "expiring", "plain"}) {
		t.Errorf("indexes %v", got)
	}

	// As of a point in time, with suffixes and without indexes.
	is, _ = restored(t, s, "beta", object{"pointInTimeUtcSeconds": four.T, "collections": []object{{"sourceNamespace": "shop.orders", "targetNamespace": "old.orders"}},
		"databaseSuffix": "_d", "collectionSuffix": "_c", "indexStrategy": "NONE"})
	then := b.Database().Client().Database("old_d").Collection("orders_c")
	if is["state"] != "SUCCESSFUL" || is["pointInTimeUtcSeconds"] != float64(four.T) || is["indexStatus"].(object)["state"] != "NOT_RESTORED" {
		t.Errorf("ended as %v", is)
	}
	want(t, then, 1, 2, 3, 4)
	if got := indexed(t, then); !slices.Equal(got, []string{"_id_"}) {
		t.Errorf("indexes %v", got)
	}
	if got := databases(t, b); !slices.Equal(got, []string{"crm", "old_d", "shop"}) {
		t.Errorf("databases %v", got)
	}
	if page := s.Owner().Get(collectionJobs(s.ProjectID, "alpha") + "?itemsPerPage=1").Want(http.StatusOK).Object(); page["totalCount"] != 3.0 || page["results"].([]any)[0].(object)["id"] != is["id"] {
		t.Errorf("the list is %v", page)
	}
	if got := s.EventTypes(s.ProjectID); !slices.Contains(got, "CPS_COLLECTION_RESTORE_SUCCESSFUL") || !slices.Contains(got, "CPS_RESTORE_REQUESTED_AUDIT") {
		t.Errorf("events %v", got)
	}
}

// If one collection cannot be restored, none is, and nothing of the attempt stays.
func TestCollectionsThatCannotBeRestored(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	a := orders(t, s, s.ProjectID, "alpha")
	insert(t, a, 1, 2)
	id, damaged := take(t, s, s.ProjectID, "alpha"), take(t, s, s.ProjectID, "alpha")
	insert(t, a, 3)
	is, states := restored(t, s, "alpha", object{"snapshotId": id, "collections": list("shop.orders", "shop.none"), "writeStrategy": "OVERWRITE_EXISTING"})
	if is["state"] != "FAILED" || !strings.Contains(is["errorMessage"].(string), "shop.none") || states["shop.none"]["state"] != "NOT_FOUND" || states["shop.orders"]["state"] != "NOT_RESTORED" {
		t.Errorf("ended as %v, with %v", is, states)
	}
	path := collectionJobs(s.ProjectID, "alpha") + "/" + is["id"].(string) + "/collections"
	for query, n := range map[string]int{"?state=NOT_FOUND": 1, "?sourceNamespace=shop.orders": 1, "?targetNamespace=shop.none&state=NOT_RESTORED": 0} {
		if got := s.Owner().Get(path + query).Want(http.StatusOK).Results(); len(got) != n {
			t.Errorf("%s: %v", query, got)
		}
	}
	s.Owner().Get(path+"/shop.other").WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	flip(t, s, damaged)
	is, _ = restored(t, s, "alpha", object{"snapshotId": damaged, "databases": list("shop"), "writeStrategy": "OVERWRITE_EXISTING"})
	if is["state"] != "FAILED" || !strings.Contains(is["errorMessage"].(string), "damaged") || !strings.Contains(why(s, "CPS_COLLECTION_RESTORE_FAILED"), "damaged") {
		t.Errorf("ended as %v", is)
	}
	want(t, a, 1, 2, 3)
	if got := databases(t, a); !slices.Equal(got, []string{"shop"}) {
		t.Errorf("databases %v", got)
	}
}

func TestRefusedCollections(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	cluster(s, s.ProjectID, "beta")
	id := take(t, s, s.ProjectID, "alpha")
	owner, path := s.Owner(), collectionJobs(s.ProjectID, "alpha")
	for what, c := range map[string]struct {
		of     object
		fields []string
	}{
		"nothing":        {object{}, []string{"collections", "snapshotId"}},
		"both":           {object{"snapshotId": id, "pointInTimeUtcSeconds": 1_700_000_000, "databases": list("a")}, []string{"snapshotId"}},
		"half a point":   {object{"oplogTs": 1_700_000_000, "databases": list("a")}, []string{"oplogInc"}},
		"names":          {object{"snapshotId": id, "databases": list("a.b"), "collections": list("c")}, []string{"collections[0].sourceNamespace", "collections[0].targetNamespace", "databases[0].sourceNamespace"}},
		"strategies":     {object{"snapshotId": id, "databases": list("a"), "writeStrategy": "x", "indexStrategy": ""}, []string{"indexStrategy", "writeStrategy"}},
		"an early point": {object{"pointInTimeUtcSeconds": 7, "databases": list("a")}, []string{"pointInTimeUtcSeconds"}},
		"too many":       {object{"snapshotId": id, "databases": list(make([]string, 101)...)}, []string{"databases"}},
	} {
		got := owner.Post(path, collectionsOf(s, "alpha", c.of)).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
		slices.Sort(got)
		if what == "too many" { // each of them is empty too
			got = slices.DeleteFunc(got, func(f string) bool { return strings.Contains(f, "[") })
		}
		if !slices.Equal(got, c.fields) {
			t.Errorf("%s: fields %v, want %v", what, got, c.fields)
		}
	}
	good := object{"snapshotId": id, "databases": list("a")}
	owner.Post(path, collectionsOf(s, "gamma", good)).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Post(collectionJobs(s.ProjectID, "beta"), collectionsOf(s, "beta", good)).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Post(path, collectionsOf(s, "alpha", object{"pointInTimeUtcSeconds": time.Now().Unix(), "databases": list("a")})).WantError(http.StatusBadRequest, "POINT_IN_TIME_NOT_ENABLED")
	owner.Get(path+"/"+nothing).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	keyWith(s, "ORG_READ_ONLY").Post(path, collectionsOf(s, "alpha", good)).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	if got := owner.Get(path).Results(); len(got) > 0 {
		t.Errorf("the refused requests left %v", got)
	}
}

// Two restores never write to one cluster; a job whose cluster or target goes ends, and leaves nothing.
func TestCollectionsBesideOthers(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	cluster(s, s.ProjectID, "beta")
	insert(t, orders(t, s, s.ProjectID, "alpha"), 1)
	id := take(t, s, s.ProjectID, "alpha")
	path, body := collectionJobs(s.ProjectID, "alpha"), collectionsOf(s, "beta", object{"snapshotId": id, "databases": list("shop")})
	hold := func() string {
		t.Helper()
		job := s.Owner().Post(path, body).Want(http.StatusCreated).Object()["id"].(string)
		settle(s)
		onDisk(t, s, func(tx store.Tx) error { // it will begin tomorrow
			j, err := collections.Jobs.Get(tx, job)
			if err != nil {
				return err
			}
			j.Created, j.Finished, j.State, j.Parts = tx.Now().Add(aDay), time.Time{}, collections.Initializing, nil
			return errors.Join(collections.Jobs.Put(tx, j), reconcile.Schedule(tx, backup.CollectionsKind, j.ID, "local", tx.Now()))
		})
		return path + "/" + job
	}
	one := hold()
	s.Owner().Post(path, body).WantError(http.StatusConflict, "UNFINISHED_RESTORE_JOB")
	s.Owner().Post(jobs(s.ProjectID, "alpha"), restore(id, s.ProjectID, "beta")).WantError(http.StatusConflict, "UNFINISHED_RESTORE_JOB")
	s.Owner().Delete(clusters(s.ProjectID) + "/beta").Want(http.StatusAccepted)
	settle(s)
	if is := s.Owner().Get(one).Want(http.StatusOK).Object(); is["state"] != "FAILED" || !strings.Contains(is["errorMessage"].(string), "deleted") {
		t.Errorf("without its target it is %v", is)
	}
	cluster(s, s.ProjectID, "beta")
	hold()
	s.Owner().Delete(clusters(s.ProjectID) + "/alpha").Want(http.StatusAccepted)
	s.Advance(2 * aDay)
	s.Owner().Get(path).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	if got := databases(t, orders(t, s, s.ProjectID, "beta")); !slices.Equal(got, []string{"shop"}) { // of the job that was not held
		t.Errorf("the target has %v", got)
	}
	onDisk(t, s, func(tx store.Tx) error {
		if left, err := collections.Jobs.List(tx, store.Query{}); err != nil || len(left) > 0 {
			t.Errorf("jobs %v are left (%v)", left, err)
		}
		return nil
	})
}
