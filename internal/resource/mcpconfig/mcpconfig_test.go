package mcpconfig_test

import (
	"net/http"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

// TestLife: a configuration of a project and one of an organization, with their secrets.
func TestLife(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	for scope, role := range map[string]string{"/groups/" + s.ProjectID: "GROUP_READ_ONLY", "/orgs/" + s.OrgID: "ORG_READ_ONLY"} {
		all := scope + "/mcpConfigs"
		owner.Post(all, object{"mcpConfigName": "a", "roles": []string{"NO_SUCH_ROLE"}}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
		owner.Post(all, object{"mcpConfigName": "a", "roles": []string{role}, "ipAccessList": []object{{}}}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
		made := owner.Post(all, object{"mcpConfigName": "a", "roles": []string{role}, "ipAccessList": []object{{"cidrBlock": "203.0.113.0/24"}}}).Want(http.StatusCreated).Object()
		one := all + "/" + made["mcpConfigId"].(string)
		if w := owner.Patch(one, object{"mcpConfigName": "b"}).Want(http.StatusOK).Object(); w["mcpConfigName"] != "b" || w["clientId"] != made["clientId"] {
			t.Errorf("it becomes %v", w)
		}
		if list := owner.Get(all).Results(); len(list) != 1 {
			t.Errorf("the list is %v", list)
		}
		secret := owner.Post(one+"/secrets", object{"secretExpiresAfterHours": 8}).Want(http.StatusCreated).Object()
		if text, _ := secret["secret"].(string); len(text) < 20 || secret["maskedSecretValue"] != nil {
			t.Errorf("the secret is %v", secret)
		}
		owner.Post(one+"/secrets", object{"secretExpiresAfterHours": 8}).Want(http.StatusCreated)
		owner.Post(one+"/secrets", object{"secretExpiresAfterHours": 8}).WantError(http.StatusBadRequest, "MAX_MCP_CONFIG_SECRETS_EXCEEDED")
		if w := owner.Get(one + "/secrets/" + secret["id"].(string)).Want(http.StatusOK).Object(); w["secret"] != nil || w["maskedSecretValue"] == nil {
			t.Errorf("it is read as %v", w)
		}
		owner.Delete(one + "/secrets/" + secret["id"].(string)).Want(http.StatusNoContent)
		owner.Get(one+"/secrets/"+secret["id"].(string)).WantError(http.StatusNotFound, "MCP_CONFIG_SECRET_NOT_FOUND")
		if list := owner.Get(one + "/secrets").Results(); len(list) != 1 {
			t.Errorf("the secrets are %v", list)
		}
		owner.Delete(one).WantError(http.StatusConflict, "MCP_CONFIG_HAS_SECRETS")
		owner.Delete(one + "?cascading=true").Want(http.StatusNoContent)
		owner.Get(one).WantError(http.StatusNotFound, "MCP_CONFIG_NOT_FOUND")
	}
}
