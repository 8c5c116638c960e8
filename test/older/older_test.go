// Package older opens stores that earlier versions of Telamon made, and works with them.
//
// A folder of testdata has the name of the commit whose program made its stores, one on SQLite and one on PostgreSQL:
// an object of every kind, and what the program answered to reads of them. `go test ./test/older -make PROGRAM -as NAME`
// adds a folder.
package older

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/apitest/program"
	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
)

func TestMain(m *testing.M) { program.Main(m) }

// TestOlderStores: everything that an older program stored can be read with the same answers, changed and removed.
func TestOlderStores(t *testing.T) {
	stores, err := filepath.Glob("testdata/*/*.tar.gz")
	if err != nil || len(stores) == 0 {
		t.Fatalf("%d stores, %v", len(stores), err)
	}
	for _, path := range stores {
		t.Run(strings.TrimPrefix(path, "testdata/"), func(t *testing.T) { goOn(t, path) })
	}
}

func goOn(t *testing.T, path string) {
	dir, store := t.TempDir(), "sqlite"
	unpack(t, path, dir)
	if _, err := os.Stat(filepath.Join(dir, "dump.sql")); err == nil {
		store = restored(t, filepath.Join(dir, "dump.sql"))
	}
	var f facts
	raw, err := os.ReadFile(filepath.Join(dir, "facts.json"))
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 { // the second start reads what the first one has migrated
		r, err := start(program.Path(t), dir, store, f.Values)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.cmd.Process.Kill() }) // it may have ended
		r.answersAs(t, &f)
		r.hasDocuments(t, f.Documents+round)
		if round == 1 {
			r.changes(t)
			r.restores(t, f.Documents)
		}
		if err := r.stop(); err != nil || t.Failed() {
			t.Fatalf("it ends with %v:\n%s", err, r.log)
		}
	}
}

// restored is the URL of a PostgreSQL into which a dump was loaded.
func restored(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	address := pgtest.URL(t)
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.ConnectConfig(t.Context(), cfg.ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.PgConn().Exec(t.Context(), string(text)).ReadAll(); err != nil {
		t.Fatal(err)
	}
	return address
}

// answersAs compares the answer to every read with that of the older program.
func (r *running) answersAs(t *testing.T, f *facts) {
	t.Helper()
	if err := r.idle(); err != nil {
		t.Error(err)
	}
	for _, path := range slices.Sorted(maps.Keys(f.Answers)) {
		answer, err := r.ask(http.MethodGet, path, nil)
		if err != nil {
			t.Error(err)
			continue
		}
		raw, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		var was, is any
		if err := json.Unmarshal(f.Answers[path], &was); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(onHost(string(raw), r.boot.BaseURL)), &is); err != nil {
			t.Fatal(err)
		}
		for _, d := range differences("", was, is) {
			t.Errorf("%s: %s", path, d)
		}
	}
}

// differ are fields that may be different in a newer version, or at another time.
var differ = []string{"connectionStrings", "links", "raw"}

// differences are the fields in which an answer differs from the older one. Fields that the older one does not have are
// ignored.
func differences(at string, was, is any) (found []string) {
	switch was := was.(type) {
	case object:
		now, _ := is.(object)
		for _, k := range slices.Sorted(maps.Keys(was)) {
			if !slices.Contains(differ, k) {
				found = append(found, differences(at+"."+k, was[k], now[k])...)
			}
		}
		return found
	case []any:
		now, _ := is.([]any)
		if len(was) != len(now) {
			return []string{fmt.Sprintf("%s has %d items, not %d", at, len(now), len(was))}
		}
		for i := range was {
			found = append(found, differences(fmt.Sprintf("%s[%d]", at, i), was[i], now[i])...)
		}
		return found
	}
	if was != is {
		found = append(found, fmt.Sprintf("%s is %v, not %v", at, is, was))
	}
	return found
}

