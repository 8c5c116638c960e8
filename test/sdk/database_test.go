package sdk

import "net/http"

// user is a database user who may read.
func user(name string) object {
	return object{
		"databaseName": "admin", "username": name, "password": "correct horse battery", "groupId": "",
		"roles": list{object{"databaseName": "shop", "roleName": "read"}},
	}
}

func databaseUsers(w *world) {
	roles(w)
	w.shows(w.do("createDatabaseUser", w.project, user("app")), object{"username": "app", "databaseName": "admin", "groupId": w.project, "password": nil})
	w.wrote(ofProject, "MONGODB_USER_ADDED", object{"dbUserUsername": "app"})
	w.of(w.no(http.StatusConflict, "USER_ALREADY_EXISTS", "createDatabaseUser", w.project, user("app")), "app")

	next := user("app")
	next["roles"] = list{object{"databaseName": "admin", "roleName": "auditor"}, object{"databaseName": "shop", "roleName": "readWrite", "collectionName": "orders"}}
	next["labels"] = list{object{"key": "team", "value": "shop"}}
	next["scopes"] = list{object{"name": "Cluster0", "type": "CLUSTER"}}
	changed := w.do("updateDatabaseUser", w.project, "admin", "app", next)
	w.shows(changed, object{"roles": next["roles"], "labels": next["labels"], "scopes": next["scopes"]})
	w.wrote(ofProject, "MONGODB_USER_UPDATED", object{"dbUserUsername": "app"})
	w.shows(w.do("getDatabaseUser", w.project, "admin", "app"), changed.value)

	for _, name := range []string{"reader", "with/slash and space"} {
		w.do("createDatabaseUser", w.project, user(name))
		w.wrote(ofProject, "MONGODB_USER_ADDED", object{"dbUserUsername": name})
		w.shows(w.do("getDatabaseUser", w.project, "admin", name), object{"username": name})
	}
}

func roles(w *world) {
	find := object{"action": "FIND", "resources": list{object{"cluster": false, "db": "shop", "collection": ""}}}
	w.shows(w.do("createCustomDatabaseRole", w.project, object{"roleName": "finder", "actions": list{find}}), object{"roleName": "finder"})
	w.wrote(ofProject, "MONGODB_ROLE_ADDED", nil)
	w.of(w.no(http.StatusConflict, "ATLAS_CUSTOM_ROLE_NAME_ALREADY_EXISTS", "createCustomDatabaseRole", w.project, object{"roleName": "finder", "actions": list{find}}), "finder")
	parents := list{object{"db": "admin", "role": "finder"}}
	w.do("createCustomDatabaseRole", w.project, object{"roleName": "auditor", "inheritedRoles": parents})
	w.wrote(ofProject, "MONGODB_ROLE_ADDED", nil)

	insert := object{"action": "INSERT", "resources": list{object{"cluster": false, "db": "shop", "collection": "notes"}}}
	w.shows(w.do("updateCustomDatabaseRole", w.project, "auditor", object{"actions": list{insert}}),
		object{"roleName": "auditor", "actions": list{object{"action": "INSERT"}}, "inheritedRoles": parents})
	w.wrote(ofProject, "MONGODB_ROLE_UPDATED", nil)
	w.shows(w.do("getCustomDatabaseRole", w.project, "auditor"), object{"actions": list{object{"action": "INSERT"}}})
	all := w.do("listCustomDatabaseRoles", w.project)
	if got := each(all.value.(list), "roleName"); !same(got, list{"auditor", "finder"}) {
		w.t.Errorf("custom roles: %v", got)
	}
}

func accessList(w *world) {
	w.shows(w.do("createProjectIpAccessList", w.project, list{object{"ipAddress": "192.0.2.7", "comment": "office"}, object{"cidrBlock": "198.51.100.0/24"}, object{"ipAddress": "2001:db8::7"}}),
		object{"totalCount": 3})
	for _, entry := range []string{"192.0.2.7/32", "198.51.100.0/24", "2001:db8::7/128"} {
		w.wrote(ofProject, "NETWORK_PERMISSION_ENTRY_ADDED", object{"whitelistEntry": entry})
	}
	w.do("createProjectIpAccessList", w.project, list{object{"ipAddress": "192.0.2.7", "comment": "the office"}})
	w.wrote(ofProject, "NETWORK_PERMISSION_ENTRY_UPDATED", object{"whitelistEntry": "192.0.2.7/32"})
	w.shows(w.do("getProjectIpList", w.project, "192.0.2.7"), object{"cidrBlock": "192.0.2.7/32", "ipAddress": "192.0.2.7", "comment": "the office", "groupId": w.project})
	w.shows(w.do("getProjectIpList", w.project, "198.51.100.0/24"), object{"cidrBlock": "198.51.100.0/24", "ipAddress": nil})
	w.shows(w.do("getProjectIpAccessListStatus", w.project, "198.51.100.0/24"), object{"STATUS": "ACTIVE"})
}
