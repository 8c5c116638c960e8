package streams_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

// workspace creates a workspace in the project and returns the paths of all and of this one.
func workspace(s *apitest.Server, name string) (all, one string) {
	all = "/groups/" + s.ProjectID + "/streams"
	s.Owner().Post(all, object{"name": name, "dataProcessRegion": object{"cloudProvider": "AWS", "region": "VIRGINIA_USA"}}).Want(http.StatusOK)
	return all, all + "/" + name
}

// events are the types of the project's events of this family, oldest first.
func events(s *apitest.Server) (list []string) {
	for _, e := range s.EventTypes(s.ProjectID) {
		if name, ok := strings.CutPrefix(e, "STREAM_"); ok {
			list = append(list, name)
		}
	}
	slices.Reverse(list)
	return list
}

func state(c *apitest.Caller, path string) any {
	return c.Get(path).Want(http.StatusOK).Object()["state"]
}

// TestLife is what the Terraform provider does with a workspace, a connection and a processor.
func TestLife(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	all, one := workspace(s, "flow")
	made := owner.Get(one).Want(http.StatusOK).Object()
	host := made["hostnames"].([]any)[0].(string)
	if made["_id"] == nil || made["groupId"] != s.ProjectID || !strings.Contains(host, made["_id"].(string)) || made["streamConfig"].(object)["tier"] != "SP30" || made["connections"] != nil {
		t.Errorf("it is %v", made)
	}
	owner.Post(all, object{"name": "flow", "dataProcessRegion": object{"cloudProvider": "AWS", "region": "VIRGINIA_USA"}}).
		WantError(http.StatusConflict, "STREAM_TENANT_NAME_ALREADY_EXISTS")
	if w := owner.Patch(one, object{"cloudProvider": "AWS", "region": "OHIO_USA"}).Want(http.StatusOK).Object(); w["dataProcessRegion"].(object)["region"] != "OHIO_USA" {
		t.Errorf("it becomes %v", w)
	}

	kafka := object{"name": "kafka", "type": "Kafka", "bootstrapServers": "kafka.example.com:9092", "authentication": object{"mechanism": "PLAIN", "username": "ann", "password": "a secret"}, "config": object{"auto.offset.reset": "earliest"}}
	link := owner.Post(one+"/connections", kafka).Want(http.StatusOK).Object()
	if link["state"] != "PENDING" || link["authentication"].(object)["password"] != nil || link["networking"].(object)["access"].(object)["type"] != "PUBLIC" {
		t.Errorf("the connection is %v", link)
	}
	s.Advance(time.Minute)
	if got := state(owner, one+"/connections/kafka"); got != "READY" {
		t.Errorf("the connection is %v", got)
	}
	owner.Patch(one+"/connections/kafka", object{"bootstrapServers": "other.example.com:9092", "headers": object{}}).Want(http.StatusOK)
	if list := owner.Get(one + "?includeConnections=true").Object()["connections"].([]any); len(list) != 1 {
		t.Errorf("the workspace has %v", list)
	}
	if found := s.Mentions("a secret"); len(found) > 0 {
		t.Errorf("the secret is in %v", found)
	}
	owner = s.Owner()

	pipeline := []object{{"$source": object{"connectionName": "kafka", "topic": "t"}}, {"$emit": object{"connectionName": "kafka", "topic": "u"}}}
	owner.Post(one+"/processor", object{"name": "copy", "pipeline": pipeline}).Want(http.StatusOK)
	job := one + "/processor/copy"
	if got := state(owner, job); got != "INIT" {
		t.Errorf("the processor begins as %v", got)
	}
	s.Advance(time.Minute)
	owner.Post(job+":startWith", object{"tier": "SP10"}).Want(http.StatusOK)
	if got := state(owner, job); got != "CREATED" {
		t.Errorf("it is %v before it starts", got)
	}
	s.Advance(time.Minute)
	if w := owner.Get(job).Object(); w["state"] != "STARTED" || w["tier"] != "SP10" {
		t.Errorf("it runs as %v", w)
	}
	owner.Patch(job, object{"pipeline": pipeline[:1]}).WantError(http.StatusConflict, "STREAM_PROCESSOR_MUST_BE_STOPPED")
	owner.Delete(one).WantError(http.StatusConflict, "STREAM_TENANT_HAS_STREAM_PROCESSORS")
	owner.Post(job+":stop", nil).Want(http.StatusOK)
	s.Advance(time.Minute)
	if got := state(owner, job); got != "STOPPED" {
		t.Errorf("it is %v when it is stopped", got)
	}
	owner.Patch(job, object{"pipeline": pipeline[:1], "name": "renamed"}).Want(http.StatusOK)
	owner.Get(job).WantError(http.StatusNotFound, "STREAM_PROCESSOR_NOT_FOUND")
	if list := owner.Get(one + "/processors").Results(); len(list) != 1 || list[0]["name"] != "renamed" {
		t.Errorf("the processors are %v", list)
	}
	owner.Delete("/groups/"+s.ProjectID).WantError(http.StatusConflict, "CANNOT_CLOSE_GROUP_ACTIVE_STREAMS_RESOURCE")
	owner.Delete(one + "/processor/renamed").Want(http.StatusNoContent)
	owner.Delete(one + "/connections/kafka").Want(http.StatusAccepted)
	if got := state(owner, one+"/connections/kafka"); got != "DELETING" {
		t.Errorf("a removed connection is %v", got)
	}
	s.Advance(time.Minute)
	owner.Get(one+"/connections/kafka").WantError(http.StatusNotFound, "STREAM_CONNECTION_NOT_FOUND")
	owner.Delete(one).Want(http.StatusAccepted)
	owner.Get(one).WantError(http.StatusNotFound, "STREAM_TENANT_NOT_FOUND_FOR_NAME")
	want := []string{
		"TENANT_CREATED", "TENANT_UPDATED", "TENANT_CONNECTION_CREATED", "TENANT_CONNECTION_UPDATED", "PROCESSOR_CREATED", "PROCESSOR_STARTED", "PROCESSOR_STOPPED",
		"PROCESSOR_MODIFIED", "PROCESSOR_DROPPED", "TENANT_CONNECTION_DELETED", "TENANT_DELETED",
	}
	if got := events(s); !slices.Equal(got, want) {
		t.Errorf("the events are %v", got)
	}
}

