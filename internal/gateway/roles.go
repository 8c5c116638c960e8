package gateway

import "slices"

// builtinRole is what a role allows. A role that is adminOnly exists only in the database admin.
type builtinRole struct {
	adminOnly bool
	includes  []string
	grants    []Privilege
	all       []Privilege // with those of the roles that it includes
}

// own stands for the database on which a built-in role is held. It is no valid name of a database.
const own = "$own"

// The places that built-in roles hold in.
var (
	theCluster  = Pattern{Cluster: true}
	everyNormal = Pattern{}
	ownDatabase = Pattern{DB: own}
)

func anyNamed(coll string) Pattern { return Pattern{Collection: coll} }
func ownNamed(coll string) Pattern { return Pattern{DB: own, Collection: coll} }
func within(db string) Pattern     { return Pattern{DB: db} }

// The sets of actions that the roles are made of, in MongoDB 8.0.
var (
	readActions = []string{
		"changeStream", "collStats", "dbHash", "dbStats", "find", "killCursors", "listCollections", "listIndexes",
		"listSearchIndexes", "planCacheRead",
	}
	readWriteActions = slices.Concat(readActions, []string{
		"convertToCapped", "createCollection", "createIndex", "createSearchIndexes", "dropCollection", "dropIndex",
		"dropSearchIndex", "insert", "remove", "renameCollectionSameDB", "update", "updateSearchIndex",
	})
	dbAdminActions = []string{
		"analyze", "bypassDocumentValidation", "collMod", "collStats", "compact", "convertToCapped", "createCollection",
		"createIndex", "createSearchIndexes", "dbStats", "dropCollection", "dropDatabase", "dropIndex", "dropSearchIndex",
		"enableProfiler", "listCollections", "listIndexes", "listSearchIndexes", "planCacheIndexFilter", "planCacheRead",
		"planCacheWrite", "reIndex", "renameCollectionSameDB", "storageDetails", "updateSearchIndex", "validate",
	}
	profileActions = slices.Concat(readActions, []string{"convertToCapped", "createCollection", "dropCollection"})
	monitorActions = []string{"collStats", "dbStats", "indexStats"}
	monitorCluster = []string{
		"allCollectionStats", "connPoolStats", "getCmdLineOpts", "getDefaultRWConcern", "getLog", "getParameter",
		"getShardMap", "hostInfo", "inprog", "listDatabases", "listSessions", "listShards", "netstat",
		"replSetGetConfig", "replSetGetStatus", "serverStatus", "shardingState", "top",
	}
)

// builtinRoles are the roles that a database user can hold. Source: MongoDB manual, "Built-In Roles", and the server's own
// definition of these roles, which is newer in places; Atlas documentation, "Built-In Roles and Privileges" (atlasAdmin).
// Left out are privileges on resources that do not exist here: buckets of time series, user records, and the writes to
// config that backup has on other servers.
var builtinRoles = map[string]builtinRole{
	"read": {grants: []Privilege{
		{ownDatabase, readActions},
		{ownNamed("system.js"), readActions},
	}},
	"readWrite": {grants: []Privilege{
		{ownDatabase, readWriteActions},
		{ownNamed("system.js"), readWriteActions},
	}},
	"dbAdmin": {grants: []Privilege{
		{ownDatabase, dbAdminActions},
		{ownNamed("system.profile"), profileActions},
	}},
	"readAnyDatabase": {adminOnly: true, grants: []Privilege{
		{everyNormal, readActions},
		{theCluster, []string{"listDatabases"}},
		{anyNamed("system.js"), readActions},
	}},
	"readWriteAnyDatabase": {adminOnly: true, includes: []string{"readAnyDatabase"}, grants: []Privilege{
		{everyNormal, readWriteActions},
		{anyNamed("system.js"), readWriteActions},
	}},
	"dbAdminAnyDatabase": {adminOnly: true, grants: []Privilege{
		{theCluster, []string{"listDatabases"}},
		{everyNormal, dbAdminActions},
		{anyNamed("system.profile"), profileActions},
	}},
	"clusterMonitor": {adminOnly: true, grants: []Privilege{
		{theCluster, monitorCluster},
		{everyNormal, monitorActions},
		{within("config"), slices.Concat(readActions, monitorActions)},
		{within("local"), slices.Concat(readActions, monitorActions)},
		{Pattern{DB: "local", Collection: "system.replset"}, []string{"find"}},
		{anyNamed("system.profile"), []string{"find"}},
	}},
	"backup": {adminOnly: true, grants: []Privilege{
		{theCluster, []string{"appendOplogNote", "getParameter", "listDatabases", "serverStatus"}},
		{everyNormal, []string{"collStats", "find", "listCollections", "listIndexes", "listSearchIndexes"}},
		{within("config"), []string{"collStats", "find", "listCollections", "listIndexes"}},
		{within("local"), []string{"collStats", "find", "listCollections", "listIndexes"}},
		{anyNamed("system.js"), []string{"find"}},
		{anyNamed("system.profile"), []string{"find"}},
	}},
	"enableSharding": {grants: []Privilege{
		{everyNormal, []string{"analyzeShardKey", "enableSharding", "refineCollectionShardKey", "reshardCollection"}},
	}},
	"atlasAdmin": {
		adminOnly: true,
		includes:  []string{"readWriteAnyDatabase", "dbAdminAnyDatabase", "clusterMonitor", "backup", "enableSharding"},
		grants:    []Privilege{{theCluster, []string{"killAnySession", "killop"}}},
	},
}

// init adds to each role what it includes.
func init() {
	for name, role := range builtinRoles {
		role.all = withIncluded(role)
		builtinRoles[name] = role
	}
}

func withIncluded(role builtinRole) []Privilege {
	all := slices.Clone(role.grants)
	for _, name := range role.includes {
		all = append(all, withIncluded(builtinRoles[name])...)
	}
	return all
}
