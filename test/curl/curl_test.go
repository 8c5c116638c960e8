// Package curl calls the nine operations of the reference pages as the pages do: with the commands that they show, run
// by a shell with the real curl, nothing changed but the address, the ids and the payload.
package curl

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

type object = map[string]any

// operation is one of the nine, as its page has it.
type operation struct {
	id      string
	include bool   // the page's commands have --include
	request string // the command after the credentials
	status  int
	version string // of the answer's media type, unless an older one is asked for
	body    object // the documented fields that the answer must have, by their places; whatever is any value
	fill    func(*scene) values
}

// values are the values of a command's placeholders.
type values map[string]string

// whatever stands for any value of a field.
var whatever = struct{}{}

const read = `--header "Accept: application/vnd.atlas.2025-03-12+json" \
  -X GET "https://cloud.mongodb.com/api/atlas/v2%s?pretty=true"`

const write = `--header "Accept: application/vnd.atlas.2025-03-12+json" \
  --header "Content-Type: application/json" \
  -X POST "https://cloud.mongodb.com/api/atlas/v2%s" \
  -d '{ <Payload> }'`

const remove = `--header "Accept: application/vnd.atlas.2025-03-12+json" \
  -X DELETE "https://cloud.mongodb.com/api/atlas/v2%s"`

var operations = []operation{
	{
		id: "getAwsCustomDns", request: fmt.Sprintf(read, "/groups/{groupId}/awsCustomDNS"),
		status: http.StatusOK, version: "2023-01-01", body: object{"enabled": false},
	},
	{
		id: "getBackupRestoreJob", request: fmt.Sprintf(read, "/groups/{groupId}/clusters/{clusterName}/backup/restoreJobs/{restoreJobId}"),
		status: http.StatusOK, version: "2023-01-01",
		body: object{"deliveryType": "automated", "id": whatever, "snapshotId": whatever, "targetClusterName": "Cluster0", "targetGroupId": whatever, "timestamp": whatever},
	},
	{
		id: "listProjectEvents", request: fmt.Sprintf(read, "/groups/{groupId}/events"),
		status: http.StatusOK, version: "2023-01-01",
		body: object{"totalCount": whatever, "results.0.created": whatever, "results.0.eventTypeName": whatever, "results.0.id": whatever},
	},
	{
		id: "removeProjectUser", request: fmt.Sprintf(remove, "/groups/{groupId}/users/{userId}"),
		status: http.StatusNoContent, version: "2025-02-19", fill: (*scene).someoneToRemove,
	},
	{
		id: "createUser", request: fmt.Sprintf(write, "/users"), status: http.StatusOK, version: "2023-01-01", fill: (*scene).someone,
		body: object{
			"country": "US", "emailAddress": whatever, "firstName": "Ada", "id": whatever, "lastName": "Lovelace", "mobileNumber": "2125550179",
			"password": whatever, "username": whatever, "roles.0.groupId": whatever, "roles.0.roleName": "GROUP_READ_ONLY",
		},
	},
	{ // the page's command does not show enable, which it says is required
		id: "setServerlessAutoIndexing", request: fmt.Sprintf(write, "/groups/{groupId}/serverless/{clusterName}/performanceAdvisor/autoIndexing?enable=true"),
		status: http.StatusOK, version: "2023-01-01", fill: func(*scene) values { return values{"clusterName": "Serverless0"} },
	},
	{
		id: "createApiKeyAccessList", request: fmt.Sprintf(write, "/orgs/{orgId}/apiKeys/{apiUserId}/accessList"),
		status: http.StatusOK, version: "2023-01-01", fill: (*scene).anEntry,
		body: object{"totalCount": whatever, "results.0.cidrBlock": whatever, "results.0.created": whatever, "results.0.links.0.href": whatever},
	},
	{
		id: "createProject", request: fmt.Sprintf(write, "/groups"), status: http.StatusOK, version: "2023-01-01", fill: (*scene).aName,
		body: object{
			"clusterCount": 0.0, "created": whatever, "id": whatever, "name": whatever, "orgId": whatever, "tags.0.key": "environment", "tags.0.value": "test",
			"regionUsageRestrictions": nil,
		},
	},
	{
		id: "listDatabaseUsers", include: true, request: fmt.Sprintf(read, "/groups/{groupId}/databaseUsers"),
		status: http.StatusOK, version: "2023-01-01",
		body: object{
			"totalCount": 1.0, "results.0.databaseName": "admin", "results.0.username": "app", "results.0.groupId": whatever,
			"results.0.roles.0.databaseName": "shop", "results.0.roles.0.roleName": "read", "results.0.password": nil, "links.0.rel": "self",
		},
	},
}

// commands are the page's two commands, one for each way to authenticate.
func (o operation) commands() map[string]string {
	include := ""
	if o.include {
		include = " --include"
	}
	return map[string]string{
		"OAuth":  `curl` + include + ` --header "Authorization: Bearer ${ACCESS_TOKEN}" \` + "\n  " + o.request,
		"digest": `curl --user "${PUBLIC_KEY}:${PRIVATE_KEY}" \` + "\n  --digest" + include + " \\\n  " + o.request,
	}
}

func TestTheCommandsOfTheReferencePages(t *testing.T) {
	s := prepare(t)
	for _, o := range operations {
		for auth, command := range o.commands() {
			for _, version := range []string{"2025-03-12", "2023-01-01"} {
				t.Run(o.id+" with "+auth+" at "+version, func(t *testing.T) {
					s.t = t
					command := s.fill(o, strings.Replace(command, "2025-03-12", version, 1))
					o.check(t, s.run(command, s.owner), version)
					wrong := s.run(command, []string{"ACCESS_TOKEN=wrong", "PUBLIC_KEY=" + s.PublicKey, "PRIVATE_KEY=wrong"})
					wrong.refused(t, http.StatusUnauthorized)
				})
			}
			t.Run(o.id+" with "+auth+" before the first version", func(t *testing.T) {
				s.t = t
				command := s.fill(o, strings.Replace(command, "2025-03-12", "2022-12-31", 1))
				s.run(command, s.owner).refused(t, http.StatusNotAcceptable)
			})
		}
	}
}

// check fails the test unless the answer is the documented one.
func (o operation) check(t *testing.T, a answer, asked string) {
	t.Helper()
	media := "application/vnd.atlas." + min(o.version, asked) + "+json"
	if got, _, _ := strings.Cut(a.media, ";"); a.status != o.status || got != media {
		t.Fatalf("%d %s, want %d %s\n%s", a.status, a.media, o.status, media, a.text)
	}
	if (a.body == nil) != (o.body == nil) {
		t.Fatalf("the body is %v\n%s", a.body, a.text)
	}
	for place, want := range o.body {
		got := at(a.body, place)
		if want == whatever && got == nil || want != whatever && got != want {
			t.Errorf("%s is %v, want %v\n%s", place, got, want, a.text)
		}
	}
	if strings.Contains(o.request, "pretty=true") && !strings.Contains(a.text, "\n  \"") {
		t.Errorf("not pretty: %s", a.text)
	}
	if o.include != strings.HasPrefix(a.header, "HTTP/1.1 ") {
		t.Errorf("headers are %q", a.header)
	}
}

// at is the value at a place such as results.0.id, or nil.
func at(v any, place string) any {
	for part := range strings.SplitSeq(place, ".") {
		switch x := v.(type) {
		case object:
			v = x[part]
		case []any:
			if v = nil; part == "0" && len(x) > 0 {
				v = x[0]
			}
		}
	}
	return v
}