// TestAllProcessors: a change of the workspace starts and stops them together.
func TestAllProcessors(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	_, one := workspace(s, "flow")
	for _, name := range []string{"a", "b"} {
		owner.Post(one+"/processor", object{"name": name, "pipeline": []object{{"$source": object{}}}}).Want(http.StatusOK)
	}
	s.Advance(time.Minute)
	for _, status := range []string{"STARTED", "STOPPED"} {
		owner.Patch(one, object{"processorStatus": object{"status": status}}).Want(http.StatusOK)
		s.Advance(time.Minute)
		for _, w := range owner.Get(one + "/processors").Results() {
			if w["state"] != status {
				t.Errorf("%v is %v", w["name"], w["state"])
			}
		}
	}
	owner.Patch(one, object{"processorStatus": object{"status": "FAILED_OVER"}}).WantError(http.StatusBadRequest, "FEATURE_UNSUPPORTED")
}

func TestPrivateLinks(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	all, one := workspace(s, "flow")
	links := all + "/privateLinkConnections"
	made := owner.Post(links, object{"provider": "Azure", "region": "eastus2", "dnsDomain": "a.example.com", "state": ""}).Want(http.StatusOK).Object()
	link := links + "/" + made["_id"].(string)
	if made["provider"] != "AZURE" || made["vendor"] != "GENERIC" || made["state"] != "IDLE" {
		t.Errorf("it is %v", made)
	}
	s.Advance(time.Minute)
	if got := state(owner, link); got != "DONE" {
		t.Errorf("it is %v", got)
	}
	if w := owner.Patch(link, object{"dnsDomain": "b.example.com"}).Want(http.StatusOK).Object(); w["dnsDomain"] != "b.example.com" {
		t.Errorf("it becomes %v", w)
	}
	owner.Post(one+"/connections", object{
		"name": "k", "type": "Kafka", "bootstrapServers": "k:1", "networking": object{"access": object{"type": "PRIVATE_LINK", "connectionId": made["_id"]}},
	}).Want(http.StatusOK)
	owner.Delete(link).WantError(http.StatusConflict, "STREAM_PRIVATE_LINK_IN_USE")
	owner.Delete(one).Want(http.StatusAccepted) // with its connection
	owner.Delete(link).Want(http.StatusAccepted)
	if got := state(owner, link); got != "DELETE_REQUESTED" {
		t.Errorf("it ends as %v", got)
	}
	s.Advance(time.Minute)
	owner.Get(link).WantError(http.StatusNotFound, "STREAM_PRIVATE_LINK_NOT_FOUND")
}

