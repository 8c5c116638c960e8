package server_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mongodb-forks/digest"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestVersionOne makes the calls of version 1.0 that the Terraform provider makes, by digest and without a version.
func TestVersionOne(t *testing.T) {
	s := apitest.Start(t)
	client := &http.Client{Transport: digest.NewTransport(s.PublicKey, s.PrivateKey)}
	call := func(method, path, body string) (int, object) {
		req, err := http.NewRequestWithContext(context.Background(), method, s.URL+"/api/atlas/v1.0/groups/"+s.ProjectID+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", "application/json")
		req.Header.Set("Content-Type", "application/json")
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		var w object
		_ = json.Unmarshal(raw, &w) // an answer may have no body
		return res.StatusCode, w
	}
	owner, at := s.Owner(), "/groups/"+s.ProjectID
	owner.Post(at+"/integrations/PAGER_DUTY", object{"type": "PAGER_DUTY", "serviceKey": "0123456789abcdef0123456789abcdef"}).Want(http.StatusOK)
	if status, w := call(http.MethodDelete, "/integrations/PAGER_DUTY", ""); status != http.StatusNoContent {
		t.Errorf("the integration: %d %v", status, w)
	}
	owner.Get(at + "/integrations/PAGER_DUTY").Want(http.StatusNotFound)
	service := owner.Post(at+"/privateEndpoint/endpointService", object{"providerName": "AWS", "region": "US_EAST_1"}).Want(http.StatusOK).Object()["id"].(string)
	if status, w := call(http.MethodGet, "/privateEndpoint/AWS/endpointService/"+service, ""); status != http.StatusOK || w["id"] != service {
		t.Errorf("the service: %d %v", status, w)
	}
	status, w := call(http.MethodPost, "/clusters", `{"name":"alpha","clusterType":"REPLICASET","providerSettings":{"providerName":"AWS","regionName":"US_EAST_1","instanceSizeName":"M10"}}`)
	if status != http.StatusCreated || w["name"] != "alpha" {
		t.Fatalf("the cluster: %d %v", status, w)
	}
	s.Advance(time.Minute)
	if status, w := call(http.MethodGet, "/clusters/alpha", ""); status != http.StatusOK || w["stateName"] != "IDLE" || w["providerSettings"] == nil {
		t.Errorf("it is read as %d %v", status, w)
	}
	if status, w := call(http.MethodPatch, "/clusters/alpha", `{"paused":true}`); status != http.StatusOK {
		t.Errorf("it is changed with %d %v", status, w)
	}
	s.Advance(time.Minute)
	if status, w := call(http.MethodDelete, "/clusters/alpha", ""); status != http.StatusAccepted {
		t.Errorf("it is removed with %d %v", status, w)
	}
	if status, w := call(http.MethodGet, "/databaseUsers", ""); status != http.StatusNotFound {
		t.Errorf("what nobody calls: %d %v", status, w)
	}
}
