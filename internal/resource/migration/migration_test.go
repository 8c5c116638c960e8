package migration_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

// TestLife: a migration in both versions, from its trial to its cutover.
func TestLife(t *testing.T) {
	s := apitest.Start(t)
	owner, at := s.Owner(), "/groups/"+s.ProjectID
	owner.Post(at+"/clusters", object{"name": "alpha", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
	}}}}}).Want(http.StatusCreated)
	body := func(drop string) object {
		return object{
			"destination": object{"clusterName": "alpha", "groupId": s.ProjectID, "hostnameSchemaType": "PUBLIC"}, "migrationHosts": []string{"mover.example.com"},
			"source": object{"clusterName": "old", "groupId": s.OrgID, "managedAuthentication": false, "ssl": true, "username": "ann", "password": "a secret"}, drop: true,
		}
	}
	all := at + "/liveMigrations"
	for version, drop := range map[string]string{"2023-01-01": "dropEnabled", "2024-05-30": "dropDestinationData"} {
		c := owner.At(version)
		trial := c.Post(all+"/validate", body(drop)).Want(http.StatusOK).Object()
		if trial["status"] != "PENDING" || trial["sourceGroupId"] != s.OrgID {
			t.Errorf("%s: the trial is %v", version, trial)
		}
		made := c.Post(all, body(drop)).Want(http.StatusCreated).Object()
		one := all + "/" + made["_id"].(string)
		if made["status"] != "NEW" || made["readyForCutover"] != false {
			t.Errorf("%s: it begins as %v", version, made)
		}
		c.Do(http.MethodPut, one+"/cutover", nil).WantError(http.StatusConflict, "LIVE_MIGRATION_NOT_READY_FOR_CUTOVER")
		s.Advance(time.Minute)
		if w := c.Get(all + "/validate/" + trial["_id"].(string)).Object(); w["status"] != "SUCCESS" {
			t.Errorf("%s: the trial ends as %v", version, w)
		}
		if w := c.Get(one).Object(); w["status"] != "WORKING" || w["readyForCutover"] != true {
			t.Errorf("%s: it is %v", version, w)
		}
		c.Do(http.MethodPut, one+"/cutover", nil).Want(http.StatusAccepted)
		c.Do(http.MethodPut, one+"/cutover", nil).WantError(http.StatusConflict, "LIVE_MIGRATION_NOT_READY_FOR_CUTOVER")
		s.Advance(time.Minute)
		if w := c.Get(one).Object(); w["status"] != "COMPLETE" {
			t.Errorf("%s: it ends as %v", version, w)
		}
	}
	wrong := body("dropDestinationData")
	wrong["destination"].(object)["clusterName"] = "nowhere"
	owner.Post(all, wrong).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	wrong["destination"].(object)["groupId"] = s.OrgID
	owner.Post(all, wrong).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	if found := s.Mentions("a secret"); len(found) > 0 {
		t.Errorf("the secret is in %v", found)
	}
}

func TestLinkTokens(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner(), "/orgs/"+s.OrgID+"/liveMigrations"
	owner.Delete(path+"/linkTokens").WantError(http.StatusNotFound, "UNEXPECTED_ERROR")
	token := owner.Post(path+"/linkTokens", object{"accessListIps": []string{"203.0.113.7"}}).Want(http.StatusOK).Object()["linkToken"].(string)
	if text, err := base64.StdEncoding.DecodeString(token); err != nil || !strings.HasPrefix(string(text), `{"orgId":"`+s.OrgID) {
		t.Errorf("the token is %s: %v", text, err)
	}
	var projects []object
	if owner.Get(path + "/availableProjects").Want(http.StatusOK).JSON(&projects); projects == nil || len(projects) != 0 {
		t.Errorf("the projects are %v", projects)
	}
	owner.Delete(path + "/linkTokens").Want(http.StatusNoContent)
	owner.Delete(path+"/linkTokens").WantError(http.StatusNotFound, "UNEXPECTED_ERROR")
}
