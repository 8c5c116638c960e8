package databaseuser_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// custom makes a custom role that allows finding in shop.
func custom(s *apitest.Server, name string) {
	s.Owner().Post("/groups/"+s.ProjectID+"/customDBRoles/roles", object{"roleName": name, "actions": []object{{
		"action": "FIND", "resources": []object{{"cluster": false, "db": "shop", "collection": ""}},
	}}}).Want(http.StatusAccepted)
}

func TestCustomRolesOfUsers(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	one := path(s) + "/admin/ann"
	body := user("ann", object{"roles": []object{role("finder", "admin", ""), role("read", "stock", "")}})
	a := owner.Post(path(s), body)
	if got := a.WantError(http.StatusBadRequest, "ATLAS_INVALID_ROLE"); !slices.Equal(got, []string{"roles[0].roleName"}) {
		t.Errorf("fields %v", got)
	}
	if p := a.Object()["parameters"].([]any); !slices.Equal(p, []any{"finder", "admin"}) {
		t.Errorf("parameters %v", p)
	}
	custom(s, "finder")
	custom(s, "keeper")
	made := create(s, body)
	if got := made["roles"].([]any)[0].(object); got["roleName"] != "finder" || got["databaseName"] != "admin" || got["collectionName"] != nil {
		t.Errorf("role %v", got)
	}
	for change, c := range map[string]struct {
		code   string
		fields []string
	}{
		`{"roles":[{"roleName":"nobody","databaseName":"admin"}],"description":"x"}`:                                              {"ATLAS_INVALID_ROLE", []string{"roles[0].roleName"}},
		`{"roles":[{"roleName":"finder","databaseName":"shop"}],"description":"x"}`:                                               {"VALIDATION_ERROR", []string{"roles[0].databaseName"}},
		`{"roles":[{"roleName":"finder","databaseName":"admin","collectionName":"c"}],"description":"x"}`:                         {"VALIDATION_ERROR", []string{"roles[0].collectionName"}},
		`{"roles":[{"roleName":"nobody","databaseName":"admin"},{"roleName":"read","databaseName":""}],"description":"x"}`:        {"VALIDATION_ERROR", []string{"roles[0].roleName", "roles[1].databaseName"}},
		`{"roles":[{"roleName":"Finder","databaseName":"admin"},{"roleName":"keeper","databaseName":"admin"}],"description":"x"}`: {"ATLAS_INVALID_ROLE", []string{"roles[0].roleName"}},
	} {
		got := owner.Patch(one, change).WantError(http.StatusBadRequest, c.code)
		if slices.Sort(got); !slices.Equal(got, c.fields) {
			t.Errorf("%s: fields %v", change, got)
		}
	}
	if got := owner.Get(one).Object(); got["description"] != nil {
		t.Errorf("a refused change left %v", got)
	}
	changed := owner.Patch(one, object{"roles": []object{role("keeper", "admin", "")}}).Want(http.StatusOK).Object()
	if got := changed["roles"].([]any); len(got) != 1 || got[0].(object)["roleName"] != "keeper" {
		t.Errorf("roles %v", got)
	}
}

func TestAtMostTwentyCustomRoles(t *testing.T) {
	s := apitest.Start(t)
	var roles []object
	for i := range 21 {
		custom(s, fmt.Sprint("role", i))
		roles = append(roles, role(fmt.Sprint("role", i), "admin", ""))
	}
	if got := s.Owner().Post(path(s), user("ann", object{"roles": roles})).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"roles"}) {
		t.Errorf("fields %v", got)
	}
	create(s, user("ann", object{"roles": append(roles[:20:20], role("read", "shop", ""))}))
}
