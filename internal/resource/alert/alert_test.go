package alert_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

const password = "a password of the tests"

// scene is a project with a cluster of one member that ann may use, and a receiver of webhooks.
type scene struct {
	*apitest.Server
	t     *testing.T
	group string
	hook  string
	calls chan call
	down  atomic.Bool // the receiver refuses
}

// call is a request that the receiver has taken.
type call struct {
	event string
	body  object
}

func newScene(t *testing.T) *scene {
	s := &scene{Server: apitest.Start(t), t: t, calls: make(chan call, 2000)}
	s.group = "/groups/" + s.ProjectID
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		raw, _ := io.ReadAll(r.Body)
		c := call{event: r.Header.Get("X-MMS-Event")}
		if err := json.Unmarshal(raw, &c.body); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		s.calls <- c
	}))
	t.Cleanup(hook.Close)
	s.hook = hook.URL + "/alerts"
	owner := s.Owner()
	owner.Post(s.group+"/accessList", []object{{"cidrBlock": "127.0.0.0/8"}}).Want(http.StatusOK)
	owner.Post(s.group+"/databaseUsers", object{
		"databaseName": "admin", "username": "ann", "password": password, "roles": []object{{"databaseName": "admin", "roleName": "readWriteAnyDatabase"}},
	}).Want(http.StatusCreated)
	owner.Post(s.group+"/clusters", object{"name": "alpha", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
	}}}}}).Want(http.StatusCreated)
	s.Advance(time.Minute)
	return s
}

// connect opens connections to the primary, and returns what closes them.
func (s *scene) connect(n uint64) (hangUp func()) {
	s.t.Helper()
	uri := s.Owner().Get(s.group + "/clusters/alpha").Want(http.StatusOK).Object()["connectionStrings"].(object)["standard"].(string)
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetAuth(options.Credential{Username: "ann", Password: password}).SetMinPoolSize(n))
	if err == nil {
		err = client.Ping(s.t.Context(), nil)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return func() { _ = client.Disconnect(s.t.Context()) }
}

// config makes a configuration of a metric with notifications.
func (s *scene) config(metric, operator string, threshold float64, notifications ...object) (id string) {
	s.t.Helper()
	return s.Owner().Post(s.group+"/alertConfigs", object{
		"enabled": true, "eventTypeName": "OUTSIDE_METRIC_THRESHOLD", "notifications": notifications,
		"matchers":        []object{{"fieldName": "TYPE_NAME", "operator": "EQUALS", "value": "PRIMARY"}},
		"metricThreshold": object{"metricName": metric, "operator": operator, "threshold": threshold, "units": "RAW", "mode": "AVERAGE"},
	}).Want(http.StatusOK).Object()["id"].(string)
}

func (s *scene) alerts(status string) []object {
	s.t.Helper()
	return s.Owner().Get(s.group + "/alerts?status=" + status).Want(http.StatusOK).Results()
}

// letters are the subjects of the letters to an address.
func (s *scene) letters(to string) (subjects []string) {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.DataDir, "outbox", "*"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			s.t.Fatal(err)
		}
		text := string(raw)
		if !strings.Contains(text, to) {
			continue
		}
		_, after, _ := strings.Cut(text, "Subject: ")
		subject, _, _ := strings.Cut(after, "\r\n")
		subjects = append(subjects, subject)
	}
	return subjects
}

