package customrole_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestLifeOfARole(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	if a := owner.Get(roles(s)).Want(http.StatusOK); string(a.Body) != "[]" {
		t.Errorf("no roles are %s", a.Body)
	}
	want := object{
		"roleName": "clerk",
		"actions": []any{
			object{"action": "FIND", "resources": []any{on("shop", ""), on("", "prices"), on("", "")}},
			object{"action": "LIST_DATABASES", "resources": []any{cluster}},
			object{"action": "OUT_TO_S3", "resources": []any{cluster, on("lake", "")}},
		},
		"inheritedRoles": []any{inherit("readWrite", "shop"), inherit("clusterMonitor", "admin")},
	}
	for _, got := range []object{create(s, want), owner.Get(roles(s) + "/clerk").Want(http.StatusOK).Object()} {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the role is\n%v, want\n%v", got, want)
		}
	}
	owner.Post(roles(s), want).WantError(http.StatusConflict, "ATLAS_CUSTOM_ROLE_NAME_ALREADY_EXISTS")
	create(s, role("Clerk", nil, inherit("clerk", "admin")))
	s.Restart()
	owner = s.Owner()
	var list []object
	owner.Get(roles(s)).Want(http.StatusOK).JSON(&list)
	if len(list) != 2 || list[0]["roleName"] != "Clerk" || !reflect.DeepEqual(list[1], want) {
		t.Errorf("after a restart the roles are %v", list)
	}
	enveloped := owner.Get(roles(s) + "?envelope=true").Want(http.StatusOK).Object()
	if enveloped["status"] != 200.0 || len(enveloped["content"].([]any)) != 2 {
		t.Errorf("in an envelope: %v", enveloped)
	}

	// A change replaces what it names.
	want["actions"] = []any{object{"action": "INSERT", "resources": []any{on("shop", "orders")}}}
	if got := owner.Patch(roles(s)+"/clerk", object{"actions": want["actions"]}).Want(http.StatusOK).Object(); !reflect.DeepEqual(got, want) {
		t.Errorf("changed to %v, want %v", got, want)
	}
	want["inheritedRoles"] = []any{}
	owner.Patch(roles(s)+"/clerk", `{"inheritedRoles":[],"actions":null}`).Want(http.StatusOK)
	owner.Patch(roles(s)+"/clerk", `{}`).Want(http.StatusOK)
	if got := owner.Get(roles(s) + "/clerk").Object(); !reflect.DeepEqual(got, want) {
		t.Errorf("changed to %v, want %v", got, want)
	}
	owner.Patch(roles(s)+"/clerk", `{"actions":[]}`).WantError(http.StatusBadRequest, "ATLAS_CUSTOM_ROLE_HAS_NO_PERMISSIONS")

	owner.Delete(roles(s) + "/Clerk").Want(http.StatusNoContent)
	owner.Delete(roles(s) + "/clerk").Want(http.StatusNoContent)
	events := []string{
		"MONGODB_ROLE_DELETED", "MONGODB_ROLE_DELETED", "MONGODB_ROLE_UPDATED", "MONGODB_ROLE_UPDATED", // and none for {}
		"MONGODB_ROLE_ADDED", "MONGODB_ROLE_ADDED", "GROUP_CREATED",
	}
	if got := s.EventTypes(s.ProjectID); !slices.Equal(got, events) {
		t.Errorf("events %v, want %v", got, events)
	}
	if e := owner.Get("/groups/" + s.ProjectID + "/events").Results()[0]; e["publicKey"] != s.PublicKey {
		t.Errorf("event %v", e)
	}
}

func TestMissing(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	for _, name := range []string{"/clerk", "/read", "/a%2Fb", "/%20"} {
		owner.Get(roles(s)+name).WantError(http.StatusNotFound, "ATLAS_CUSTOM_ROLE_NOT_FOUND")
		owner.Patch(roles(s)+name, `{"actions":[]}`).WantError(http.StatusNotFound, "ATLAS_CUSTOM_ROLE_NOT_FOUND")
		owner.Delete(roles(s)+name).WantError(http.StatusNotFound, "ATLAS_CUSTOM_ROLE_NOT_FOUND")
	}
	nowhere := "/groups/000000000000000000000000/customDBRoles/roles"
	owner.Get(nowhere).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	owner.Post(nowhere, role("clerk", nil, inherit("read", "shop"))).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
}

