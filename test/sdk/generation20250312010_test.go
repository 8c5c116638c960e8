package sdk

import (
	"context"

	"go.mongodb.org/atlas-sdk/v20250312010/admin"
)

// open20250312010 makes a client of a generation of today.
func open20250312010(ctx context.Context, url string, who credentials) (*client, error) {
	auth := admin.UseDigestAuth(who.id, who.secret)
	if who.oauth {
		auth = admin.UseOAuthAuth(ctx, who.id, who.secret)
	}
	c, err := admin.NewClient(admin.UseBaseURL(url), auth)
	if err != nil {
		return nil, err
	}
	return &client{
		ctx: ctx, http: c.GetConfig().HTTPClient,
		asError: func(err error) (any, bool) { return admin.AsError(err) },
		methods: map[string]any{
			"getSystemStatus":                  c.RootApi.GetSystemStatus,
			"returnAllControlPlaneIpAddresses": c.RootApi.ListControlPlaneAddresses,
			"listEventTypes":                   c.EventsApi.ListEventTypes,

			"listOrganizations":          c.OrganizationsApi.ListOrgs,
			"createOrganization":         c.OrganizationsApi.CreateOrg,
			"getOrganization":            c.OrganizationsApi.GetOrg,
			"updateOrganization":         c.OrganizationsApi.UpdateOrg,
			"deleteOrganization":         c.OrganizationsApi.DeleteOrg,
			"getOrganizationSettings":    c.OrganizationsApi.GetOrgSettings,
			"updateOrganizationSettings": c.OrganizationsApi.UpdateOrgSettings,
			"listOrganizationProjects":   c.OrganizationsApi.GetOrgGroups,
			"listOrganizationEvents":     c.EventsApi.ListOrgEvents,
			"getOrganizationEvent":       c.EventsApi.GetOrgEvent,

			"listProjects":          c.ProjectsApi.ListGroups,
			"createProject":         c.ProjectsApi.CreateGroup,
			"getProject":            c.ProjectsApi.GetGroup,
			"getProjectByName":      c.ProjectsApi.GetGroupByName,
			"updateProject":         c.ProjectsApi.UpdateGroup,
			"deleteProject":         c.ProjectsApi.DeleteGroup,
			"getProjectSettings":    c.ProjectsApi.GetGroupSettings,
			"updateProjectSettings": c.ProjectsApi.UpdateGroupSettings,
			"listProjectLimits":     c.ProjectsApi.ListGroupLimits,
			"getProjectLimit":       c.ProjectsApi.GetGroupLimit,
			"setProjectLimit":       c.ProjectsApi.SetGroupLimit,
			"deleteProjectLimit":    c.ProjectsApi.DeleteGroupLimit,
			"returnAllIpAddresses":  c.ProjectsApi.GetGroupIpAddresses,
			"getProjectLtsVersions": c.ProjectsApi.GetMongoDbVersions,
			"listProjectEvents":     c.EventsApi.ListGroupEvents,
			"getProjectEvent":       c.EventsApi.GetGroupEvent,

			"getAuditingConfiguration":    c.AuditingApi.GetGroupAuditLog,
			"updateAuditingConfiguration": c.AuditingApi.UpdateAuditLog,
			"getAwsCustomDns":             c.AWSClustersDNSApi.GetAwsCustomDns,
			"toggleAwsCustomDns":          c.AWSClustersDNSApi.ToggleAwsCustomDns,

			"listApiKeys":                  c.ProgrammaticAPIKeysApi.ListOrgApiKeys,
			"createApiKey":                 c.ProgrammaticAPIKeysApi.CreateOrgApiKey,
			"getApiKey":                    c.ProgrammaticAPIKeysApi.GetOrgApiKey,
			"updateApiKey":                 c.ProgrammaticAPIKeysApi.UpdateOrgApiKey,
			"deleteApiKey":                 c.ProgrammaticAPIKeysApi.DeleteOrgApiKey,
			"listApiKeyAccessListsEntries": c.ProgrammaticAPIKeysApi.ListOrgAccessEntries,
			"createApiKeyAccessList":       c.ProgrammaticAPIKeysApi.CreateOrgAccessEntry,
			"getApiKeyAccessList":          c.ProgrammaticAPIKeysApi.GetOrgAccessEntry,
			"deleteApiKeyAccessListEntry":  c.ProgrammaticAPIKeysApi.DeleteAccessEntry,
			"listProjectApiKeys":           c.ProgrammaticAPIKeysApi.ListGroupApiKeys,
			"createProjectApiKey":          c.ProgrammaticAPIKeysApi.CreateGroupApiKey,
			"addProjectApiKey":             c.ProgrammaticAPIKeysApi.AddGroupApiKey,
			"updateApiKeyRoles":            c.ProgrammaticAPIKeysApi.UpdateApiKeyRoles,
			"removeProjectApiKey":          c.ProgrammaticAPIKeysApi.RemoveGroupApiKey,

			"listServiceAccounts":                        c.ServiceAccountsApi.ListOrgServiceAccounts,
			"createServiceAccount":                       c.ServiceAccountsApi.CreateOrgServiceAccount,
			"getServiceAccount":                          c.ServiceAccountsApi.GetOrgServiceAccount,
			"updateServiceAccount":                       c.ServiceAccountsApi.UpdateOrgServiceAccount,
			"deleteServiceAccount":                       c.ServiceAccountsApi.DeleteOrgServiceAccount,
			"listServiceAccountProjects":                 c.ServiceAccountsApi.GetServiceAccountGroups,
			"createServiceAccountSecret":                 c.ServiceAccountsApi.CreateOrgSecret,
			"deleteServiceAccountSecret":                 c.ServiceAccountsApi.DeleteOrgSecret,
			"listServiceAccountAccessList":               c.ServiceAccountsApi.ListOrgAccessList,
			"createServiceAccountAccessList":             c.ServiceAccountsApi.CreateOrgAccessList,
			"deleteServiceAccountAccessListEntry":        c.ServiceAccountsApi.DeleteOrgAccessEntry,
			"listProjectServiceAccounts":                 c.ServiceAccountsApi.ListGroupServiceAccounts,
			"createProjectServiceAccount":                c.ServiceAccountsApi.CreateGroupServiceAccount,
			"getProjectServiceAccount":                   c.ServiceAccountsApi.GetGroupServiceAccount,
			"updateProjectServiceAccount":                c.ServiceAccountsApi.UpdateGroupServiceAccount,
			"deleteProjectServiceAccount":                c.ServiceAccountsApi.DeleteGroupServiceAccount,
			"addProjectServiceAccount":                   c.ServiceAccountsApi.InviteGroupServiceAccount,
			"createProjectServiceAccountSecret":          c.ServiceAccountsApi.CreateGroupSecret,
			"deleteProjectServiceAccountSecret":          c.ServiceAccountsApi.DeleteGroupSecret,
			"listProjectServiceAccountAccessList":        c.ServiceAccountsApi.ListAccessList,
			"createProjectServiceAccountAccessList":      c.ServiceAccountsApi.CreateAccessList,
			"deleteProjectServiceAccountAccessListEntry": c.ServiceAccountsApi.DeleteGroupAccessEntry,

			"listDatabaseUsers":  c.DatabaseUsersApi.ListDatabaseUsers,
			"createDatabaseUser": c.DatabaseUsersApi.CreateDatabaseUser,
			"getDatabaseUser":    c.DatabaseUsersApi.GetDatabaseUser,
			"updateDatabaseUser": c.DatabaseUsersApi.UpdateDatabaseUser,
			"deleteDatabaseUser": c.DatabaseUsersApi.DeleteDatabaseUser,

			"listCustomDatabaseRoles":  c.CustomDatabaseRolesApi.ListCustomDbRoles,
			"createCustomDatabaseRole": c.CustomDatabaseRolesApi.CreateCustomDbRole,
			"getCustomDatabaseRole":    c.CustomDatabaseRolesApi.GetCustomDbRole,
			"updateCustomDatabaseRole": c.CustomDatabaseRolesApi.UpdateCustomDbRole,
			"deleteCustomDatabaseRole": c.CustomDatabaseRolesApi.DeleteCustomDbRole,

			"listProjectIpAccessLists":     c.ProjectIPAccessListApi.ListAccessListEntries,
			"createProjectIpAccessList":    c.ProjectIPAccessListApi.CreateAccessListEntry,
			"getProjectIpList":             c.ProjectIPAccessListApi.GetAccessListEntry,
			"deleteProjectIpAccessList":    c.ProjectIPAccessListApi.DeleteAccessListEntry,
			"getProjectIpAccessListStatus": c.ProjectIPAccessListApi.GetAccessListStatus,

			"listOrganizationTeams": c.TeamsApi.ListOrgTeams,
			"createTeam":            c.TeamsApi.CreateOrgTeam,
			"getTeamById":           c.TeamsApi.GetOrgTeam,
			"getTeamByName":         c.TeamsApi.GetTeamByName,
			"renameTeam":            c.TeamsApi.RenameOrgTeam,
			"deleteTeam":            c.TeamsApi.DeleteOrgTeam,
			"addTeamUser":           c.TeamsApi.AddTeamUsers,
			"removeTeamUser":        c.TeamsApi.RemoveUserFromTeam,
			"listProjectTeams":      c.TeamsApi.ListGroupTeams,
			"addAllTeamsToProject":  c.TeamsApi.AddGroupTeams,
			"getProjectTeam":        c.TeamsApi.GetGroupTeam,
			"updateTeamRoles":       c.TeamsApi.UpdateGroupTeam,
			"removeProjectTeam":     c.TeamsApi.RemoveGroupTeam,

			"createUser":              c.MongoDBCloudUsersApi.CreateUser,
			"getUser":                 c.MongoDBCloudUsersApi.GetUser,
			"getUserByUsername":       c.MongoDBCloudUsersApi.GetUserByName,
			"listOrganizationUsers":   c.MongoDBCloudUsersApi.ListOrgUsers,
			"createOrganizationUser":  c.MongoDBCloudUsersApi.CreateOrgUser,
			"getOrganizationUser":     c.MongoDBCloudUsersApi.GetOrgUser,
			"updateOrganizationUser":  c.MongoDBCloudUsersApi.UpdateOrgUser,
			"removeOrganizationUser":  c.MongoDBCloudUsersApi.RemoveOrgUser,
			"addOrganizationRole":     c.MongoDBCloudUsersApi.AddOrgRole,
			"removeOrganizationRole":  c.MongoDBCloudUsersApi.RemoveOrgRole,
			"updateOrganizationRoles": c.OrganizationsApi.UpdateOrgUserRoles,
			"listProjectUsers":        c.MongoDBCloudUsersApi.ListGroupUsers,
			"addProjectUser":          c.MongoDBCloudUsersApi.AddGroupUsers,
			"getProjectUser":          c.MongoDBCloudUsersApi.GetGroupUser,
			"removeProjectUser":       c.MongoDBCloudUsersApi.RemoveGroupUser,
			"addProjectRole":          c.MongoDBCloudUsersApi.AddGroupUserRole,
			"removeProjectRole":       c.MongoDBCloudUsersApi.RemoveGroupUserRole,
			"updateProjectRoles":      c.ProjectsApi.UpdateGroupUserRoles,
			"addUserToProject":        c.ProjectsApi.AddGroupUser,
			"listTeamUsers":           c.MongoDBCloudUsersApi.ListTeamUsers,
			"addUserToTeam":           c.MongoDBCloudUsersApi.AddOrgTeamUser,
			"removeUserFromTeam":      c.MongoDBCloudUsersApi.RemoveOrgTeamUser,

			"listOrganizationInvitations":      c.OrganizationsApi.ListOrgInvites,
			"createOrganizationInvitation":     c.OrganizationsApi.CreateOrgInvite,
			"updateOrganizationInvitation":     c.OrganizationsApi.UpdateOrgInvites,
			"getOrganizationInvitation":        c.OrganizationsApi.GetOrgInvite,
			"updateOrganizationInvitationById": c.OrganizationsApi.UpdateOrgInviteById,
			"deleteOrganizationInvitation":     c.OrganizationsApi.DeleteOrgInvite,
			"listProjectInvitations":           c.ProjectsApi.ListGroupInvites,
			"createProjectInvitation":          c.ProjectsApi.CreateGroupInvite,
			"updateProjectInvitation":          c.ProjectsApi.UpdateGroupInvites,
			"getProjectInvitation":             c.ProjectsApi.GetGroupInvite,
			"updateProjectInvitationById":      c.ProjectsApi.UpdateInviteById,
			"deleteProjectInvitation":          c.ProjectsApi.DeleteGroupInvite,
		},
	}, nil
}
