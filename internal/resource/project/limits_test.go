package project_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

const (
	clusters = "atlas.project.deployment.clusters"
	users    = "atlas.project.security.databaseAccess.users"
	roles    = "atlas.project.security.databaseAccess.customRoles"
	entries  = "atlas.project.security.networkAccess.entries"
	masks    = "atlas.project.deployment.privateServiceConnectionsSubnetMask"
)

type quota struct {
	Name                                            string
	Value, DefaultLimit, MaximumLimit, CurrentUsage int64
}

// quotas are a project's limits by name.
func quotas(s *apitest.Server, groupID string) map[string]quota {
	var list []quota
	s.Owner().Get("/groups/" + groupID + "/limits").Want(http.StatusOK).JSON(&list)
	all := map[string]quota{}
	for _, q := range list {
		all[q.Name] = q
	}
	return all
}

func user(name string) object {
	return object{
		"databaseName": "admin", "username": name, "password": "a password of the tests",
		"roles": []object{{"databaseName": "shop", "roleName": "read"}},
	}
}

func TestLimits(t *testing.T) {
	s := apitest.Start(t)
	owner, at := s.Owner(), "/groups/"+s.ProjectID
	for name, want := range map[string]quota{
		clusters: {Value: 25, DefaultLimit: 25, MaximumLimit: 100}, users: {Value: 100, DefaultLimit: 100, MaximumLimit: 900},
		roles: {Value: 100, DefaultLimit: 100, MaximumLimit: 1400}, entries: {Value: 200, DefaultLimit: 200, MaximumLimit: 200},
		"atlas.project.security.networkAccess.crossRegionEntries": {Value: 40, DefaultLimit: 40, MaximumLimit: 220},
	} {
		want.Name = name
		if got := quotas(s, s.ProjectID)[name]; got != want {
			t.Errorf("limit %+v, want %+v", got, want)
		}
	}
	// What is there counts.
	owner.Post(at+"/databaseUsers", user("ann")).Want(http.StatusCreated)
	owner.Post(at+"/accessList", []object{{"ipAddress": "1.2.3.4"}, {"ipAddress": "1.2.3.5"}}).Want(http.StatusOK)
	owner.Post(at+"/clusters", cluster).Want(http.StatusCreated)
	s.Advance(time.Minute) // it will be ready, and have told so, before what follows
	owner.Post(at+"/customDBRoles/roles", object{"roleName": "looker", "actions": []object{{"action": "FIND", "resources": []object{{"db": "shop", "collection": "", "cluster": false}}}}}).Want(http.StatusAccepted)
	for name, n := range map[string]int64{users: 1, entries: 2, clusters: 1, roles: 1, masks: 0} {
		if got := quotas(s, s.ProjectID)[name].CurrentUsage; got != n {
			t.Errorf("%s: usage %d, want %d", name, got, n)
		}
	}
	// Whoever sets a limit is held to it, and whoever removes it gets the default back.
	news(t, s, s.ProjectID, func() {
		var q quota
		owner.Patch(at+"/limits/"+users, object{"value": 2, "name": "ignored"}).Want(http.StatusOK).JSON(&q)
		if q != (quota{users, 2, 100, 900, 1}) {
			t.Errorf("set %+v", q)
		}
		owner.Patch(at+"/limits/"+users, object{"value": 2}).Want(http.StatusOK)
	}, "PROJECT_LIMIT_UPDATED")
	s.Restart()
	owner = s.Owner()
	owner.Post(at+"/databaseUsers", user("bob")).Want(http.StatusCreated)
	owner.Post(at+"/databaseUsers", user("eve")).WantError(http.StatusForbidden, "GROUP_USERS_LIMIT_EXCEEDED")
	news(t, s, s.ProjectID, func() {
		owner.Delete(at + "/limits/" + users).Want(http.StatusNoContent)
		owner.Delete(at + "/limits/" + users).Want(http.StatusNoContent)
	}, "PROJECT_LIMIT_UPDATED")
	owner.Post(at+"/databaseUsers", user("eve")).Want(http.StatusCreated)
	if q := quotas(s, s.ProjectID)[users]; q.Value != 100 || q.CurrentUsage != 3 {
		t.Errorf("after all %+v", q)
	}
}

