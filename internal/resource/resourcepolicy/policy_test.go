package resourcepolicy_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

const violation = "ATLAS_RESOURCE_POLICIES_VIOLATION_NOT_AUTHORIZED"

// forbid is a statement about an action.
func forbid(action, conditions string) string {
	return fmt.Sprintf("forbid (principal, action == ResourcePolicy::Action::%q, resource)\n%s;", action, conditions)
}

// declare creates a policy with one statement, and returns its path.
func declare(s *apitest.Server, name, body string) (path string) {
	all := "/orgs/" + s.OrgID + "/resourcePolicies"
	id := s.Owner().Post(all, object{"name": name, "policies": []object{{"body": body}}}).Want(http.StatusCreated).Object()["id"].(string)
	return all + "/" + id
}

// shape is a cluster as the tests create it.
func shape(name, provider, region, size string, more object) object {
	c := object{"name": name, "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": provider, "regionName": region, "priority": 7, "electableSpecs": object{"instanceSize": size, "nodeCount": 3},
	}}}}}
	for k, v := range more {
		c[k] = v
	}
	return c
}

// TestPolicies: what each policy allows and refuses.
func TestPolicies(t *testing.T) {
	s := apitest.Start(t)
	owner, at := s.Owner(), "/groups/"+s.ProjectID
	const aws, azure = "AWS", "AZURE"
	for _, c := range []struct {
		name, action, when string
		path               string
		refused, allowed   any
		status             int // of what is allowed
	}{
		{"providers", "cluster.modify", `when { context.cluster.cloudProviders.containsAny([ResourcePolicy::CloudProvider::"azure"]) }`,
			"/clusters", shape("a1", azure, "US_EAST_2", "M10", nil), shape("a1", aws, "US_EAST_1", "M10", nil), http.StatusCreated},
		{"regions", "cluster.modify", `unless { [ResourcePolicy::Region::"aws:us-east-1", ResourcePolicy::Region::"aws:eu-west-1"].containsAll(context.cluster.regions) }`,
			"/clusters", shape("b1", aws, "US_WEST_2", "M10", nil), shape("b1", aws, "EU_WEST_1", "M10", nil), http.StatusCreated},
		{"large sizes", "cluster.modify", `when { context.cluster has maxGeneralClassInstanceSizeValue && context.cluster.maxGeneralClassInstanceSizeValue > 30 }`,
			"/clusters", shape("c1", aws, "US_EAST_1", "M40", nil), shape("c1", aws, "US_EAST_1", "M30", nil), http.StatusCreated},
		{"small sizes", "cluster.modify", `when { context.cluster has minGeneralClassInstanceSizeValue && context.cluster.minGeneralClassInstanceSizeValue < 20 }`,
			"/clusters", shape("d1", aws, "US_EAST_1", "M10", nil), shape("d1", aws, "US_EAST_1", "R40", nil), http.StatusCreated},
		{"old TLS", "cluster.modify", `unless { context.cluster.minTLSVersion == ResourcePolicy::TLSVersion::"tls1_2" }`,
			"/clusters", shape("e1", aws, "US_EAST_1", "M10", object{"advancedConfiguration": object{"minimumEnabledTlsProtocol": "TLS1_1"}}),
			shape("e1", aws, "US_EAST_1", "M10", object{"advancedConfiguration": object{"minimumEnabledTlsProtocol": "TLS1_2"}}), http.StatusCreated},
		{"number of clusters", "cluster.modify", `when { context.project.clustersInProject > 6 }`,
			"/clusters", nil, shape("f1", aws, "US_EAST_1", "M10", nil), http.StatusCreated},
		{"public access", "project.ipAccessList.modify", `when { context.project.ipAccessList.contains(ip("0.0.0.0/0")) }`,
			"/accessList", []object{{"cidrBlock": "0.0.0.0/0"}}, []object{{"ipAddress": "203.0.113.9"}}, http.StatusOK},
		{"known networks", "project.ipAccessList.modify", `unless { [ip("203.0.113.9"), ip("10.0.0.0/8")].containsAll(context.project.ipAccessList) }`,
			"/accessList", []object{{"cidrBlock": "198.51.100.0/24"}}, []object{{"cidrBlock": "10.0.0.0/8"}}, http.StatusOK},
		{"endpoints", "project.privateEndpoint.modify", `unless { ["aws:vpce-0123456789abcdef0"].containsAll(context.project.privateEndpoints) }`,
			"/privateEndpoint/AWS/endpointService/SERVICE/endpoint", object{"id": "vpce-00000000000000000"}, object{"id": "vpce-0123456789abcdef0"}, http.StatusOK},
		{"peering", "project.vpcPeering.modify", `unless { context.project.peeringConnections.isEmpty() || context.project.peeringConnections.contains("aws:123456789012:vpc-0123456789abcdef0:10.9.0.0/16") }`,
			"/peers", peer("vpc-00000000000000000"), peer("vpc-0123456789abcdef0"), http.StatusOK},
		{"one project", "cluster.modify", `when { resource in ResourcePolicy::Project::"` + s.ProjectID + `" && context.cluster.diskSizeGB > 100 }`,
			"/clusters", nil, nil, 0},
	} {
		if c.name == "one project" { // diskSizeGB may be absent, so its statement must ask for it first
			fields := owner.Post("/orgs/"+s.OrgID+"/resourcePolicies", object{"name": c.name, "policies": []object{{"body": forbid(c.action, c.when)}}}).
				WantError(http.StatusBadRequest, "POLICY_HAS_FAILED_VALIDATIONS")
			if !slices.Equal(fields, []string{"policies[0].body"}) {
				t.Errorf("%s: it complains of %v", c.name, fields)
			}
			continue
		}
		path := at + c.path
		switch c.name {
		case "endpoints":
			id := owner.Post(at+"/privateEndpoint/endpointService", object{"providerName": aws, "region": "US_EAST_1"}).Want(http.StatusOK).Object()["id"].(string)
			s.Advance(time.Minute)
			path = strings.Replace(path, "SERVICE", id, 1)
		case "peering":
			id := owner.Post(at+"/containers", object{"atlasCidrBlock": "10.8.0.0/21", "regionName": "EU_CENTRAL_1"}).Want(http.StatusOK).Object()["id"]
			c.refused.(object)["containerId"], c.allowed.(object)["containerId"] = id, id
		}
		policy := declare(s, c.name, forbid(c.action, c.when))
		if c.refused != nil {
			if res := owner.Post(path, c.refused); res.Status != http.StatusForbidden || !strings.Contains(string(res.Body), violation) || !strings.Contains(string(res.Body), c.name) {
				t.Errorf("%s: refused with %d %s", c.name, res.Status, res.Body)
			}
		}
		if res := owner.Post(path, c.allowed); res.Status != c.status {
			t.Errorf("%s: allowed with %d %s", c.name, res.Status, res.Body)
		}
		owner.Delete(policy).Want(http.StatusOK)
	}
	if n := owner.Get(at + "/clusters").Object()["totalCount"]; n != 6.0 {
		t.Errorf("there are %v clusters", n)
	}
}

