package sdk

import (
	"fmt"
	"slices"
	"time"
)

// feed says which events lists an event is in: the project's, the organization's, or both.
type feed int

const (
	ofProject feed = 1 << iota
	ofOrg
	ofBoth = ofProject | ofOrg
)

// change is an event that must have been written.
type change struct {
	feed    feed
	project string
	what    string
	about   object // what the event must have besides actor, place and time
}

// wrote records that the last change must have written this event.
func (w *world) wrote(f feed, what string, about object) {
	w.log = append(w.log, change{f, w.project, what, about})
}

// told compares the events of the project or organization with those that wrote recorded: there must be exactly these, in
// order, and by the owner.
func (w *world) told(f feed) {
	w.t.Helper()
	operation, one, id := "listProjectEvents", "getProjectEvent", w.project
	if f == ofOrg {
		operation, one, id = "listOrganizationEvents", "getOrganizationEvent", w.srv.OrgID
	}
	got := w.do(operation, id, query{"ItemsPerPage": 500}).results()
	slices.Reverse(got)
	got = slices.DeleteFunc(got, func(e any) bool { return e.(object)["publicKey"] == nil }) // the server's own, at its start
	for _, c := range w.log {
		if c.feed&f == 0 || f == ofProject && c.project != w.project {
			continue
		}
		if len(got) == 0 {
			w.t.Fatalf("%s is missing in %s", c.what, operation)
		}
		if w.isEvent(got[0].(object), c); w.t.Failed() {
			return // all further events would seem to be wrong
		}
		got = got[1:]
	}
	if len(got) > 0 {
		w.t.Errorf("%s returns too many events: %v", operation, each(got, "eventTypeName"))
	}
	last := w.do(operation, id, query{"ItemsPerPage": 1}).results()[0].(object)
	w.shows(w.do(one, id, last["id"].(string)), last)
}

// isEvent fails the test unless e is the event of c.
func (w *world) isEvent(e object, c change) {
	w.t.Helper()
	want := object{"eventTypeName": c.what, "orgId": w.srv.OrgID}
	if c.feed&ofProject != 0 {
		want["groupId"] = c.project
	}
	for k, v := range w.actor {
		want[k] = v
	}
	for k, v := range c.about {
		if want[k] = v; k == "targetPublicKey" && !w.today {
			delete(want, k) // this generation does not have the field
		}
	}
	w.shows(reply{value: e}, want)
	created, err := time.Parse(time.RFC3339, fmt.Sprint(e["created"]))
	if err != nil || time.Since(created).Abs() > time.Hour {
		w.t.Errorf("%s happened at %v", c.what, e["created"])
	}
}

// filters uses every filter of the project's events.
func (w *world) filters() {
	w.t.Helper()
	feed := func(q query) list {
		w.t.Helper()
		q["ItemsPerPage"] = 500
		return w.do("listProjectEvents", w.project, q).results()
	}
	all := feed(query{})
	added := feed(query{"EventType": []string{"MONGODB_USER_ADDED", "MONGODB_USER_DELETED"}})
	if len(added) != 8 || len(feed(query{"ExcludedEventType": []string{"MONGODB_USER_ADDED", "MONGODB_USER_DELETED"}})) != len(all)-8 {
		w.t.Errorf("by type: %v", each(added, "eventTypeName"))
	}
	if got := feed(query{"ClusterNames": []string{"Cluster0"}}); len(got) != 0 {
		w.t.Errorf("of a cluster: %v", each(got, "eventTypeName"))
	}
	hour := time.Now().Add(-time.Hour)
	if before, after := feed(query{"MaxDate": hour}), feed(query{"MinDate": hour}); len(before) != 0 || len(after) != len(all) {
		w.t.Errorf("%d before the start, %d after it, of %d", len(before), len(after), len(all))
	}
	for _, e := range feed(query{"IncludeRaw": true}) {
		e := reply{value: e}
		w.shows(e, object{"raw": object{"_t": e.at("eventTypeName"), "cid": w.project, "orgId": w.srv.OrgID, "gn": "Project One", "id": e.at("id")}})
	}
}