// TestFailovers: a connection's stand-ins have its name, and go with it.
func TestFailovers(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	_, one := workspace(s, "flow")
	owner.Post(one+"/connections", object{"name": "k", "type": "Kafka", "bootstrapServers": "k:1"}).Want(http.StatusOK)
	all := one + "/connections/k/failoverConnections"
	made := owner.Post(all, object{"name": "other", "type": "Kafka", "bootstrapServers": "l:1", "region": "OHIO_USA"}).Want(http.StatusCreated).Object()
	if made["name"] != "k" || made["state"] != "PENDING" {
		t.Errorf("it is %v", made)
	}
	s.Advance(time.Minute)
	if got := state(owner, all+"/"+made["id"].(string)); got != "READY" {
		t.Errorf("it is %v", got)
	}
	owner.Patch(all+"/"+made["id"].(string), object{"bootstrapServers": "m:1"}).Want(http.StatusOK)
	owner.Delete(one + "/connections/k").Want(http.StatusAccepted)
	s.Advance(time.Minute)
	owner.Post(one+"/connections", object{"name": "k", "type": "Kafka", "bootstrapServers": "k:1"}).Want(http.StatusOK)
	if list := owner.Get(all).Results(); len(list) != 0 {
		t.Errorf("a new connection has %v", list)
	}
}

func TestSamplesAndLogs(t *testing.T) {
	s := apitest.Start(t)
	owner, all := s.Owner(), "/groups/"+s.ProjectID+"/streams"
	owner.Post(all+":withSampleConnections", object{"name": "demo", "dataProcessRegion": object{"cloudProvider": "GCP", "region": "US_EAST4"}}).Want(http.StatusOK)
	if list := owner.Get(all + "/demo/connections").Results(); len(list) != 1 || list[0]["name"] != "sample_stream_solar" {
		t.Errorf("the connections are %v", list)
	}
	owner.At("2023-02-01+gzip").Get(all + "/demo/auditLogs").Want(http.StatusOK)
	owner.At("2025-03-12+gzip").Get(all + "/demo:downloadOperationalLogs").Want(http.StatusOK)
	if w := owner.Get(all + "/accountDetails?cloudProvider=aws&regionName=VIRGINIA_USA").Want(http.StatusOK).Object(); w["vpcId"] == nil || w["cloudProvider"] != "aws" {
		t.Errorf("the account is %v", w)
	}
	if list := owner.Get(all + "/activeVpcPeeringConnections").Results(); len(list) != 0 {
		t.Errorf("there are %v", list)
	}
	for _, action := range []string{":accept", ":reject"} {
		owner.Post(all+"/vpcPeeringConnections/x"+action, object{}).WantError(http.StatusNotFound, "STREAM_VPC_PEERING_NOT_FOUND")
	}
	if got := events(s); !slices.Contains(got, "TENANT_AUDIT_LOGS") || !slices.Contains(got, "TENANT_OPERATIONAL_LOGS") {
		t.Errorf("the events are %v", got)
	}
}

func TestRefusals(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	all, one := workspace(s, "flow")
	region := object{"cloudProvider": "AWS", "region": "VIRGINIA_USA"}
	for name, c := range map[string]struct {
		path  string
		body  object
		field string
	}{
		"no name":            {all, object{"dataProcessRegion": region}, "name"},
		"no region":          {all, object{"name": "a"}, "dataProcessRegion"},
		"another's region":   {all, object{"name": "a", "dataProcessRegion": object{"cloudProvider": "GCP", "region": "VIRGINIA_USA"}}, "dataProcessRegion.region"},
		"no servers":         {one + "/connections", object{"name": "k", "type": "Kafka"}, "bootstrapServers"},
		"a cluster's server": {one + "/connections", object{"name": "k", "type": "Cluster", "clusterName": "a", "bootstrapServers": "x"}, "bootstrapServers"},
		"headers":            {one + "/connections", object{"name": "k", "type": "Kafka", "bootstrapServers": "x", "headers": object{"a": "b"}}, "headers"},
		"no pipeline":        {one + "/processor", object{"name": "p"}, "pipeline"},
		"no stage":           {one + "/processor", object{"name": "p", "pipeline": []any{object{"source": 1}}}, "pipeline[0]"},
		"no provider":        {all + "/privateLinkConnections", object{"provider": "OVH"}, "provider"},
	} {
		res := owner.Post(c.path, c.body)
		if res.Status != http.StatusBadRequest || !strings.Contains(string(res.Body), `"`+c.field+`"`) {
			t.Errorf("%s: %d %s", name, res.Status, res.Body)
		}
	}
	owner.Post(one+"/connections", object{"name": "k", "type": "Cluster", "clusterName": "nowhere"}).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
}
