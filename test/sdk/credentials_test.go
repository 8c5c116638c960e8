package sdk

import "net/http"

const local, elsewhere = "127.0.0.1", "192.0.2.0/24"

func keys(w *world) {
	org := w.srv.OrgID
	k := w.do("createApiKey", org, object{"desc": "a member", "roles": list{"ORG_MEMBER"}})
	w.shows(k, object{"desc": "a member", "roles": list{object{"orgId": org, "roleName": "ORG_MEMBER"}}})
	id, about := k.str("id"), object{"targetPublicKey": k.str("publicKey")}
	w.wrote(ofOrg, "API_KEY_CREATED", about)
	if secret := w.do("getApiKey", org, id).str("privateKey"); secret == k.str("privateKey") {
		w.t.Error("the private key can be read again")
	}
	w.shows(w.do("updateApiKey", org, id, object{"desc": "a reader", "roles": list{"ORG_READ_ONLY"}}),
		object{"desc": "a reader", "roles": list{object{"orgId": org, "roleName": "ORG_READ_ONLY"}}})
	w.wrote(ofOrg, "API_KEY_DESCRIPTION_CHANGED", about)
	w.wrote(ofOrg, "API_KEY_ROLES_CHANGED", about)
	keyInProject(w, id, about)
	keyAddresses(w, k, about)

	its := w.do("createProjectApiKey", w.project, object{"desc": "of the project", "roles": list{"GROUP_READ_ONLY"}})
	w.wrote(ofOrg, "API_KEY_CREATED", object{"targetPublicKey": its.str("publicKey")})
	w.wrote(ofBoth, "API_KEY_ADDED_TO_GROUP", object{"targetPublicKey": its.str("publicKey")})
	w.shows(w.by(w.key(its), "getProject", w.project), object{"id": w.project})
}

// keyInProject adds the key to the project, changes its roles there, removes it and adds it again.
func keyInProject(w *world, id string, about object) {
	w.do("addProjectApiKey", w.project, id, list{object{"roles": list{"GROUP_READ_ONLY"}}})
	w.wrote(ofBoth, "API_KEY_ADDED_TO_GROUP", about)
	w.do("updateApiKeyRoles", w.project, id, object{"roles": list{"GROUP_OWNER"}})
	w.wrote(ofBoth, "API_KEY_ROLES_CHANGED", about)
	w.shows(w.do("listProjectApiKeys", w.project), object{"totalCount": 1, "results": list{object{"id": id}}})
	w.do("removeProjectApiKey", w.project, id)
	w.wrote(ofBoth, "API_KEY_REMOVED_FROM_GROUP", about)
	w.shows(w.do("listProjectApiKeys", w.project), object{"totalCount": 0, "results": list{}})
	w.of(w.no(http.StatusNotFound, "API_KEY_NOT_FOUND", "removeProjectApiKey", w.project, id), id)
	w.do("addProjectApiKey", w.project, id, list{object{"roles": list{"GROUP_READ_ONLY"}}})
	w.wrote(ofBoth, "API_KEY_ADDED_TO_GROUP", about)
}