func peer(vpc string) object {
	return object{"providerName": "AWS", "accepterRegionName": "eu-central-1", "awsAccountId": "123456789012", "routeTableCidrBlock": "10.9.0.0/16", "vpcId": vpc}
}

// TestChanges: policies hold for changes of what exists, whichever operation makes them, and a change back is allowed.
func TestChanges(t *testing.T) {
	s := apitest.Start(t)
	owner, at := s.Owner(), "/groups/"+s.ProjectID
	owner.Post(at+"/clusters", shape("alpha", "AWS", "US_EAST_1", "M40", nil)).Want(http.StatusCreated)
	s.Advance(time.Minute)
	one := at + "/clusters/alpha"
	declare(s, "small", forbid("cluster.modify", `when { context.cluster has maxGeneralClassInstanceSizeValue && context.cluster.maxGeneralClassInstanceSizeValue > 30 }`))
	declare(s, "window", forbid("project.maintenanceWindow.modify", `unless { context.project.hasDefinedMaintenanceWindow }`))
	declare(s, "vectors", forbid("search.index.modify", `when { context.search.index.isAutoEmbed }`))

	owner.Patch(one, object{"tags": []object{{"key": "a", "value": "b"}}}).WantError(http.StatusForbidden, violation)
	owner.Patch(one+"/processArgs", object{"noTableScan": true}).WantError(http.StatusForbidden, violation)
	size := shape("alpha", "AWS", "US_EAST_1", "M30", nil)
	owner.Patch(one, object{"replicationSpecs": size["replicationSpecs"]}).Want(http.StatusOK)
	owner.Patch(at+"/maintenanceWindow", object{"dayOfWeek": 2, "hourOfDay": 3}).Want(http.StatusOK)
	owner.Delete(at+"/maintenanceWindow").WantError(http.StatusForbidden, violation)

	s.Advance(time.Minute)
	index := func(name, kind string) object {
		return object{"collectionName": "c", "database": "d", "name": name, "type": "vectorSearch", "definition": object{"fields": []object{{"type": kind, "path": "x", "numDimensions": 3, "similarity": "cosine"}}}}
	}
	owner.Post(one+"/search/indexes", index("one", "autoEmbed")).WantError(http.StatusForbidden, violation)
	owner.Post(one+"/search/indexes", index("two", "vector")).Want(http.StatusCreated)
	if got := owner.Get(one).Object()["tags"]; fmt.Sprint(got) != "[]" {
		t.Errorf("a refused change left %v", got)
	}
}

