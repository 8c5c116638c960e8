package sdk

import (
	"io"
	"net/http"
	"net/url"

	"github.com/telamon-db/telamon/internal/apitest/outbox"
)

const password = "Tr0ub4dor-and-3-horses"

// account is the body of createUser, the older way to add people.
func account(username string, roles ...any) object {
	return object{
		"country": "US", "firstName": "Jane", "lastName": "Doe", "mobileNumber": "2125550179", "emailAddress": username, "username": username,
		"password": password, "roles": roles,
	}
}

// accept accepts the last invitation of somebody who has an account.
func (w *world) accept(username string) {
	w.t.Helper()
	w.srv.Advance(0) // runs all due work, such as sending letters
	link, err := outbox.LinkTo(w.srv.DataDir, username)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := http.PostForm(link, url.Values{"answer": {"accept"}})
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	if page, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		w.t.Fatalf("%s %s %v", res.Status, page, err)
	}
}

func about(username string) object { return object{"targetUsername": username} }

// people adds people by the older and the newer operations, gives them roles, takes these away, and removes the people.
func people(w *world) {
	org, name := w.srv.OrgID, "jane@example.com"
	u := w.do("createUser", account(name, object{"orgId": org, "roleName": "ORG_MEMBER"}))
	id := u.str("id")
	w.shows(u, object{"password": password, "username": name, "roles": list{object{"orgId": org, "roleName": "ORG_MEMBER"}}})
	w.wrote(ofOrg, "INVITED_TO_ORG", about(name))
	w.of(w.no(http.StatusConflict, "USER_ALREADY_EXISTS", "createUser", account("JANE@example.com")), "JANE@example.com")
	w.shows(w.do("getOrganizationUser", org, id), object{"orgMembershipStatus": "PENDING", "inviterUsername": w.who.id})
	w.accept(name)
	w.shows(w.do("getUser", id), object{"username": name, "roles": list{object{"orgId": org, "roleName": "ORG_MEMBER"}}, "teamIds": list{}})
	w.shows(w.do("getUserByUsername", name), object{"id": id})
	rolesInOrg(w, id, name)
	rolesInProject(w, id, name)
	invited(w)
}

func rolesInOrg(w *world, id, name string) {
	org := w.srv.OrgID
	w.shows(w.do("addOrganizationRole", org, id, object{"orgRole": "ORG_READ_ONLY"}), object{"roles": object{"orgRoles": list{"ORG_MEMBER", "ORG_READ_ONLY"}}})
	w.of(w.no(http.StatusConflict, "USER_ALREADY_HAS_ROLE", "addOrganizationRole", org, id, object{"orgRole": "ORG_READ_ONLY"}), "ORG_READ_ONLY")
	w.shows(w.do("removeOrganizationRole", org, id, object{"orgRole": "ORG_MEMBER"}), object{"roles": object{"orgRoles": list{"ORG_READ_ONLY"}}})
	w.shows(w.do("updateOrganizationRoles", org, id, object{"orgRoles": list{"ORG_BILLING_ADMIN"}}), object{"orgRoles": list{"ORG_BILLING_ADMIN"}})
	w.shows(w.do("updateOrganizationUser", org, id, object{"roles": object{"orgRoles": list{"ORG_MEMBER"}}}), object{"roles": object{"orgRoles": list{"ORG_MEMBER"}}})
	for range 4 {
		w.wrote(ofOrg, "USER_ROLES_CHANGED_AUDIT", about(name))
	}
	w.of(w.no(http.StatusForbidden, "CANNOT_DEMOTE_LAST_ORG_OWNER", "removeOrganizationUser", org, w.srv.OwnerUserID))
	w.of(w.no(http.StatusForbidden, "CANNOT_DEMOTE_LAST_ORG_OWNER", "removeOrganizationRole", org, w.srv.OwnerUserID, object{"orgRole": "ORG_OWNER"}))
}

