package gateway

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// roleLetters name the built-in roles in the tables below. Roles of one database are given for the database app.
var roleLetters = map[rune]Role{
	'R': {Name: "read", DB: "app"},
	'W': {Name: "readWrite", DB: "app"},
	'D': {Name: "dbAdmin", DB: "app"},
	'r': {Name: "readAnyDatabase", DB: "admin"},
	'w': {Name: "readWriteAnyDatabase", DB: "admin"},
	'd': {Name: "dbAdminAnyDatabase", DB: "admin"},
	'M': {Name: "clusterMonitor", DB: "admin"},
	'B': {Name: "backup", DB: "admin"},
	'S': {Name: "enableSharding", DB: "admin"},
	'A': {Name: "atlasAdmin", DB: "admin"},
}

const everyone = "RWDrwdMBSA"

// sample is a command, and the roles that may run it on app, on config, and on other, which no role names. The letters are
// written down by hand from what MongoDB grants each role and asks for each command; nothing here is computed from the
// tables under test.
type sample struct {
	fields             []any // DB stands for the database
	app, other, config string
}

func reading(fields ...any) sample  { return sample{fields, "RWrwBA", "rwBA", "MBA"} }
func writing(fields ...any) sample  { return sample{fields, "WwA", "wA", ""} }
func shaping(fields ...any) sample  { return sample{fields, "WDwdA", "wdA", ""} }
func managing(fields ...any) sample { return sample{fields, "DdA", "dA", ""} }
func watching(fields ...any) sample { return sample{fields, "MA", "MA", "MA"} }
func session(fields ...any) sample  { return sample{fields, everyone, everyone, everyone} }

var upsert = bson.A{bson.D{{Key: "q", Value: bson.D{}}, {Key: "u", Value: bson.D{}}, {Key: "upsert", Value: true}}}

func stageOf(name string, spec any) bson.A { return bson.A{bson.D{{Key: name, Value: spec}}} }

var samples = []sample{
	session("abortTransaction", 1), session("commitTransaction", 1), session("endSessions", bson.A{}),
	session("refreshSessions", bson.A{}), session("startSession", 1), session("listCommands", 1),
	session("killCursors", "c", "cursors", bson.A{int64(99)}), session("listDatabases", 1),

	reading("find", "c"), reading("count", "c"), reading("distinct", "c", "key", "a"), reading("dataSize", "DB.c"),
	reading("aggregate", "c", "pipeline", bson.A{}), reading("aggregate", "c", "pipeline", stageOf("$match", bson.D{})),
	reading("aggregate", "c", "pipeline", stageOf("$lookup", bson.D{{Key: "from", Value: "d"}})),
	reading("aggregate", "c", "pipeline", stageOf("$unionWith", "d")),
	reading("explain", bson.D{{Key: "find", Value: "c"}}),
	{[]any{"dbHash", 1}, "RWrwA", "rwA", "MA"},
	{[]any{"aggregate", "c", "pipeline", stageOf("$changeStream", bson.D{})}, "RWrwA", "rwA", "MA"},
	{[]any{"aggregate", 1, "pipeline", stageOf("$changeStream", bson.D{})}, "RWrwA", "rwA", "MA"},
	{[]any{"aggregate", "c", "pipeline", stageOf("$indexStats", bson.D{})}, "MA", "MA", "MA"},
	{[]any{"aggregate", "c", "pipeline", stageOf("$planCacheStats", bson.D{})}, "RWDrwdA", "rwdA", "MA"},
	{[]any{"aggregate", "c", "pipeline", stageOf("$collStats", bson.D{})}, "RWDrwdMBA", "rwdMBA", "MBA"},
	{[]any{"aggregate", "c", "pipeline", stageOf("$listSearchIndexes", bson.D{})}, "RWDrwdBA", "rwdBA", "MA"},
	watching("aggregate", 1, "pipeline", stageOf("$currentOp", bson.D{{Key: "allUsers", Value: true}})),
	watching("aggregate", 1, "pipeline", stageOf("$listLocalSessions", bson.D{{Key: "allUsers", Value: true}})),
	watching("aggregate", 1, "pipeline", stageOf("$listLocalSessions", bson.D{{Key: "users", Value: bson.A{}}})),
	session("aggregate", 1, "pipeline", stageOf("$listLocalSessions", bson.D{})),
	session("aggregate", 1, "pipeline", stageOf("$currentOp", bson.D{})), // refused by the engine elsewhere than on admin

	writing("insert", "c", "documents", bson.A{}), writing("delete", "c", "deletes", bson.A{}),
	writing("update", "c", "updates", bson.A{}), writing("update", "c", "updates", upsert),
	writing("findAndModify", "c", "update", bson.D{}), writing("findandmodify", "c", "remove", true),
	writing("explain", bson.D{{Key: "delete", Value: "c"}}),
	writing("aggregate", "c", "pipeline", stageOf("$out", "d")),
	writing("aggregate", "c", "pipeline", stageOf("$merge", bson.D{{Key: "into", Value: "d"}})),
	writing("bulkWrite", 1, "ops", bson.A{bson.D{{Key: "insert", Value: 0}}}, "nsInfo", bson.A{bson.D{{Key: "ns", Value: "DB.c"}}}),
	// Only roles that hold both writing and administration may skip validation: here atlasAdmin alone.
	{[]any{"insert", "c", "documents", bson.A{}, "bypassDocumentValidation", true}, "A", "A", ""},

	shaping("create", "c"), shaping("createIndexes", "c"), shaping("dropIndexes", "c"), shaping("deleteIndexes", "c"),
	shaping("drop", "c"), shaping("convertToCapped", "c"), shaping("renameCollection", "DB.c", "to", "DB.d"),
	shaping("createSearchIndexes", "c"), shaping("dropSearchIndex", "c"), shaping("updateSearchIndex", "c"),
	shaping("create", "c", "viewOn", "d", "pipeline", bson.A{}),

	managing("collMod", "c"), managing("compact", "c"), managing("reIndex", "c"), managing("planCacheClear", "c"),
	managing("validate", "c"), managing("dropDatabase", 1), managing("profile", 1),

	{[]any{"collStats", "c"}, "RWDrwdMBA", "rwdMBA", "MBA"}, {[]any{"collstats", "c"}, "RWDrwdMBA", "rwdMBA", "MBA"},
	{[]any{"dbStats", 1}, "RWDrwdMA", "rwdMA", "MA"}, {[]any{"dbstats", 1}, "RWDrwdMA", "rwdMA", "MA"},
	{[]any{"listCollections", 1}, "RWDrwdBA", "rwdBA", "MBA"}, {[]any{"listIndexes", "c"}, "RWDrwdBA", "rwdBA", "MBA"},

	{[]any{"listDatabases", 1, "authorizedDatabases", false}, "rwdMBA", "rwdMBA", "rwdMBA"},
	{[]any{"serverStatus", 1}, "MBA", "MBA", "MBA"}, {[]any{"getParameter", 1}, "MBA", "MBA", "MBA"},
	session("currentOp", 1, "$ownOps", true), watching("currentOp", 1, "$ownOps", 1),
	watching("connPoolStats", 1), watching("currentOp", 1), watching("getCmdLineOpts", 1), watching("getDefaultRWConcern", 1),
	watching("getLog", "global"), watching("getShardMap", 1), watching("hostInfo", 1), watching("listShards", 1),
	watching("replSetGetConfig", 1), watching("replSetGetStatus", 1), watching("shardingState", 1), watching("top", 1),
	{[]any{"killOp", 1}, "A", "A", "A"}, {[]any{"killSessions", bson.A{}}, "A", "A", "A"}, {[]any{"killAllSessions", bson.A{}}, "A", "A", "A"},
	{[]any{"killAllSessionsByPattern", bson.A{}}, "A", "A", "A"},
	{[]any{"enableSharding", "DB"}, "SA", "SA", ""}, {[]any{"shardCollection", "DB.c"}, "SA", "SA", ""},
}

