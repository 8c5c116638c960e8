package older

import "net/http"

type object = map[string]any

// call is a request that fills a store. In paths and bodies, $name is a value that an earlier call has kept.
type call struct {
	method, path string
	body         any
	keep         string // name under which a field of the answer is kept
	field        string // the field; "": id
}

func post(path string, body any) call  { return call{method: http.MethodPost, path: path, body: body} }
func patch(path string, body any) call { return call{method: http.MethodPatch, path: path, body: body} }

func (c call) as(name string) call {
	c.keep, c.field = name, "id"
	return c
}

func (c call) asField(name, field string) call {
	c.keep, c.field = name, field
	return c
}

func cluster(name, size, provider string) object {
	region := object{"priority": 7, "providerName": provider, "regionName": "US_EAST_1", "electableSpecs": object{"instanceSize": size, "nodeCount": 3}}
	if provider == "TENANT" {
		region["backingProviderName"], region["electableSpecs"] = "AWS", object{"instanceSize": size}
	}
	return object{"name": name, "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{region}}}}
}

// filling creates an object of every kind, each with all the fields that it can have.
var filling = []call{
	patch("/orgs/$org", object{"name": "An older organization"}),
	patch("/orgs/$org/settings", object{"multiFactorAuthRequired": true, "securityContact": "security@example.com"}),
	post("/orgs/$org/apiKeys", object{"desc": "reads", "roles": []string{"ORG_READ_ONLY"}}).as("key"),
	post("/orgs/$org/apiKeys/$key/accessList", []object{{"ipAddress": "192.0.2.7"}, {"cidrBlock": "198.51.100.0/24"}}),
	post("/orgs/$org/serviceAccounts", object{"name": "robot", "description": "A robot", "roles": []string{"ORG_MEMBER"}, "secretExpiresAfterHours": 8000}).
		asField("account", "clientId"),
	post("/orgs/$org/serviceAccounts/$account/accessList", []object{{"cidrBlock": "203.0.113.0/24"}}),
	post("/users", object{
		"country": "US", "firstName": "Jane", "lastName": "Doe", "mobileNumber": "2125550179", "emailAddress": "jane@example.com", "username": "jane@example.com",
		"password": "Tr0ub4dor-and-3-horses", "roles": []object{{"orgId": "$org", "roleName": "ORG_MEMBER"}},
	}).as("jane"),
	post("/orgs/$org/teams", object{"name": "Painters", "usernames": []string{"$owner"}}).as("team"),
	post("/groups", object{"name": "An older project", "orgId": "$org", "tags": []object{{"key": "environment", "value": "test"}}}).as("project"),
	post("/groups", object{"name": "An empty project", "orgId": "$org", "withDefaultAlertsSettings": false}).as("empty"),
	patch("/groups/$project/settings", object{"isDataExplorerEnabled": false, "isSchemaAdvisorEnabled": false}),
	patch("/groups/$project/limits/atlas.project.deployment.clusters", object{"value": 40}),
	post("/groups/$project/teams", []object{{"teamId": "$team", "roleNames": []string{"GROUP_READ_ONLY"}}}),
	post("/groups/$project/apiKeys/$key", []object{{"roles": []string{"GROUP_OWNER"}}}),
	post("/groups/$project/serviceAccounts/$account:invite", object{"roles": []string{"GROUP_READ_ONLY"}}),
	post("/groups/$project/accessList", []object{{"cidrBlock": "127.0.0.0/8", "comment": "this machine"}, {"ipAddress": "192.0.2.1"}}),
	patch("/groups/$project/auditLog", object{"enabled": true, "auditAuthorizationSuccess": true, "auditFilter": `{"atype": "dropCollection"}`}),
	patch("/groups/$project/awsCustomDNS", object{"enabled": true}),
	post("/groups/$project/customDBRoles/roles", object{
		"roleName": "counter", "inheritedRoles": []object{{"db": "shop", "role": "read"}},
		"actions": []object{
			{"action": "INSERT", "resources": []object{{"cluster": false, "db": "shop", "collection": "orders"}, {"cluster": false, "db": "log", "collection": ""}}},
			{"action": "SERVER_STATUS", "resources": []object{{"cluster": true, "db": "", "collection": ""}}},
		},
	}),
	post("/groups/$project/databaseUsers", object{
		"username": "app", "databaseName": "admin", "password": "a password of long ago", "description": "the application", "labels": []object{{"key": "team", "value": "shop"}},
		"roles":  []object{{"roleName": "readWrite", "databaseName": "shop"}, {"roleName": "counter", "databaseName": "admin"}},
		"scopes": []object{{"name": "Older", "type": "CLUSTER"}},
	}),
	post("/groups/$project/databaseUsers", object{
		"username": "orders", "databaseName": "admin", "password": "another of long ago",
		"roles": []object{{"roleName": "read", "databaseName": "shop", "collectionName": "orders"}},
	}),
	post("/groups/$project/clusters", cluster("Older", "M10", "AWS")),
	post("/groups/$project/clusters", cluster("Free", "M0", "TENANT")),
	post("/groups/$project/serverless", object{
		"name": "Instance", "providerSettings": object{"backingProviderName": "AWS", "providerName": "SERVERLESS", "regionName": "US_EAST_1"},
		"serverlessBackupOptions": object{"serverlessContinuousBackupEnabled": false},
	}),
	post("/groups/$project/serverless/Instance/performanceAdvisor/autoIndexing?enable=false", nil),
}

// snapshots are made when the cluster has documents.
var snapshots = []call{
	post("/groups/$project/clusters/Older/backup/snapshots", object{"description": "of long ago", "retentionInDays": 36000}).as("snapshot"),
}

// paths are read of a store.
var paths = []string{
	"/orgs/$org", "/orgs/$org/settings", "/orgs/$org/apiKeys", "/orgs/$org/apiKeys/$key", "/orgs/$org/apiKeys/$key/accessList",
	"/orgs/$org/serviceAccounts/$account/accessList", "/orgs/$org/serviceAccounts/$account/groups", "/orgs/$org/teams", "/orgs/$org/teams/$team/users",
	"/orgs/$org/groups", "/orgs/$org/delegationSettings",
	"/groups", "/groups/$project", "/groups/$empty", "/groups/$project/settings", "/groups/$project/limits", "/groups/$project/teams", "/groups/$project/apiKeys",
	"/groups/$project/serviceAccounts/$account/accessList", "/groups/$project/accessList", "/groups/$project/auditLog",
	"/groups/$project/awsCustomDNS", "/groups/$empty/auditLog", "/groups/$empty/awsCustomDNS", "/groups/$project/customDBRoles/roles", "/groups/$project/databaseUsers",
	"/groups/$project/clusters", "/groups/$project/clusters/Older", "/groups/$project/clusters/Free", "/groups/$project/serverless",
	"/groups/$project/serverless/Instance/performanceAdvisor/autoIndexing", "/groups/$project/clusters/Older/backup/snapshots",
	"/groups/$project/clusters/Older/backup/snapshots/$snapshot", "/groups/$project/users",
	"/groups/$project/events?itemsPerPage=500&includeRaw=true", "/orgs/$org/events?itemsPerPage=500&maxDate=$ended",
}
