package sandbox_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

func TestLife(t *testing.T) {
	s := apitest.Start(t)
	owner, all := s.Owner().At("preview"), "/orgs/"+s.OrgID+"/sandboxConfig"
	made := owner.Post(all, object{"enabled": true, "clusterTemplate": object{"provider": "AWS", "region": "US_EAST_1", "tier": "M10"}}).Want(http.StatusCreated).Object()
	one := all + "/" + made["id"].(string)
	if w := owner.Patch(one, object{"enabled": false}).Want(http.StatusOK).Object(); w["enabled"] != false || w["clusterTemplate"].(object)["tier"] != "M10" {
		t.Errorf("it becomes %v", w)
	}
	if list := owner.Get(all).Results(); len(list) != 1 {
		t.Errorf("the list is %v", list)
	}
	owner.Delete(one).Want(http.StatusNoContent)
	owner.Get(one).WantError(http.StatusNotFound, "SANDBOX_CONFIG_NOT_FOUND")
	var types []string
	for _, e := range s.Owner().Get("/orgs/" + s.OrgID + "/events").Results() {
		types = append(types, e["eventTypeName"].(string))
	}
	for _, e := range []string{"SANDBOX_ENABLED_FOR_ORG", "SANDBOX_TEMPLATE_UPDATED", "SANDBOX_CONFIG_DELETED"} {
		if !slices.Contains(types, e) {
			t.Errorf("there is no %s", e)
		}
	}
}