// A limit below the usage refuses what is new only.
func TestLimitsBelowTheUsage(t *testing.T) {
	s := apitest.Start(t)
	owner, at := s.Owner(), "/groups/"+s.ProjectID
	list := func(from, to int) (all []object) {
		for i := from; i < to; i++ {
			all = append(all, object{"ipAddress": fmt.Sprintf("10.0.0.%d", i), "comment": fmt.Sprint(to)})
		}
		return all
	}
	owner.Post(at+"/accessList", list(0, 5)).Want(http.StatusOK)
	owner.Patch(at+"/limits/"+entries, object{"value": 3}).Want(http.StatusOK)
	owner.Post(at+"/accessList", list(0, 4)).Want(http.StatusOK) // they are there: other comments
	owner.Post(at+"/accessList", list(4, 6)).WantError(http.StatusForbidden, "ATLAS_NETWORK_PERMISSIONS_LIMIT_EXCEEDED")
	owner.Delete(at + "/accessList/10.0.0.1").Want(http.StatusNoContent)
	owner.Post(at+"/accessList", list(5, 6)).WantError(http.StatusForbidden, "ATLAS_NETWORK_PERMISSIONS_LIMIT_EXCEEDED")
	owner.Patch(at+"/limits/"+entries, object{"value": 5}).Want(http.StatusOK)
	owner.Post(at+"/accessList", list(5, 6)).Want(http.StatusOK)

	owner.Post(at+"/clusters", cluster).Want(http.StatusCreated)
	owner.Patch(at+"/limits/"+clusters, object{"value": 1}).Want(http.StatusOK)
	second := object{"name": "another", "clusterType": cluster["clusterType"], "replicationSpecs": cluster["replicationSpecs"]}
	owner.Post(at+"/clusters", second).WantError(http.StatusForbidden, "CLUSTERS_PER_GROUP_LIMIT_EXCEEDED")
	// Limits are each project's own.
	owner.Post("/groups/"+create(s, "other")+"/clusters", second).Want(http.StatusCreated)
}

func TestRefusedLimits(t *testing.T) {
	s := apitest.Start(t)
	owner, at := s.Owner(), "/groups/"+s.ProjectID+"/limits/"
	for _, c := range []struct {
		name  string
		value any
	}{{clusters, 0}, {clusters, -1}, {clusters, 101}, {clusters, 1.5}, {clusters, "ten"}, {clusters, nil}, {users, 901}, {roles, 1401}, {masks, 19}, {masks, 28}} {
		if got := owner.Patch(at+c.name, object{"value": c.value}).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"value"}) {
			t.Errorf("%v: fields %v", c, got)
		}
	}
	owner.Patch(at+clusters, object{}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Patch(at+masks, object{"value": 20}).Want(http.StatusOK)
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		owner.Do(method, at+"dataFederation.bytesProcessed.query", nil).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
		owner.Do(method, at+"atlas.project.nonsense", nil).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	}
	owner.Patch(at+"dataFederation.bytesProcessed.query", object{"value": 1}).WantError(http.StatusBadRequest, "FEATURE_UNSUPPORTED")
	reader := keyWith(s, "ORG_READ_ONLY")
	reader.Get(at + clusters).Want(http.StatusOK)
	reader.Patch(at+clusters, object{"value": 1}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	reader.Delete(at+clusters).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	sdk := s.SDK().ProjectsApi
	got, _, err := sdk.SetProjectLimit(t.Context(), clusters, s.ProjectID, &admin.DataFederationLimit{Value: 7}).Execute()
	if err != nil || got.GetValue() != 7 {
		t.Errorf("SDK: %v %v", got, err)
	}
	list, _, err := sdk.ListProjectLimits(t.Context(), s.ProjectID).Execute()
	if err != nil || len(list) != 9 {
		t.Errorf("SDK: %v %v", list, err)
	}
}