// keyAddresses gives the key an access list without this address, and then with it.
func keyAddresses(w *world, k reply, about object) {
	org, id, its := w.srv.OrgID, k.str("id"), w.key(k)
	w.shows(w.by(its, "getOrganization", org), object{"id": org})
	w.do("createApiKeyAccessList", org, id, list{object{"cidrBlock": elsewhere}})
	w.wrote(ofOrg, "API_KEY_ACCESS_LIST_ENTRY_ADDED", object{"targetPublicKey": about["targetPublicKey"], "whitelistEntry": elsewhere})
	w.of(w.noBy(its, http.StatusForbidden, "IP_ADDRESS_NOT_ON_ACCESS_LIST", "getOrganization", org), local)
	w.do("createApiKeyAccessList", org, id, list{object{"ipAddress": local}, object{"ipAddress": "2001:db8::7"}})
	for _, entry := range []string{local + "/32", "2001:db8::7/128"} {
		w.wrote(ofOrg, "API_KEY_ACCESS_LIST_ENTRY_ADDED", object{"targetPublicKey": about["targetPublicKey"], "whitelistEntry": entry})
	}
	w.shows(w.do("getApiKeyAccessList", org, local, id), object{"ipAddress": local, "count": nil})
	w.by(its, "getOrganization", org)
	w.shows(w.do("getApiKeyAccessList", org, local, id), object{"cidrBlock": local + "/32", "count": 1, "lastUsedAddress": local})
	w.of(w.no(http.StatusConflict, "DUPLICATE_ACCESS_LIST_ENTRY", "createApiKeyAccessList", org, id, list{object{"ipAddress": local}}), local+"/32")

	w.do("deleteApiKeyAccessListEntry", org, id, local)
	w.wrote(ofOrg, "API_KEY_ACCESS_LIST_ENTRY_DELETED", object{"targetPublicKey": about["targetPublicKey"], "whitelistEntry": local + "/32"})
	w.noBy(its, http.StatusForbidden, "IP_ADDRESS_NOT_ON_ACCESS_LIST", "getOrganization", org)
	w.of(w.no(http.StatusNotFound, "ATLAS_ACCESS_LIST_NOT_FOUND", "deleteApiKeyAccessListEntry", org, id, local), local+"/32")
}

func accounts(w *world) {
	org := w.srv.OrgID
	a := w.do("createServiceAccount", org, object{"name": "robot", "description": "works", "roles": list{"ORG_MEMBER"}, "secretExpiresAfterHours": 100})
	w.shows(a, object{"name": "robot", "description": "works", "roles": list{"ORG_MEMBER"}})
	id, about := a.str("clientId"), object{"targetPublicKey": a.str("clientId")}
	w.wrote(ofOrg, "SERVICE_ACCOUNT_CREATED", about)
	w.shows(w.do("getServiceAccount", org, id), object{"clientId": id, "secrets": list{object{"id": a.at("secrets", 0, "id"), "secret": nil}}})
	w.shows(w.do("updateServiceAccount", id, org, object{"description": "works well", "roles": list{"ORG_READ_ONLY"}}),
		object{"name": "robot", "description": "works well", "roles": list{"ORG_READ_ONLY"}})
	w.wrote(ofOrg, "SERVICE_ACCOUNT_DETAILS_CHANGED", about)
	w.wrote(ofOrg, "SERVICE_ACCOUNT_ROLES_CHANGED", about)
	secrets(w, a, about)
	accountAddresses(w, a, about)
	accountInProject(w, id, about)
	accountOfProject(w)
}

// secrets replaces a secret by another. The tokens of the first become invalid with it.
func secrets(w *world, a reply, about object) {
	org, id, its := w.srv.OrgID, a.str("clientId"), w.account(a)
	w.shows(w.by(its, "listOrganizations"), object{"totalCount": 1})
	second := w.do("createServiceAccountSecret", org, id, object{"secretExpiresAfterHours": 8})
	w.wrote(ofOrg, "SERVICE_ACCOUNT_SECRET_ADDED", about)
	w.of(w.no(http.StatusBadRequest, "MAX_SERVICE_ACCOUNT_SECRETS_EXCEEDED", "createServiceAccountSecret", org, id, object{"secretExpiresAfterHours": 8}), "2")
	w.do("deleteServiceAccountSecret", id, a.str("secrets", 0, "id"), org)
	w.wrote(ofOrg, "SERVICE_ACCOUNT_SECRET_DELETED", about)
	w.noBy(its, http.StatusUnauthorized, "UNEXPECTED_ERROR", "listOrganizations")
	w.by(w.as(credentials{id: id, secret: second.str("secret"), oauth: true}), "listOrganizations")
	w.of(w.no(http.StatusNotFound, "SERVICE_ACCOUNT_SECRET_NOT_FOUND", "deleteServiceAccountSecret", id, a.str("secrets", 0, "id"), org), a.str("secrets", 0, "id"))
}

