package clouduser_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/authz"
)

func TestWhatACreationRefuses(t *testing.T) {
	s := apitest.Start(t)
	with := func(change func(object)) object {
		p := person("jane@example.com")
		change(p)
		return p
	}
	role := func(r object) object { return with(func(p object) { p["roles"] = []object{r} }) }
	for _, c := range []struct {
		body   any
		fields []string
	}{
		{object{}, []string{"country", "firstName", "lastName", "mobileNumber", "password", "username"}},
		{with(func(p object) { p["country"], p["mobileNumber"], p["username"] = "us", "12", "jane" }), []string{"country", "mobileNumber", "username"}},
		{with(func(p object) { p["password"] = "1234567" }), []string{"password"}},
		{with(func(p object) { p["password"] = "PassWord123" }), []string{"password"}},
		{with(func(p object) { p["password"] = "JANE@example.com" }), []string{"password"}},
		{with(func(p object) { p["password"], p["username"] = "janedoe1234", "JaneDoe1234@example.com" }), []string{"password"}},
		{with(func(p object) { p["password"] = strings.Repeat("x", 1025) }), []string{"password"}},
		{with(func(p object) { p["firstName"], p["lastName"] = "a\nb", strings.Repeat("x", 257) }), []string{"firstName", "lastName"}},
		{with(func(p object) { p["nickname"] = "J" }), []string{"nickname"}},
		{with(func(p object) { p["roles"] = nil; p["country"] = nil }), []string{"country"}},
		{role(object{"orgId": s.OrgID, "groupId": s.ProjectID, "roleName": "ORG_OWNER"}), []string{"roles[0]"}},
		{role(object{"roleName": "ORG_OWNER"}), []string{"roles[0]"}},
		{role(object{"orgId": s.OrgID}), []string{"roles[0].roleName"}},
		{role(object{"orgId": s.OrgID, "roleName": "GROUP_OWNER"}), []string{"roles[0].groupId"}},
		{role(object{"groupId": s.ProjectID, "roleName": "ORG_OWNER"}), []string{"roles[0].orgId"}},
		{role(object{"groupId": s.ProjectID, "roleName": "GROUP_CHARTS_ADMIN"}), []string{"roles[0].roleName"}},
		{role(object{"groupId": "nonsense", "roleName": "GROUP_OWNER"}), []string{"roles[0].groupId", "roles[0].groupId"}},
	} {
		if got := s.Owner().Post("/users", c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, c.fields) {
			t.Errorf("%v: the violations are of %q, want %q", c.body, got, c.fields)
		}
	}
	unknown := "0123456789abcdef01234567"
	s.Owner().Post("/users", role(object{"orgId": unknown, "roleName": "ORG_OWNER"})).WantError(http.StatusNotFound, "ORG_NOT_FOUND")
	s.Owner().Post("/users", role(object{"groupId": unknown, "roleName": "GROUP_OWNER"})).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	create(t, s, "jane@example.com")
	s.Owner().Post("/users", person("JANE@Example.com", inOrg(s, "ORG_MEMBER"))).WantError(http.StatusConflict, "USER_ALREADY_EXISTS")
	if len(letters(t, s)) != 0 {
		t.Error("a refused creation has invited somebody")
	}
	s.Owner().Get("/users/"+unknown).WantError(http.StatusNotFound, "USER_NOT_FOUND")
	s.Owner().Get("/users/byName/joe@example.com").WantError(http.StatusNotFound, "USERNAME_NOT_FOUND")
	s.Owner().Get("/users/byName/jane@example.com").WantError(http.StatusNotFound, "USERNAME_NOT_FOUND") // shares no organization
	s.Owner().Get("/users/byName/jane").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	u := s.Owner().Get("/users/byName/Owner@telamon.example").Want(http.StatusOK)
	if u.Object()["id"] != s.OwnerUserID || u.Header.Get("Deprecation") == "" {
		t.Errorf("the owner is %s", u.Body)
	}
}

func TestRoles(t *testing.T) {
	s := apitest.Start(t)
	reader := key(t, s, authz.Grant{Role: authz.GroupReadOnly, GroupID: s.ProjectID})
	users := "/groups/" + s.ProjectID + "/users"
	reader.Get(users).Want(http.StatusOK)
	reader.Get(users + "/" + s.OwnerUserID).Want(http.StatusOK)
	reader.Delete(users+"/"+s.OwnerUserID).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	reader.Post("/users", person("a@example.com")).Want(http.StatusOK)
	reader.Post("/users", person("b@example.com", inProject(s, "GROUP_READ_ONLY"))).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	s.Anonymous().Post("/users", person("b@example.com")).Want(http.StatusUnauthorized)

	manager := key(t, s, authz.Grant{Role: authz.GroupAccessManager, GroupID: s.ProjectID})
	manager.Post("/users", person("b@example.com", inProject(s, "GROUP_READ_ONLY"))).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	id := create(t, s, "b@example.com", inProject(s, "GROUP_READ_ONLY"))
	manager.Delete(users + "/" + id).Want(http.StatusNoContent)

	boss := key(t, s, authz.Grant{Role: authz.GroupOwner, GroupID: s.ProjectID})
	boss.Post("/users", person("c@example.com", inProject(s, "GROUP_OWNER"))).Want(http.StatusOK)
	boss.Post("/users", person("d@example.com", inOrg(s, "ORG_MEMBER"))).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	boss.Post("/users", person("d@example.com", inProject(s, "GROUP_OWNER"), inOrg(s, "ORG_OWNER"))).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	s.Owner().Get("/users/byName/d@example.com").Want(http.StatusNotFound)

	outsider := key(t, s, authz.Grant{Role: authz.OrgMember, OrgID: s.OrgID})
	outsider.Get(users).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
}
