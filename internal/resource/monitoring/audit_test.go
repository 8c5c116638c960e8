package monitoring_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// What the API does to users and roles is in the audit log, once, without passwords.
func TestAuditOfUsersAndRoles(t *testing.T) {
	s := newScene(t)
	owner := s.Owner()
	s.audit(true, `{"atype": {"$in": ["createUser", "updateUser", "dropUser", "createRole", "updateRole", "dropRole"]}}`, false)
	role := s.group + "/customDBRoles/roles"
	owner.Post(role, object{"roleName": "reader", "inheritedRoles": []object{{"db": "shop", "role": "read"}}}).Want(http.StatusAccepted)
	owner.Patch(role+"/reader", object{"inheritedRoles": []object{{"db": "shop", "role": "readWrite"}}}).Want(http.StatusOK)
	owner.Post(s.group+"/databaseUsers", object{
		"username": "eve", "password": password, "databaseName": "admin", "roles": []object{{"roleName": "read", "databaseName": "shop"}},
	}).Want(http.StatusCreated)
	owner.Patch(s.group+"/databaseUsers/admin/eve", object{"password": "another password of eve's"}).Want(http.StatusOK)
	owner.Delete(s.group + "/databaseUsers/admin/eve").Want(http.StatusNoContent)
	owner.Delete(role + "/reader").Want(http.StatusNoContent)
	s.Advance(time.Second)
	var kinds []string
	for _, r := range s.log("127.0.0.1", "mongodb-audit-log") {
		kind, param := r["atype"].(string), r["param"].(object)
		kinds = append(kinds, kind)
		if r["result"] != 0.0 || r["users"].([]any)[0].(object)["user"] != "mms-automation" || strings.HasSuffix(kind, "User") && param["user"] != "eve" || strings.HasSuffix(kind, "Role") && param["role"] != "reader" {
			t.Errorf("record %v", r)
		}
		if kind == "updateUser" && param["passwordChanged"] != true {
			t.Errorf("record %v", r)
		}
	}
	if slices.Sort(kinds); !slices.Equal(kinds, []string{"createRole", "createUser", "dropRole", "dropUser", "updateRole", "updateUser"}) {
		t.Errorf("records of %v", kinds)
	}
}
