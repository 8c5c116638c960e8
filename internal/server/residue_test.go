package server_test

import (
	"crypto/x509/pkix"
	"encoding/pem"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/pki"
)

type object = map[string]any

// ownerless are the tables whose rows belong to no organization: what the process and its nodes need, and people, who may
// be in several.
var ownerless = []string{"t_cloud_users", "t_login_requests", "t_login_sessions", "t_moves", "t_nodes", "t_settings"}

// scoped are the tables that have rows of an organization itself, and not of any of its projects.
var scoped = []string{
	"t_api_key_addresses", "t_api_keys", "t_invitations", "t_link_tokens", "t_memberships", "t_org_mcp_configs", "t_organizations",
	"t_resource_policies", "t_sandbox_configs", "t_service_accounts", "t_team_members", "t_teams", "t_tokens", "t_work",
}

// passing are the tables whose rows are gone as soon as they have been dealt with.
var passing = []string{"t_audit_changes", "t_letters", "t_notices", "t_rolling_indexes"}

// inside are the tables that have rows of a project.
var inside = []string{
	"t_advisor_builds", "t_advisor_catalogs", "t_ai_model_api_keys", "t_ai_model_rate_limits", "t_alert_configs", "t_alert_cursors", "t_alerts", "t_audit_configs", "t_aws_dns",
	"t_backup_compliance_policies", "t_backup_endpoints", "t_backup_schedules", "t_client_authorities", "t_cloud_access_roles", "t_clusters", "t_collection_restore_jobs",
	"t_custom_roles", "t_database_user_certificates", "t_database_users", "t_encryption_at_rest", "t_encryption_endpoints", "t_endpoint_services",
	"t_endpoints", "t_export_buckets", "t_export_jobs", "t_federated_instances", "t_federation_endpoints", "t_federation_limits",
	"t_insight_logins", "t_insight_shapes", "t_insight_slow", "t_integrations", "t_live_migration_trials", "t_live_migrations", "t_log_exports",
	"t_log_integrations", "t_maintenance_windows", "t_mcp_configs", "t_metric_integrations", "t_network_containers", "t_network_entries",
	"t_network_peers", "t_online_archives", "t_pinned_namespaces", "t_projects", "t_regional_endpoint_modes", "t_restore_jobs", "t_sample_loads", "t_search_deployments",
	"t_search_indexes", "t_series", "t_snapshots", "t_standby_link_failovers", "t_standby_links", "t_stream_connections", "t_stream_failover_connections",
	"t_stream_private_links", "t_stream_processors", "t_stream_workspaces", "t_user_security",
}

// residue is an organization with a project that has something in every table.
type residue struct {
	*apitest.Server
	org, project, key, account string
	owner                      func() *apitest.Caller
}