// hasDocuments reads the application's documents with its old password, and adds one.
func (r *running) hasDocuments(t *testing.T, n int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	orders, err := r.orders(ctx, "Older")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []bson.D{{}, {{Key: "customer", Value: bson.D{{Key: "$gte", Value: ""}}}}} { // by _id, and by the index
		if got, err := orders.CountDocuments(ctx, q); err != nil || got != int64(n) {
			t.Errorf("%v finds %d documents of %d, %v", q, got, n, err)
		}
	}
	var one struct {
		Seen  bool
		Lines bson.A
	}
	if err := orders.FindOne(ctx, bson.D{{Key: "_id", Value: 7}}).Decode(&one); err != nil || !one.Seen || len(one.Lines) != 5 {
		t.Errorf("a document is %v, %v", one, err)
	}
	if _, err := orders.InsertOne(ctx, bson.D{{Key: "_id", Value: 10000 + n}, {Key: "customer", Value: "new"}}); err != nil {
		t.Error(err)
	}
}

// changing changes objects of every kind, removes them, and creates them again.
var changing = []call{
	patch("/groups/$project/auditLog", object{"auditAuthorizationSuccess": false}),
	patch("/groups/$project/awsCustomDNS", object{"enabled": false}),
	patch("/groups/$project/customDBRoles/roles/counter", object{"inheritedRoles": []object{}}),
	patch("/groups/$project/databaseUsers/admin/app", object{"description": "changed"}),
	patch("/groups/$project/clusters/Older", object{"tags": []object{{"key": "age", "value": "old"}}}),
	patch("/orgs/$org/apiKeys/$key", object{"desc": "changed"}),
	patch("/orgs/$org/serviceAccounts/$account", object{"description": "changed"}),
	post("/groups/$project/clusters/Older/backup/restoreJobs", object{
		"deliveryType": "automated", "snapshotId": "$snapshot", "targetClusterName": "Older", "targetGroupId": "$project",
	}),
	{method: http.MethodDelete, path: "/groups/$project/databaseUsers/admin/orders"},
	{method: http.MethodDelete, path: "/groups/$project/accessList/192.0.2.1"},
	{method: http.MethodDelete, path: "/groups/$project/serverless/Instance"},
	{method: http.MethodDelete, path: "/groups/$project/teams/$team"},
	{method: http.MethodDelete, path: "/orgs/$org/teams/$team"},
	{method: http.MethodDelete, path: "/groups/$empty"},
	post("/groups/$project/databaseUsers", object{
		"username": "orders", "databaseName": "admin", "password": "a password of today", "roles": []object{{"roleName": "counter", "databaseName": "admin"}},
	}),
	post("/groups", object{"name": "An empty project", "orgId": "$org"}),
}

// changes makes the changes, and checks the fields that they must not change.
func (r *running) changes(t *testing.T) {
	t.Helper()
	for _, c := range changing {
		if err := r.do(c); err != nil {
			t.Error(err)
		}
	}
	for path, want := range map[string]object{
		"/groups/$project/auditLog":                    {"enabled": true, "auditAuthorizationSuccess": false, "auditFilter": `{"atype": "dropCollection"}`},
		"/groups/$project/databaseUsers/admin/app":     {"description": "changed", "labels": []any{object{"key": "team", "value": "shop"}}},
		"/groups/$project/customDBRoles/roles/counter": {"inheritedRoles": []any{}, "roleName": "counter"},
	} {
		is, err := r.ask(http.MethodGet, path, nil)
		if err != nil {
			t.Error(err)
		}
		for _, d := range differences("", want, is) {
			t.Errorf("%s: %s", path, d)
		}
	}
}

// restores waits for the restore that changing requests, and checks that the documents are those of the snapshot.
func (r *running) restores(t *testing.T, documents int) {
	t.Helper()
	if err := within(time.Minute, func() bool {
		jobs, err := r.ask(http.MethodGet, "/groups/$project/clusters/Older/backup/restoreJobs", nil)
		return err == nil && jobs["results"].([]any)[0].(object)["finishedAt"] != nil
	}); err != nil {
		t.Fatal("the restore: ", err)
	}
	r.hasDocuments(t, documents)
}
