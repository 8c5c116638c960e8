package curl

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/telamontest"
)

// scene is a server with something for each operation.
type scene struct {
	*apitest.Server
	t      *testing.T
	home   string   // curl's
	owner  []string // variables with the owner's credentials
	values values
	made   int // names that were made up
}

func start(t *testing.T) *scene {
	t.Helper()
	s := &scene{Server: apitest.Start(t, telamontest.RateLimits()), t: t, home: t.TempDir()}
	if err := os.WriteFile(filepath.Join(s.home, ".curlrc"), []byte(curlrc), 0o600); err != nil {
		t.Fatal(err)
	}
	token := s.run(`curl --request POST "`+s.URL+`/api/oauth/token" --user "${CLIENT_ID}:${CLIENT_SECRET}" --data grant_type=client_credentials`,
		[]string{"CLIENT_ID=" + s.ClientID, "CLIENT_SECRET=" + s.ClientSecret})
	if token.status != http.StatusOK || token.body["token_type"] != "Bearer" {
		t.Fatalf("no token: %s", token.text)
	}
	s.owner = []string{"PUBLIC_KEY=" + s.PublicKey, "PRIVATE_KEY=" + s.PrivateKey, fmt.Sprint("ACCESS_TOKEN=", token.body["access_token"])}
	s.values = values{"groupId": s.ProjectID, "orgId": s.OrgID, "userId": s.OwnerUserID}
	return s
}

// prepare makes something for each operation.
func prepare(t *testing.T) *scene {
	needsCurl(t)
	s := start(t)
	owner, group := s.Owner(), "/groups/"+s.ProjectID
	key := owner.Post("/orgs/"+s.OrgID+"/apiKeys", `{"desc":"for its list","roles":["ORG_MEMBER"]}`).Want(http.StatusOK).Object()
	s.values["apiUserId"] = key["id"].(string)
	owner.Post(group+"/databaseUsers", `{"databaseName":"admin","username":"app","password":"correct horse battery",
		"roles":[{"databaseName":"shop","roleName":"read"}]}`).Want(http.StatusCreated)
	owner.Post(group+"/serverless", `{"name":"Serverless0","providerSettings":{"backingProviderName":"AWS","providerName":"SERVERLESS","regionName":"US_EAST_1"}}`).Want(http.StatusCreated)

	const cluster = `{"name":"Cluster0","clusterType":"REPLICASET","replicationSpecs":[{"regionConfigs":[{"providerName":"AWS","regionName":"US_EAST_1",
		"priority":7,"electableSpecs":{"instanceSize":"M10","nodeCount":3}}]}]}`
	owner.At("2024-10-23").Post(group+"/clusters", cluster).Want(http.StatusCreated)
	one := group + "/clusters/Cluster0"
	s.until(one, "stateName", "IDLE")
	snapshot := owner.Post(one+"/backup/snapshots", `{"description":"x","retentionInDays":1}`).Want(http.StatusOK).Object()["id"].(string)
	s.until(one+"/backup/snapshots/"+snapshot, "status", "completed")
	job := owner.Post(one+"/backup/restoreJobs", fmt.Sprintf(
		`{"deliveryType":"automated","snapshotId":%q,"targetClusterName":"Cluster0","targetGroupId":%q}`, snapshot, s.ProjectID)).Want(http.StatusOK).Object()
	s.values["clusterName"], s.values["restoreJobId"] = "Cluster0", job["id"].(string)
	return s
}

// until waits for a field of an object to have a value.
func (s *scene) until(path, field, value string) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); s.Owner().Get(path).Want(http.StatusOK).Object()[field] != value; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("%s does not become %s", path, value)
		}
	}
}

// fill puts addresses, ids and the payload into a command.
func (s *scene) fill(o operation, command string) string {
	all := values{"payload": "{}"}
	fill := func(v values) {
		for name, value := range v {
			all[name] = value
		}
	}
	fill(s.values)
	if o.fill != nil {
		fill(o.fill(s))
	}
	pairs := []string{"https://cloud.mongodb.com", s.URL, "{ <Payload> }", all["payload"]}
	for name, value := range all {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(command)
}

// another is a number that no other call has.
func (s *scene) another() int {
	s.made++
	return s.made
}

// someoneToRemove is the owner, in a project that is new.
func (s *scene) someoneToRemove() values {
	p := s.Owner().Post("/groups", fmt.Sprintf(`{"name":"ToLeave%d","orgId":%q}`, s.another(), s.OrgID)).Want(http.StatusOK).Object()
	return values{"groupId": p["id"].(string)}
}

// someone is the payload for a new user.
func (s *scene) someone() values {
	return values{"payload": fmt.Sprintf(`{"country":"US","firstName":"Ada","lastName":"Lovelace","mobileNumber":"2125550179","password":"correct horse battery",
		"username":"ada%d@example.com","roles":[{"groupId":%q,"roleName":"GROUP_READ_ONLY"}]}`, s.another(), s.ProjectID)}
}

// anEntry is the payload for a new entry of an access list.
func (s *scene) anEntry() values {
	return values{"payload": fmt.Sprintf(`[{"cidrBlock":"203.0.%d.0/24"},{"ipAddress":"198.51.100.%d"}]`, s.another(), s.another())}
}

// aName is the payload for a new project.
func (s *scene) aName() values {
	return values{"payload": fmt.Sprintf(`{"name":"Project-%d","orgId":%q,"tags":[{"key":"environment","value":"test"}],"withDefaultAlertsSettings":true}`, s.another(), s.OrgID)}
}