func fill(t *testing.T, s *apitest.Server) *residue {
	made := s.Owner().Post("/orgs", object{"name": "doomed", "apiKey": object{"desc": "owns it", "roles": []string{"ORG_OWNER"}}}).Want(http.StatusCreated).Object()
	key := made["apiKey"].(object)
	r := &residue{Server: s, org: made["organization"].(object)["id"].(string), key: key["id"].(string)}
	r.owner = func() *apitest.Caller { return s.As(key["publicKey"].(string), key["privateKey"].(string)) }
	owner, org := r.owner(), "/orgs/"+r.org
	owner.Post(org+"/apiKeys/"+r.key+"/accessList", []object{{"cidrBlock": "0.0.0.0/0"}}).Want(http.StatusOK)
	account := owner.Post(org+"/serviceAccounts", object{"name": "robot", "description": "A robot.", "roles": []string{"ORG_MEMBER"}, "secretExpiresAfterHours": 8000}).
		Want(http.StatusCreated).Object()
	r.account = account["clientId"].(string)
	if s.Token(r.account, account["secrets"].([]any)[0].(object)["secret"].(string)) == "" {
		t.Fatal("the account gets no token")
	}
	founder := owner.Get(org + "/users").Want(http.StatusOK).Results()[0]["username"]
	owner.Post(org+"/resourcePolicies", object{"name": "no deserts", "policies": []object{{
		"body": `forbid (principal, action == ResourcePolicy::Action::"cluster.modify", resource) when { context.cluster.regions.contains(ResourcePolicy::Region::"aws:me-south-1") };`,
	}}}).Want(http.StatusCreated)
	owner.Post(org+"/liveMigrations/linkTokens", object{}).Want(http.StatusOK)
	owner.Post(org+"/mcpConfigs", object{"mcpConfigName": "ours", "roles": []string{"ORG_READ_ONLY"}}).Want(http.StatusCreated)
	owner.At("preview").Post(org+"/sandboxConfig", object{"enabled": true}).Want(http.StatusCreated)
	team := owner.Post(org+"/teams", object{"name": "painters", "usernames": []any{founder}}).Want(http.StatusOK).Object()["id"]
	r.project = owner.Post("/groups", object{"name": "doomed-too", "orgId": r.org}).Want(http.StatusOK).Object()["id"].(string)
	at := "/groups/" + r.project
	owner.Post(at+"/teams", []object{{"teamId": team, "roleNames": []string{"GROUP_READ_ONLY"}}}).Want(http.StatusOK)
	owner.Post(org+"/users", object{"username": "ann@example.com", "roles": object{"orgRoles": []string{"ORG_MEMBER"}}}).Want(http.StatusCreated)
	soon := time.Now().Add(time.Hour)
	owner.Post(at+"/customDBRoles/roles", object{"roleName": "reader", "inheritedRoles": []object{{"db": "shop", "role": "read"}}}).Want(http.StatusAccepted)
	owner.Post(at+"/databaseUsers", object{
		"databaseName": "admin", "username": "ann", "password": "a password of the tests", "roles": []object{{"databaseName": "shop", "roleName": "read"}}, "deleteAfterDate": soon,
	}).Want(http.StatusCreated)
	owner.Post(at+"/databaseUsers", object{
		"databaseName": "$external", "username": "kim", "x509Type": "MANAGED", "roles": []object{{"databaseName": "shop", "roleName": "read"}},
	}).Want(http.StatusCreated)
	owner.Post(at+"/databaseUsers/kim/certs", object{}).Want(http.StatusCreated)
	ca, err := pki.NewClientAuthority(pkix.Name{CommonName: "theirs"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	owner.Patch(at+"/userSecurity", object{"customerX509": object{"cas": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Certificate}))}}).
		Want(http.StatusAccepted)
	owner.Post(at+"/accessList", []object{{"cidrBlock": "10.0.0.0/8", "deleteAfterDate": soon}}).Want(http.StatusOK)
	owner.Patch(at+"/auditLog", object{"enabled": true}).Want(http.StatusOK)
	owner.Patch(at+"/awsCustomDNS", object{"enabled": true}).Want(http.StatusOK)
	owner.Patch(at+"/maintenanceWindow", object{"dayOfWeek": 1}).Want(http.StatusOK)
	owner.Patch(at+"/encryptionAtRest", object{"enabledForSearchNodes": true}).Want(http.StatusOK)
	r.networks()
	return r
}

// networks makes what a project has at cloud providers and with other services.
func (r *residue) networks() {
	owner, at := r.owner(), "/groups/"+r.project
	for _, c := range []struct {
		path   string
		body   object
		status int
	}{
		{"/cloudProviderAccess", object{"providerName": "AWS"}, http.StatusOK},
		{"/integrations/PAGER_DUTY", object{"type": "PAGER_DUTY", "serviceKey": "0123456789abcdef0123456789abcdef"}, http.StatusOK},
		{"/alertConfigs", object{"enabled": true, "eventTypeName": "CLUSTER_CREATED", "notifications": []object{{"typeName": "GROUP"}}}, http.StatusOK},
		{"/dataFederation", object{"name": "lake"}, http.StatusOK},
		{"/privateNetworkSettings/endpointIds", object{"endpointId": "vpce-0123456789abcdef0"}, http.StatusCreated},
		{"/pushBasedLogExport", object{"bucketName": "logs", "iamRoleId": r.org, "prefixPath": "p"}, http.StatusOK},
		{"/logIntegrations", object{"type": "DATADOG_LOG_EXPORT", "apiKey": "0123456789abcdef", "region": "US1", "logTypes": []string{"MONGOD"}}, http.StatusCreated},
		{"/metricIntegrations", object{
			"aggregationTemporality": "DELTA", "authType": "HEADER", "endpoint": "https://otel.example.com", "integrationType": "OTEL",
			"headers": []object{{"name": "key", "value": "secret"}}, "metricSelection": []string{"MONGODB_METRICS"}, "providerType": "CUSTOM",
		}, http.StatusCreated},
		{"/aiModelApiKeys", object{"cloud": "ANY", "geography": "ANY", "name": "k"}, http.StatusCreated},
		{"/mcpConfigs", object{"mcpConfigName": "ours", "roles": []string{"GROUP_READ_ONLY"}}, http.StatusCreated},
		{"/encryptionAtRest/AWS/privateEndpoints", object{"regionName": "US_EAST_1"}, http.StatusAccepted},
	} {
		owner.Post(at+c.path, c.body).Want(c.status)
	}
	owner.Patch(at+"/privateEndpoint/regionalMode", object{"enabled": true}).Want(http.StatusOK)
	owner.Patch(at+"/aiModelApiClouds/ANY/geographies/ANY/modelGroupNames/small/rateLimits", object{"requestsPerMinuteLimit": 10, "tokensPerMinuteLimit": 1000}).Want(http.StatusOK)
	service := owner.Post(at+"/privateEndpoint/endpointService", object{"providerName": "AWS", "region": "US_EAST_1"}).Want(http.StatusOK).Object()["id"].(string)
	container := owner.Post(at+"/containers", object{"atlasCidrBlock": "10.8.0.0/21", "regionName": "US_EAST_1"}).Want(http.StatusOK).Object()["id"]
	r.Advance(time.Minute)
	owner.Post(at+"/privateEndpoint/AWS/endpointService/"+service+"/endpoint", object{"id": "vpce-0123456789abcdef0"}).Want(http.StatusOK)
	owner.Post(at+"/peers", object{
		"containerId": container, "accepterRegionName": "us-east-1", "awsAccountId": "123456789012", "routeTableCidrBlock": "10.0.0.0/16", "vpcId": "vpc-0123456789abcdef0",
	}).Want(http.StatusOK)
}