// TestWhatDoesNotComply lists what was there before the policies.
func TestWhatDoesNotComply(t *testing.T) {
	s := apitest.Start(t)
	owner, at := s.Owner(), "/groups/"+s.ProjectID
	owner.Post(at+"/clusters", shape("alpha", "AWS", "US_EAST_1", "M40", nil)).Want(http.StatusCreated)
	owner.Post(at+"/clusters", shape("beta", "AWS", "US_EAST_1", "M10", nil)).Want(http.StatusCreated)
	owner.Post(at+"/accessList", []object{{"cidrBlock": "0.0.0.0/0"}}).Want(http.StatusOK)
	list := func() (out []object) {
		owner.Get("/orgs/" + s.OrgID + "/nonCompliantResources").Want(http.StatusOK).JSON(&out)
		return out
	}
	if got := list(); len(got) != 0 {
		t.Errorf("without policies: %v", got)
	}
	large := declare(s, "large", forbid("cluster.modify", `when { context.cluster has maxGeneralClassInstanceSizeValue && context.cluster.maxGeneralClassInstanceSizeValue > 30 }`))
	declare(s, "open", forbid("project.ipAccessList.modify", `when { context.project.ipAccessList.contains(ip("0.0.0.0/0")) }`))
	var got []string
	for _, r := range list() {
		by := r["resourcePoliciesCausingNonCompliance"].([]any)[0].(object)
		got = append(got, fmt.Sprint(r["resourceType"], " ", r["resourceName"], " ", by["resourcePolicyName"], " ", len(by["policiesCausingNonCompliance"].([]any))))
	}
	slices.Sort(got)
	if len(got) != 2 || got[0] != "CLUSTER alpha large 1" || !strings.HasPrefix(got[1], "PROJECT ") || !strings.HasSuffix(got[1], " open 1") {
		t.Errorf("they are %q", got)
	}
	owner.Delete(large).Want(http.StatusOK)
	if got := list(); len(got) != 1 {
		t.Errorf("then they are %v", got)
	}
}

// TestLife is a policy's life as the Terraform provider leads it.
func TestLife(t *testing.T) {
	s := apitest.Start(t)
	owner, all := s.Owner(), "/orgs/"+s.OrgID+"/resourcePolicies"
	first := forbid("cluster.modify", `when { context.cluster.cloudProviders.containsAny([ResourcePolicy::CloudProvider::"gcp"]) }`)
	second := forbid("cluster.modify", `when { context.cluster.isConvertingToSharded }`)
	body := object{"name": "no gcp", "description": "Costs.", "policies": []object{{"body": first}}}
	if w := owner.Post(all+":validate", body).Want(http.StatusOK).Object(); w["name"] != "no gcp" || w["id"] != nil {
		t.Errorf("it would be %v", w)
	}
	made := owner.Post(all, body).Want(http.StatusCreated).Object()
	owner.Post(all, body).WantError(http.StatusBadRequest, "RESOURCE_POLICY_NAME_ALREADY_EXISTS")
	one := all + "/" + made["id"].(string)
	statement := made["policies"].([]any)[0].(object)
	if made["version"] != "v1" || made["orgId"] != s.OrgID || made["description"] != "Costs." || statement["body"] != first || made["createdByUser"].(object)["name"] != s.PublicKey {
		t.Errorf("it is %v", made)
	}
	s.Advance(time.Hour)
	changed := owner.Patch(one, object{"description": "", "policies": []object{{"body": second}, {"body": first}}}).Want(http.StatusOK).Object()
	statements := changed["policies"].([]any)
	if changed["description"] != nil || len(statements) != 2 || statements[1].(object)["id"] != statement["id"] || statements[0].(object)["id"] == statement["id"] || changed["lastUpdatedDate"] == made["lastUpdatedDate"] {
		t.Errorf("it becomes %v", changed)
	}
	if again := owner.Get(one).Want(http.StatusOK).Object(); fmt.Sprint(again) != fmt.Sprint(changed) {
		t.Errorf("it is read as %v", again)
	}
	var list []object
	if owner.Get(all).Want(http.StatusOK).JSON(&list); len(list) != 1 {
		t.Errorf("there are %v", list)
	}
	owner.Delete(one).Want(http.StatusOK)
	owner.Get(one).WantError(http.StatusNotFound, "RESOURCE_POLICY_NOT_FOUND")
	var types []string
	for _, e := range owner.Get("/orgs/" + s.OrgID + "/events").Results() {
		if name := e["eventTypeName"].(string); strings.HasPrefix(name, "RESOURCE_POLICY_") {
			types = append(types, name)
		}
	}
	if want := []string{"RESOURCE_POLICY_DELETED", "RESOURCE_POLICY_MODIFIED", "RESOURCE_POLICY_CREATED"}; !slices.Equal(types, want) {
		t.Errorf("the events are %v", types)
	}
}