func rolesInProject(w *world, id, name string) {
	w.shows(w.do("addProjectUser", w.project, object{"username": name, "roles": list{"GROUP_READ_ONLY"}}),
		object{"id": id, "orgMembershipStatus": "ACTIVE", "roles": list{"GROUP_READ_ONLY"}})
	w.wrote(ofProject, "JOINED_GROUP", about(name))
	w.shows(w.do("updateProjectRoles", w.project, id, object{"groupRoles": list{"GROUP_OWNER"}}), object{"groupRoles": list{"GROUP_OWNER"}})
	w.wrote(ofBoth, "USER_ROLES_CHANGED_AUDIT", about(name))
	if w.today { // the early SDK expects another shape
		w.shows(w.do("addProjectRole", w.project, id, object{"groupRole": "GROUP_READ_ONLY"}), object{"roles": list{"GROUP_OWNER", "GROUP_READ_ONLY"}})
		w.shows(w.do("removeProjectRole", w.project, id, object{"groupRole": "GROUP_OWNER"}), object{"roles": list{"GROUP_READ_ONLY"}})
		w.wrote(ofBoth, "USER_ROLES_CHANGED_AUDIT", about(name))
		w.wrote(ofBoth, "USER_ROLES_CHANGED_AUDIT", about(name))
	}
	w.shows(w.do("listProjectUsers", w.project, query{"Username": name}), object{"totalCount": 1, "results": list{object{"id": id}}})
	w.shows(w.do("getProjectUser", w.project, id), object{"username": name})
	old := w.getAt("2023-01-01", "/api/atlas/v2/groups/"+w.project+"/users?itemsPerPage=1")
	w.shows(old, object{"totalCount": 2, "results": list{object{"id": id, "emailAddress": name}}})
	w.do("removeProjectUser", w.project, id)
	w.wrote(ofProject, "REMOVED_FROM_GROUP", about(name))
	w.of(w.no(http.StatusNotFound, "USER_NOT_FOUND", "getProjectUser", w.project, id), id)
	if r := w.do("addUserToProject", w.project, object{"username": name, "roles": list{"GROUP_READ_ONLY"}}); r.status != http.StatusNoContent {
		w.t.Errorf("a member was added with %d", r.status)
	}
	w.wrote(ofProject, "JOINED_GROUP", about(name))
}

// invited checks that pending users can be told apart from active ones.
func invited(w *world) {
	org, name := w.srv.OrgID, "new@example.com"
	u := w.do("createOrganizationUser", org, object{"username": name, "roles": object{
		"orgRoles": list{"ORG_MEMBER"}, "groupRoleAssignments": list{object{"groupId": w.project, "groupRoles": list{"GROUP_OWNER"}}},
	}})
	w.shows(u, object{"orgMembershipStatus": "PENDING", "username": name, "roles": object{"groupRoleAssignments": list{object{"groupId": w.project}}}})
	w.wrote(ofOrg, "INVITED_TO_ORG", about(name))
	w.wrote(ofProject, "INVITED_TO_GROUP", about(name))
	w.shows(w.do("listOrganizationUsers", org, query{"OrgMembershipStatus": "PENDING"}), object{"totalCount": 1, "results": list{object{"id": u.at("id")}}})
	w.shows(w.getAt("2023-01-01", "/api/atlas/v2/orgs/"+org+"/users"), object{"totalCount": 2})
	w.do("removeOrganizationUser", org, u.str("id"))
	w.wrote(ofProject, "GROUP_INVITATION_DELETED", about(name))
	w.wrote(ofOrg, "ORG_INVITATION_DELETED", about(name))
	w.of(w.no(http.StatusNotFound, "USER_NOT_FOUND", "getOrganizationUser", org, u.str("id")), u.at("id"))
}

