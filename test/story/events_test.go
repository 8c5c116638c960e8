package story

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// told are the events that the story must have written in the project, oldest first.
var told = []string{
	"GROUP_CREATED", "JOINED_GROUP", "INVITED_TO_GROUP", "INVITED_TO_GROUP", "JOINED_GROUP", "REMOVED_FROM_GROUP", "CLUSTER_CREATED", "CLUSTER_READY",
	"MONGODB_USER_ADDED", "MONGODB_USER_ADDED", "NETWORK_PERMISSION_ENTRY_ADDED", "AUDIT_LOG_CONFIGURATION_UPDATED",
	"SERVERLESS_INSTANCE_CREATED", "SERVERLESS_INSTANCE_READY", "AUTO_INDEXING_ENABLED", "AUTO_INDEXING_DISABLED",
	"CPS_ON_DEMAND_SNAPSHOT_REQUESTED", "CPS_SNAPSHOT_STARTED", "CPS_SNAPSHOT_SUCCESSFUL", "CPS_RESTORE_REQUESTED_AUDIT", "CPS_RESTORE_SUCCESSFUL",
}

func whatHappened(w *world) {
	all := events(w, w.sdk().EventsApi.ListProjectEvents(w.ctx(), w.project).IncludeRaw(true))
	slices.Reverse(all)
	rest := all
	for _, want := range told {
		i := slices.IndexFunc(rest, func(e admin.EventViewForNdsGroup) bool { return e.GetEventTypeName() == want })
		if i < 0 {
			w.t.Fatalf("%s is missing, or out of order, in %v", want, names(all))
		}
		rest = rest[i+1:]
	}
	for i, e := range all {
		if i > 0 && e.GetCreated().Before(all[i-1].GetCreated()) {
			w.t.Errorf("event %d is older than the one before", i)
		}
		raw := e.GetRaw()
		if raw.GetT() != e.GetEventTypeName() || raw.GetCid() != w.project || raw.GetGn() != "Story" {
			w.t.Errorf("raw of %s: %+v", e.GetEventTypeName(), raw)
		}
	}
	who(w, all[0])
	filters(w, all)
	pageByPage(w, all)

	_, _, err := w.sdk().EventsApi.ListProjectEvents(w.ctx(), w.project).EventType([]string{"NO_SUCH_EVENT"}).Execute()
	w.wantCode(err, http.StatusBadRequest, "VALIDATION_ERROR")
}

func events(w *world, r admin.ListProjectEventsApiRequest) []admin.EventViewForNdsGroup {
	w.t.Helper()
	page, _, err := r.Execute()
	w.must(err)
	return page.GetResults()
}

func names(list []admin.EventViewForNdsGroup) (out []string) {
	for _, e := range list {
		out = append(out, e.GetEventTypeName())
	}
	return out
}

// who checks that an event says who did it and from which address.
func who(w *world, e admin.EventViewForNdsGroup) {
	w.t.Helper()
	want := w.boot.PublicKey
	if w.oauth {
		want = w.boot.ClientID
	}
	if e.GetPublicKey() != want || e.GetRemoteAddress() != "127.0.0.1" {
		w.t.Errorf("by %q from %q", e.GetPublicKey(), e.GetRemoteAddress())
	}
}

func filters(w *world, all []admin.EventViewForNdsGroup) {
	api := w.sdk().EventsApi
	if got := names(events(w, api.ListProjectEvents(w.ctx(), w.project).EventType([]string{"CLUSTER_READY", "CLUSTER_CREATED"}))); !slices.Equal(got, []string{"CLUSTER_READY", "CLUSTER_CREATED"}) {
		w.t.Errorf("by type: %v", got)
	}
	for _, e := range events(w, api.ListProjectEvents(w.ctx(), w.project).ClusterNames([]string{"Serverless0"})) {
		if n := e.GetEventTypeName(); !strings.HasPrefix(n, "SERVERLESS_") && !strings.HasPrefix(n, "AUTO_INDEXING_") {
			w.t.Errorf("by cluster: %s", n)
		}
	}
	if got := events(w, api.ListProjectEvents(w.ctx(), w.project).ExcludedEventType([]string{"GROUP_CREATED"})); len(got) != len(all)-1 {
		w.t.Errorf("excluded: %d of %d", len(got), len(all))
	}
	last := all[len(all)-1].GetCreated()
	if got := events(w, api.ListProjectEvents(w.ctx(), w.project).MinDate(last.Add(time.Second))); len(got) != 0 {
		w.t.Errorf("after the last: %v", names(got))
	}
	if got := events(w, api.ListProjectEvents(w.ctx(), w.project).MaxDate(last.Add(time.Second))); len(got) != len(all) {
		w.t.Errorf("before the last: %d of %d", len(got), len(all))
	}
}

func pageByPage(w *world, all []admin.EventViewForNdsGroup) {
	var ids []string
	for num := 1; num <= len(all)+1; num++ {
		for _, e := range events(w, w.sdk().EventsApi.ListProjectEvents(w.ctx(), w.project).ItemsPerPage(7).PageNum(num)) {
			ids = append(ids, e.GetId())
		}
	}
	slices.Reverse(ids)
	if len(ids) != len(all) {
		w.t.Fatalf("page by page there are %d events, of %d", len(ids), len(all))
	}
	for i, e := range all {
		if ids[i] != e.GetId() {
			w.t.Errorf("event %d differs page by page", i)
		}
	}
}

// raw sends a request of a given version and returns the status.
func (w *world) raw(method, path, version string) int {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.ctx(), method, w.boot.BaseURL+"/api/atlas/v2"+path, nil)
	w.must(err)
	req.Header.Set("Accept", "application/vnd.atlas."+version+"+json")
	client := w.sdkAs(w.boot.PublicKey, w.boot.PrivateKey, "").GetConfig().HTTPClient
	res, err := client.Do(req)
	w.must(err)
	res.Body.Close()
	return res.StatusCode
}

func contains(s, part string) bool { return strings.Contains(s, part) }

// dial opens a TCP connection to the cluster.
func dial(uri string) (net.Conn, error) {
	return net.DialTimeout("tcp", firstOf(uri), 10*time.Second)
}

// firstOf is the first address of a connection string.
func firstOf(uri string) string {
	addresses, _, _ := strings.Cut(strings.TrimPrefix(uri, "mongodb://"), "/")
	first, _, _ := strings.Cut(addresses, ",")
	return first
}

func indexOn(field string) mongo.IndexModel {
	return mongo.IndexModel{Keys: bson.D{{Key: field, Value: 1}}}
}
