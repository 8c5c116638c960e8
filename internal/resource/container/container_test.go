package container_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

func containers(s *apitest.Server) string { return "/groups/" + s.ProjectID + "/containers" }

func cluster(name string, places ...string) object {
	var regions []object
	for i := 0; i < len(places); i += 2 {
		nodes := 0
		if i == 0 {
			nodes = 3
		}
		regions = append(regions, object{
			"providerName": places[i], "regionName": places[i+1],
			"electableSpecs": object{"instanceSize": "M10", "nodeCount": nodes}, "readOnlySpecs": object{"instanceSize": "M10", "nodeCount": 3 - nodes},
		})
	}
	return object{"name": name, "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": regions}}}
}

// brief is a container in one line.
func brief(c object) string {
	return fmt.Sprintf("%v %v%v%v %v %v", c["providerName"], c["regionName"], c["region"], c["regions"], c["atlasCidrBlock"], c["provisioned"])
}

// TestOfClusters: the first dedicated cluster of a place makes its container, which stays when the cluster goes.
func TestOfClusters(t *testing.T) {
	s := apitest.Start(t)
	owner, clusters := s.Owner(), "/groups/"+s.ProjectID+"/clusters"
	shows := func(query string, want ...string) {
		t.Helper()
		var got []string
		for _, c := range owner.Get(containers(s) + query).Want(http.StatusOK).Results() {
			got = append(got, brief(c))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	shows("/all")
	free := cluster("free", "TENANT", "EU_WEST_1")
	r := free["replicationSpecs"].([]object)[0]["regionConfigs"].([]object)[0]
	r["backingProviderName"], r["electableSpecs"], r["readOnlySpecs"] = "AWS", object{"instanceSize": "M0"}, nil
	owner.Post(clusters, free).Want(http.StatusCreated)
	shows("/all")
	owner.Post(clusters, cluster("one", "AWS", "US_EAST_1")).Want(http.StatusCreated)
	shows("?providerName=AWS", "AWS US_EAST_1<nil><nil> 192.168.248.0/21 true")
	owner.Post(clusters, cluster("two", "AWS", "US_EAST_1", "AWS", "EU_WEST_1", "AZURE", "US_EAST_2", "GCP", "EASTERN_US", "GCP", "WESTERN_US")).Want(http.StatusCreated)
	first := []string{"AWS EU_WEST_1<nil><nil> 192.168.240.0/21 true", "AWS US_EAST_1<nil><nil> 192.168.248.0/21 true"}
	rest := []string{"AZURE <nil>US_EAST_2<nil> 192.168.248.0/21 true", "GCP <nil><nil><nil> 192.168.192.0/18 true"}
	shows("?providerName=AWS", first...)
	shows("?providerName=AZURE", rest[0])
	shows("?providerName=GCP", rest[1])
	shows("/all", slices.Concat(first, rest)...)
	s.Advance(time.Second)

	one := containers(s) + "/" + owner.Get(containers(s) + "?providerName=AWS").Results()[0]["id"].(string)
	owner.Delete(one).WantError(http.StatusConflict, "CONTAINERS_IN_USE")
	same := object{"atlasCidrBlock": "192.168.240.0/21", "providerName": "AWS", "regionName": "EU_WEST_1"}
	owner.Patch(one, same).Want(http.StatusOK)
	same["atlasCidrBlock"] = "10.8.0.0/24"
	owner.Patch(one, same).WantError(http.StatusConflict, "CONTAINERS_IN_USE")
	owner.Delete(clusters + "/two").Want(http.StatusAccepted)
	if c := owner.Get(one).Want(http.StatusOK).Object(); c["provisioned"] != true {
		t.Errorf("the container of a cluster that goes is %v", c)
	}
	s.Advance(time.Second)
	if c := owner.Get(one).Want(http.StatusOK).Object(); c["provisioned"] != false || c["atlasCidrBlock"] != "192.168.240.0/21" {
		t.Errorf("the container of a cluster that has gone is %v", c)
	}
	owner.Delete(one).Want(http.StatusNoContent)
	owner.Get(one).WantError(http.StatusNotFound, "CLOUD_PROVIDER_CONTAINER_NOT_FOUND")
	owner.Patch(one, same).WantError(http.StatusNotFound, "CLOUD_PROVIDER_CONTAINER_NOT_FOUND")
	owner.Delete(one).WantError(http.StatusNotFound, "CLOUD_PROVIDER_CONTAINER_NOT_FOUND")
}

// TestLife makes the calls of the Terraform provider for a container at each provider.
func TestLife(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	for _, c := range []struct {
		body, next object
		want       string
	}{
		{object{"atlasCidrBlock": "10.8.0.0/24", "regionName": "US_EAST_1"}, object{"atlasCidrBlock": "10.8.16.0/21"}, "AWS US_EAST_1<nil><nil> 10.8.16.0/21 false"},
		{object{"atlasCidrBlock": "192.168.248.0/21", "providerName": "AZURE", "region": "US_EAST_2"}, object{"region": "US_WEST"},
			"AZURE <nil>US_WEST<nil> 192.168.248.0/21 false"},
		{object{"atlasCidrBlock": "10.0.0.0/18", "providerName": "GCP", "regions": []string{"EASTERN_US"}}, object{"regions": []string{"WESTERN_US", "US_EAST_4"}},
			"GCP <nil><nil>[WESTERN_US US_EAST_4] 10.0.0.0/18 false"},
	} {
		made := owner.Post(containers(s), c.body).Want(http.StatusOK).Object()
		one := containers(s) + "/" + made["id"].(string)
		if got := owner.Get(one).Want(http.StatusOK).Object(); brief(got) != brief(made) {
			t.Errorf("made as %s, read as %s", brief(made), brief(got))
		}
		if got := owner.Patch(one, c.next).Want(http.StatusOK).Object(); brief(got) != c.want {
			t.Errorf("changed to %s, want %s", brief(got), c.want)
		}
		owner.Patch(one, object{"providerName": map[bool]string{true: "AZURE", false: "AWS"}[made["providerName"] == "AWS"]}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	}
	s.Restart()
	owner = s.Owner()
	if n := len(owner.Get(containers(s) + "/all").Want(http.StatusOK).Results()); n != 3 {
		t.Errorf("after a restart there are %d containers", n)
	}
	owner.Post("/groups/"+s.ProjectID+"/clusters", cluster("one", "AWS", "US_EAST_1")).Want(http.StatusCreated)
	for _, c := range owner.Get(containers(s) + "/all").Want(http.StatusOK).Results() {
		if c["provisioned"] != (c["providerName"] == "AWS") {
			t.Errorf("beside a cluster at AWS: %s", brief(c))
		}
	}
	want := []string{"CONTAINER_SUBNETS_UPDATE_REQUESTED", "CONTAINER_SUBNETS_UPDATE_REQUESTED", "CONTAINER_SUBNETS_UPDATE_REQUESTED"}
	got := slices.DeleteFunc(s.EventTypes(s.ProjectID), func(e string) bool { return e != want[0] })
	if !slices.Equal(got, want) {
		t.Errorf("the events are %v", got)
	}
}

// TestGoesWithItsProject: a project with containers and without clusters can be deleted, and they go with it.
func TestGoesWithItsProject(t *testing.T) {
	s := apitest.Start(t)
	made := s.Owner().Post(containers(s), object{"atlasCidrBlock": "10.8.0.0/24", "regionName": "US_EAST_1"}).Want(http.StatusOK).Object()
	s.Owner().Delete("/groups/" + s.ProjectID).Want(http.StatusNoContent)
	if where := s.Mentions(made["id"].(string)); len(where) > 0 {
		t.Errorf("the container is still in %v", where)
	}
}

func TestRefusals(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	aws := func(cidr, region string) object {
		return object{"atlasCidrBlock": cidr, "providerName": "AWS", "regionName": region}
	}
	made := owner.Post(containers(s), aws("10.8.0.0/21", "US_EAST_1")).Want(http.StatusOK).Object()
	owner.Post(containers(s), aws("10.9.0.0/21", "US_EAST_1")).WantError(http.StatusConflict, "CONTAINER_ALREADY_EXISTS")
	owner.Post(containers(s), aws("10.8.4.0/24", "EU_WEST_1")).WantError(http.StatusConflict, "CONTAINERS_OVERLAP")
	other := owner.Post(containers(s), aws("10.9.0.0/24", "EU_WEST_1")).Want(http.StatusOK).Object()
	owner.Patch(containers(s)+"/"+other["id"].(string), aws("10.8.0.0/24", "EU_WEST_1")).WantError(http.StatusConflict, "CONTAINERS_OVERLAP")
	owner.Patch(containers(s)+"/"+other["id"].(string), aws("10.9.0.0/24", "US_EAST_1")).WantError(http.StatusConflict, "CONTAINER_ALREADY_EXISTS")
	owner.Post(containers(s), object{"atlasCidrBlock": "10.8.0.0/21", "providerName": "AZURE", "region": "US_EAST_2"}).Want(http.StatusOK)
	owner.Get(containers(s)).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Get("/groups/"+s.ProjectID+"/containers/"+s.ProjectID).WantError(http.StatusNotFound, "CLOUD_PROVIDER_CONTAINER_NOT_FOUND")
	for name, c := range map[string]struct {
		body   object
		fields []string
	}{
		"nothing":           {object{}, []string{"atlasCidrBlock", "regionName"}},
		"another's region":  {object{"atlasCidrBlock": "10.10.0.0/21", "region": "US_EAST_2", "regions": []string{"EASTERN_US"}}, []string{"region", "regionName", "regions"}},
		"no region":         {aws("10.10.0.0/21", "NOWHERE"), []string{"regionName"}},
		"free":              {object{"atlasCidrBlock": "10.10.0.0/21", "providerName": "TENANT"}, []string{"providerName"}},
		"public":            {aws("11.0.0.0/21", "US_WEST_1"), []string{"atlasCidrBlock"}},
		"wider than a net":  {object{"atlasCidrBlock": "172.0.0.0/8", "providerName": "GCP"}, []string{"atlasCidrBlock"}},
		"large":             {aws("10.0.0.0/20", "US_WEST_1"), []string{"atlasCidrBlock"}},
		"small":             {aws("10.10.0.0/25", "US_WEST_1"), []string{"atlasCidrBlock"}},
		"small at GCP":      {object{"atlasCidrBlock": "10.10.0.0/19", "providerName": "GCP"}, []string{"atlasCidrBlock"}},
		"not the beginning": {aws("10.10.0.1/24", "US_WEST_1"), []string{"atlasCidrBlock"}},
		"IPv6":              {aws("fd00::/21", "US_WEST_1"), []string{"atlasCidrBlock"}},
	} {
		if got := owner.Post(containers(s), c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, c.fields) {
			t.Errorf("%s: %v, want %v", name, got, c.fields)
		}
	}
	key := owner.Post("/orgs/"+s.OrgID+"/apiKeys", object{"desc": "reads", "roles": []string{"ORG_READ_ONLY"}}).Want(http.StatusOK).Object()
	reader, one := s.As(key["publicKey"].(string), key["privateKey"].(string)), containers(s)+"/"+made["id"].(string)
	reader.Get(one).Want(http.StatusOK)
	reader.Patch(one, aws("10.8.0.0/24", "US_EAST_1")).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	reader.Delete(one).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
}

// TestSDK makes the same calls with MongoDB's Go SDK.
func TestSDK(t *testing.T) {
	s := apitest.Start(t)
	for _, sdk := range []*admin.APIClient{s.SDK(), s.OAuthSDK(t.Context())} {
		region, cidr := "US_EAST_1", "10.8.0.0/24"
		made, _, err := sdk.NetworkPeeringApi.CreatePeeringContainer(t.Context(), s.ProjectID, &admin.CloudProviderContainer{
			ProviderName: admin.PtrString("AWS"), AtlasCidrBlock: &cidr, RegionName: &region,
		}).Execute()
		if err != nil {
			t.Fatal(err)
		}
		page, _, err := sdk.NetworkPeeringApi.ListPeeringContainerByCloudProvider(t.Context(), s.ProjectID).ProviderName("AWS").Execute()
		if err != nil || page.GetTotalCount() != 1 || made.GetProvisioned() || made.GetAtlasCidrBlock() != cidr {
			t.Errorf("made %v, listed %v, %v", made, page, err)
		}
		if _, _, err := sdk.NetworkPeeringApi.DeletePeeringContainer(t.Context(), s.ProjectID, page.GetResults()[0].GetId()).Execute(); err != nil {
			t.Error(err)
		}
	}
}
