// Package failures has a server fail on demand, by rules of its management listener and of telamontest, and looks at it as
// clients of the API and of clusters do.
package failures

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/telamontest"
)

type object = map[string]any

// fates gets the project until n requests have succeeded, as a client that retries does, and returns which tries failed.
func fates(t *testing.T, n int) string {
	t.Helper()
	s := apitest.Start(t)
	s.Fail(telamontest.Failure{Operation: "getGroup", Status: 500, Probability: 0.3, Seed: 42})
	var tries strings.Builder
	for done := 0; done < n; {
		switch a := s.Owner().Get("/groups/" + s.ProjectID); a.Status {
		case http.StatusOK:
			tries.WriteByte('-')
			done++
		case http.StatusInternalServerError:
			a.WantError(http.StatusInternalServerError, "UNEXPECTED_ERROR")
			tries.WriteByte('x')
		default:
			t.Fatalf("status %d", a.Status)
		}
		s.Owner().Get("/groups").Want(http.StatusOK) // no other operation fails, or has a part in the fates
	}
	if r := s.Failures()[0]; r.Seen != tries.Len() || r.Failed != strings.Count(tries.String(), "x") {
		t.Errorf("of %s the rule counts %d and %d", &tries, r.Seen, r.Failed)
	}
	return tries.String()
}

func TestAClientThatRetriesGetsThrough(t *testing.T) {
	first := fates(t, 30)
	if !strings.Contains(first, "x") {
		t.Error("nothing failed")
	}
	if again := fates(t, 30); again != first {
		t.Errorf("with the same seed %s, then %s", first, again)
	}
}

// manage sends a request to the management listener.
func manage(t *testing.T, s *apitest.Server, method, path, body, secret string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.ManagementURL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func TestTheManagementListener(t *testing.T) {
	s := apitest.Start(t)
	if status, _ := manage(t, s, http.MethodPost, "/faults", `{"status":503}`, "wrong"); status != http.StatusUnauthorized {
		t.Errorf("without the secret: %d", status)
	}
	for _, body := range []string{``, `[]`, `{}`, `{"status":503,"unknown":1}`, `{"status":200}`, `{"status":503,"for":5}`, `{"work":"nothing"}`} {
		if status, answer := manage(t, s, http.MethodPost, "/faults", body, s.ManagementSecret); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
	s.Owner().Get("/groups").Want(http.StatusOK)
	status, answer := manage(t, s, http.MethodPost, "/faults", `{"family":"Projects","status":429,"calls":2,"for":"10m"}`, s.ManagementSecret)
	if status != http.StatusOK || !strings.Contains(answer, `"id":"1"`) {
		t.Fatalf("a rule: %d %s", status, answer)
	}
	s.Owner().Get("/groups").WantError(http.StatusTooManyRequests, "RATE_LIMITED")
	s.Anonymous().Get("/groups").Want(http.StatusUnauthorized) // whom the API does not know meets no rule
	s.Owner().Get("/groups/"+s.ProjectID).WantError(http.StatusTooManyRequests, "RATE_LIMITED")
	s.Owner().Get("/groups").Want(http.StatusOK)
	if _, answer := manage(t, s, http.MethodGet, "/faults", "", s.ManagementSecret); !strings.Contains(answer, `"seen":2,"failed":2`) {
		t.Errorf("listed: %s", answer)
	}
	for _, want := range []int{http.StatusNoContent, http.StatusNotFound} {
		if status, _ := manage(t, s, http.MethodDelete, "/faults/1", "", s.ManagementSecret); status != want {
			t.Errorf("removed: %d, want %d", status, want)
		}
	}
	s.Fail(telamontest.Failure{Status: 503})
	s.Restart()
	s.Owner().Get("/groups").Want(http.StatusOK)
}

// create creates a cluster.
func create(s *apitest.Server) (path string) {
	path = "/groups/" + s.ProjectID + "/clusters"
	s.Owner().Post(path, object{"name": "alpha", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
	}}}}}).Want(http.StatusCreated)
	return path + "/alpha"
}

// within polls until ok.
func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func TestAClusterThatIsNeverReady(t *testing.T) {
	s := apitest.Start(t)
	id := s.Fail(telamontest.Failure{Work: "cluster"})
	path := create(s)
	state := func() any { return s.Owner().Get(path).Want(http.StatusOK).Object()["stateName"] }
	s.Advance(30 * 24 * time.Hour)
	if got := state(); got != "CREATING" {
		t.Errorf("its state is %v", got)
	}
	s.StopFailing(id)
	within(t, "the cluster is ready", func() bool { return state() == "IDLE" })
}

// client creates a cluster and logs in to it.
func client(t *testing.T, s *apitest.Server) (id string, c *mongo.Client) {
	t.Helper()
	s.Owner().Post("/groups/"+s.ProjectID+"/databaseUsers", object{
		"username": "app", "password": "a password for the app", "databaseName": "admin", "roles": []object{{"roleName": "readWriteAnyDatabase", "databaseName": "admin"}},
	}).Want(http.StatusCreated)
	s.Owner().Post("/groups/"+s.ProjectID+"/accessList", []object{{"ipAddress": "127.0.0.1"}}).Want(http.StatusOK)
	path := create(s)
	var cluster object
	within(t, "the cluster is ready", func() bool {
		cluster = s.Owner().Get(path).Want(http.StatusOK).Object()
		return cluster["stateName"] == "IDLE"
	})
	uri := cluster["connectionStrings"].(object)["standard"].(string)
	c, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(10 * time.Second).SetHeartbeatInterval(500 * time.Millisecond).
		SetAuth(options.Credential{Username: "app", Password: "a password for the app"}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Disconnect(context.Background()) }) // the server may be gone
	return cluster["id"].(string), c
}

func TestMembersThatFail(t *testing.T) {
	s := apitest.Start(t)
	id, c := client(t, s)
	coll := c.Database("shop").Collection("orders")
	insert := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := coll.InsertOne(ctx, bson.D{})
		return err
	}
	if err := insert(); err != nil {
		t.Fatal(err)
	}
	full := s.Fail(telamontest.Failure{Cluster: id, Full: true})
	var refused mongo.ServerError
	if err := insert(); !errors.As(err, &refused) || !refused.HasErrorCode(14031) {
		t.Errorf("on a full disk: %v", err)
	}
	if n, err := coll.CountDocuments(t.Context(), bson.D{}); err != nil || n != 1 {
		t.Errorf("a full disk can be read: %d, %v", n, err)
	}
	s.StopFailing(full)
	slow := s.Fail(telamontest.Failure{Cluster: id, Delay: &telamontest.Delay{Min: telamontest.Duration(30 * time.Millisecond)}})
	begun := time.Now()
	if err := insert(); err != nil || time.Since(begun) < 30*time.Millisecond {
		t.Errorf("a slow member: %v after %v", err, time.Since(begun))
	}
	s.StopFailing(slow)
	cut := s.Fail(telamontest.Failure{Cluster: id, Cut: true})
	if err := insert(); err == nil {
		t.Error("a member that is cut off answers")
	}
	s.StopFailing(cut)
	within(t, "the members are back", func() bool { return insert() == nil })
}