// TestConnections: an alert on connections opens, mails and calls the webhook once, and closes when the cause ends.
func TestConnections(t *testing.T) {
	s := newScene(t)
	webhook := object{"typeName": "WEBHOOK", "webhookUrl": s.hook, "webhookSecret": "a secret of the hook", "delayMin": 0, "intervalMin": 0}
	mail := object{"typeName": "EMAIL", "emailAddress": "ops@example.com", "delayMin": 0, "intervalMin": 0}
	config := s.config("CONNECTIONS", "GREATER_THAN", 5, webhook, mail)
	s.Advance(2 * time.Minute)
	if len(s.alerts("OPEN")) != 0 {
		t.Fatal("there is an alert without a cause")
	}
	hangUp := s.connect(8)
	s.Advance(2 * time.Minute)
	s.Advance(2 * time.Minute)
	open := s.alerts("OPEN")
	if len(open) != 1 || open[0]["alertConfigId"] != config || open[0]["metricName"] != "CONNECTIONS" || open[0]["clusterName"] != "alpha" || open[0]["currentValue"].(object)["number"].(float64) <= 5 {
		t.Fatalf("open: %v", open)
	}
	first := <-s.calls
	if first.event != "alert.open" || first.body["id"] != open[0]["id"] || first.body["status"] != "OPEN" {
		t.Errorf("the webhook hears %+v", first)
	}
	hangUp()
	s.Advance(2 * time.Minute)
	if last := <-s.calls; last.event != "alert.close" || last.body["id"] != open[0]["id"] || last.body["status"] != "CLOSED" {
		t.Errorf("at last the webhook hears %+v", last)
	}
	s.Advance(time.Hour)
	if len(s.calls) != 0 {
		t.Errorf("the webhook hears %+v too", <-s.calls)
	}
	if over := s.alerts("CLOSED"); len(over) != 1 || over[0]["id"] != open[0]["id"] || over[0]["resolved"] == nil || over[0]["lastNotified"] == nil {
		t.Errorf("closed: %v", over)
	}
	if got := s.letters("ops@example.com"); len(got) != 2 || !strings.Contains(strings.Join(got, " "), "Over: CONNECTIONS") {
		t.Errorf("letters: %v", got)
	}
	var types []string
	for _, name := range s.EventTypes(s.ProjectID) {
		if strings.HasSuffix(name, "_METRIC_THRESHOLD") {
			types = append(types, name)
		}
	}
	slices.Sort(types)
	if !slices.Equal(types, []string{"INSIDE_METRIC_THRESHOLD", "OUTSIDE_METRIC_THRESHOLD"}) {
		t.Errorf("events: %v", types)
	}
	of := s.Owner().Get(s.group + "/alertConfigs/" + config + "/alerts").Want(http.StatusOK).Results()
	by := s.Owner().Get(s.group + "/alerts/" + open[0]["id"].(string) + "/alertConfigs").Want(http.StatusOK).Results()
	if len(of) != 1 || len(by) != 1 || by[0]["id"] != config {
		t.Errorf("alerts of the configuration %v, configurations of the alert %v", of, by)
	}
}

// TestThirtyDays: moved over thirty days, the clock gives what they would have given: one opening after the delay, and a
// reminder every six hours, except while the alert is acknowledged.
func TestThirtyDays(t *testing.T) {
	s := newScene(t)
	mail := object{"typeName": "EMAIL", "emailAddress": "ops@example.com", "delayMin": 15, "intervalMin": 360}
	s.config("CONNECTIONS_PERCENT", "LESS_THAN", 99, mail)
	s.Advance(2 * time.Minute)
	if got := s.alerts("TRACKING"); len(got) != 1 {
		t.Fatalf("tracking: %v", got)
	}
	s.Advance(30 * 24 * time.Hour)
	open := s.alerts("OPEN")
	if len(open) != 1 {
		t.Fatalf("open: %v", open)
	}
	if got := s.letters("ops@example.com"); len(got) < 119 || len(got) > 121 {
		t.Errorf("%d letters in thirty days", len(got))
	}
	until := s.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
	at := s.group + "/alerts/" + open[0]["id"].(string)
	known := s.Owner().Patch(at, object{"acknowledgedUntil": until, "acknowledgementComment": "later"}).Want(http.StatusOK).Object()
	if known["acknowledgedUntil"] != until || known["acknowledgingUsername"] != s.PublicKey || known["acknowledgementComment"] != "later" {
		t.Errorf("acknowledged: %v", known)
	}
	before := len(s.letters("ops@example.com"))
	s.Advance(47 * time.Hour)
	if got := len(s.letters("ops@example.com")); got != before {
		t.Errorf("%d letters while it is acknowledged", got-before)
	}
	s.Advance(7 * time.Hour)
	if got := len(s.letters("ops@example.com")); got == before {
		t.Error("no letter after the acknowledgement")
	}
	if again := s.Owner().Patch(at, object{"unacknowledgeAlert": true}).Want(http.StatusOK).Object(); again["acknowledgedUntil"] != nil {
		t.Errorf("not acknowledged: %v", again)
	}
	s.Owner().Get(s.group + "/alertConfigs").Want(http.StatusOK)
}

// TestLater: a receiver that is down gets the call when it is back, and a configuration's secrets are never shown.
func TestLater(t *testing.T) {
	s := newScene(t)
	s.down.Store(true)
	id := s.config("CONNECTIONS", "LESS_THAN", 1000, object{"typeName": "WEBHOOK", "webhookUrl": s.hook, "intervalMin": 0})
	s.Advance(2 * time.Minute)
	if len(s.alerts("OPEN")) != 1 {
		t.Fatal("there is no alert")
	}
	shown := s.Owner().Get(s.group + "/alertConfigs/" + id).Want(http.StatusOK)
	if strings.Contains(string(shown.Body), s.hook) {
		t.Errorf("the address is shown: %s", shown.Body)
	}
	s.down.Store(false)
	if c := <-s.calls; c.event != "alert.open" {
		t.Errorf("the receiver hears %+v", c)
	}
	masked := shown.Object()
	delete(masked, "links")
	for _, readonly := range []string{"created", "groupId", "id", "updated"} {
		delete(masked, readonly)
	}
	masked["metricThreshold"].(object)["operator"] = "GREATER_THAN"
	s.Owner().Do(http.MethodPut, s.group+"/alertConfigs/"+id, masked).Want(http.StatusOK)
	s.Advance(2 * time.Minute)
	if c := <-s.calls; c.event != "alert.close" {
		t.Errorf("with the secret that was sent back masked, the receiver hears %+v", c)
	}
}

