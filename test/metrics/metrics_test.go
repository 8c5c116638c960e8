// Package metrics tests that Prometheus can fetch Telamon's metrics, and that the dashboard shows them.
package metrics

import (
	"bufio"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

const password = "a password of the tests"

// story makes a cluster, writes to it, reads from it and takes a snapshot of it; some requests are refused.
func story(t *testing.T, srv *apitest.Server) {
	t.Helper()
	project := "/groups/" + srv.ProjectID
	srv.Owner().Post(project+"/accessList", []object{{"cidrBlock": "127.0.0.0/8"}}).Want(http.StatusOK)
	srv.Owner().Post(project+"/databaseUsers", object{
		"databaseName": "admin", "username": "ann", "password": password, "roles": []object{{"databaseName": "shop", "roleName": "readWrite"}},
	}).Want(http.StatusCreated)
	srv.Owner().Post(project+"/clusters", object{
		"name": "alpha", "clusterType": "REPLICASET", "backupEnabled": true,
		"replicationSpecs": []object{{"regionConfigs": []object{{
			"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
		}}}},
	}).Want(http.StatusCreated)
	srv.Advance(time.Hour)
	srv.Owner().Get(project+"/clusters/nowhere").WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	cluster := srv.Owner().Get(project + "/clusters/alpha").Want(http.StatusOK).Object()
	uri := cluster["connectionStrings"].(object)["standard"].(string)
	orders := connect(t, uri, password).Database("shop").Collection("orders")
	if _, err := orders.InsertOne(t.Context(), bson.M{"_id": 1}); err != nil {
		t.Fatal(err)
	}
	if err := orders.FindOne(t.Context(), bson.M{}).Err(); err != nil {
		t.Fatal(err)
	}
	if err := orders.Database().RunCommand(t.Context(), bson.M{"conjure": 1}).Err(); err == nil {
		t.Error("an unknown command succeeds")
	}
	if err := connect(t, uri, "another").Ping(t.Context(), nil); err == nil {
		t.Error("a login with a wrong password succeeds")
	}
	srv.Owner().Post(project+"/clusters/alpha/backup/snapshots", object{"description": "one", "retentionInDays": 1}).Want(http.StatusOK)
	srv.Advance(time.Hour)
}

func connect(t *testing.T, uri, password string) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(2 * time.Second).
		SetAuth(options.Credential{Username: "ann", Password: password}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(t.Context()) })
	return client
}

// scrape is the content of /metrics: help texts by metric, and the lines of all series.
type scrape struct {
	help  map[string]string
	lines []string
}

func fetch(t *testing.T, srv *apitest.Server) scrape {
	t.Helper()
	res, err := http.Get(srv.ManagementURL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	s := scrape{help: map[string]string{}}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "# HELP "); ok {
			name, help, _ := strings.Cut(text, " ")
			s.help[name] = help
		} else if !strings.HasPrefix(lines.Text(), "#") {
			s.lines = append(s.lines, lines.Text())
		}
	}
	return s
}

// value is the value of the one series whose line begins so, or "".
func (s scrape) value(begins string) string {
	for _, l := range s.lines {
		if strings.HasPrefix(l, begins) {
			return l[strings.LastIndexByte(l, ' ')+1:]
		}
	}
	return ""
}

// TestSeries: the story is counted, and no label has a caller's text.
func TestSeries(t *testing.T) {
	srv := apitest.Start(t)
	story(t, srv)
	s := fetch(t, srv)
	for begins, want := range map[string]string{
		`telamon_requests_total{operation="getCluster",status="404"}`:  "1",
		`telamon_request_seconds_count{operation="getCluster"}`:        "2",
		`telamon_store_transactions_total{kind="read",result="error"}`: "1",
		`telamon_work_due`: "0",
		`telamon_command_seconds_count{command="insert"}`:             "1",
		`telamon_command_seconds_count{command="other"}`:              "1",
		`telamon_command_errors_total{code="59"}`:                     "1",
		`telamon_authorizations_total{result="refused"}`:              "1",
		`telamon_logins_total{mechanism="SCRAM-SHA-256",result="ok"}`: "1",
		`telamon_databases{state="open"}`:                             "1",
		`telamon_snapshots`:                                           "1",
		`telamon_build_info{version=`:                                 "1",
		`telamon_work_attempts_total{kind="cluster",result="error"}`:  "",
		`telamon_connections_most{to="management"}`:                   "64",
		`telamon_memory_bytes{for="messages"}`:                        "0",
		`telamon_memory_most_bytes{for="gathered"}`:                   "5.36870912e+08",
		`telamon_trouble`:                                             "",
	} {
		if got := s.value(begins); got != want {
			t.Errorf("%s is %q, want %q", begins, got, want)
		}
	}
	for _, begins := range []string{`telamon_logins_total{mechanism="SCRAM-SHA-256",result="error"}`, `telamon_database_bytes{in="disk"}`,
		`telamon_store_write_seconds_count`, `telamon_work_attempts_total{kind="cluster",result="ok"}`, `telamon_connections{to="users"}`, `telamon_members`} {
		if got := s.value(begins); got == "" || got == "0" {
			t.Errorf("%s is %q", begins, got)
		}
	}
	own := slices.DeleteFunc(slices.Collect(maps.Keys(s.help)), func(name string) bool { return !strings.HasPrefix(name, "telamon_") })
	if len(own) < 15 {
		t.Errorf("%d metrics of our own: %v", len(own), own)
	}
	for _, name := range own {
		if len(s.help[name]) < 20 {
			t.Errorf("the help text of %s is %q", name, s.help[name])
		}
	}
	for _, l := range s.lines {
		for _, theirs := range []string{"conjure", "alpha", "ann", "shop", "nowhere", srv.ProjectID} {
			if strings.Contains(l, theirs) {
				t.Errorf("a caller's text is a label: %s", l)
			}
		}
	}
}

// TestDashboard: every metric that the dashboard names exists.
func TestDashboard(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(raw, &board); err != nil {
		t.Fatal(err)
	}
	srv := apitest.Start(t)
	story(t, srv)
	s := fetch(t, srv)
	name := regexp.MustCompile(`\b(telamon|process|go)_[a-z_]+`)
	named := map[string]bool{}
	for _, p := range board.Panels {
		if len(p.Targets) == 0 {
			t.Errorf("panel %q shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			found := name.FindAllString(target.Expr, -1)
			if len(found) == 0 {
				t.Errorf("panel %q names no metric: %s", p.Title, target.Expr)
			}
			for _, metric := range found {
				for _, end := range []string{"_bucket", "_count", "_sum"} {
					metric = strings.TrimSuffix(metric, end)
				}
				if named[metric] = true; s.help[metric] == "" && metric != "telamon_trouble" { // it has no series while there is no trouble
					t.Errorf("panel %q shows %s, which does not exist", p.Title, metric)
				}
			}
		}
	}
	for metric := range s.help {
		if strings.HasPrefix(metric, "telamon_") && !named[metric] && metric != "telamon_build_info" {
			t.Errorf("no panel shows %s", metric)
		}
	}
}

// get asks a server for JSON.
func get(url string, into any) error {
	res, err := http.Get(url)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}
