package sdk

import "net/http"

// invitations creates, changes and deletes invitations by the deprecated operations.
func invitations(w *world) {
	inOrg(w)
	inProject(w)
}

func inOrg(w *world) {
	org, name := w.srv.OrgID, "joe@example.com"
	made := w.do("createOrganizationInvitation", org, object{"username": name, "roles": list{"ORG_MEMBER"}})
	id := made.str("id")
	w.shows(made, object{"orgId": org, "username": name, "inviterUsername": w.who.id, "roles": list{"ORG_MEMBER"}, "groupRoleAssignments": list{}, "teamIds": list{}})
	if made.header.Get("Deprecation") != "Wed, 4 Oct 2023 00:00:00 GMT" || made.header.Get("Sunset") == "" {
		w.t.Errorf("the headers are %v", made.header)
	}
	w.wrote(ofOrg, "INVITED_TO_ORG", about(name))
	w.of(w.no(http.StatusConflict, "USER_ALREADY_EXISTS", "createOrganizationInvitation", org, object{"username": name, "roles": list{"ORG_OWNER"}}), name)
	if all, _ := w.do("listOrganizationInvitations", org, query{"Username": name}).value.(list); len(all) != 1 {
		w.t.Errorf("the invitations are %v", all)
	}
	w.shows(w.do("updateOrganizationInvitation", org, object{"username": name, "roles": list{"ORG_READ_ONLY"}}), object{"id": id, "roles": list{"ORG_READ_ONLY"}})
	w.wrote(ofOrg, "USER_ROLES_CHANGED_AUDIT", about(name))
	changed := w.do("updateOrganizationInvitationById", org, id, object{"groupRoleAssignments": list{object{"groupId": w.project, "roles": list{"GROUP_OWNER"}}}})
	w.shows(changed, object{"roles": list{"ORG_READ_ONLY"}, "groupRoleAssignments": list{object{"groupId": w.project, "groupRole": "GROUP_OWNER"}}})
	w.wrote(ofProject, "INVITED_TO_GROUP", about(name))
	w.shows(w.do("getOrganizationInvitation", org, id), changed.value)
	w.do("deleteOrganizationInvitation", org, id)
	w.wrote(ofProject, "GROUP_INVITATION_DELETED", about(name))
	w.wrote(ofOrg, "ORG_INVITATION_DELETED", about(name))
	w.of(w.no(http.StatusNotFound, "INVITATION_NOT_FOUND", "getOrganizationInvitation", org, id), id)
}

func inProject(w *world) {
	name := "jim@example.com"
	made := w.do("createProjectInvitation", w.project, object{"username": name, "roles": list{"GROUP_READ_ONLY"}})
	id := made.str("id")
	w.shows(made, object{"groupId": w.project, "username": name, "inviterUsername": w.who.id, "roles": list{"GROUP_READ_ONLY"}})
	w.wrote(ofOrg, "INVITED_TO_ORG", about(name))
	w.wrote(ofProject, "INVITED_TO_GROUP", about(name))
	if all, _ := w.do("listProjectInvitations", w.project).value.(list); len(all) != 1 {
		w.t.Errorf("the invitations are %v", all)
	}
	w.shows(w.do("listProjectUsers", w.project, query{"Username": name}), object{"totalCount": 0})
	w.shows(w.do("updateProjectInvitation", w.project, object{"username": name, "roles": list{"GROUP_OWNER"}}), object{"id": id, "roles": list{"GROUP_OWNER"}})
	changed := w.do("updateProjectInvitationById", w.project, id, object{"roles": list{"GROUP_CLUSTER_MANAGER"}})
	w.shows(changed, object{"roles": list{"GROUP_CLUSTER_MANAGER"}})
	w.wrote(ofBoth, "USER_ROLES_CHANGED_AUDIT", about(name))
	w.wrote(ofBoth, "USER_ROLES_CHANGED_AUDIT", about(name))
	w.shows(w.do("getProjectInvitation", w.project, id), changed.value)
	w.do("deleteProjectInvitation", w.project, id)
	w.wrote(ofProject, "GROUP_INVITATION_DELETED", about(name))
	w.wrote(ofOrg, "ORG_INVITATION_DELETED", about(name))
	w.naming(w.no(http.StatusBadRequest, "VALIDATION_ERROR", "createProjectInvitation", w.project, object{}), "username", "roles")
}
