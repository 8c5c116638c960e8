package sdk

import "net/http"

// theEnd deletes everything that the scenario created, and reads the project's events before it deletes the project.
func theEnd(w *world) {
	for _, name := range []string{"app", "reader", "with/slash and space", "lonely"} {
		w.do("deleteDatabaseUser", w.project, "admin", name)
		w.wrote(ofProject, "MONGODB_USER_DELETED", object{"dbUserUsername": name})
	}
	w.do("deleteCustomDatabaseRole", w.project, "finder")
	w.wrote(ofProject, "MONGODB_ROLE_UPDATED", nil) // auditor inherited it
	w.wrote(ofProject, "MONGODB_ROLE_DELETED", nil)
	w.do("deleteCustomDatabaseRole", w.project, "auditor")
	w.wrote(ofProject, "MONGODB_ROLE_DELETED", nil)
	for _, entry := range []string{"192.0.2.7/32", "198.51.100.0/24", "2001:db8::7/128"} {
		w.do("deleteProjectIpAccessList", w.project, entry)
		w.wrote(ofProject, "NETWORK_PERMISSION_ENTRY_REMOVED", object{"whitelistEntry": entry})
	}
	for _, operation := range []string{"listDatabaseUsers", "listProjectIpAccessLists"} {
		w.shows(w.do(operation, w.project), object{"totalCount": 0, "results": list{}})
	}
	endOfCredentials(w)
	w.told(ofProject)
	w.filters()
	endOfProjects(w)
}

// endOfCredentials deletes every key and account but those that the organization began with.
func endOfCredentials(w *world) {
	org := w.srv.OrgID
	for _, k := range w.do("listApiKeys", org).results() {
		k := reply{value: k}
		if k.str("publicKey") == w.srv.PublicKey {
			continue
		}
		w.do("deleteApiKey", org, k.str("id"))
		w.wrote(ofOrg, "API_KEY_DELETED", object{"targetPublicKey": k.str("publicKey")})
		w.no(http.StatusNotFound, "API_KEY_NOT_FOUND", "getApiKey", org, k.str("id"))
	}
	for _, id := range each(w.do("listServiceAccounts", org).results(), "clientId") {
		if id := id.(string); id != w.srv.ClientID {
			w.do("deleteServiceAccount", id, org)
			w.wrote(ofOrg, "SERVICE_ACCOUNT_DELETED", object{"targetPublicKey": id})
		}
	}
}

func endOfProjects(w *world) {
	org := w.srv.OrgID
	for _, p := range w.do("listOrganizationProjects", org).results() {
		if id := (reply{value: p}).str("id"); id != w.srv.ProjectID {
			w.do("deleteProject", id)
			w.wrote(ofOrg, "GROUP_DELETED", object{"groupId": id})
		}
	}
	w.of(w.no(http.StatusNotFound, "GROUP_NOT_FOUND", "getProject", w.project), w.project)
	w.no(http.StatusNotFound, "GROUP_NOT_FOUND", "listProjectEvents", w.project)
	w.shows(w.do("listProjects"), object{"totalCount": 1, "results": list{object{"id": w.srv.ProjectID}}})
}
