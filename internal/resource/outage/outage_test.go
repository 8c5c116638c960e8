package outage_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

const east, west = "US_EAST_1", "US_WEST_2"

// spread makes a cluster in two regions, with two of its three voters in the first.
func spread(srv *apitest.Server, name string) (path string) {
	region := func(name string, priority, nodes int) object {
		return object{"providerName": "AWS", "regionName": name, "priority": priority, "electableSpecs": object{"instanceSize": "M10", "nodeCount": nodes}}
	}
	all := "/groups/" + srv.ProjectID + "/clusters"
	srv.Owner().Post(all, object{
		"name": name, "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{region(east, 7, 2), region(west, 6, 1)}}},
	}).Want(http.StatusCreated)
	srv.Advance(time.Second)
	return all + "/" + name
}

func filters(regions ...string) object {
	var all []object
	for _, r := range regions {
		all = append(all, object{"cloudProvider": "AWS", "regionName": r, "type": "REGION"})
	}
	return object{"outageFilters": all}
}

// dwell is how long the tests' server stays in a transitional state.
const dwell = 350 * time.Millisecond

// TestLife makes the calls of the Terraform provider.
func TestLife(t *testing.T) {
	srv := apitest.Start(t)
	owner, one := srv.Owner(), spread(srv, "alpha")
	path := one + "/outageSimulation"
	state := func() any { return owner.Get(path).Want(http.StatusOK).Object()["state"] }
	owner.Get(path).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Delete(path).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")

	began := owner.Post(path, filters(west)).Want(http.StatusOK).Object()
	f := began["outageFilters"].([]any)[0].(object)
	if began["state"] != "START_REQUESTED" || began["clusterName"] != "alpha" || began["groupId"] != srv.ProjectID || began["id"] == nil ||
		began["startRequestDate"] == nil || began["expirationDate"] == nil || f["regionName"] != west || f["cloudProvider"] != "AWS" || f["type"] != "REGION" {
		t.Errorf("it begins as %v", began)
	}
	owner.Delete(path).WantError(http.StatusBadRequest, "INVALID_CLUSTER_OUTAGE_SIMULATION_STATE")
	owner.Post(path, filters(east)).WantError(http.StatusBadRequest, "INVALID_CLUSTER_OUTAGE_SIMULATION_STATE")
	owner.Delete(one).WantError(http.StatusBadRequest, "CANNOT_TERMINATE_CLUSTER_WITH_UNDERGOING_REGIONAL_OUTAGE_SIMULATION")
	srv.Advance(3 * dwell)
	if s := state(); s != "SIMULATING" {
		t.Errorf("it is %v", s)
	}
	if s := owner.Delete(path).Want(http.StatusOK).Object()["state"]; s != "RECOVERY_REQUESTED" {
		t.Errorf("its end begins as %v", s)
	}
	srv.Advance(4 * dwell)
	owner.Get(path).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	var got []string
	for _, e := range srv.EventTypes(srv.ProjectID) {
		if name, ok := strings.CutPrefix(e, "CLUSTER_REGIONAL_OUTAGE_SIMULATION_"); ok {
			got = append(got, name)
		}
	}
	if want := []string{"COMPLETED", "END_REQUESTED", "STARTED"}; !slices.Equal(got, want) {
		t.Errorf("the events are %v", got)
	}
	owner.Delete(one).Want(http.StatusAccepted)
}

// TestEnds: simulations that no request ends expire.
func TestEnds(t *testing.T) {
	srv := apitest.Start(t)
	owner, one := srv.Owner(), spread(srv, "alpha")
	path := one + "/outageSimulation"
	owner.Post(path, filters(west)).Want(http.StatusOK)
	srv.Advance(49 * time.Hour)
	owner.Get(path).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")

	owner.Post(path, filters(west)).Want(http.StatusOK)
	srv.Advance(3 * dwell)
	owner.Patch(one, object{"paused": true}).Want(http.StatusOK)
	owner.Get(path).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	if got := srv.EventTypes(srv.ProjectID); !slices.Contains(got, "CLUSTER_REGIONAL_OUTAGE_SIMULATION_CANCELLED_CLUSTER_PAUSE") {
		t.Errorf("the events are %v", got)
	}
	owner.Post(path, filters(west)).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
}

func TestRefusals(t *testing.T) {
	srv := apitest.Start(t)
	owner, path := srv.Owner(), spread(srv, "alpha")+"/outageSimulation"
	for name, c := range map[string]struct {
		body any
		want []string
	}{
		"nothing":     {object{}, []string{"outageFilters"}},
		"none":        {filters(), []string{"outageFilters"}},
		"all":         {filters(east, west), []string{"outageFilters"}},
		"twice":       {filters(west, west), []string{"outageFilters[1].regionName"}},
		"elsewhere":   {filters("EU_WEST_1"), []string{"outageFilters[0].regionName"}},
		"no provider": {object{"outageFilters": []object{{"regionName": west}}}, []string{"outageFilters[0].regionName"}},
		"a type":      {object{"outageFilters": []object{{"cloudProvider": "AWS", "regionName": west, "type": "ZONE"}}}, []string{"outageFilters[0].type"}},
	} {
		res := owner.Post(path, c.body)
		if res.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, res.Status, res.Body)
			continue
		}
		var got []string
		for _, f := range res.Object()["badRequestDetail"].(object)["fields"].([]any) {
			got = append(got, f.(object)["field"].(string))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: it is refused for %v, want %v", name, got, c.want)
		}
	}
	owner.Get(path).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
}
