package gateway

import (
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// custom is a user with one custom role of one privilege.
func custom(on Pattern, actions ...string) *User {
	return &User{ID: "u", Roles: []Role{{Name: "own", DB: "admin", Privileges: []Privilege{{on, actions}}}}}
}

func allowed(t *testing.T, user *User, db string, fields ...any) bool {
	t.Helper()
	_, err := authorize(user, commandOf(&wire.Msg{Body: command1(t, db, fields...)}), &cursorTable{})
	if err != nil && codeOf(err) != 13 {
		t.Errorf("%v on %s: %v", fields, db, err)
	}
	return err == nil
}

// TestPatterns matches each kind of pattern with each kind of resource.
func TestPatterns(t *testing.T) {
	places := []resource{
		{cluster: true}, {}, {db: "app"}, {db: "app", coll: "c"}, {db: "app", coll: "d"}, {db: "app", coll: "system.js"},
		{db: "other", coll: "c"}, {db: "config", coll: "c"}, {db: "local", coll: "oplog.rs"},
	}
	for _, test := range []struct {
		on      Pattern
		covered string // one digit a place
		reached string // app, other, config, local
	}{
		{Pattern{Cluster: true}, "100000000", "0000"},
		{Pattern{}, "011110100", "1100"},
		{Pattern{DB: "app"}, "001110000", "1000"},
		{Pattern{DB: "app", Collection: "c"}, "000100000", "1000"},
		{Pattern{DB: "app", Collection: "system.js"}, "000001000", "1000"},
		{Pattern{Collection: "c"}, "000100110", "1111"},
		{Pattern{DB: "local"}, "000000001", "0001"},
	} {
		covered, reached := "", ""
		for _, r := range places {
			covered += digit(test.on.covers(r))
		}
		for _, db := range []string{"app", "other", "config", "local"} {
			reached += digit(test.on.reaches(db))
		}
		if covered != test.covered || reached != test.reached {
			t.Errorf("%+v covers %s and reaches %s, want %s and %s", test.on, covered, reached, test.covered, test.reached)
		}
	}
}

func digit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// byAction are the commands that one action alone allows on the collection c of app, written down by hand.
var byAction = map[string][][]any{
	"find":                   {{"find", "c"}, {"count", "c"}, {"distinct", "c", "key", "a"}, {"aggregate", "c", "pipeline", bson.A{}}, {"explain", bson.D{{Key: "find", Value: "c"}}}, {"dataSize", "app.c"}},
	"insert":                 {{"insert", "c", "documents", bson.A{}}},
	"update":                 {{"update", "c", "updates", bson.A{}}, {"explain", bson.D{{Key: "update", Value: "c"}}}},
	"remove":                 {{"delete", "c", "deletes", bson.A{}}, {"explain", bson.D{{Key: "delete", Value: "c"}}}},
	"createCollection":       {{"create", "c"}},
	"createIndex":            {{"createIndexes", "c"}},
	"dropIndex":              {{"dropIndexes", "c"}},
	"dropCollection":         {{"drop", "c"}},
	"collMod":                {{"collMod", "c"}},
	"collStats":              {{"collStats", "c"}, {"aggregate", "c", "pipeline", stageOf("$collStats", bson.D{})}},
	"indexStats":             {{"aggregate", "c", "pipeline", stageOf("$indexStats", bson.D{})}},
	"listIndexes":            {{"listIndexes", "c"}},
	"convertToCapped":        {{"convertToCapped", "c"}},
	"compact":                {{"compact", "c"}},
	"reIndex":                {{"reIndex", "c"}},
	"validate":               {{"validate", "c"}},
	"createSearchIndexes":    {{"createSearchIndexes", "c"}},
	"dropSearchIndex":        {{"dropSearchIndex", "c"}},
	"updateSearchIndex":      {{"updateSearchIndex", "c"}},
	"listSearchIndexes":      {{"aggregate", "c", "pipeline", stageOf("$listSearchIndexes", bson.D{})}},
	"dropDatabase":           {{"dropDatabase", 1}},
	"dbStats":                {{"dbStats", 1}},
	"dbHash":                 {{"dbHash", 1}},
	"listCollections":        {{"listCollections", 1}},
	"enableProfiler":         {{"profile", 1}},
	"renameCollectionSameDB": {{"renameCollection", "app.c", "to", "app.d"}},
	"enableSharding":         {{"enableSharding", "app"}, {"shardCollection", "app.c"}},
	"listDatabases":          {{"listDatabases", 1, "authorizedDatabases", false}},
	"serverStatus":           {{"serverStatus", 1}},
	"hostInfo":               {{"hostInfo", 1}},
	"top":                    {{"top", 1}},
	"getLog":                 {{"getLog", "global"}},
	"killop":                 {{"killOp", 1}},
	"inprog":                 {{"currentOp", 1}, {"aggregate", 1, "pipeline", stageOf("$currentOp", bson.D{{Key: "allUsers", Value: true}})}},
	"connPoolStats":          {{"connPoolStats", 1}},
	"getParameter":           {{"getParameter", 1}},
	"replSetGetStatus":       {{"replSetGetStatus", 1}},
}

// onWholeDatabase and onCluster are the actions that act on no collection.
var (
	onWholeDatabase = []string{"dropDatabase", "dbStats", "dbHash", "listCollections", "enableProfiler", "renameCollectionSameDB", "enableSharding"}
	onCluster       = []string{
		"listDatabases", "serverStatus", "hostInfo", "top", "getLog", "killop", "inprog", "connPoolStats", "getParameter", "replSetGetStatus",
	}
)

// TestOneAction gives a custom role one action and runs the commands of all actions: only those of the action pass, and
// only where the pattern matches.
func TestOneAction(t *testing.T) {
	patterns := []Pattern{{Cluster: true}, {}, {DB: "app"}, {DB: "app", Collection: "c"}, {Collection: "c"}, {DB: "other"}, {DB: "app", Collection: "d"}}
	for granted := range byAction {
		for _, on := range patterns {
			user := custom(on, granted)
			for action, commands := range byAction {
				place := resource{db: "app", coll: "c"}
				if slices.Contains(onWholeDatabase, action) {
					place.coll = ""
				} else if slices.Contains(onCluster, action) {
					place = resource{cluster: true}
				}
				for _, fields := range commands {
					if fields[0] == "shardCollection" {
						place.coll = "c"
					}
					want := action == granted && on.covers(place)
					if got := allowed(t, user, "app", fields...); got != want {
						t.Errorf("%s on %+v: %v is allowed: %v, want %v", granted, on, fields, got, want)
					}
				}
			}
		}
	}
}

// TestSeveralActions: a command that needs several actions needs all of them, each on its resource.
func TestSeveralActions(t *testing.T) {
	d := func(k string, v any) bson.D { return bson.D{{Key: k, Value: v}} }
	on := func(coll string) Pattern { return Pattern{DB: "app", Collection: coll} }
	pipe := func(stage string, spec any) []any { return []any{"aggregate", "a", "pipeline", stageOf(stage, spec)} }
	for _, test := range []struct {
		fields []any
		needs  []Privilege
	}{
		{pipe("$lookup", d("from", "b")), []Privilege{{on("a"), []string{"find"}}, {on("b"), []string{"find"}}}},
		{pipe("$unionWith", "b"), []Privilege{{on("a"), []string{"find"}}, {on("b"), []string{"find"}}}},
		{pipe("$out", "b"), []Privilege{{on("a"), []string{"find"}}, {on("b"), []string{"insert"}}, {on("b"), []string{"remove"}}}},
		{pipe("$merge", d("into", "b")), []Privilege{{on("a"), []string{"find"}}, {on("b"), []string{"insert"}}, {on("b"), []string{"update"}}}},
		{append(pipe("$out", "b"), "bypassDocumentValidation", true), []Privilege{
			{on("a"), []string{"find"}}, {on("b"), []string{"insert"}}, {on("b"), []string{"remove"}}, {on("b"), []string{"bypassDocumentValidation"}},
		}},
		{pipe("$changeStream", bson.D{}), []Privilege{{on("a"), []string{"find"}}, {on("a"), []string{"changeStream"}}}},
		{[]any{"findAndModify", "a", "update", bson.D{}}, []Privilege{{on("a"), []string{"find"}}, {on("a"), []string{"update"}}}},
		{[]any{"findAndModify", "a", "update", bson.D{}, "upsert", true}, []Privilege{{on("a"), []string{"find"}}, {on("a"), []string{"update"}}, {on("a"), []string{"insert"}}}},
		{[]any{"findAndModify", "a", "remove", true}, []Privilege{{on("a"), []string{"find"}}, {on("a"), []string{"remove"}}}},
		{[]any{"update", "a", "updates", upsert}, []Privilege{{on("a"), []string{"update"}}, {on("a"), []string{"insert"}}}},
		{[]any{"insert", "a", "documents", bson.A{}, "bypassDocumentValidation", true}, []Privilege{{on("a"), []string{"insert"}}, {on("a"), []string{"bypassDocumentValidation"}}}},
		{[]any{"explain", bson.D{{Key: "aggregate", Value: "a"}, {Key: "pipeline", Value: stageOf("$unionWith", "b")}}}, []Privilege{{on("a"), []string{"find"}}, {on("b"), []string{"find"}}}},
	} {
		for without := -1; without < len(test.needs); without++ {
			role := Role{Name: "own", DB: "admin"}
			for i, p := range test.needs {
				if i != without {
					role.Privileges = append(role.Privileges, p)
				}
			}
			if got := allowed(t, &User{ID: "u", Roles: []Role{role}}, "app", test.fields...); got != (without < 0) {
				t.Errorf("%v without %d of %v: allowed %v", test.fields, without, test.needs, got)
			}
		}
	}
}

// TestCustomRolesLeaveTheServiceAlone: a custom role cannot change databases of the service, as a built-in one cannot.
func TestCustomRolesLeaveTheServiceAlone(t *testing.T) {
	user := &User{ID: "u"}
	for action := range byAction {
		for _, db := range []string{"local", "config", "admin"} {
			user.Roles = append(user.Roles, custom(Pattern{DB: db}, action).Roles...)
			user.Roles = append(user.Roles, custom(Pattern{DB: db, Collection: "system.users"}, action).Roles...)
		}
	}
	for _, db := range []string{"local", "config", "admin"} {
		for _, name := range []string{"insert", "update", "delete", "drop", "create", "createIndexes"} {
			if allowed(t, user, db, name, "system.users") {
				t.Errorf("%s on %s.system.users is allowed", name, db)
			}
		}
		if allowed(t, user, db, "dropDatabase", 1) {
			t.Errorf("%s can be dropped", db)
		}
	}
}

// TestBuiltinNamesAreBuiltin: a role with the name of a built-in one is the built-in one; its privileges are ignored.
func TestBuiltinNamesAreBuiltin(t *testing.T) {
	user := &User{ID: "u", Roles: []Role{{Name: "read", DB: "app", Privileges: []Privilege{{Pattern{}, []string{"insert"}}}}}}
	if allowed(t, user, "app", "insert", "c", "documents", bson.A{}) || !allowed(t, user, "app", "find", "c") {
		t.Error("the role read is not what it is")
	}
}

func TestKillAnyCursor(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", Role{Name: "readWrite", DB: "admin"})
	c.dir.addUser(t, "bob", custom(Pattern{DB: "admin", Collection: "other"}, "killAnyCursor").Roles...)
	ann, bob := c.dial(t), c.dial(t)
	ann.login("ann", nil, nil)
	bob.login("bob", nil, nil)
	ann.run("insert", "c", "documents", bson.A{bson.D{}, bson.D{}, bson.D{}})
	id := ann.run("find", "c").Lookup("cursor", "id").Int64()
	if reply := bob.run("killCursors", "other", "cursors", bson.A{id}); reply.Lookup("code").AsInt64() != 13 {
		t.Errorf("a cursor on another collection: %v", reply)
	}
	c.dir.change(func() {
		u := *c.dir.users["admin.bob"]
		u.Roles = custom(Pattern{DB: "admin", Collection: "c"}, "killAnyCursor").Roles
		c.dir.users["admin.bob"] = &u
	})
	if reply := bob.run("killCursors", "c", "cursors", bson.A{id}); reply.Lookup("ok").AsFloat64() != 1 {
		t.Errorf("with killAnyCursor: %v", reply)
	}
}

func TestInheritedRolesAreShown(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", Role{Name: "own", DB: "admin", Privileges: []Privilege{{Pattern{DB: "app"}, []string{"find"}}}},
		Role{Name: "read", DB: "shop", Inherited: true})
	r := c.dial(t)
	r.login("ann", nil, nil)
	info := r.run("connectionStatus", 1, "showPrivileges", true).Lookup("authInfo").Document()
	if info.Lookup("authenticatedUserRoles", "1", "role").StringValue() != "read" || info.Lookup("authenticatedUserPrivileges", "0", "resource", "db").StringValue() != "app" {
		t.Error(info)
	}
	user := r.run("usersInfo", "ann").Lookup("users", "0").Document()
	if user.Lookup("roles", "0", "role").StringValue() != "own" || !user.Lookup("roles", "1").IsZero() {
		t.Error(user)
	}
}