// TestEvents: an event of the project raises an alert that is over at once; a configuration that is off raises none.
func TestEvents(t *testing.T) {
	s := newScene(t)
	hook := []object{{"typeName": "WEBHOOK", "webhookUrl": s.hook}}
	s.Owner().Post(s.group+"/alertConfigs", object{"enabled": true, "eventTypeName": "CLUSTER_UPDATE_SUBMITTED", "notifications": hook,
		"matchers": []object{{"fieldName": "CLUSTER_NAME", "operator": "REGEX", "value": "al.*"}}}).Want(http.StatusOK)
	s.Owner().Post(s.group+"/alertConfigs", object{"enabled": false, "eventTypeName": "CLUSTER_UPDATE_SUBMITTED", "notifications": hook}).Want(http.StatusOK)
	s.Owner().Patch(s.group+"/clusters/alpha", object{"labels": []object{{"key": "a", "value": "b"}}}).Want(http.StatusOK)
	s.Advance(2 * time.Minute)
	if c := <-s.calls; c.event != "alert.inform" || c.body["eventTypeName"] != "CLUSTER_UPDATE_SUBMITTED" || c.body["clusterName"] != "alpha" {
		t.Errorf("the webhook hears %+v", c)
	}
	if over := s.alerts("CLOSED"); len(over) != 1 {
		t.Errorf("closed: %v", over)
	}
}

// TestGone: the alerts of a cluster that is deleted are cancelled, and so are those of a configuration that is deleted.
func TestGone(t *testing.T) {
	s := newScene(t)
	quiet := object{"typeName": "EMAIL", "emailAddress": "ops@example.com", "intervalMin": 0}
	first := s.config("CONNECTIONS", "LESS_THAN", 1000, quiet)
	s.config("CONNECTIONS", "LESS_THAN", 2000, quiet)
	s.Advance(2 * time.Minute)
	if len(s.alerts("OPEN")) != 2 {
		t.Fatalf("open: %v", s.alerts("OPEN"))
	}
	s.Owner().Delete(s.group + "/alertConfigs/" + first).Want(http.StatusNoContent)
	s.Advance(2 * time.Minute)
	if len(s.alerts("OPEN")) != 1 {
		t.Errorf("open: %v", s.alerts("OPEN"))
	}
	s.Owner().Delete(s.group + "/clusters/alpha").Want(http.StatusAccepted)
	s.Advance(time.Hour)
	if len(s.alerts("OPEN")) != 0 {
		t.Errorf("open: %v", s.alerts("OPEN"))
	}
}

// TestRefused: configurations that nothing can be compared with are refused by the field.
func TestRefused(t *testing.T) {
	s := apitest.Start(t)
	path := "/groups/" + s.ProjectID
	mail := []object{{"typeName": "EMAIL", "emailAddress": "ops@example.com"}}
	for field, body := range map[string]object{
		"metricThreshold": {"eventTypeName": "OUTSIDE_METRIC_THRESHOLD", "notifications": mail},
		"metricThreshold.units": {"eventTypeName": "OUTSIDE_METRIC_THRESHOLD", "notifications": mail,
			"metricThreshold": object{"metricName": "LOGICAL_SIZE", "operator": "GREATER_THAN", "threshold": 1}},
		"metricThreshold.operator": {"eventTypeName": "OUTSIDE_METRIC_THRESHOLD", "notifications": mail, "metricThreshold": object{"metricName": "CONNECTIONS", "threshold": 1}},
		"threshold.units":          {"eventTypeName": "REPLICATION_OPLOG_WINDOW_RUNNING_OUT", "notifications": mail, "threshold": object{"operator": "LESS_THAN", "threshold": 1}},
		"matchers":                 {"eventTypeName": "NO_PRIMARY", "notifications": mail, "matchers": []object{{"fieldName": "HOSTNAME", "operator": "REGEX", "value": "("}}},
	} {
		if got := s.Owner().Post(path+"/alertConfigs", body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Contains(got, field) {
			t.Errorf("%v: %v, want %s", body, got, field)
		}
	}
	if got := s.Owner().Get(path+"/alerts?status=WAITING").WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"status"}) {
		t.Errorf("a status that does not exist: %v", got)
	}
	s.Owner().Get(path+"/alerts/0123456789abcdef01234567").WantError(http.StatusNotFound, "ALERT_NOT_FOUND")
}
