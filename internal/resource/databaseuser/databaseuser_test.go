package databaseuser_test

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestLifeOfAUser(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	more := object{
		"description": "the shop", "labels": []object{{"key": "team", "value": "sales"}},
		"scopes": []object{{"name": "alpha", "type": "CLUSTER"}},
		"roles":  []object{role("readWrite", "shop", "orders"), role("clusterMonitor", "admin", "")},
	}
	made := create(s, user("ann", more))
	got := owner.Get(path(s) + "/admin/ann").Want(http.StatusOK).Object()
	if !reflect.DeepEqual(got, made) {
		t.Errorf("read again: %v, want %v", got, made)
	}
	delete(got, "links")
	want := object{
		"awsIAMType": "NONE", "ldapAuthType": "NONE", "oidcAuthType": "NONE", "x509Type": "NONE", "databaseName": "admin",
		"groupId": s.ProjectID, "username": "ann", "description": "the shop", "labels": []any{object{"key": "team", "value": "sales"}},
		"scopes": []any{object{"name": "alpha", "type": "CLUSTER"}},
		"roles":  []any{object{"roleName": "readWrite", "databaseName": "shop", "collectionName": "orders"}, object{"roleName": "clusterMonitor", "databaseName": "admin"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the user is\n%v, want\n%v", got, want)
	}
	s.Restart()
	owner = s.Owner()
	if again := owner.Get(path(s) + "/admin/ann").Want(http.StatusOK).Object(); again["description"] != "the shop" {
		t.Errorf("after a restart: %v", again)
	}
	owner.Patch(path(s)+"/admin/ann", object{"password": "an0ther-password"}).Want(http.StatusOK)
	owner.Delete(path(s) + "/admin/ann").Want(http.StatusNoContent)
	owner.Get(path(s)+"/admin/ann").WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
	if got := s.EventTypes(s.ProjectID)[:3]; !slices.Equal(got, []string{"MONGODB_USER_DELETED", "MONGODB_USER_UPDATED", "MONGODB_USER_ADDED"}) {
		t.Errorf("events %v", got)
	}
	for _, e := range owner.Get("/groups/" + s.ProjectID + "/events?itemsPerPage=3").Results() {
		if e["publicKey"] != s.PublicKey {
			t.Errorf("event %v", e)
		}
	}
}

// A change touches what its body names and nothing else; null is the same as absent, an empty list is not.
func TestPartialUpdates(t *testing.T) {
	s := apitest.Start(t)
	one := path(s) + "/admin/ann"
	want := create(s, user("ann", object{
		"description": "the shop", "labels": []object{{"key": "team", "value": "sales"}}, "scopes": []object{{"name": "alpha", "type": "CLUSTER"}},
	}))
	for _, step := range []struct {
		body   string
		change object
	}{
		{`{}`, nil},
		{`{"description":null,"labels":null,"scopes":null,"deleteAfterDate":null,"password":null}`, nil},
		{`{"username":"ann","databaseName":"admin","groupId":"000000000000000000000000"}`, nil},
		{`{"description":""}`, object{"description": ""}},
		{`{"roles":[{"roleName":"read","databaseName":"a"}]}`, object{"roles": []any{object{"roleName": "read", "databaseName": "a"}}}},
		{`{"scopes":[]}`, object{"scopes": []any{}}},
		{`{"labels":[]}`, object{"labels": []any{}}},
		{`{"password":"an0ther-password"}`, nil},
	} {
		for k, v := range step.change {
			want[k] = v
		}
		if got := s.Owner().Patch(one, step.body).Want(http.StatusOK).Object(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s makes\n%v, want\n%v", step.body, got, want)
		}
	}
	if got := s.Owner().Get(one).Object(); !reflect.DeepEqual(got, want) {
		t.Errorf("in the end it is %v, want %v", got, want)
	}
	changes := slices.DeleteFunc(s.EventTypes(s.ProjectID), func(e string) bool { return e != "MONGODB_USER_UPDATED" })
	if len(changes) != 5 { // those of the steps that change something, if only the password
		t.Errorf("%d changes are told of", len(changes))
	}
}

func TestMissingAndTaken(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	create(s, user("ann"))
	a := owner.Post(path(s), user("ann"))
	a.WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	if p := a.Object()["parameters"].([]any); !slices.Equal(p, []any{"ann"}) {
		t.Errorf("parameters %v", p)
	}
	create(s, user("Ann"))
	for _, gone := range []string{"/admin/bob", "/$external/ann", "/shop/ann", "/admin/ann%20"} {
		owner.Get(path(s)+gone).WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
		owner.Patch(path(s)+gone, `{}`).WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
		owner.Delete(path(s)+gone).WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
	}
	nowhere := "/groups/000000000000000000000000/databaseUsers"
	owner.Get(nowhere).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	owner.Post(nowhere, user("ann")).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
}

func TestAReaderOnlyReads(t *testing.T) {
	s := apitest.Start(t)
	create(s, user("ann"))
	r := reader(t, s)
	r.Get(path(s)).Want(http.StatusOK)
	r.Get(path(s) + "/admin/ann").Want(http.StatusOK)
	r.Post(path(s), user("bob")).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	r.Patch(path(s)+"/admin/ann", `{"description":"x"}`).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	r.Delete(path(s)+"/admin/ann").WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	s.Anonymous().Get(path(s)).Want(http.StatusUnauthorized)
}

// Whatever a name is made of, its path finds it, and no other user's path does.
func TestNamesInPaths(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	names := []string{
		"a/b", "/a", "a//b", "a b", "50%", "a%2Fb", "100%25", "a+b", "a?b=c#d", "a;b", "Zoë", "用户", "😀", "x@y.example", `q"uote`, `back\slash`, "a:b", "...",
		strings.Repeat("n", 1024),
	}
	for _, name := range names {
		create(s, user(name))
	}
	for _, name := range names {
		one := path(s) + "/admin/" + url.PathEscape(name)
		u := owner.Get(one).Want(http.StatusOK).Object()
		if u["username"] != name {
			t.Errorf("%q: found %q", name, u["username"])
		}
		self := u["links"].([]any)[0].(map[string]any)["href"].(string)
		if below, ok := strings.CutPrefix(self, s.URL+"/api/atlas/v2"); !ok || owner.Get(below).Want(http.StatusOK).Object()["username"] != name {
			t.Errorf("%q: self %s", name, self)
		}
	}
	owner.Get(path(s)+"/admin%2Fa/b").WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
	for _, name := range names {
		one := path(s) + "/admin/" + url.PathEscape(name)
		if got := owner.Patch(one, `{"description":"found"}`).Want(http.StatusOK).Object(); got["username"] != name {
			t.Errorf("%q: changed %q", name, got["username"])
		}
		owner.Delete(one).Want(http.StatusNoContent)
	}
	if left := owner.Get(path(s)).Results(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestLimitAndPages(t *testing.T) {
	s := apitest.Start(t)
	fill(t, s, 99)
	owner := s.Owner()
	create(s, user("user99"))
	a := owner.Post(path(s), user("one-too-many"))
	a.WantError(http.StatusForbidden, "GROUP_USERS_LIMIT_EXCEEDED")
	if p := a.Object()["parameters"].([]any); !slices.Equal(p, []any{"100"}) {
		t.Errorf("parameters %v", p)
	}
	page := owner.Get(path(s) + "?itemsPerPage=30&pageNum=4").Want(http.StatusOK).Object()
	if rest := page["results"].([]any); page["totalCount"] != 100.0 || len(rest) != 10 || rest[9].(map[string]any)["username"] != "user99" {
		t.Errorf("the last page has %d of %v", len(rest), page["totalCount"])
	}
	owner.Delete(path(s) + "/admin/user50").Want(http.StatusNoContent)
	create(s, user("in-its-place"))
}

func TestSDK(t *testing.T) {
	s := apitest.Start(t)
	for name, sdk := range map[string]*admin.APIClient{"digest": s.SDK(), "OAuth": s.OAuthSDK(t.Context())} {
		users, ctx := sdk.DatabaseUsersApi, t.Context()
		made, _, err := users.CreateDatabaseUser(ctx, s.ProjectID, &admin.CloudDatabaseUser{
			DatabaseName: "admin", Username: "a/b", Password: admin.PtrString(password),
			Roles: &[]admin.DatabaseUserRole{{RoleName: "read", DatabaseName: "shop"}},
		}).Execute()
		if err != nil || made.GetPassword() != "" {
			t.Fatalf("%s: create: %v (%v)", name, made, err)
		}
		changed, _, err := users.UpdateDatabaseUser(ctx, s.ProjectID, "admin", "a/b", &admin.CloudDatabaseUser{
			DatabaseName: "admin", Username: "a/b", Description: admin.PtrString("x"),
		}).Execute()
		if err != nil || changed.GetDescription() != "x" || len(changed.GetRoles()) != 1 {
			t.Fatalf("%s: update: %v (%v)", name, changed, err)
		}
		list, _, err := users.ListDatabaseUsers(ctx, s.ProjectID).Execute()
		if err != nil || list.GetTotalCount() != 1 {
			t.Fatalf("%s: list: %v (%v)", name, list, err)
		}
		if _, _, err := users.DeleteDatabaseUser(ctx, s.ProjectID, "admin", "a/b").Execute(); err != nil {
			t.Fatalf("%s: delete: %v", name, err)
		}
	}
}
