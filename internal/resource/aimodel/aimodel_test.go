package aimodel_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

func TestKeys(t *testing.T) {
	s := apitest.Start(t)
	owner, all, org := s.Owner(), "/groups/"+s.ProjectID+"/aiModelApiKeys", "/orgs/"+s.OrgID+"/aiModelApiKeys"
	made := owner.Post(all, object{"cloud": "ANY", "geography": "ANY", "name": "one"}).Want(http.StatusCreated).Object()
	secret, one := made["secret"].(string), "/"+made["apiKeyId"].(string)
	if made["status"] != "ACTIVE" || made["groupId"] != s.ProjectID || made["createdBy"] != s.PublicKey || len(secret) < 20 {
		t.Errorf("it is %v", made)
	}
	for _, path := range []string{all + one, org + one} {
		if w := owner.Get(path).Want(http.StatusOK).Object(); w["secret"] != nil || w["maskedSecret"] == nil || w["name"] != "one" {
			t.Errorf("it is read as %v", w)
		}
	}
	owner.Patch(all+one, object{"name": "two"}).Want(http.StatusOK)
	for _, path := range []string{all, org} {
		if list := owner.Get(path).Results(); len(list) != 1 || list[0]["name"] != "two" {
			t.Errorf("the list is %v", list)
		}
	}
	owner.Delete(all + one).Want(http.StatusNoContent)
	owner.Get(org+one).WantError(http.StatusNotFound, "AI_MODEL_API_KEY_NOT_FOUND")
	for _, e := range []string{"CREATED", "UPDATED", "DELETED"} {
		if !slices.Contains(s.EventTypes(s.ProjectID), "AI_MODELS_APIS_API_KEY_"+e) {
			t.Errorf("there is no event %s", e)
		}
	}
	if found := s.Mentions(secret); len(found) > 0 {
		t.Errorf("the secret is in %v", found)
	}
}

func TestLimits(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	const group = "/aiModelApiClouds/ANY/geographies/ANY/modelGroupNames/small/rateLimits"
	one, all := "/groups/"+s.ProjectID+group, "/groups/"+s.ProjectID+"/aiModelApiRateLimits"
	owner.Get(one).WantError(http.StatusNotFound, "AI_MODEL_RATE_LIMIT_NOT_FOUND")
	for _, n := range []int{10, 20} {
		owner.Patch(one, object{"requestsPerMinuteLimit": n, "tokensPerMinuteLimit": 1000}).Want(http.StatusOK)
		for _, path := range []string{one, "/orgs/" + s.OrgID + group} {
			if w := owner.Get(path).Want(http.StatusOK).Object(); w["requestsPerMinuteLimit"] != float64(n) || w["modelGroupName"] != "small" {
				t.Errorf("it is %v", w)
			}
		}
	}
	if list := owner.Get("/orgs/" + s.OrgID + "/aiModelApiRateLimits").Results(); len(list) != 1 {
		t.Errorf("the organization has %v", list)
	}
	owner.Post(one+":reset", nil).Want(http.StatusOK)
	owner.Get(one).WantError(http.StatusNotFound, "AI_MODEL_RATE_LIMIT_NOT_FOUND")
	owner.Patch(one, object{"requestsPerMinuteLimit": 1, "tokensPerMinuteLimit": 1}).Want(http.StatusOK)
	if list := owner.Post(all+":reset", nil).Want(http.StatusOK).Results(); len(list) != 0 {
		t.Errorf("left are %v", list)
	}
}
