package terraform

import (
	"net/url"
	"strings"
)

// The calls of each resource, in the provider's order: create, refresh, change and delete, after which the resource must be
// missing. has are the fields that the provider needs.
var resources = []resource{
	{name: "project", calls: []call{
		{do: "POST /groups", body: `{"name":"tf-project","orgId":"{org}","clusterCount":0,"created":"0001-01-01T00:00:00Z"}`, has: "id", keep: "p=id"},
		{do: "GET /groups/{p}/settings", has: settings},
		{do: "PATCH /groups/{p}/settings", body: `{"isDataExplorerEnabled":false}`, has: settings},
		{do: "GET /groups/{p}", has: "id name orgId clusterCount created", is: "name=tf-project"},
		{do: "GET /groups/{p}/teams", has: "results totalCount"},
		{do: "GET /groups/{p}/limits", has: "0.name 0.value 0.currentUsage 0.defaultLimit"},
		{do: "GET /groups/{p}/settings", is: "isDataExplorerEnabled=false"},
		{do: "GET /groups/{p}/ipAddresses", has: "services.clusters"},
		{do: "GET /groups/{p}/managedSlowMs", is: "=true"},
		{do: "DELETE /groups/{p}/managedSlowMs/disable", status: 204},
		{do: "GET /groups/{p}/managedSlowMs", is: "=false"},
		{do: "POST /groups/{p}/managedSlowMs/enable", status: 204},
		{do: "PATCH /groups/{p}", body: `{"name":"tf-renamed","tags":[{"key":"by","value":"terraform"}]}`, is: "name=tf-renamed"},
		{do: "GET /groups/byName/tf-renamed", is: "id={p}"},
		{do: "GET /groups/{p}/clusters", version: "2024-08-05", is: "totalCount=0"},
		{do: "DELETE /groups/{p}", status: 204},
		{do: "GET /groups/{p}", gone: "GROUP_NOT_FOUND"},
	}},
	{name: "project_ip_access_list", calls: []call{
		{do: "POST /groups/{group}/accessList", body: `[{"cidrBlock":"1.2.3.4/32","comment":"tf"}]`, has: "results.0.groupId"},
		{do: "GET /groups/{group}/accessList/1.2.3.4%2F32", has: "groupId", is: "cidrBlock=1.2.3.4/32"},
		{do: "GET /groups/{group}/accessList/1.2.3.4", has: "groupId", is: "ipAddress=1.2.3.4"},
		{do: "DELETE /groups/{group}/accessList/1.2.3.4%2F32", status: 204},
		{do: "GET /groups/{group}/accessList/1.2.3.4%2F32", gone: "ATLAS_NETWORK_PERMISSION_ENTRY_NOT_FOUND"},
	}},
	{name: "project_ip_access_list of a security group", calls: []call{
		{do: "POST /groups/{group}/accessList", body: `[{"awsSecurityGroup":"sg-0123456789abcdef0","comment":"tf"}]`, has: "results.0.groupId"},
		{do: "GET /groups/{group}/accessList/sg-0123456789abcdef0", is: "awsSecurityGroup=sg-0123456789abcdef0 comment=tf"},
		{do: "POST /groups/{group}/accessList", body: `[{"awsSecurityGroup":"sg-0123456789abcdef0","comment":"tf"}]`},
		{do: "DELETE /groups/{group}/accessList/sg-0123456789abcdef0", status: 204},
		{do: "GET /groups/{group}/accessList/sg-0123456789abcdef0", gone: "ATLAS_NETWORK_PERMISSION_ENTRY_NOT_FOUND"},
	}},
	external("x509Type", "MANAGED", "$external", "CN=tf"),
	external("ldapAuthType", "USER", "$external", "CN=tf,DC=example"),
	external("oidcAuthType", "IDP_GROUP", "admin", "0123456789abcdef01234567/tf"),
	external("awsIAMType", "ROLE", "$external", "arn:aws:iam::123456789012:role/tf"),
	{name: "database_user", calls: []call{
		{do: "POST /groups/{group}/databaseUsers", status: 201, lacks: "password", has: "groupId", body: `{"groupId":"{group}","username":"tf","databaseName":"admin","password":"correct horse battery",
			"awsIAMType":"NONE","ldapAuthType":"NONE","oidcAuthType":"NONE","x509Type":"NONE","labels":[],"scopes":[],"roles":[{"roleName":"read","databaseName":"shop"}]}`},
		{do: "GET /groups/{group}/databaseUsers/admin/tf", lacks: "password", has: "groupId roles.0.roleName labels scopes",
			is: "awsIAMType=NONE ldapAuthType=NONE oidcAuthType=NONE x509Type=NONE"},
		{do: "PATCH /groups/{group}/databaseUsers/admin/tf", body: `{"databaseName":"admin","username":"tf","groupId":"{group}","roles":[{"roleName":"readWrite","databaseName":"shop"}]}`,
			is: "roles.0.roleName=readWrite"},
		{do: "DELETE /groups/{group}/databaseUsers/admin/tf", status: 204},
		{do: "GET /groups/{group}/databaseUsers/admin/tf", gone: "USERNAME_NOT_FOUND"},
	}},
	{name: "custom_db_role", calls: []call{
		{do: "POST /groups/{group}/customDBRoles/roles", status: 202, is: "roleName=tf",
			body: `{"roleName":"tf","actions":[{"action":"FIND","resources":[{"db":"shop","collection":"","cluster":false}]}],"inheritedRoles":[]}`},
		{do: "GET /groups/{group}/customDBRoles/roles/tf", has: "actions.0.resources.0.db inheritedRoles"},
		{do: "PATCH /groups/{group}/customDBRoles/roles/tf", body: `{"actions":[{"action":"UPDATE","resources":[{"db":"shop","collection":"","cluster":false}]}],"inheritedRoles":[]}`,
			is: "actions.0.action=UPDATE"},
		{do: "GET /groups/{group}/customDBRoles/roles", is: "0.roleName=tf"},
		{do: "DELETE /groups/{group}/customDBRoles/roles/tf", status: 204},
		{do: "GET /groups/{group}/customDBRoles/roles/tf", gone: "ATLAS_CUSTOM_ROLE_NOT_FOUND"},
	}},
	{name: "api_key", calls: []call{
		{do: "POST /orgs/{org}/apiKeys", body: `{"desc":"tf","roles":["ORG_READ_ONLY"]}`, has: "privateKey roles.0.orgId", keep: "k=id"},
		{do: "GET /orgs/{org}/apiKeys/{k}", has: "publicKey", is: "desc=tf roles.0.orgId={org}"},
		{do: "PATCH /orgs/{org}/apiKeys/{k}", body: `{"desc":"tf2","roles":["ORG_MEMBER"]}`, is: "desc=tf2 roles.0.roleName=ORG_MEMBER"},
		{do: "DELETE /orgs/{org}/apiKeys/{k}", status: 204},
		{do: "GET /orgs/{org}/apiKeys/{k}", gone: "API_KEY_NOT_FOUND"},
	}},
	{name: "access_list_api_key", calls: []call{
		{do: "POST /orgs/{org}/apiKeys", body: `{"desc":"tf","roles":["ORG_MEMBER"]}`, keep: "k=id"},
		{do: "POST /orgs/{org}/apiKeys/{k}/accessList", body: `[{"cidrBlock":"1.2.3.4/32"}]`, has: "results.0.cidrBlock"},
		{do: "GET /orgs/{org}/apiKeys/{k}/accessList/1.2.3.4", is: "cidrBlock=1.2.3.4/32 ipAddress=1.2.3.4"},
		{do: "DELETE /orgs/{org}/apiKeys/{k}/accessList/1.2.3.4%2F32", status: 204},
		{do: "GET /orgs/{org}/apiKeys/{k}/accessList/1.2.3.4", gone: "ATLAS_ACCESS_LIST_NOT_FOUND"},
		{do: "DELETE /orgs/{org}/apiKeys/{k}", status: 204},
	}},
	{name: "project_api_key", calls: []call{
		{do: "POST /groups", body: `{"name":"tf-second","orgId":"{org}"}`, keep: "q=id"},
		{do: "POST /groups/{group}/apiKeys", body: `{"desc":"tf","roles":["GROUP_OWNER"]}`, has: "privateKey", keep: "k=id"},
		{do: "POST /groups/{q}/apiKeys/{k}", status: 204, body: `[{"roles":["GROUP_READ_ONLY"]}]`},
		{do: "GET /orgs", is: "results.0.id={org}"},
		{do: "GET /orgs/{org}/apiKeys/{k}", is: "roles.0.orgId={org} roles.1.groupId={group} roles.2.groupId={q}"},
		{do: "PATCH /groups/{q}/apiKeys/{k}", body: `{"roles":["GROUP_OWNER"]}`, is: "roles.2.roleName=GROUP_OWNER"},
		{do: "DELETE /groups/{q}/apiKeys/{k}", status: 204},
		{do: "GET /orgs/{org}/apiKeys/{k}", lacks: "roles.2"},
		{do: "DELETE /orgs/{org}/apiKeys/{k}", status: 204},
		{do: "GET /orgs/{org}/apiKeys/{k}", gone: "API_KEY_NOT_FOUND"},
		{do: "DELETE /groups/{q}", status: 204},
	}},
	{name: "organization", calls: []call{
		{do: "POST /orgs", status: 201, body: `{"name":"tf-org","orgOwnerId":"{owner}","apiKey":{"desc":"tf","roles":["ORG_OWNER"]}}`,
			has: "apiKey.id", keep: "o=organization.id public=apiKey.publicKey private=apiKey.privateKey"},
		{do: "PATCH /orgs/{o}/settings", own: true, body: `{"apiAccessListRequired":false,"multiFactorAuthRequired":true,"restrictEmployeeAccess":false}`},
		{do: "GET /orgs/{o}", own: true, is: "name=tf-org isDeleted=false"},
		{do: "GET /orgs/{o}/settings", own: true, is: "multiFactorAuthRequired=true apiAccessListRequired=false restrictEmployeeAccess=false"},
		{do: "PATCH /orgs/{o}", own: true, body: `{"name":"tf-org-two"}`, is: "name=tf-org-two"},
		{do: "DELETE /orgs/{o}", own: true, status: 204},
		{do: "GET /orgs/{o}", gone: "ORG_NOT_FOUND"},
	}},
	{name: "service_account", version: "2024-08-05", calls: []call{
		{do: "POST /orgs/{org}/serviceAccounts", status: 201, body: `{"name":"tf","description":"by terraform","roles":["ORG_READ_ONLY"],"secretExpiresAfterHours":12}`,
			has: "createdAt secrets.0.id secrets.0.secret secrets.0.expiresAt", keep: "c=clientId first=secrets.0.id"},
		{do: "GET /orgs/{org}/serviceAccounts/{c}", has: "secrets.0.maskedSecretValue", lacks: "secrets.0.secret", is: "name=tf roles.0=ORG_READ_ONLY"},
		{do: "PATCH /orgs/{org}/serviceAccounts/{c}", body: `{"name":"tf2","description":"by terraform","roles":["ORG_MEMBER"]}`, is: "name=tf2 roles.0=ORG_MEMBER"},
		{do: "POST /orgs/{org}/serviceAccounts/{c}/secrets", status: 201, body: `{"secretExpiresAfterHours":24}`, has: "secret", keep: "second=id"},
		{do: "GET /orgs/{org}/serviceAccounts/{c}", is: "secrets.0.id={first} secrets.1.id={second}"},
		{do: "DELETE /orgs/{org}/serviceAccounts/{c}/secrets/{second}", status: 204},
		{do: "GET /orgs/{org}/serviceAccounts/{c}", lacks: "secrets.1"},
		{do: "POST /groups/{group}/serviceAccounts/{c}:invite", body: `{"roles":["GROUP_READ_ONLY"]}`, is: "clientId={c}"},
		{do: "GET /groups/{group}/serviceAccounts/{c}", is: "roles.0=GROUP_READ_ONLY"},
		{do: "PATCH /groups/{group}/serviceAccounts/{c}", body: `{"roles":["GROUP_OWNER"]}`, is: "roles.0=GROUP_OWNER"},
		{do: "DELETE /groups/{group}/serviceAccounts/{c}", status: 204},
		{do: "GET /groups/{group}/serviceAccounts/{c}", gone: "SERVICE_ACCOUNT_NOT_FOUND"},
		{do: "DELETE /orgs/{org}/serviceAccounts/{c}", status: 204},
		{do: "GET /orgs/{org}/serviceAccounts/{c}", gone: "SERVICE_ACCOUNT_NOT_FOUND"},
	}},
	{name: "project_service_account", version: "2024-08-05", calls: []call{
		{do: "POST /groups/{group}/serviceAccounts", status: 201, body: `{"name":"tf","description":"by terraform","roles":["GROUP_READ_ONLY"],"secretExpiresAfterHours":12}`,
			has: "secrets.0.secret", keep: "c=clientId"},
		{do: "GET /groups/{group}/serviceAccounts/{c}", is: "roles.0=GROUP_READ_ONLY"},
		{do: "POST /groups/{group}/serviceAccounts/{c}/accessList", body: `[{"cidrBlock":"1.2.3.4/32"}]`, is: "results.0.cidrBlock=1.2.3.4/32"},
		{do: "GET /groups/{group}/serviceAccounts/{c}/accessList", is: "totalCount=1"},
		{do: "DELETE /groups/{group}/serviceAccounts/{c}/accessList/1.2.3.4%2F32", status: 204},
		{do: "PATCH /groups/{group}/serviceAccounts/{c}", body: `{"name":"tf2","roles":["GROUP_OWNER"]}`, is: "name=tf2 roles.0=GROUP_OWNER"},
		{do: "DELETE /groups/{group}/serviceAccounts/{c}", status: 204},
		{do: "GET /groups/{group}/serviceAccounts/{c}", gone: "SERVICE_ACCOUNT_NOT_FOUND"},
		{do: "DELETE /orgs/{org}/serviceAccounts/{c}", status: 204},
	}},
	{name: "team", calls: []call{
		{do: "POST /orgs/{org}/teams", body: `{"name":"tf","usernames":["owner@telamon.example"]}`, keep: "t=id"},
		{do: "GET /orgs/{org}/teams/{t}", is: "name=tf"},
		{do: "GET /orgs/{org}/teams/{t}/users", is: "results.0.username=owner@telamon.example"},
		{do: "PATCH /orgs/{org}/teams/{t}", body: `{"name":"tf2"}`, is: "name=tf2"},
		{do: "DELETE /orgs/{org}/teams/{t}", status: 204},
		{do: "GET /orgs/{org}/teams/{t}", gone: "TEAM_NOT_FOUND"},
	}},
	{name: "team without people", calls: []call{
		{do: "POST /orgs/{org}/teams", body: `{"name":"tf-empty","usernames":[]}`, keep: "t=id"},
		{do: "GET /orgs/{org}/teams/{t}", is: "name=tf-empty"},
		{do: "DELETE /orgs/{org}/teams/{t}", status: 204},
		{do: "GET /orgs/{org}/teams/{t}", gone: "TEAM_NOT_FOUND"},
	}},
	{name: "auditing", calls: []call{
		{do: "PATCH /groups/{group}/auditLog", body: `{"auditAuthorizationSuccess":true,"auditFilter":"{}\n","enabled":true}`, is: "enabled=true"},
		{do: "GET /groups/{group}/auditLog", is: "enabled=true auditAuthorizationSuccess=true auditFilter={} configurationType=FILTER_JSON"},
		{do: "PATCH /groups/{group}/auditLog", body: `{"enabled":false}`, is: "enabled=false"},
	}},
	{name: "custom_dns_configuration_cluster_aws", calls: []call{
		{do: "PATCH /groups/{group}/awsCustomDNS", body: `{"enabled":true}`, is: "enabled=true"},
		{do: "GET /groups/{group}/awsCustomDNS", is: "enabled=true"},
		{do: "PATCH /groups/{group}/awsCustomDNS", body: `{"enabled":false}`, is: "enabled=false"},
	}},
}