func TestWhoMay(t *testing.T) {
	s := apitest.Start(t)
	create(s, role("clerk", nil, inherit("read", "shop")))
	r := reader(t, s)
	r.Get(roles(s)).Want(http.StatusOK)
	r.Get(roles(s) + "/clerk").Want(http.StatusOK)
	r.Post(roles(s), role("boss", nil, inherit("read", "shop"))).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	r.Patch(roles(s)+"/clerk", `{}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	r.Delete(roles(s)+"/clerk").WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	s.Anonymous().Get(roles(s)).Want(http.StatusUnauthorized)
}

// many are resources, each another one.
func many(n int) (list []object) {
	for i := range n {
		list = append(list, on("shop", fmt.Sprint("c", i)))
	}
	return list
}

// Every rule has its code; a role that breaks several is told of all of them.
func TestRules(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	reads := []object{inherit("read", "shop")}
	find := []object{may("FIND", on("shop", ""))}
	for what, c := range map[string]struct {
		body   object
		code   string
		fields string
	}{
		"no name":            {object{"actions": find}, "VALIDATION_ERROR", "roleName"},
		"empty name":         {role("", find), "ATLAS_CUSTOM_ROLE_INVALID_NAME", "roleName"},
		"name with a space":  {role("a b", find), "ATLAS_CUSTOM_ROLE_INVALID_NAME", "roleName"},
		"name begins with -": {role("-a", find), "ATLAS_CUSTOM_ROLE_INVALID_NAME", "roleName"},
		"name not ASCII":     {role("Zoë", find), "ATLAS_CUSTOM_ROLE_INVALID_NAME", "roleName"},
		"long name":          {role(strings.Repeat("x", 256), find), "ATLAS_CUSTOM_ROLE_INVALID_NAME", "roleName"},
		"prefix":             {role("xgen-a", find), "ATLAS_RESERVED_CUSTOM_ROLE_RESTRICTED", "roleName"},
		"built-in":           {role("readWrite", find), "ATLAS_INVALID_CUSTOM_ROLE_RESTRICTED", "roleName"},
		"the server's own":   {role("root", find), "ATLAS_INVALID_CUSTOM_ROLE_RESTRICTED", "roleName"},
		"empty":              {role("a", nil), "ATLAS_CUSTOM_ROLE_HAS_NO_PERMISSIONS", "actions"},
		"nothing":            {object{"roleName": "a"}, "ATLAS_CUSTOM_ROLE_HAS_NO_PERMISSIONS", "actions"},
		"unknown action":     {role("a", []object{may("find", on("", ""))}), "VALIDATION_ERROR", "actions[0].action"},
		"no resources":       {role("a", []object{may("FIND")}), "VALIDATION_ERROR", "actions[0].resources"},
		"half a resource":    {role("a", []object{may("FIND", object{"db": "shop"})}), "VALIDATION_ERROR", "actions[0].resources[0].cluster actions[0].resources[0].collection"},
		"action twice":       {role("a", slices.Concat(find, find)), "ATLAS_DUPLICATE_CUSTOM_ROLE_ACTION", "actions[1].action"},
		"resource twice":     {role("a", []object{may("FIND", on("a", ""), on("b", ""), on("a", ""))}), "ATLAS_DUPLICATE_CUSTOM_ROLE_RESOURCE", "actions[0].resources[2]"},
		"cluster twice":      {role("a", []object{may("TOP", cluster, object{"cluster": true, "db": "x", "collection": "y"})}), "ATLAS_DUPLICATE_CUSTOM_ROLE_RESOURCE", "actions[0].resources[1]"},
		"find on cluster":    {role("a", []object{may("FIND", cluster)}), "ATLAS_INVALID_RESOURCE", "actions[0].resources[0].cluster"},
		"top on a database":  {role("a", []object{may("TOP", on("a", ""))}), "ATLAS_INVALID_RESOURCE", "actions[0].resources[0].cluster"},
		"names":              {role("a", []object{may("FIND", on("a.b", "$c"))}), "VALIDATION_ERROR", "actions[0].resources[0].collection actions[0].resources[0].db"},
		"many resources":     {role("a", []object{may("FIND", many(500)...), may("INSERT", many(501)...)}), "VALIDATION_ERROR", "actions"},
		"unknown parent":     {role("a", nil, inherit("b", "admin")), "ATLAS_INVALID_CUSTOM_ROLE_INHERITANCE", "inheritedRoles[0].role"},
		"server's parent":    {role("a", nil, inherit("root", "admin")), "ATLAS_INVALID_CUSTOM_ROLE_INHERITANCE", "inheritedRoles[0].role"},
		"itself":             {role("a", nil, inherit("a", "admin")), "ATLAS_INVALID_CUSTOM_ROLE_SELF_REFERENTIAL", "inheritedRoles[0].role"},
		"wrong place":        {role("a", nil, inherit("atlasAdmin", "shop")), "ATLAS_INVALID_CUSTOM_ROLE_INHERITED_SCOPE", "inheritedRoles[0].db"},
		"no place":           {role("a", nil, inherit("read", "")), "VALIDATION_ERROR", "inheritedRoles[0].db"},
		"parent twice":       {role("a", nil, slices.Concat(reads, reads)...), "VALIDATION_ERROR", "inheritedRoles[1]"},
		"unknown fields":     {object{"roleName": "a", "actions": find, "databaseName": "admin"}, "VALIDATION_ERROR", "databaseName"},
		"everything": {role("xgen-a", []object{may("FIND", cluster)}, inherit("b", "shop")), "ATLAS_RESERVED_CUSTOM_ROLE_RESTRICTED",
			"actions[0].resources[0].cluster inheritedRoles[0].db inheritedRoles[0].role roleName"},
	} {
		got := owner.Post(roles(s), c.body).WantError(http.StatusBadRequest, c.code)
		if slices.Sort(got); strings.Join(got, " ") != c.fields {
			t.Errorf("%s: fields %v, want %s", what, got, c.fields)
		}
	}
	if a := owner.Get(roles(s)); string(a.Body) != "[]" {
		t.Errorf("the refused requests left %s", a.Body)
	}
	create(s, role("a", find))
	for body, code := range map[string]string{
		`{"inheritedRoles":[{"role":"b","db":"admin"}],"actions":[{"action":"TOP","resources":[{"cluster":true,"db":"","collection":""}]}]}`: "ATLAS_INVALID_CUSTOM_ROLE_INHERITANCE",
		`{"inheritedRoles":[{"role":"a","db":"admin"}]}`: "ATLAS_INVALID_CUSTOM_ROLE_SELF_REFERENTIAL",
		`{"roleName":"b"}`:               "VALIDATION_ERROR",
		`{"actions":[{"action":"TOP"}]}`: "VALIDATION_ERROR",
	} {
		owner.Patch(roles(s)+"/a", body).WantError(http.StatusBadRequest, code)
	}
	if got := owner.Get(roles(s) + "/a").Object(); fmt.Sprint(got["actions"], got["inheritedRoles"]) != fmt.Sprint([]any{object{"action": "FIND", "resources": []any{on("shop", "")}}}, []any{}) {
		t.Errorf("the refused changes left %v", got)
	}
}

func TestCircles(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	create(s, role("a", nil, inherit("read", "shop")))
	create(s, role("b", nil, inherit("a", "admin")))
	create(s, role("c", nil, inherit("b", "admin"), inherit("a", "admin"))) // a twice, by two ways, is no circle
	got := owner.Patch(roles(s)+"/a", object{"inheritedRoles": []object{inherit("read", "shop"), inherit("c", "admin")}}).
		WantError(http.StatusBadRequest, "ATLAS_INVALID_CUSTOM_ROLE_CIRCULAR_DEPENDENCY")
	if !slices.Equal(got, []string{"inheritedRoles[1].role"}) {
		t.Errorf("fields %v", got)
	}
	owner.Patch(roles(s)+"/c", object{"inheritedRoles": []object{inherit("read", "shop")}}).Want(http.StatusOK)
	owner.Patch(roles(s)+"/a", object{"inheritedRoles": []object{inherit("c", "admin")}}).Want(http.StatusOK)
}

// A role goes from those who have it, unless it is all that one of them has.
func TestDeletion(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	find := []object{may("FIND", on("shop", ""))}
	create(s, role("base", find))
	create(s, role("heir", find, inherit("base", "admin"), inherit("read", "stock")))
	create(s, role("shell", nil, inherit("base", "admin")))
	user(s, "ann", "base", "admin", "read", "stock")
	user(s, "bob", "base", "admin")
	user(s, "eve", "read", "stock")
	a := owner.Delete(roles(s) + "/base")
	a.WantError(http.StatusConflict, "ATLAS_CUSTOM_ROLE_IN_USE_BY_ROLES")
	if p := a.Object()["parameters"].([]any); !slices.Equal(p, []any{"shell"}) {
		t.Errorf("parameters %v", p)
	}
	owner.Delete(roles(s) + "/shell").Want(http.StatusNoContent)
	a = owner.Delete(roles(s) + "/base")
	a.WantError(http.StatusConflict, "ATLAS_CUSTOM_ROLE_IN_USE_BY_USERS")
	if p := a.Object()["parameters"].([]any); !slices.Equal(p, []any{"bob"}) {
		t.Errorf("parameters %v", p)
	}
	if got := owner.Get(roles(s) + "/heir").Object()["inheritedRoles"].([]any); len(got) != 2 {
		t.Errorf("a refused deletion left the heir with %v", got)
	}
	owner.Delete(users(s) + "/admin/bob").Want(http.StatusNoContent)
	owner.Delete(roles(s) + "/base").Want(http.StatusNoContent)
	events := []string{"MONGODB_ROLE_DELETED", "MONGODB_USER_UPDATED", "MONGODB_ROLE_UPDATED", "MONGODB_USER_DELETED"}
	if got := s.EventTypes(s.ProjectID)[:len(events)]; !slices.Equal(got, events) {
		t.Errorf("events %v, want %v", got, events)
	}
	if got := owner.Get(roles(s) + "/heir").Object()["inheritedRoles"].([]any); !reflect.DeepEqual(got, []any{inherit("read", "stock")}) {
		t.Errorf("the heir inherits %v", got)
	}
	if got := owner.Get(users(s) + "/admin/ann").Object()["roles"].([]any); len(got) != 1 || got[0].(object)["roleName"] != "read" {
		t.Errorf("ann has %v", got)
	}
}

func TestLimit(t *testing.T) {
	s := apitest.Start(t)
	fill(t, s, 99, 0)
	create(s, role("last", nil, inherit("read", "shop")))
	a := s.Owner().Post(roles(s), role("more", nil, inherit("read", "shop")))
	a.WantError(http.StatusForbidden, "CUSTOM_ROLES_LIMIT_EXCEEDED")
	if p := a.Object()["parameters"].([]any); !slices.Equal(p, []any{"100"}) {
		t.Errorf("parameters %v", p)
	}
	fill(t, s, 0, 101)
	create(s, role("more", nil, inherit("read", "shop")))
	s.Owner().Post(roles(s), role("most", nil, inherit("read", "shop"))).WantError(http.StatusForbidden, "CUSTOM_ROLES_LIMIT_EXCEEDED")
}

func TestAProjectTakesItsRolesAlong(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	id := owner.Post("/groups", object{"name": "other", "orgId": s.OrgID}).Want(http.StatusOK).Object()["id"].(string)
	other := "/groups/" + id + "/customDBRoles/roles"
	owner.Post(other, role("clerk", nil, inherit("read", "shop"))).Want(http.StatusAccepted)
	owner.Get(roles(s)+"/clerk").WantError(http.StatusNotFound, "ATLAS_CUSTOM_ROLE_NOT_FOUND")
	if got := s.Mentions(id); !slices.Contains(got, "t_custom_roles") {
		t.Fatalf("the project is in the tables %v", got)
	}
	s.Owner().Delete("/groups/" + id).Want(http.StatusNoContent)
	if got := s.Mentions(id); len(got) > 0 {
		t.Errorf("the project is gone, but it is in the tables %v", got)
	}
}

func TestSDK(t *testing.T) {
	s := apitest.Start(t)
	for name, sdk := range map[string]*admin.APIClient{"digest": s.SDK(), "OAuth": s.OAuthSDK(t.Context())} {
		api, ctx := sdk.CustomDatabaseRolesApi, t.Context()
		made, _, err := api.CreateCustomDatabaseRole(ctx, s.ProjectID, &admin.UserCustomDBRole{
			RoleName:       "clerk",
			Actions:        &[]admin.DatabasePrivilegeAction{{Action: "FIND", Resources: &[]admin.DatabasePermittedNamespaceResource{{Db: "shop"}}}},
			InheritedRoles: &[]admin.DatabaseInheritedRole{{Role: "read", Db: "stock"}},
		}).Execute()
		if err != nil || made.RoleName != "clerk" {
			t.Fatalf("%s: create: %v (%v)", name, made, err)
		}
		changed, _, err := api.UpdateCustomDatabaseRole(ctx, s.ProjectID, "clerk", &admin.UpdateCustomDBRole{InheritedRoles: &[]admin.DatabaseInheritedRole{}}).Execute()
		if err != nil || len(changed.GetInheritedRoles()) != 0 || len(changed.GetActions()) != 1 {
			t.Fatalf("%s: update: %v (%v)", name, changed, err)
		}
		list, _, err := api.ListCustomDatabaseRoles(ctx, s.ProjectID).Execute()
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: list: %v (%v)", name, list, err)
		}
		if _, err := api.DeleteCustomDatabaseRole(ctx, s.ProjectID, "clerk").Execute(); err != nil {
			t.Fatalf("%s: delete: %v", name, err)
		}
		_, _, err = api.GetCustomDatabaseRole(ctx, s.ProjectID, "clerk").Execute()
		if e, ok := admin.AsError(err); !ok || e.GetErrorCode() != "ATLAS_CUSTOM_ROLE_NOT_FOUND" {
			t.Fatalf("%s: get: %v", name, err)
		}
	}
}
