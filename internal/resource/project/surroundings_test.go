package project_test

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestAddresses(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner(), "/groups/"+s.ProjectID+"/ipAddresses"
	read := func() []any {
		t.Helper()
		got := owner.Get(path).Want(http.StatusOK).Object()
		if got["groupId"] != s.ProjectID {
			t.Errorf("addresses %v", got)
		}
		return got["services"].(object)["clusters"].([]any)
	}
	if got := read(); len(got) != 0 {
		t.Errorf("an empty project has %v", got)
	}
	owner.Post("/groups/"+s.ProjectID+"/clusters", cluster).Want(http.StatusCreated)
	s.Advance(time.Minute)
	want := []any{object{"clusterName": "alpha", "inbound": []any{"127.0.0.1"}, "outbound": []any{}, "futureInbound": []any{}, "futureOutbound": []any{}}}
	if got := read(); !reflect.DeepEqual(got, want) {
		t.Errorf("addresses %v", got)
	}
	owner.Patch("/groups/"+s.ProjectID+"/clusters/alpha", object{"paused": true}).Want(http.StatusOK)
	s.Advance(time.Minute)
	if got := read(); len(got) != 0 {
		t.Errorf("a paused cluster has %v", got)
	}
	owner.Get("/groups/"+nobody+"/ipAddresses").WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	keyWith(s, "ORG_MEMBER").Get(path).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	got, _, err := s.SDK().ProjectsApi.ReturnAllIpAddresses(t.Context(), s.ProjectID).Execute()
	if err != nil || got.GetGroupId() != s.ProjectID {
		t.Errorf("SDK: %v %v", got, err)
	}
}

// The versions that are told are those that a cluster gets.
func TestVersions(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner(), "/groups/"+s.ProjectID+"/mongoDBVersions"
	one := func(query string) object {
		t.Helper()
		got := owner.Get(path + query).Want(http.StatusOK).Results()
		if len(got) != 1 {
			t.Fatalf("%s: %v", query, got)
		}
		return got[0]
	}
	want := object{"cloudProvider": "GCP", "defaultStatus": "DEFAULT", "instanceSize": "M10", "version": "8.0"}
	if got := one("?cloudProvider=GCP&instanceSize=M10&defaultStatus=DEFAULT"); !reflect.DeepEqual(got, want) {
		t.Errorf("version %v", got)
	}
	if got := one("?cloudProvider=TENANT&defaultStatus=DEFAULT"); got["version"] != "8.0" || got["instanceSize"] != nil {
		t.Errorf("of free clusters %v", got)
	}
	made := owner.Post("/groups/"+s.ProjectID+"/clusters", cluster).Want(http.StatusCreated).Object()
	if made["mongoDBMajorVersion"] != "8.0" {
		t.Errorf("a cluster has %v", made["mongoDBMajorVersion"])
	}
	for i, got := range owner.Get(path + "?cloudProvider=TENANT").Want(http.StatusOK).Results() {
		body := maps.Clone(cluster)
		body["name"], body["mongoDBMajorVersion"] = fmt.Sprintf("of-a-version-%d", i), got["version"]
		made := owner.Post("/groups/"+s.ProjectID+"/clusters", body).Want(http.StatusCreated).Object()
		if made["mongoDBMajorVersion"] != got["version"] {
			t.Errorf("a cluster of version %v has %v", got["version"], made["mongoDBMajorVersion"])
		}
	}
	if got := owner.Get(path + "?instanceSize=M7").Want(http.StatusOK).Results(); len(got) != 0 {
		t.Errorf("no such size: %v", got)
	}
	all := owner.Get(path + "?itemsPerPage=5000").Want(http.StatusOK).Object()
	if n := len(all["results"].([]any)); float64(n) != all["totalCount"] || n < 100 {
		t.Errorf("%d of %v", n, all["totalCount"])
	}
	if got := owner.Get(path + "?itemsPerPage=3&pageNum=2").Want(http.StatusOK).Results(); len(got) != 3 || got[0]["instanceSize"] != "M20" {
		t.Errorf("page 2: %v", got)
	}
	for _, query := range []string{"?cloudProvider=IBM", "?defaultStatus=NOT_DEFAULT", "?itemsPerPage=0", "?pageNum=0"} {
		owner.Get(path+query).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	}
}
