package gateway

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// place says where a grant holds.
type place int

const (
	onCluster   place = iota
	onOwn             // the role's database and its collections; or one collection, for a role on a collection
	onNormal          // every database but local and config
	onDatabase        // the database grant.db
	onNamespace       // the collection grant.coll of grant.db, or of the role's database if grant.db is empty
	onNamed           // the collection grant.coll of any database
)

// Of these, onOwn, onNormal and onDatabase leave out system collections.

// grant allows actions in a place.
type grant struct {
	place    place
	db, coll string
	actions  []string
}

// builtinRole is what a role allows. One that is adminOnly exists in the database admin alone.
type builtinRole struct {
	adminOnly bool
	includes  []string
	grants    []grant
}

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

// builtinRoles are the roles that a database user can hold.
// Source: MongoDB manual, "Built-In Roles", and the server's own definition of these roles, which is newer in places;
// Atlas documentation, "Built-In Roles and Privileges" (atlasAdmin). Left out is what nothing here answers to: buckets of
// time series, user records, and the writes to config that backup has on servers of one's own.
var builtinRoles = map[string]builtinRole{
	"read": {grants: []grant{
		{place: onOwn, actions: readActions},
		{place: onNamespace, coll: "system.js", actions: readActions},
	}},
	"readWrite": {grants: []grant{
		{place: onOwn, actions: readWriteActions},
		{place: onNamespace, coll: "system.js", actions: readWriteActions},
	}},
	"dbAdmin": {grants: []grant{
		{place: onOwn, actions: dbAdminActions},
		{place: onNamespace, coll: "system.profile", actions: profileActions},
	}},
	"readAnyDatabase": {adminOnly: true, grants: []grant{
		{place: onNormal, actions: readActions},
		{place: onCluster, actions: []string{"listDatabases"}},
		{place: onNamed, coll: "system.js", actions: readActions},
	}},
	"readWriteAnyDatabase": {adminOnly: true, includes: []string{"readAnyDatabase"}, grants: []grant{
		{place: onNormal, actions: readWriteActions},
		{place: onNamed, coll: "system.js", actions: readWriteActions},
	}},
	"dbAdminAnyDatabase": {adminOnly: true, grants: []grant{
		{place: onCluster, actions: []string{"listDatabases"}},
		{place: onNormal, actions: dbAdminActions},
		{place: onNamed, coll: "system.profile", actions: profileActions},
	}},
	"clusterMonitor": {adminOnly: true, grants: []grant{
		{place: onCluster, actions: monitorCluster},
		{place: onNormal, actions: monitorActions},
		{place: onDatabase, db: "config", actions: slices.Concat(readActions, monitorActions)},
		{place: onDatabase, db: "local", actions: slices.Concat(readActions, monitorActions)},
		{place: onNamespace, db: "local", coll: "system.replset", actions: []string{"find"}},
		{place: onNamed, coll: "system.profile", actions: []string{"find"}},
	}},
	"backup": {adminOnly: true, grants: []grant{
		{place: onCluster, actions: []string{"appendOplogNote", "getParameter", "listDatabases", "serverStatus"}},
		{place: onNormal, actions: []string{"collStats", "find", "listCollections", "listIndexes", "listSearchIndexes"}},
		{place: onDatabase, db: "config", actions: []string{"collStats", "find", "listCollections", "listIndexes"}},
		{place: onDatabase, db: "local", actions: []string{"collStats", "find", "listCollections", "listIndexes"}},
		{place: onNamed, coll: "system.js", actions: []string{"find"}},
		{place: onNamed, coll: "system.profile", actions: []string{"find"}},
	}},
	"enableSharding": {grants: []grant{
		{place: onNormal, actions: []string{"analyzeShardKey", "enableSharding", "refineCollectionShardKey", "reshardCollection"}},
	}},
	"atlasAdmin": {
		adminOnly: true,
		includes:  []string{"readWriteAnyDatabase", "dbAdminAnyDatabase", "clusterMonitor", "backup", "enableSharding"},
		grants:    []grant{{place: onCluster, actions: []string{"killAnySession", "killop"}}},
	},
}

// grants are all grants of the role, those of the roles it includes among them. An unknown role has none.
func (r Role) grants() []grant {
	role, known := builtinRoles[r.Name]
	if !known || r.DB == "" || role.adminOnly && (r.DB != "admin" || r.Collection != "") {
		return nil
	}
	all := role.grants
	for _, name := range role.includes {
		all = slices.Concat(all, Role{Name: name, DB: r.DB}.grants())
	}
	return all
}

// covers reports whether the grant, held by role, holds on r.
func (g grant) covers(role Role, r resource) bool {
	if r.cluster || g.place == onCluster {
		return r.cluster && g.place == onCluster
	}
	switch g.place {
	case onOwn:
		return r.db == role.DB && !r.system() && (role.Collection == "" || role.Collection == r.coll)
	case onNormal:
		return r.db != "local" && r.db != "config" && !r.system()
	case onDatabase:
		return r.db == g.db && !r.system()
	case onNamespace:
		return role.Collection == "" && r.coll == g.coll && (r.db == g.db || g.db == "" && r.db == role.DB)
	case onNamed:
		return r.coll == g.coll
	}
	return false
}

// reaches reports whether the grant holds on anything in db.
func (g grant) reaches(role Role, db string) bool {
	switch g.place {
	case onOwn:
		return db == role.DB
	case onNormal:
		return db != "local" && db != "config"
	case onDatabase, onNamespace:
		return db == g.db
	}
	return false
}

// resource describes where the grant holds, as MongoDB's resource documents do.
// Source: MongoDB manual, "Resource Document".
func (g grant) resource(role Role) bson.D {
	db, coll := g.db, g.coll
	switch g.place {
	case onCluster:
		return bson.D{{Key: "cluster", Value: true}}
	case onOwn:
		db, coll = role.DB, role.Collection
	case onNamespace:
		if db == "" {
			db = role.DB
		}
	}
	return bson.D{{Key: "db", Value: db}, {Key: "collection", Value: coll}}
}