// cluster makes a cluster with a snapshot, a restore and sample data.
func (r *residue) cluster() {
	owner, at := r.owner(), "/groups/"+r.project
	owner.Post(at+"/clusters", object{"name": "alpha", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
	}}}}}).Want(http.StatusCreated)
	r.Advance(time.Minute)
	owner.Patch(at+"/clusters/alpha/backup/schedule", object{"restoreWindowDays": 5}).Want(http.StatusOK) // the hour of the reference may be now
	owner.Post(at+"/clusters/alpha/backup/snapshots", object{"retentionInDays": 1}).Want(http.StatusOK)
	owner.Do(http.MethodPut, at+"/clusters/alpha/collStats/pinned", object{"namespaces": []string{"shop.orders"}}).Want(http.StatusOK)
	r.Advance(time.Minute)
	snapshot := owner.Get(at + "/clusters/alpha/backup/snapshots").Results()[0]["id"]
	bucket := owner.Post(at+"/backup/exportBuckets", object{"cloudProvider": "AWS", "bucketName": "backups", "iamRoleId": r.org}).Want(http.StatusOK).Object()["_id"]
	owner.Post(at+"/clusters/alpha/backup/exports", object{"exportBucketId": bucket, "snapshotId": snapshot}).Want(http.StatusOK)
	owner.Post(at+"/backup/AWS/privateEndpoints", object{"regionName": "US_EAST_1"}).Want(http.StatusCreated)
	owner.Do(http.MethodPut, at+"/backupCompliancePolicy", object{"authorizedEmail": "ann@example.com", "authorizedUserFirstName": "Ann", "authorizedUserLastName": "Lee"}).Want(http.StatusOK)
	owner.Post(at+"/clusters/alpha/backup/restoreJobs", object{
		"deliveryType": "automated", "snapshotId": snapshot, "targetClusterName": "alpha", "targetGroupId": r.project,
	}).Want(http.StatusOK)
	r.Advance(time.Minute)
	owner.Post(at+"/clusters/alpha/collectionRestoreJobs", object{
		"snapshotId": snapshot, "targetGroupId": r.project, "targetClusterName": "alpha", "writeStrategy": "CREATE_NEW", "indexStrategy": "ALL", "databases": []object{{"sourceNamespace": "shop"}},
	}).Want(http.StatusCreated)
	owner.Post(at+"/clusters/alpha/onlineArchives", object{"dbName": "shop", "collName": "orders", "criteria": object{"type": "CUSTOM", "query": "{}"}}).Want(http.StatusOK)
	owner.Post(at+"/clusters/alpha/search/indexes", object{"database": "shop", "collectionName": "orders", "name": "words", "definition": object{"mappings": object{"dynamic": true}}}).
		Want(http.StatusCreated)
	owner.Post(at+"/clusters/alpha/search/deployment", object{"specs": []object{{"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": 2}}}).Want(http.StatusCreated)
	owner.Post(at+"/sampleDatasetLoad/alpha", nil).Want(http.StatusCreated)
	owner.Post(at+"/clusters", object{"name": "gamma", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
	}}}}}).Want(http.StatusCreated)
	r.streams(at)
	move := object{
		"destination": object{"clusterName": "alpha", "groupId": r.project, "hostnameSchemaType": "PUBLIC"}, "migrationHosts": []string{"mover.example.com"},
		"source": object{"clusterName": "old", "groupId": r.project, "managedAuthentication": true, "ssl": true},
	}
	owner.Post(at+"/liveMigrations", move).Want(http.StatusCreated)
	owner.Post(at+"/liveMigrations/validate", move).Want(http.StatusOK)
	alpha, gamma := owner.Get(at + "/clusters/alpha").Object()["id"], owner.Get(at + "/clusters/gamma").Object()["id"]
	link := owner.At("preview").Post(at+"/standbyLinks", object{"activeClusterUniqueId": alpha, "standbyClusterUniqueId": gamma}).Want(http.StatusCreated).Object()["standbyLinkId"].(string)
	r.Advance(time.Minute)
	owner.At("preview").Post(at+"/standbyLinks/"+link+"/failovers", object{"type": "PLANNED"}).Want(http.StatusCreated)
}

