package nodes

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
)

// outage is how long PostgreSQL is away; TELAMON_TEST_OUTAGE sets another time.
func outage(t *testing.T) time.Duration {
	if text := os.Getenv("TELAMON_TEST_OUTAGE"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	return 10 * time.Second
}

// TestDatabasesOutliveTheirStore: the gateways of a node see another node's change of a user within a second. While
// PostgreSQL is away, clients that have logged in notice nothing, even if they open new connections, and the API answers
// 503. When it is back, everything works again.
func TestDatabasesOutliveTheirStore(t *testing.T) {
	pg := pgtest.Start(t)
	p := startOn(t, pg.URL)
	p.second.token = token(p.first, p.second)
	create(p, p.first, "Data")
	at := "/groups/" + p.first.boot.ProjectID
	role := func(name string) []object { return []object{{"roleName": name, "databaseName": "shop"}} }
	p.second.want(http.StatusOK, http.MethodPost, at+"/accessList", []object{{"cidrBlock": "127.0.0.0/8"}})
	p.second.want(http.StatusCreated, http.MethodPost, at+"/databaseUsers", object{"databaseName": "admin", "username": "app", "password": "correct horse", "roles": role("readWrite")})
	uri := "mongodb://app:" + url.PathEscape("correct horse") + "@" + reached(p.first.want(http.StatusOK, http.MethodGet, at+"/clusters/Data", nil)) + "/?authSource=admin&directConnection=true"
	client := connect(t, uri)
	coll := client.Database("shop").Collection("orders")
	insert := func() error {
		_, err := coll.InsertOne(t.Context(), bson.D{})
		return err
	}
	within(t, 10*time.Second, "the user", func() bool { return insert() == nil })
	grant := func(name string) {
		p.second.want(http.StatusOK, http.MethodPatch, at+"/databaseUsers/admin/app", object{"roles": role(name)})
	}
	grant("read")
	within(t, time.Second, "the end of a right", func() bool { return refused(insert()) })
	grant("readWrite")
	within(t, time.Second, "a right", func() bool { return insert() == nil })

	p.first.must(pg.Stop())
	stopped := time.Now()
	status := make(chan int, 1)
	go func() { status <- statusOf(p.first.boot.BaseURL, p.first.token) }()
	for i := 0; time.Since(stopped) < outage(t); i++ {
		began := time.Now()
		if err := insert(); err != nil {
			t.Fatalf("%v into the outage: %v", time.Since(stopped), err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%v into the outage, an insert takes %v", time.Since(stopped), took)
		}
		if i%100 == 0 {
			if err := connect(t, uri).Ping(t.Context(), nil); err != nil {
				t.Errorf("%v into the outage, a new connection: %v", time.Since(stopped), err)
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := <-status; got != http.StatusServiceUnavailable {
		t.Errorf("the API answers %d", got)
	}
	p.first.must(pg.Start())
	within(t, 10*time.Second, "the API", func() bool { return statusOf(p.first.boot.BaseURL, p.first.token) == http.StatusOK })
	within(t, 10*time.Second, "the other node", func() bool { return statusOf(p.second.boot.BaseURL, p.first.token) == http.StatusOK })
	grant("read")
	within(t, time.Second, "the end of a right", func() bool { return refused(insert()) })
}

func connect(t *testing.T, uri string) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(10 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client
}

func refused(err error) bool {
	var e mongo.ServerError
	return errors.As(err, &e) && e.HasErrorCode(13)
}

// statusOf is the status with which a node answers within seven seconds, or 0.
func statusOf(base, token string) int {
	ctx, cancel := context.WithTimeout(context.Background(), 7*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/atlas/v2/groups", nil)
	if err != nil {
		return 0
	}
	req.Header.Set("Accept", "application/vnd.atlas.2025-03-12+json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}
