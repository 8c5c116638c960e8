package standby_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

func cluster(s *apitest.Server, name string) (id string) {
	return s.Owner().Post("/groups/"+s.ProjectID+"/clusters", object{"name": name, "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
	}}}}}).Want(http.StatusCreated).Object()["id"].(string)
}

// TestLife: two clusters are linked, change places, and part when one of them goes.
func TestLife(t *testing.T) {
	s := apitest.Start(t)
	owner, all := s.Owner().At("preview"), "/groups/"+s.ProjectID+"/standbyLinks"
	alpha, beta := cluster(s, "alpha"), cluster(s, "beta")
	owner.Post(all, object{"activeClusterUniqueId": alpha, "standbyClusterUniqueId": alpha}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Post(all, object{"activeClusterUniqueId": alpha, "standbyClusterUniqueId": s.OrgID}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	made := owner.Post(all, object{"activeClusterUniqueId": alpha, "standbyClusterUniqueId": beta}).Want(http.StatusCreated).Object()
	owner.Post(all, object{"activeClusterUniqueId": alpha, "standbyClusterUniqueId": beta}).WantError(http.StatusConflict, "STANDBY_LINK_ALREADY_EXISTS")
	one := all + "/" + made["standbyLinkId"].(string)
	if made["status"] != "CREATING" {
		t.Errorf("it begins as %v", made)
	}
	owner.Post(one+"/failovers", object{"type": "PLANNED"}).WantError(http.StatusConflict, "STANDBY_LINK_NOT_READY")
	s.Advance(time.Minute)
	if w := owner.Get(one + ":inspectFailoverReadiness").Want(http.StatusOK).Object(); w["estimatedDataLossSeconds"] != 0.0 || w["standbyLinkId"] != made["standbyLinkId"] {
		t.Errorf("a failover would cost %v", w)
	}
	f := owner.Post(one+"/failovers", object{"type": "PLANNED"}).Want(http.StatusCreated).Object()
	if f["status"] != "INITIALIZING" || f["completedAt"] != nil {
		t.Errorf("the failover begins as %v", f)
	}
	s.Advance(time.Minute)
	if w := owner.Get(one + "/failovers/" + f["failoverId"].(string)).Object(); w["status"] != "COMPLETE" || w["failoverStage"] != "DONE" || w["completedAt"] == nil {
		t.Errorf("it ends as %v", w)
	}
	if w := owner.Get(one).Object(); w["activeClusterUniqueId"] != beta || w["standbyClusterUniqueId"] != alpha || w["status"] != "ACTIVE" {
		t.Errorf("then the link is %v", w)
	}
	if list := owner.Get(one + "/failovers").Results(); len(list) != 1 {
		t.Errorf("the failovers are %v", list)
	}
	s.Owner().Delete("/groups/" + s.ProjectID + "/clusters/alpha").Want(http.StatusAccepted)
	s.Advance(time.Minute)
	if list := owner.Get(all).Results(); len(list) != 0 {
		t.Errorf("left are %v", list)
	}
}