// TestWrongStatements: each is refused by create and validate alike, with what is wrong.
func TestWrongStatements(t *testing.T) {
	s := apitest.Start(t)
	owner, all := s.Owner(), "/orgs/"+s.OrgID+"/resourcePolicies"
	when := func(condition string) string { return forbid("cluster.modify", "when { "+condition+" }") }
	for name, c := range map[string]struct{ body, code string }{
		"no Cedar":             {"deny everything", "POLICY_PARSING_ERROR"},
		"half a statement":     {`forbid (principal, action, resource`, "POLICY_PARSING_ERROR"},
		"two statements":       {when("true") + when("true"), "POLICY_PARSING_ERROR"},
		"a permission":         {strings.Replace(when("true"), "forbid", "permit", 1), "POLICY_HAS_FAILED_VALIDATIONS"},
		"every action":         {`forbid (principal, action, resource);`, "POLICY_HAS_FAILED_VALIDATIONS"},
		"an unknown action":    {forbid("cluster.delete", ""), "POLICY_HAS_FAILED_VALIDATIONS"},
		"a principal":          {strings.Replace(when("true"), "principal", `principal == ResourcePolicy::CloudUser::"ann"`, 1), "POLICY_HAS_INVALID_PRINCIPAL"},
		"an unknown attribute": {when(`context.cluster.color == "red"`), "POLICY_HAS_FAILED_VALIDATIONS"},
		"a wrong type":         {when(`context.cluster.minShardCount == "one"`), "POLICY_HAS_FAILED_VALIDATIONS"},
		"an unknown provider":  {when(`context.cluster.cloudProviders.contains(ResourcePolicy::CloudProvider::"ovh")`), "POLICY_HAS_UNEXPECTED_ENTITIES"},
		"an unknown region":    {when(`context.cluster.regions.contains(ResourcePolicy::Region::"aws:moon-1")`), "POLICY_HAS_UNEXPECTED_ENTITIES"},
		"another context":      {when(`context.project.ipAccessList.isEmpty()`), "POLICY_HAS_FAILED_VALIDATIONS"},
		"a least by >":         {when(`context.cluster.minShardCount > 3`), "POLICY_HAS_FAILED_VALIDATIONS"},
		"a most by <":          {when(`3 > context.cluster.maxShardCount`), "POLICY_HAS_FAILED_VALIDATIONS"},
		"too large":            {when(strings.Repeat("true && ", 2000) + "true"), "POLICY_HAS_BODY_EXCEEDING_MAX_SIZE"},
		"too deep":             {when(strings.Repeat("(", 1000) + "true" + strings.Repeat(")", 1000)), "POLICY_HAS_FAILED_VALIDATIONS"},
	} {
		for _, path := range []string{all, all + ":validate"} {
			res := owner.Post(path, object{"name": name, "policies": []object{{"body": when("true")}, {"body": c.body}}})
			if res.Status != http.StatusBadRequest || res.Object()["errorCode"] != c.code || !strings.Contains(string(res.Body), "policies[1].body") {
				t.Errorf("%s: %d %s", name, res.Status, res.Body)
			}
		}
	}
	var list []object
	if owner.Get(all).JSON(&list); len(list) != 0 {
		t.Errorf("there are %v", list)
	}
}

// TestRace: two changes that are allowed one at a time, but not together, are made one at a time.
func TestRace(t *testing.T) {
	s := apitest.Start(t)
	declare(s, "two clusters", forbid("cluster.modify", `when { context.project.clustersInProject > 2 }`))
	owner, at := s.Owner(), "/groups/"+s.ProjectID+"/clusters"
	owner.Post(at, shape("first", "AWS", "US_EAST_1", "M10", nil)).Want(http.StatusCreated)
	var wg sync.WaitGroup
	statuses := make([]int, 4)
	for i := range statuses {
		wg.Go(func() {
			statuses[i] = s.Owner().Post(at, shape(fmt.Sprint("more", i), "AWS", "US_EAST_1", "M10", nil)).Status
		})
	}
	wg.Wait()
	slices.Sort(statuses)
	if want := []int{http.StatusCreated, http.StatusForbidden, http.StatusForbidden, http.StatusForbidden}; !slices.Equal(statuses, want) {
		t.Errorf("they answer %v", statuses)
	}
}
