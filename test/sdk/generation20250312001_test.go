package sdk

import (
	"context"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"
)

// open20250312001 makes a client of the generation of the reference pages.
func open20250312001(ctx context.Context, url string, who credentials) (*client, error) {
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
			"returnAllControlPlaneIpAddresses": c.RootApi.ReturnAllControlPlaneIpAddresses,
			"listEventTypes":                   c.EventsApi.ListEventTypes,

			"listOrganizations":          c.OrganizationsApi.ListOrganizations,
			"createOrganization":         c.OrganizationsApi.CreateOrganization,
			"getOrganization":            c.OrganizationsApi.GetOrganization,
			"updateOrganization":         c.OrganizationsApi.UpdateOrganization,
			"deleteOrganization":         c.OrganizationsApi.DeleteOrganization,
			"getOrganizationSettings":    c.OrganizationsApi.GetOrganizationSettings,
			"updateOrganizationSettings": c.OrganizationsApi.UpdateOrganizationSettings,
			"listOrganizationProjects":   c.OrganizationsApi.ListOrganizationProjects,
			"listOrganizationEvents":     c.EventsApi.ListOrganizationEvents,
			"getOrganizationEvent":       c.EventsApi.GetOrganizationEvent,

			"listProjects":          c.ProjectsApi.ListProjects,
			"createProject":         c.ProjectsApi.CreateProject,
			"getProject":            c.ProjectsApi.GetProject,
			"getProjectByName":      c.ProjectsApi.GetProjectByName,
			"updateProject":         c.ProjectsApi.UpdateProject,
			"deleteProject":         c.ProjectsApi.DeleteProject,
			"getProjectSettings":    c.ProjectsApi.GetProjectSettings,
			"updateProjectSettings": c.ProjectsApi.UpdateProjectSettings,
			"listProjectLimits":     c.ProjectsApi.ListProjectLimits,
			"getProjectLimit":       c.ProjectsApi.GetProjectLimit,
			"setProjectLimit":       c.ProjectsApi.SetProjectLimit,
			"deleteProjectLimit":    c.ProjectsApi.DeleteProjectLimit,
			"returnAllIpAddresses":  c.ProjectsApi.ReturnAllIpAddresses,
			"getProjectLtsVersions": c.ProjectsApi.GetProjectLtsVersions,
			"listProjectEvents":     c.EventsApi.ListProjectEvents,
			"getProjectEvent":       c.EventsApi.GetProjectEvent,

			"getAuditingConfiguration":    c.AuditingApi.GetAuditingConfiguration,
			"updateAuditingConfiguration": c.AuditingApi.UpdateAuditingConfiguration,
			"getAwsCustomDns":             c.AWSClustersDNSApi.GetAwsCustomDns,
			"toggleAwsCustomDns":          c.AWSClustersDNSApi.ToggleAwsCustomDns,

			"listApiKeys":                  c.ProgrammaticAPIKeysApi.ListApiKeys,
			"createApiKey":                 c.ProgrammaticAPIKeysApi.CreateApiKey,
			"getApiKey":                    c.ProgrammaticAPIKeysApi.GetApiKey,
			"updateApiKey":                 c.ProgrammaticAPIKeysApi.UpdateApiKey,
			"deleteApiKey":                 c.ProgrammaticAPIKeysApi.DeleteApiKey,
			"listApiKeyAccessListsEntries": c.ProgrammaticAPIKeysApi.ListApiKeyAccessListsEntries,
			"createApiKeyAccessList":       c.ProgrammaticAPIKeysApi.CreateApiKeyAccessList,
			"getApiKeyAccessList":          c.ProgrammaticAPIKeysApi.GetApiKeyAccessList,
			"deleteApiKeyAccessListEntry":  c.ProgrammaticAPIKeysApi.DeleteApiKeyAccessListEntry,
			"listProjectApiKeys":           c.ProgrammaticAPIKeysApi.ListProjectApiKeys,
			"createProjectApiKey":          c.ProgrammaticAPIKeysApi.CreateProjectApiKey,
			"addProjectApiKey":             c.ProgrammaticAPIKeysApi.AddProjectApiKey,
			"updateApiKeyRoles":            c.ProgrammaticAPIKeysApi.UpdateApiKeyRoles,
			"removeProjectApiKey":          c.ProgrammaticAPIKeysApi.RemoveProjectApiKey,

			"listServiceAccounts":                        c.ServiceAccountsApi.ListServiceAccounts,
			"createServiceAccount":                       c.ServiceAccountsApi.CreateServiceAccount,
			"getServiceAccount":                          c.ServiceAccountsApi.GetServiceAccount,
			"updateServiceAccount":                       c.ServiceAccountsApi.UpdateServiceAccount,
			"deleteServiceAccount":                       c.ServiceAccountsApi.DeleteServiceAccount,
			"listServiceAccountProjects":                 c.ServiceAccountsApi.ListServiceAccountProjects,
			"createServiceAccountSecret":                 c.ServiceAccountsApi.CreateServiceAccountSecret,
			"deleteServiceAccountSecret":                 c.ServiceAccountsApi.DeleteServiceAccountSecret,
			"listServiceAccountAccessList":               c.ServiceAccountsApi.ListServiceAccountAccessList,
			"createServiceAccountAccessList":             c.ServiceAccountsApi.CreateServiceAccountAccessList,
			"deleteServiceAccountAccessListEntry":        c.ServiceAccountsApi.DeleteServiceAccountAccessListEntry,
			"listProjectServiceAccounts":                 c.ServiceAccountsApi.ListProjectServiceAccounts,
			"createProjectServiceAccount":                c.ServiceAccountsApi.CreateProjectServiceAccount,
			"getProjectServiceAccount":                   c.ServiceAccountsApi.GetProjectServiceAccount,
			"updateProjectServiceAccount":                c.ServiceAccountsApi.UpdateProjectServiceAccount,
			"deleteProjectServiceAccount":                c.ServiceAccountsApi.DeleteProjectServiceAccount,
			"addProjectServiceAccount":                   c.ServiceAccountsApi.AddProjectServiceAccount,
			"createProjectServiceAccountSecret":          c.ServiceAccountsApi.CreateProjectServiceAccountSecret,
			"deleteProjectServiceAccountSecret":          c.ServiceAccountsApi.DeleteProjectServiceAccountSecret,
			"listProjectServiceAccountAccessList":        c.ServiceAccountsApi.ListProjectServiceAccountAccessList,
			"createProjectServiceAccountAccessList":      c.ServiceAccountsApi.CreateProjectServiceAccountAccessList,
			"deleteProjectServiceAccountAccessListEntry": c.ServiceAccountsApi.DeleteProjectServiceAccountAccessListEntry,

			"listDatabaseUsers":  c.DatabaseUsersApi.ListDatabaseUsers,
			"createDatabaseUser": c.DatabaseUsersApi.CreateDatabaseUser,
			"getDatabaseUser":    c.DatabaseUsersApi.GetDatabaseUser,
			"updateDatabaseUser": c.DatabaseUsersApi.UpdateDatabaseUser,
			"deleteDatabaseUser": c.DatabaseUsersApi.DeleteDatabaseUser,

			"listCustomDatabaseRoles":  c.CustomDatabaseRolesApi.ListCustomDatabaseRoles,
			"createCustomDatabaseRole": c.CustomDatabaseRolesApi.CreateCustomDatabaseRole,
			"getCustomDatabaseRole":    c.CustomDatabaseRolesApi.GetCustomDatabaseRole,
			"updateCustomDatabaseRole": c.CustomDatabaseRolesApi.UpdateCustomDatabaseRole,
			"deleteCustomDatabaseRole": c.CustomDatabaseRolesApi.DeleteCustomDatabaseRole,

			"listProjectIpAccessLists":     c.ProjectIPAccessListApi.ListProjectIpAccessLists,
			"createProjectIpAccessList":    c.ProjectIPAccessListApi.CreateProjectIpAccessList,
			"getProjectIpList":             c.ProjectIPAccessListApi.GetProjectIpList,
			"deleteProjectIpAccessList":    c.ProjectIPAccessListApi.DeleteProjectIpAccessList,
			"getProjectIpAccessListStatus": c.ProjectIPAccessListApi.GetProjectIpAccessListStatus,

			"listOrganizationTeams": c.TeamsApi.ListOrganizationTeams,
			"createTeam":            c.TeamsApi.CreateTeam,
			"getTeamById":           c.TeamsApi.GetTeamById,
			"getTeamByName":         c.TeamsApi.GetTeamByName,
			"renameTeam":            c.TeamsApi.RenameTeam,
			"deleteTeam":            c.TeamsApi.DeleteTeam,
			"addTeamUser":           c.TeamsApi.AddTeamUser,
			"removeTeamUser":        c.TeamsApi.RemoveTeamUser,
			"listProjectTeams":      c.TeamsApi.ListProjectTeams,
			"addAllTeamsToProject":  c.TeamsApi.AddAllTeamsToProject,
			"updateTeamRoles":       c.TeamsApi.UpdateTeamRoles,
			"removeProjectTeam":     c.TeamsApi.RemoveProjectTeam,

			"createUser":              c.MongoDBCloudUsersApi.CreateUser,
			"getUser":                 c.MongoDBCloudUsersApi.GetUser,
			"getUserByUsername":       c.MongoDBCloudUsersApi.GetUserByUsername,
			"listOrganizationUsers":   c.MongoDBCloudUsersApi.ListOrganizationUsers,
			"createOrganizationUser":  c.MongoDBCloudUsersApi.CreateOrganizationUser,
			"getOrganizationUser":     c.MongoDBCloudUsersApi.GetOrganizationUser,
			"updateOrganizationUser":  c.MongoDBCloudUsersApi.UpdateOrganizationUser,
			"removeOrganizationUser":  c.MongoDBCloudUsersApi.RemoveOrganizationUser,
			"addOrganizationRole":     c.MongoDBCloudUsersApi.AddOrganizationRole,
			"removeOrganizationRole":  c.MongoDBCloudUsersApi.RemoveOrganizationRole,
			"updateOrganizationRoles": c.OrganizationsApi.UpdateOrganizationRoles,
			"listProjectUsers":        c.MongoDBCloudUsersApi.ListProjectUsers,
			"addProjectUser":          c.MongoDBCloudUsersApi.AddProjectUser,
			"getProjectUser":          c.MongoDBCloudUsersApi.GetProjectUser,
			"removeProjectUser":       c.MongoDBCloudUsersApi.RemoveProjectUser,
			"updateProjectRoles":      c.ProjectsApi.UpdateProjectRoles,
			"addUserToProject":        c.ProjectsApi.AddUserToProject,
			"listTeamUsers":           c.MongoDBCloudUsersApi.ListTeamUsers,
			"addUserToTeam":           c.MongoDBCloudUsersApi.AddUserToTeam,
			"removeUserFromTeam":      c.MongoDBCloudUsersApi.RemoveUserFromTeam,

			"listOrganizationInvitations":      c.OrganizationsApi.ListOrganizationInvitations,
			"createOrganizationInvitation":     c.OrganizationsApi.CreateOrganizationInvitation,
			"updateOrganizationInvitation":     c.OrganizationsApi.UpdateOrganizationInvitation,
			"getOrganizationInvitation":        c.OrganizationsApi.GetOrganizationInvitation,
			"updateOrganizationInvitationById": c.OrganizationsApi.UpdateOrganizationInvitationById,
			"deleteOrganizationInvitation":     c.OrganizationsApi.DeleteOrganizationInvitation,
			"listProjectInvitations":           c.ProjectsApi.ListProjectInvitations,
			"createProjectInvitation":          c.ProjectsApi.CreateProjectInvitation,
			"updateProjectInvitation":          c.ProjectsApi.UpdateProjectInvitation,
			"getProjectInvitation":             c.ProjectsApi.GetProjectInvitation,
			"updateProjectInvitationById":      c.ProjectsApi.UpdateProjectInvitationById,
			"deleteProjectInvitation":          c.ProjectsApi.DeleteProjectInvitation,
		},
	}, nil
}
