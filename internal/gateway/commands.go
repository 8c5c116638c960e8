package gateway

import (
	"github.com/telamon-db/telamon/internal/wire"
)

// commands declares every command that reaches the engine, with the actions that it takes and where. A command that is
// missing here is refused, so a command that the engine gains must be declared before anyone can use it. Source:
// MongoDB manual, "Privilege Actions" and the page of each command.
var commands = map[string]rule{
	// Sessions and transactions: whoever is logged in.
	"abortTransaction":  anyone,
	"commitTransaction": anyone,
	"endSessions":       anyone,
	"listCommands":      anyone,
	"refreshSessions":   anyone,
	"startSession":      anyone,

	// Reading.
	"aggregate": aggregate,
	"count":     needs(collection, "find"),
	"dataSize":  needs(fullName, "find"),
	"dbHash":    needs(ownDB, "dbHash"),
	"distinct":  needs(collection, "find"),
	"find":      needs(collection, "find"),

	// Writing.
	"bulkWrite":     bulkWrite,
	"delete":        needs(collection, "remove"),
	"findAndModify": findAndModify,
	"findandmodify": findAndModify,
	"insert":        both(needs(collection, "insert"), unvalidated),
	"update":        both(needs(collection, "update"), upserts, unvalidated),

	// Cursors.
	"getMore":     getMore,
	"killCursors": killCursors,

	// Collections, views and indexes.
	"collMod":             both(needs(collection, "collMod"), view),
	"collStats":           needs(collection, "collStats"),
	"collstats":           needs(collection, "collStats"),
	"compact":             needs(collection, "compact"),
	"convertToCapped":     needs(collection, "convertToCapped"),
	"create":              both(needs(collection, "createCollection"), view),
	"createIndexes":       needs(collection, "createIndex"),
	"createSearchIndexes": needs(collection, "createSearchIndexes"),
	"deleteIndexes":       needs(collection, "dropIndex"),
	"drop":                needs(collection, "dropCollection"),
	"dropIndexes":         needs(collection, "dropIndex"),
	"dropSearchIndex":     needs(collection, "dropSearchIndex"),
	"listCollections":     listCollections,
	"listIndexes":         needs(collection, "listIndexes"),
	"planCacheClear":      needs(collection, "planCacheWrite"),
	"reIndex":             needs(collection, "reIndex"),
	"renameCollection":    renameCollection,
	"updateSearchIndex":   needs(collection, "updateSearchIndex"),
	"validate":            needs(collection, "validate"),

	// Databases.
	"dbStats":       needs(ownDB, "dbStats"),
	"dbstats":       needs(ownDB, "dbStats"),
	"dropDatabase":  needs(ownDB, "dropDatabase"),
	"listDatabases": listDatabases,
	"profile":       needs(ownDB, "enableProfiler"),

	// The cluster.
	"connPoolStats":            needs(wholeCluster, "connPoolStats"),
	"currentOp":                currentOp,
	"enableSharding":           needs(named, "enableSharding"),
	"getCmdLineOpts":           needs(wholeCluster, "getCmdLineOpts"),
	"getDefaultRWConcern":      needs(wholeCluster, "getDefaultRWConcern"),
	"getLog":                   needs(wholeCluster, "getLog"),
	"getParameter":             needs(wholeCluster, "getParameter"),
	"getShardMap":              needs(wholeCluster, "getShardMap"),
	"hostInfo":                 needs(wholeCluster, "hostInfo"),
	"killOp":                   needs(wholeCluster, "killop"),
	"killAllSessions":          needs(wholeCluster, "killAnySession"),
	"killSessions":             needs(wholeCluster, "killAnySession"),
	"killAllSessionsByPattern": needs(wholeCluster, "killAnySession"),
	"listShards":               needs(wholeCluster, "listShards"),
	"replSetGetConfig":         needs(wholeCluster, "replSetGetConfig"),
	"replSetGetStatus":         needs(wholeCluster, "replSetGetStatus"),
	"serverStatus":             needs(wholeCluster, "serverStatus"),
	"shardCollection":          needs(fullName, "enableSharding"),
	"shardingState":            needs(wholeCluster, "shardingState"),
	"top":                      needs(wholeCluster, "top"),
}

// explain looks other commands up in the table, so it is added when the table exists.
func init() { commands["explain"] = explain }

// target finds what a command acts on.
type target func(command) (resource, error)

func wholeCluster(command) (resource, error) { return resource{cluster: true}, nil }

func ownDB(c command) (resource, error) { return database(c.db) }

// collection returns the collection of the command's database that its first field names.
func collection(c command) (resource, error) {
	name, ok := c.value().StringValueOK()
	if !ok {
		return resource{}, wire.Errorf(wire.InvalidNamespace, "collection name has invalid type")
	}
	return namespace(c.db, name)
}

// fullName returns the collection that the first field names as database.collection.
func fullName(c command) (resource, error) { return splitNamespace(c.value()) }

// named returns the database that the first field names.
func named(c command) (resource, error) {
	name, _ := c.value().StringValueOK()
	return database(name)
}

func anyone(command, access) (permit, error) { return permit{}, nil }

// needs is the plain rule: these actions on this target.
func needs(on target, actions ...string) rule {
	return func(c command, _ access) (permit, error) {
		r, err := on(c)
		return permit{needs: take(r, actions...)}, err
	}
}

func take(on resource, actions ...string) []need {
	all := make([]need, 0, len(actions))
	for _, a := range actions {
		all = append(all, need{a, on})
	}
	return all
}

// both requires what all the rules require.
func both(rules ...rule) rule {
	return func(c command, a access) (permit, error) {
		var sum permit
		for _, r := range rules {
			p, err := r(c, a)
			if err != nil {
				return p, err
			}
			sum.needs = append(sum.needs, p.needs...)
		}
		return sum, nil
	}
}
