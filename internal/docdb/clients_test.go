package docdb

import (
	"strings"
	"testing"
)

// TestWhatClientsAsk sends what mongosh and Compass send when they connect and for each of their pages. Each answer has what
// they read of it. The gateway answers hello, buildInfo and connectionStatus; test/driver runs mongosh itself.
func TestWhatClientsAsk(t *testing.T) {
	x := fresh(t)
	for i := range 20 {
		x.insert("c", d{{"_id", i}, {"n", i}, {"tags", a{"x", i}}})
	}
	x.index("c", "n", 1)
	on := func(target any, stages ...any) d {
		return d{{"aggregate", target}, {"pipeline", a(stages)}, {"cursor", d{}}}
	}
	for _, tc := range []struct {
		page string
		cmd  d
		code int64  // 0: it succeeds
		has  string // paths that the answer has
	}{
		{"mongosh: start", onAdmin(e{"getParameter", 1}, e{"featureCompatibilityVersion", 1}), 0, "featureCompatibilityVersion.version"},
		{"mongosh: start, is it genuine", onAdmin(e{"getParameter", "foo"}), 72, "errmsg codeName"},
		{"mongosh: start, is it Atlas", onAdmin(e{"atlasVersion", 1}), 59, "codeName"},
		{"mongosh: start, is it local Atlas", onAdmin(e{"aggregate", "atlascli"}, e{"pipeline", a{d{{"$match", d{{"managedClusterType", "atlasCliLocalDevCluster"}}}}, d{{"$group", d{{"_id", 1}, {"n", d{{"$sum", 1}}}}}}}}, e{"cursor", d{}}), 0, "cursor.firstBatch"},
		{"mongosh: banner", onAdmin(e{"getLog", "startupWarnings"}), 0, "log totalLinesWritten"},
		{"mongosh: show logs", onAdmin(e{"getLog", "*"}), 0, "names"},
		{"mongosh: show dbs", onAdmin(e{"listDatabases", 1}), 0, "databases.0.name databases.0.sizeOnDisk databases.0.empty totalSize totalSizeMb"},
		{"mongosh: show collections", d{{"listCollections", 1}, {"filter", d{}}, {"cursor", d{}}, {"nameOnly", true}, {"authorizedCollections", false}}, 0, "cursor.firstBatch.0.name cursor.firstBatch.0.type"},
		{"mongosh: show profile", d{{"find", "system.profile"}, {"filter", d{{"millis", d{{"$gt", 0}}}}}, {"sort", d{{"$natural", -1}}}}, 0, "cursor.firstBatch"},
		{"mongosh: profiling status", d{{"profile", -1}}, 0, "was slowms sampleRate"},
		{"mongosh: db.stats", d{{"dbStats", 1}, {"scale", 1}}, 0, "collections objects avgObjSize dataSize storageSize indexes indexSize totalSize scaleFactor"},
		{"mongosh: coll.stats", on("c", d{{"$collStats", d{{"storageStats", d{{"scale", 1}}}}}}), 0, "cursor.firstBatch.0.storageStats.count cursor.firstBatch.0.storageStats.indexSizes.n_1"},
		{"mongosh: currentOp", onAdmin(e{"aggregate", 1}, e{"pipeline", a{d{{"$currentOp", d{{"allUsers", true}, {"idleConnections", false}, {"truncateOps", false}}}}, d{{"$match", d{}}}}}, e{"cursor", d{}}), 0, "cursor.firstBatch.0.opid"},
		{"mongosh: hostInfo", onAdmin(e{"hostInfo", 1}), 0, "system.hostname os.type"},
		{"mongosh: serverCmdLineOpts", onAdmin(e{"getCmdLineOpts", 1}), 0, "argv parsed"},
		{"mongosh: listCommands", d{{"listCommands", 1}}, 0, "commands.find.help"},
		{"Compass: instance", onAdmin(e{"hostInfo", 1}), 0, "os.type system.cpuArch system.numCores"},
		{"Compass: databases", onAdmin(e{"listDatabases", 1}, e{"nameOnly", true}), 0, "databases.0.name"},
		{"Compass: database", d{{"dbStats", 1}}, 0, "collections objects indexes storageSize dataSize indexSize"},
		{"Compass: collections", d{{"listCollections", 1}, {"filter", d{}}, {"cursor", d{}}}, 0, "cursor.firstBatch.0.options cursor.firstBatch.0.info.readOnly"},
		{"Compass: collection", on("c", d{{"$collStats", d{{"storageStats", d{}}}}}, d{{"$group", d{{"_id", nil}, {"storageSize", d{{"$sum", "$storageStats.storageSize"}}}, {"count", d{{"$sum", "$storageStats.count"}}}}}}), 0, "cursor.firstBatch.0.storageSize cursor.firstBatch.0.count"},
		{"Compass: documents", d{{"find", "c"}, {"filter", d{}}, {"sort", d{}}, {"skip", 0}, {"limit", 20}, {"maxTimeMS", 60000}}, 0, "cursor.firstBatch.19"},
		{"Compass: number of documents", on("c", d{{"$match", d{}}}, d{{"$skip", 0}}, d{{"$group", d{{"_id", 1}, {"n", d{{"$sum", 1}}}}}}), 0, "cursor.firstBatch.0.n"},
		{"Compass: schema", on("c", d{{"$match", d{}}}, d{{"$sample", d{{"size", 10}}}}), 0, "cursor.firstBatch.9"},
		{"Compass: explain plan", d{{"explain", d{{"find", "c"}, {"filter", d{{"n", d{{"$gt", 3}}}}}}}, {"verbosity", "allPlansExecution"}}, 0, "queryPlanner.winningPlan.inputStage.indexName executionStats.nReturned executionStats.totalKeysExamined"},
		{"Compass: explain of a pipeline", d{{"explain", on("c", d{{"$match", d{{"n", 3}}}}, d{{"$unwind", "$tags"}})}, {"verbosity", "executionStats"}}, 0, "stages.0.$cursor stages.1.$unwind"},
		{"Compass: indexes", d{{"listIndexes", "c"}, {"cursor", d{}}}, 0, "cursor.firstBatch.1.key"},
		{"Compass: use of indexes", on("c", d{{"$indexStats", d{}}}, d{{"$project", d{{"name", 1}, {"usageHost", "$host"}, {"usageCount", "$accesses.ops"}, {"usageSince", "$accesses.since"}}}}), 0, "cursor.firstBatch.1.usageCount cursor.firstBatch.1.usageSince"},
		{"Compass: search indexes", on("c", d{{"$listSearchIndexes", d{}}}), 31082, "codeName"},
		{"Compass: validation", d{{"collMod", "c"}, {"validator", d{{"$jsonSchema", d{{"bsonType", "object"}}}}}, {"validationLevel", "strict"}, {"validationAction", "error"}}, 0, "ok"},
		{"Compass: documents that fail validation", on("c", d{{"$sample", d{{"size", 1000}}}}, d{{"$match", d{{"$nor", a{d{{"$jsonSchema", d{{"required", a{"none"}}}}}}}}}}, d{{"$limit", 1}}), 0, "cursor.firstBatch.0._id"},
		{"Compass: performance", onAdmin(e{"serverStatus", 1}), 0, "opcounters.insert network.bytesIn mem.resident mem.virtual globalLock.activeClients.readers globalLock.currentQueue.total connections.current localTime"},
		{"Compass: hottest collections", onAdmin(e{"top", 1}), 0, "totals.note"},
		{"Compass: slowest operations", onAdmin(e{"currentOp", 1}, e{"$all", false}), 0, "inprog.0.opid"},
		{"Compass: kill an operation", onAdmin(e{"killOp", 1}, e{"op", 1_000_000}), 0, "info"},
		{"Compass: cancel", onAdmin(e{"killSessions", a{d{{"id", session(1)[0].Value}}}}), 0, "ok"},
	} {
		reply := x.run(tc.cmd)
		code, _ := reply.Lookup("code").AsInt64OK()
		if code != tc.code {
			t.Errorf("%s: %s", tc.page, reply)
			continue
		}
		for _, path := range strings.Fields(tc.has) {
			if _, err := reply.LookupErr(strings.Split(path, ".")...); err != nil {
				t.Errorf("%s: no %s in %s", tc.page, path, reply)
			}
		}
	}
}