// teams creates teams with Jane, gives them roles, and deletes them.
func teams(w *world) {
	org, name := w.srv.OrgID, "jane@example.com"
	jane := w.do("getUserByUsername", name).str("id")
	made := w.do("createTeam", org, object{"name": "Night shift", "usernames": list{name}})
	id := made.str("id")
	w.wrote(ofOrg, "TEAM_CREATED", nil)
	w.wrote(ofOrg, "JOINED_TEAM", about(name))
	w.shows(w.do("getTeamById", org, id), object{"name": "Night shift"})
	w.shows(w.do("renameTeam", org, id, object{"name": "Day shift"}), object{"id": id, "name": "Day shift"})
	w.wrote(ofOrg, "TEAM_NAME_CHANGED", nil)
	w.shows(w.do("getTeamByName", org, "Day shift"), object{"id": id})
	w.shows(w.do("listOrganizationTeams", org), object{"totalCount": 1, "results": list{object{"id": id}}})
	w.of(w.no(http.StatusConflict, "TEAM_NAME_NOT_AVAILABLE", "createTeam", org, object{"name": "Day shift", "usernames": list{name}}), "Day shift", org)

	w.do("removeTeamUser", org, id, jane)
	w.wrote(ofOrg, "REMOVED_FROM_TEAM", about(name))
	w.shows(w.do("addTeamUser", org, id, list{object{"id": jane}}), object{"totalCount": 1, "results": list{object{"id": jane}}})
	w.wrote(ofOrg, "JOINED_TEAM", about(name))
	w.shows(w.do("removeUserFromTeam", org, id, object{"id": jane}), object{"id": jane, "teamIds": list{}})
	w.wrote(ofOrg, "REMOVED_FROM_TEAM", about(name))
	w.shows(w.do("addUserToTeam", org, id, object{"id": jane}), object{"id": jane, "teamIds": list{id}})
	w.wrote(ofOrg, "JOINED_TEAM", about(name))
	w.shows(w.do("listTeamUsers", org, id), object{"totalCount": 1, "results": list{object{"id": jane, "orgMembershipStatus": "ACTIVE"}}})
	w.shows(w.getAt("2023-01-01", "/api/atlas/v2/orgs/"+org+"/teams/"+id+"/users"), object{"results": list{object{"id": jane, "teamIds": list{id}}}})

	w.shows(w.do("addAllTeamsToProject", w.project, list{object{"teamId": id, "roleNames": list{"GROUP_READ_ONLY"}}}),
		object{"totalCount": 1, "results": list{object{"teamId": id, "roleNames": list{"GROUP_READ_ONLY"}}}})
	w.wrote(ofBoth, "TEAM_ADDED_TO_GROUP", nil)
	w.shows(w.do("updateTeamRoles", w.project, id, object{"teamId": id, "roleNames": list{"GROUP_OWNER"}}), object{"results": list{object{"roleNames": list{"GROUP_OWNER"}}}})
	w.wrote(ofBoth, "TEAM_ROLES_MODIFIED", nil)
	w.shows(w.do("listProjectTeams", w.project), object{"totalCount": 1, "results": list{object{"teamId": id}}})
	if w.today { // the early SDK has no method for one team
		w.shows(w.do("getProjectTeam", w.project, id), object{"teamId": id, "roleNames": list{"GROUP_OWNER"}})
	}
	w.no(http.StatusNotFound, "CANNOT_DELETE_TEAM_ASSIGNED_TO_PROJECT", "deleteTeam", org, id)
	w.do("removeProjectTeam", w.project, id)
	w.wrote(ofBoth, "TEAM_REMOVED_FROM_GROUP", nil)
	w.do("deleteTeam", org, id)
	w.wrote(ofOrg, "TEAM_DELETED", nil)
	w.of(w.no(http.StatusNotFound, "TEAM_NOT_FOUND", "getTeamById", org, id), id)
	w.do("removeOrganizationUser", org, jane)
	w.wrote(ofProject, "REMOVED_FROM_GROUP", about(name))
	w.wrote(ofOrg, "REMOVED_FROM_ORG", about(name))
}