func accountAddresses(w *world, a reply, about object) {
	org, id := w.srv.OrgID, a.str("clientId")
	w.shows(w.do("createServiceAccountAccessList", org, id, list{object{"cidrBlock": elsewhere}, object{"ipAddress": local}}), object{"totalCount": 2})
	for _, entry := range []string{elsewhere, local + "/32"} {
		w.wrote(ofOrg, "SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_ADDED", object{"targetPublicKey": id, "whitelistEntry": entry})
	}
	w.do("deleteServiceAccountAccessListEntry", org, id, local)
	w.wrote(ofOrg, "SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_DELETED", object{"targetPublicKey": about["targetPublicKey"], "whitelistEntry": local + "/32"})
	w.shows(w.do("listServiceAccountAccessList", org, id), object{"totalCount": 1, "results": list{object{"cidrBlock": elsewhere}}})
}

// accountInProject adds the account to the project, changes its roles there, removes it and adds it again.
func accountInProject(w *world, id string, about object) {
	w.do("addProjectServiceAccount", id, w.project, object{"roles": list{"GROUP_READ_ONLY"}})
	w.wrote(ofBoth, "SERVICE_ACCOUNT_ADDED_TO_GROUP", about)
	w.shows(w.do("listServiceAccountProjects", w.srv.OrgID, id), object{"totalCount": 1, "results": list{object{"groupId": w.project}}})
	w.shows(w.do("updateProjectServiceAccount", id, w.project, object{"roles": list{"GROUP_OWNER"}}), object{"roles": list{"GROUP_OWNER"}})
	w.wrote(ofBoth, "SERVICE_ACCOUNT_ROLES_CHANGED", about)
	w.do("deleteProjectServiceAccount", id, w.project)
	w.wrote(ofBoth, "SERVICE_ACCOUNT_REMOVED_FROM_GROUP", about)
	w.of(w.no(http.StatusNotFound, "SERVICE_ACCOUNT_NOT_FOUND", "getProjectServiceAccount", w.project, id), id)
	w.do("addProjectServiceAccount", id, w.project, object{"roles": list{"GROUP_READ_ONLY"}})
	w.wrote(ofBoth, "SERVICE_ACCOUNT_ADDED_TO_GROUP", about)
}

// accountOfProject creates an account through the project, with secrets and an access list.
func accountOfProject(w *world) {
	a := w.do("createProjectServiceAccount", w.project, object{"name": "helper", "description": "helps", "roles": list{"GROUP_READ_ONLY"}, "secretExpiresAfterHours": 8})
	id, about := a.str("clientId"), object{"targetPublicKey": a.str("clientId")}
	w.wrote(ofOrg, "SERVICE_ACCOUNT_CREATED", about)
	w.wrote(ofBoth, "SERVICE_ACCOUNT_ADDED_TO_GROUP", about)
	w.shows(w.by(w.account(a), "getProject", w.project), object{"id": w.project})
	w.shows(w.do("getProjectServiceAccount", w.project, id), object{"name": "helper", "roles": list{"GROUP_READ_ONLY"}})
	second := w.do("createProjectServiceAccountSecret", w.project, id, object{"secretExpiresAfterHours": 8})
	w.wrote(ofBoth, "SERVICE_ACCOUNT_SECRET_ADDED", about)
	w.do("deleteProjectServiceAccountSecret", id, second.str("id"), w.project)
	w.wrote(ofBoth, "SERVICE_ACCOUNT_SECRET_DELETED", about)
	w.do("createProjectServiceAccountAccessList", w.project, id, list{object{"cidrBlock": elsewhere}})
	w.wrote(ofBoth, "SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_ADDED", object{"targetPublicKey": id, "whitelistEntry": elsewhere})
	w.shows(w.do("listProjectServiceAccountAccessList", w.project, id), object{"totalCount": 1})
	w.do("deleteProjectServiceAccountAccessListEntry", w.project, id, elsewhere)
	w.wrote(ofBoth, "SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_DELETED", object{"targetPublicKey": id, "whitelistEntry": elsewhere})
}