// external is a database user who does not log in by a password.
func external(field, kind, database, name string) resource {
	one := "/groups/{group}/databaseUsers/" + database + "/" + url.PathEscape(name)
	body := `{"groupId":"{group}","username":"` + name + `","databaseName":"` + database + `","` + field + `":"` + kind + `","labels":[],"scopes":[],"roles":[{"roleName":"read","databaseName":"shop"}]}`
	return resource{name: "database_user with " + field, calls: []call{
		{do: "POST /groups/{group}/databaseUsers", status: 201, body: body, is: field + "=" + kind},
		{do: "GET " + one, is: field + "=" + kind, has: "groupId roles.0.roleName"},
		{do: "PATCH " + one, body: strings.ReplaceAll(body, `"read"`, `"readWrite"`), is: "roles.0.roleName=readWrite"},
		{do: "GET " + one, is: "roles.0.roleName=readWrite"},
		{do: "DELETE " + one, status: 204},
		{do: "GET " + one, gone: "USERNAME_NOT_FOUND"},
	}}
}

const settings = "isCollectDatabaseSpecificsStatisticsEnabled isDataExplorerEnabled isExtendedStorageSizesEnabled " +
	"isPerformanceAdvisorEnabled isRealtimePerformancePanelEnabled isSchemaAdvisorEnabled"
