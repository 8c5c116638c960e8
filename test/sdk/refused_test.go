package sdk

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/oauth2"
)

// nobody is an id that no object has.
var nobody = strings.Repeat("0", 24)

// refused makes requests that must fail. Each error must have its type and parameters. The events show later that none of
// the requests had an effect.
func refused(w *world) {
	org, account := w.srv.OrgID, "mdb_sa_id_"+nobody
	for _, c := range []struct {
		status    int
		code      string
		about     []any // the error's parameters
		operation string
		args      []any
	}{
		{404, "GROUP_NOT_FOUND", list{nobody}, "getProject", list{nobody}},
		{404, "GROUP_NOT_FOUND", list{nobody}, "listDatabaseUsers", list{nobody}},
		{404, "ORG_NOT_FOUND", list{nobody}, "getOrganization", list{nobody}},
		{404, "GROUP_NAME_NOT_FOUND", list{"No Such"}, "getProjectByName", list{"No Such"}},
		{404, "API_KEY_NOT_FOUND", list{nobody}, "getApiKey", list{org, nobody}},
		{404, "API_KEY_NOT_FOUND", list{nobody}, "addProjectApiKey", list{w.project, nobody, list{object{"roles": list{"GROUP_OWNER"}}}}},
		{404, "SERVICE_ACCOUNT_NOT_FOUND", list{account}, "getServiceAccount", list{org, account}},
		{404, "USERNAME_NOT_FOUND", list{"ghost"}, "getDatabaseUser", list{w.project, "admin", "ghost"}},
		{404, "ATLAS_CUSTOM_ROLE_NOT_FOUND", list{"ghost"}, "deleteCustomDatabaseRole", list{w.project, "ghost"}},
		{404, "ATLAS_NETWORK_PERMISSION_ENTRY_NOT_FOUND", list{"203.0.113.9"}, "getProjectIpList", list{w.project, "203.0.113.9"}},
		{409, "GROUP_ALREADY_EXISTS", list{"Project One"}, "createProject", list{object{"name": "Project One", "orgId": org}}},
		{409, "GROUP_ALREADY_EXISTS", list{"Second"}, "updateProject", list{w.project, object{"name": "Second"}}},
		{409, "ORG_NOT_EMPTY", nil, "deleteOrganization", list{org}},
		{409, "ATLAS_CUSTOM_ROLE_IN_USE_BY_USERS", list{"lonely"}, "deleteCustomDatabaseRole", list{w.project, "finder"}},
		{400, "ATLAS_INVALID_ROLE", list{"ghost", "admin"}, "createDatabaseUser", list{w.project, withRoles("x", "ghost")}},
	} {
		if c.code == "ATLAS_CUSTOM_ROLE_IN_USE_BY_USERS" {
			w.do("createDatabaseUser", w.project, withRoles("lonely", "finder"))
			w.wrote(ofProject, "MONGODB_USER_ADDED", object{"dbUserUsername": "lonely"})
		}
		w.of(w.no(c.status, c.code, c.operation, c.args...), c.about...)
	}
	invalid(w)
}

// withRoles is a database user who has roles on admin.
func withRoles(name string, roles ...string) object {
	u := user(name)
	var held list
	for _, r := range roles {
		held = append(held, object{"databaseName": "admin", "roleName": r})
	}
	u["roles"] = held
	return u
}

// invalid sends bodies that break rules: the error must name all violations.
func invalid(w *world) {
	org := w.srv.OrgID
	for _, c := range []struct {
		operation string
		args      []any
		fields    []string
	}{
		{"createProject", list{object{"name": "a/b", "orgId": "XYZ", "tags": list{object{"key": "", "value": "v"}}}}, []string{"name", "orgId", "tags[0].key"}},
		{"createApiKey", list{org, object{"desc": "", "roles": list{"ORG_GOD"}}}, []string{"desc", "roles[0]"}},
		{"createServiceAccount", list{org, object{"name": "", "description": "x", "roles": list{"ORG_MEMBER"}, "secretExpiresAfterHours": 8}}, []string{"name"}},
		{"createServiceAccount", list{org, object{"name": "x", "description": "x", "roles": list{"ORG_MEMBER"}, "secretExpiresAfterHours": 1001}}, []string{"secretExpiresAfterHours"}},
		{"createProjectIpAccessList", list{w.project, list{object{"ipAddress": "192.0.2.300"}}}, []string{"[0].ipAddress"}},
		{"getProject", list{"not-an-id"}, []string{"groupId"}},
		{"listDatabaseUsers", list{w.project, query{"ItemsPerPage": 501, "PageNum": 0}}, []string{"itemsPerPage", "pageNum"}},
		{"listProjectEvents", list{w.project, query{"EventType": []string{"NO_SUCH_EVENT"}}}, []string{"eventType"}},
	} {
		f := w.no(http.StatusBadRequest, "VALIDATION_ERROR", c.operation, c.args...)
		slices.SortFunc(f.BadRequestDetail.Fields, func(a, b violation) int { return strings.Compare(a.Field, b.Field) })
		w.naming(f, c.fields...)
	}
}

// strangers makes requests with roles or credentials that do not suffice.
func strangers(w *world) {
	org := w.srv.OrgID
	k := w.do("createApiKey", org, object{"desc": "may little", "roles": list{"ORG_MEMBER"}})
	w.wrote(ofOrg, "API_KEY_CREATED", object{"targetPublicKey": k.str("publicKey")})
	member := w.key(k)
	w.shows(w.by(member, "getOrganization", org), object{"id": org})
	for operation, args := range map[string][]any{
		"createProject":      {object{"name": "Mine", "orgId": org}},
		"updateOrganization": {org, object{"name": "Mine"}},
		"createApiKey":       {org, object{"desc": "x", "roles": list{"ORG_OWNER"}}},
		"getProject":         {w.project},
		"createDatabaseUser": {w.project, user("mine")},
		"deleteProject":      {w.project},
	} {
		w.noBy(member, http.StatusForbidden, "USER_UNAUTHORIZED", operation, args...)
	}
	wrong := w.as(credentials{id: k.str("publicKey"), secret: "00000000-0000-0000-0000-000000000000"})
	w.noBy(wrong, http.StatusUnauthorized, "UNEXPECTED_ERROR", "getOrganization", org)
	w.noBy(w.as(credentials{id: "abcdefgh", secret: k.str("privateKey")}), http.StatusUnauthorized, "UNEXPECTED_ERROR", "getOrganization", org)

	_, err := w.as(credentials{id: w.srv.ClientID, secret: "mdb_sa_sk_wrong", oauth: true}).call("getOrganization", org)
	var refusal *oauth2.RetrieveError
	if !errors.As(err, &refusal) || refusal.ErrorCode != "invalid_client" || refusal.Response.StatusCode != http.StatusUnauthorized {
		w.t.Errorf("a wrong client secret: %v", err)
	}
}

// tooMuch reads the organization's settings more often than the rate limit allows.
func tooMuch(w *world) {
	var f *failure
	for calls := 0; f == nil && calls < 20; calls++ {
		_, err := w.owner.call("getOrganizationSettings", w.srv.OrgID)
		errors.As(err, &f)
	}
	if f == nil || f.ErrorCode != "RATE_LIMITED" || f.fail.Error != http.StatusTooManyRequests {
		w.t.Errorf("asking for settings twenty times: %v", f)
	}
}