// streams makes what the family Streams has.
func (r *residue) streams(at string) {
	owner, one := r.owner(), at+"/streams/flow"
	owner.Post(at+"/streams", object{"name": "flow", "dataProcessRegion": object{"cloudProvider": "AWS", "region": "VIRGINIA_USA"}}).Want(http.StatusOK)
	owner.Post(one+"/connections", object{"name": "alpha", "type": "Cluster", "clusterName": "alpha"}).Want(http.StatusOK)
	owner.Post(one+"/connections/alpha/failoverConnections", object{"type": "Cluster", "clusterName": "alpha"}).Want(http.StatusCreated)
	owner.Post(one+"/processor", object{"name": "copy", "pipeline": []object{{"$source": object{"connectionName": "alpha"}}}}).Want(http.StatusOK)
	owner.Post(at+"/streams/privateLinkConnections", object{"provider": "AWS", "region": "us-east-1"}).Want(http.StatusOK)
}

// A project takes everything along, and then its organization does: afterwards every table has the rows that it had before
// them. A table that is in none of the lists above makes the test fail: whoever adds one says whose its rows are.
func TestNothingIsLeftBehind(t *testing.T) {
	s := apitest.Start(t)
	before := s.Rows()
	if known := slices.Sorted(slices.Values(slices.Concat(ownerless, passing, scoped, inside))); !slices.Equal(slices.Sorted(maps.Keys(before)), known) {
		t.Fatalf("the store has the tables\n%q, this test knows of\n%q", slices.Sorted(maps.Keys(before)), known)
	}
	r := fill(t, s)
	r.cluster()
	r.advised(t)
	full := s.Rows()
	for _, table := range slices.Concat(scoped, inside) {
		if len(full[table]) <= len(before[table]) {
			t.Errorf("there is nothing in %s", table)
		}
	}
	for _, cluster := range []string{"alpha", "gamma"} {
		r.owner().Delete("/groups/" + r.project + "/clusters/" + cluster).Want(http.StatusAccepted)
	}
	r.owner().Delete("/groups/" + r.project + "/serverless/beta").Want(http.StatusAccepted)
	r.owner().Delete("/groups/" + r.project + "/streams/flow/processor/copy").Want(http.StatusNoContent)
	r.owner().Delete("/groups/" + r.project + "/streams/flow").Want(http.StatusAccepted)
	s.Advance(time.Minute)
	r.owner().Delete("/groups/" + r.project).Want(http.StatusNoContent)
	left(t, "project", before, s.Rows(), inside)
	r.owner().Delete("/orgs/" + r.org).Want(http.StatusNoContent)
	s.Advance(400 * 24 * time.Hour) // what was to be done when its time came finds nothing
	left(t, "organization", before, s.Rows(), slices.Concat(passing, scoped, inside))
}

// left complains of rows that were not there before.
func left(t *testing.T, of string, before, after map[string][]string, tables []string) {
	t.Helper()
	for _, table := range tables {
		more := slices.DeleteFunc(after[table], func(id string) bool { return slices.Contains(before[table], id) })
		if len(more) > 0 {
			t.Errorf("the %s is gone, but %s has %q", of, table, more)
		}
	}
}
