package events_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

// history makes events in the project: an entry added, changed and removed, on three days.
func history(s *apitest.Server) {
	list := "/groups/" + s.ProjectID + "/accessList"
	s.Advance(24 * time.Hour)
	s.Owner().Post(list, `[{"ipAddress":"1.2.3.4"}]`).Want(http.StatusOK)
	s.Advance(24 * time.Hour)
	s.Owner().Post(list, `[{"ipAddress":"1.2.3.4","comment":"x"}]`).Want(http.StatusOK)
	s.Advance(24 * time.Hour)
	s.Owner().Delete(list + "/1.2.3.4").Want(http.StatusNoContent)
}

var all = []string{
	"NETWORK_PERMISSION_ENTRY_REMOVED", "NETWORK_PERMISSION_ENTRY_UPDATED", "NETWORK_PERMISSION_ENTRY_ADDED", "GROUP_CREATED",
}

func names(results []map[string]any) (out []string) {
	for _, e := range results {
		out = append(out, e["eventTypeName"].(string))
	}
	return out
}

func TestFilters(t *testing.T) {
	s := apitest.Start(t)
	history(s)
	path := "/groups/" + s.ProjectID + "/events"
	created := func(i int) string {
		return url.QueryEscape(s.Owner().Get(path).Results()[i]["created"].(string))
	}
	for query, want := range map[string][]string{
		"":                         all,
		"?eventType=GROUP_CREATED": all[3:],
		"?eventType=GROUP_CREATED&eventType=NETWORK_PERMISSION_ENTRY_REMOVED": {all[0], all[3]},
		"?excludedEventType=GROUP_CREATED&excludedEventType=" + all[0]:        all[1:3],
		"?eventType=GROUP_CREATED&excludedEventType=GROUP_CREATED":            nil,
		"?eventType=":            all,
		"?clusterNames=none":     nil,
		"?minDate=" + created(2): all[:3],
		"?maxDate=" + created(2): all[2:],
		"?minDate=" + created(1) + "&maxDate=" + created(1): all[1:2],
		"?minDate=2999-01-01T00:00:00Z":                     nil,
		"?maxDate=0001-01-01T00:00:00Z":                     nil, // Go's zero time is a date like any other
		"?minDate=0001-01-01T00:00:00Z":                     all,
		"?includeRaw=false&itemsPerPage=2":                  all[:2],
		"?itemsPerPage=2&pageNum=2":                         all[2:],
		"?pageNum=9":                                        nil,
	} {
		if got := names(s.Owner().Get(path + query).Want(http.StatusOK).Results()); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	for query, field := range map[string]string{
		"?eventType=NO_SUCH_TYPE": "eventType", "?excludedEventType=x": "excludedEventType", "?eventType=ORG_CREATED": "eventType",
		"?minDate=yesterday": "minDate", "?maxDate=2025-05-04": "maxDate", "?clusterNames=_": "clusterNames", "?includeRaw=1": "includeRaw",
		"?itemsPerPage=501": "itemsPerPage", "?itemsPerPage=0": "itemsPerPage", "?pageNum=0": "pageNum", "?includeCount=maybe": "includeCount",
	} {
		if got := s.Owner().Get(path+query).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{field}) {
			t.Errorf("%s: %v", query, got)
		}
	}
}

func TestPagesByLinks(t *testing.T) {
	s := apitest.Start(t)
	history(s)
	var got []string
	next := "/groups/" + s.ProjectID + "/events?itemsPerPage=1&includeRaw=true"
	for next != "" && len(got) < 10 {
		var page struct {
			Links      []struct{ Href, Rel string }
			Results    []map[string]any
			TotalCount int
		}
		s.Owner().Get(next).Want(http.StatusOK).JSON(&page)
		if len(page.Results) != 1 || page.TotalCount != len(all) || page.Results[0]["raw"] == nil {
			t.Fatalf("%s: %+v", next, page)
		}
		got, next = append(got, names(page.Results)...), ""
		for _, l := range page.Links {
			if l.Rel == "next" {
				next = strings.TrimPrefix(l.Href, s.URL+"/api/atlas/v2")
			}
		}
	}
	if !slices.Equal(got, all) {
		t.Errorf("pages %v, want %v", got, all)
	}
	page := s.Owner().Get("/groups/" + s.ProjectID + "/events?includeCount=false").Want(http.StatusOK).Object()
	if n, has := page["totalCount"]; has {
		t.Errorf("includeCount=false counts %v", n)
	}
}