// on makes the sample's command for the database.
func (s sample) on(t *testing.T, db string) command {
	t.Helper()
	fields := slices.Clone(s.fields)
	for i, f := range fields {
		if text, ok := f.(string); ok {
			fields[i] = strings.Replace(text, "DB", db, 1)
		}
		if i > 0 && fields[i-1] == "nsInfo" {
			fields[i] = bson.A{bson.D{{Key: "ns", Value: db + ".c"}}}
		}
	}
	return commandOf(&wire.Msg{Body: command1(t, db, fields...)})
}

// TestMatrix runs every declared command as every built-in role on a database of the role, on one that is not and on
// one that belongs to the service.
func TestMatrix(t *testing.T) {
	covered := map[string]bool{"getMore": true} // it has a test of its own, because it depends on a cursor
	for _, s := range samples {
		covered[s.fields[0].(string)] = true
		for db, allowed := range map[string]string{"app": s.app, "other": s.other, "config": s.config} {
			for letter, role := range roleLetters {
				_, err := authorize(&User{ID: "u", Roles: []Role{role}}, s.on(t, db), &cursorTable{})
				if got, want := err == nil, strings.ContainsRune(allowed, letter); got != want {
					t.Errorf("%v on %s as %s: %v, want allowed %v", s.fields, db, role.Name, err, want)
				}
				var e *wire.Error
				if err != nil && (!errors.As(err, &e) || e.Code != wire.Unauthorized.Number) {
					t.Errorf("%v on %s as %s: %v", s.fields, db, role.Name, err)
				}
			}
		}
	}
	for name := range commands {
		if !covered[name] {
			t.Errorf("%s has no sample", name)
		}
	}
	if got, want := slices.Sorted(maps.Keys(builtinRoles)), len(roleLetters); len(got) != want {
		t.Errorf("%d letters for the roles %v", want, got)
	}
}

// TestProtectedNamespaces: no role can change databases of the service.
func TestProtectedNamespaces(t *testing.T) {
	all := &User{ID: "u"}
	for _, role := range roleLetters {
		for _, db := range []string{"local", "config", "admin"} {
			all.Roles = append(all.Roles, Role{Name: role.Name, DB: db}, Role{Name: role.Name, DB: db, Collection: "system.users"})
		}
	}
	for db, colls := range map[string][]string{
		"local": {"c", "oplog.rs", "system.replset"}, "config": {"settings", "c"}, "admin": {"system.users", "system.version", "system.js"},
	} {
		for _, coll := range colls {
			for _, name := range []string{"insert", "update", "delete", "drop", "create", "createIndexes", "dropIndexes", "collMod"} {
				_, err := authorize(all, commandOf(&wire.Msg{Body: command1(t, db, name, coll)}), &cursorTable{})
				if err == nil {
					t.Errorf("%s on %s.%s is allowed", name, db, coll)
				}
			}
		}
		if _, err := authorize(all, commandOf(&wire.Msg{Body: command1(t, db, "dropDatabase", 1)}), &cursorTable{}); err == nil {
			t.Errorf("%s can be dropped", db)
		}
	}
}
