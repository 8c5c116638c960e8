package sdk

import "net/http"

func aProject(w *world) {
	org := w.srv.OrgID
	p := w.do("createProject", object{"name": "First", "orgId": org, "tags": list{object{"key": "environment", "value": "test"}}})
	w.shows(p, object{"name": "First", "orgId": org, "clusterCount": 0, "tags": list{object{"key": "environment", "value": "test"}}})
	w.project = p.str("id")
	w.wrote(ofBoth, "GROUP_CREATED", nil)
	w.wrote(ofProject, "JOINED_GROUP", nil) // its owner
	w.shows(w.do("getProject", w.project), p.value)
	w.shows(w.do("getProjectByName", "First"), p.value)

	renamed := w.do("updateProject", w.project, object{"name": "Project One", "tags": list{object{"key": "environment", "value": "staging"}}})
	w.shows(renamed, object{"name": "Project One", "tags": list{object{"key": "environment", "value": "staging"}}})
	w.wrote(ofProject, "GROUP_NAME_CHANGED", nil)
	w.wrote(ofBoth, "GROUP_TAGS_MODIFIED", nil)
	w.shows(w.do("getProject", w.project), renamed.value)
	w.of(w.no(http.StatusNotFound, "GROUP_NAME_NOT_FOUND", "getProjectByName", "First"), "First")
	w.shows(w.do("returnAllIpAddresses", w.project), object{"groupId": w.project})
	if len(w.do("getProjectLtsVersions", w.project).results()) == 0 {
		w.t.Error("clusters can have no version")
	}
}

func settings(w *world) {
	w.shows(w.do("getProjectSettings", w.project), object{"isDataExplorerEnabled": true, "isExtendedStorageSizesEnabled": false})
	w.shows(w.do("updateProjectSettings", w.project, object{"isDataExplorerEnabled": false}),
		object{"isDataExplorerEnabled": false, "isExtendedStorageSizesEnabled": false, "isSchemaAdvisorEnabled": true})
	w.wrote(ofProject, "DATA_EXPLORER_DISABLED", nil)
	w.shows(w.do("getProjectSettings", w.project), object{"isDataExplorerEnabled": false})

	w.shows(w.do("getAwsCustomDns", w.project), object{"enabled": false})
	w.shows(w.do("toggleAwsCustomDns", w.project, object{"enabled": true}), object{"enabled": true})
	w.shows(w.do("getAwsCustomDns", w.project), object{"enabled": true})

	w.shows(w.do("getAuditingConfiguration", w.project), object{"enabled": false, "configurationType": "NONE"})
	audit := object{"enabled": true, "auditAuthorizationSuccess": true, "auditFilter": `{"atype":"authenticate"}`}
	w.shows(w.do("updateAuditingConfiguration", w.project, audit), audit)
	w.wrote(ofProject, "AUDIT_LOG_CONFIGURATION_UPDATED", nil)
	w.shows(w.do("getAuditingConfiguration", w.project), object{"configurationType": "FILTER_JSON", "auditFilter": audit["auditFilter"]})
	w.naming(w.no(http.StatusBadRequest, "VALIDATION_ERROR", "updateAuditingConfiguration", w.project, object{"auditFilter": "{no json"}), "auditFilter")
}

const usersLimit = "atlas.project.security.databaseAccess.users"

func limits(w *world) {
	used := len(w.do("listDatabaseUsers", w.project).results())
	all := w.do("listProjectLimits", w.project)
	if items, _ := all.value.(list); len(items) < 5 {
		w.t.Errorf("limits: %v", all.value)
	}
	w.shows(w.do("getProjectLimit", usersLimit, w.project), object{"name": usersLimit, "value": 100, "defaultLimit": 100, "maximumLimit": 900, "currentUsage": used})
	w.shows(w.do("setProjectLimit", usersLimit, w.project, object{"name": usersLimit, "value": used}), object{"value": used})
	w.wrote(ofProject, "PROJECT_LIMIT_UPDATED", nil)
	w.of(w.no(http.StatusForbidden, "GROUP_USERS_LIMIT_EXCEEDED", "createDatabaseUser", w.project, user("one too many")), text(used))
	w.naming(w.no(http.StatusBadRequest, "VALIDATION_ERROR", "setProjectLimit", usersLimit, w.project, object{"value": 901}), "value")
	w.do("deleteProjectLimit", usersLimit, w.project)
	w.wrote(ofProject, "PROJECT_LIMIT_UPDATED", nil)
	w.shows(w.do("getProjectLimit", usersLimit, w.project), object{"value": 100})
	w.no(http.StatusNotFound, "RESOURCE_NOT_FOUND", "getProjectLimit", "dataFederation.bytesProcessed.query", w.project)
}