func TestOneEvent(t *testing.T) {
	s := apitest.Start(t)
	s.Owner().Post("/groups/"+s.ProjectID+"/databaseUsers",
		`{"username":"ada","password":"correct horse","databaseName":"admin","roles":[{"roleName":"read","databaseName":"x"}]}`).Want(http.StatusCreated)
	path := "/groups/" + s.ProjectID + "/events"
	e := s.Owner().Get(path).Results()[0]
	id := e["id"].(string)
	for k, want := range map[string]any{
		"eventTypeName": "MONGODB_USER_ADDED", "dbUserUsername": "ada", "publicKey": s.PublicKey, "remoteAddress": "127.0.0.1",
		"isGlobalAdmin": false, "groupId": s.ProjectID, "orgId": s.OrgID, "raw": nil, "username": nil, "userId": nil, "targetUsername": nil,
		"links": nil,
	} {
		if k == "links" {
			want = []any{map[string]any{"rel": "self", "href": s.URL + "/api/atlas/v2" + path + "/" + id}}
		}
		if fmt.Sprint(e[k]) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", k, e[k], want)
		}
	}
	if got := s.Owner().Get(path + "/" + id).Want(http.StatusOK).Object(); fmt.Sprint(got) != fmt.Sprint(e) {
		t.Errorf("alone it is %v, in the list %v", got, e)
	}
	raw := s.Owner().Get(path + "/" + id + "?includeRaw=true").Want(http.StatusOK).Object()["raw"].(map[string]any)
	for k, want := range map[string]any{
		"_t": "MONGODB_USER_ADDED", "cid": s.ProjectID, "cre": e["created"], "description": "MongoDB user added", "gn": "Project0",
		"id": id, "orgId": s.OrgID, "orgName": "Telamon", "severity": "INFO", "alertConfigId": nil,
	} {
		if raw[k] != want {
			t.Errorf("raw.%s is %v, want %v", k, raw[k], want)
		}
	}
	s.Owner().Get(path+"/"+strings.Repeat("0", 24)).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	s.Owner().Get("/orgs/"+s.OrgID+"/events/"+id).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	s.Restart()
	s.Owner().Get(path + "/" + id).Want(http.StatusOK)
}

func TestOrganizationFeed(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner(), "/orgs/"+s.OrgID+"/events"
	owner.Post("/orgs/"+s.OrgID+"/apiKeys", `{"desc":"x","roles":["ORG_MEMBER"]}`).Want(http.StatusOK)
	got := owner.Get(path).Want(http.StatusOK).Results()
	if want := []string{"API_KEY_CREATED", "GROUP_CREATED", "ORG_CREATED"}; !slices.Equal(names(got), want) {
		t.Fatalf("events %v, want %v", names(got), want)
	}
	if e := owner.Get(path + "/" + got[1]["id"].(string)).Want(http.StatusOK).Object(); e["groupId"] != s.ProjectID {
		t.Errorf("event %v", e)
	}
	if n := len(owner.Get(path + "?eventType=ORG_CREATED&includeRaw=true").Want(http.StatusOK).Results()); n != 1 {
		t.Errorf("%d events", n)
	}
	owner.Get(path+"?eventType=CLUSTER_CREATED").WantError(http.StatusBadRequest, "VALIDATION_ERROR")

	var member struct{ PublicKey, PrivateKey string }
	owner.Post("/orgs/"+s.OrgID+"/apiKeys", `{"desc":"x","roles":["ORG_MEMBER"]}`).Want(http.StatusOK).JSON(&member)
	mine := s.As(member.PublicKey, member.PrivateKey)
	mine.Get(path).Want(http.StatusOK)
	mine.Get("/groups/"+s.ProjectID+"/events").WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	types := mine.Get("/eventTypes?itemsPerPage=1").Want(http.StatusOK).Object()
	if types["totalCount"].(float64) < 900 {
		t.Errorf("types %v", types)
	}
}

func TestSDK(t *testing.T) {
	s := apitest.Start(t)
	for name, sdk := range map[string]*admin.APIClient{"digest": s.SDK(), "OAuth": s.OAuthSDK(t.Context())} {
		entries := []admin.NetworkPermissionEntry{{IpAddress: admin.PtrString("192.0.2.1"), Comment: &name}}
		if _, _, err := sdk.ProjectIPAccessListApi.CreateProjectIpAccessList(t.Context(), s.ProjectID, &entries).Execute(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list, _, err := sdk.EventsApi.ListProjectEventsWithParams(t.Context(), &admin.ListProjectEventsApiParams{
			GroupId: s.ProjectID, IncludeRaw: admin.PtrBool(true), ItemsPerPage: admin.PtrInt(1),
			ExcludedEventType: &[]string{"GROUP_CREATED"}, MinDate: admin.PtrTime(time.Now().Add(-time.Hour)),
		}).Execute()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e := list.GetResults()[0]
		if !strings.HasPrefix(e.GetEventTypeName(), "NETWORK_PERMISSION_ENTRY_") || e.Raw.GetGn() == "" {
			t.Errorf("%s: event %v", name, e)
		}
		who := map[string]string{"digest": s.PublicKey, "OAuth": s.ClientID}[name]
		if e.GetPublicKey() != who || len(e.GetApiKeyId()) != 24 {
			t.Errorf("%s: done by %s %s, want %s", name, e.GetApiKeyId(), e.GetPublicKey(), who)
		}
		one, _, err := sdk.EventsApi.GetProjectEvent(t.Context(), s.ProjectID, e.GetId()).Execute()
		if err != nil || one.GetId() != e.GetId() {
			t.Errorf("%s: %v %v", name, one, err)
		}
		if _, _, err := sdk.EventsApi.ListOrganizationEvents(t.Context(), s.OrgID).Execute(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
