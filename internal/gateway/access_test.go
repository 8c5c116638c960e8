package gateway

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/telamon-db/telamon/internal/wire"
)

func codeOf(err error) int32 {
	var e *wire.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func TestReaderCannotWrite(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", Role{Name: "read", DB: "test"})
	coll := c.client(t, "ann", password).Database("test").Collection("c")
	if _, err := coll.Find(t.Context(), bson.D{}); err != nil {
		t.Error(err)
	}
	_, err := coll.InsertOne(t.Context(), bson.D{{Key: "secret", Value: "value"}})
	var refused mongo.CommandError
	want := `not authorized on test to execute command { insert: "c", $db: "test" }`
	if !errors.As(err, &refused) || refused.Code != 13 || refused.Message != want {
		t.Error(err)
	}
	if strings.Contains(c.logs.String(), "secret") {
		t.Error("a document is in the log")
	}
}

// TestReach: the needs of commands beyond their own collection. The user may read the collections a to d and write w, and
// nothing else.
func TestReach(t *testing.T) {
	user := &User{ID: "u", Roles: []Role{{Name: "readWrite", DB: "app", Collection: "w"}, {Name: "read", DB: "app", Collection: "system.js"}}}
	for _, c := range []string{"a", "b", "c", "d"} {
		user.Roles = append(user.Roles, Role{Name: "read", DB: "app", Collection: c})
	}
	d := func(kv ...any) bson.D {
		doc := bson.D{}
		for i := 0; i < len(kv); i += 2 {
			doc = append(doc, bson.E{Key: kv[i].(string), Value: kv[i+1]})
		}
		return doc
	}
	pipe := func(stages ...any) []any { return []any{"aggregate", "a", "pipeline", bson.A(stages)} }
	sub := func(coll string) bson.A { return bson.A{d("$unionWith", coll)} }
	cases := []struct {
		name   string
		fields []any
		code   int32
	}{
		{"own collection", []any{"find", "a"}, 0},
		{"other collection", []any{"find", "x"}, 13},
		{"system.js of a collection role", []any{"find", "system.js"}, 13},
		{"lookup", pipe(d("$lookup", d("from", "b"))), 0},
		{"lookup elsewhere", pipe(d("$lookup", d("from", "x"))), 13},
		{"lookup in another database", pipe(d("$lookup", d("from", d("db", "y", "coll", "a")))), 13},
		{"lookup pipeline", pipe(d("$lookup", d("from", "b", "pipeline", sub("c")))), 0},
		{"lookup pipeline elsewhere", pipe(d("$lookup", d("from", "b", "pipeline", sub("x")))), 13},
		{"lookup without collection", pipe(d("$lookup", d("pipeline", bson.A{d("$documents", bson.A{})}))), 0},
		{"lookup without anything", pipe(d("$lookup", d("pipeline", bson.A{d("$match", d())}))), 73},
		{"lookup from twice", pipe(d("$lookup", d("from", "b", "from", "x"))), 9},
		{"lookup from a number", pipe(d("$lookup", d("from", 1))), 73},
		{"graphLookup", pipe(d("$graphLookup", d("from", "x"))), 13},
		{"graphLookup ours", pipe(d("$graphLookup", d("from", "b"))), 0},
		{"unionWith", pipe(d("$unionWith", d("coll", "b", "pipeline", sub("c")))), 0},
		{"unionWith elsewhere", pipe(d("$unionWith", d("coll", "x"))), 13},
		{"unionWith deep", pipe(d("$unionWith", d("coll", "b", "pipeline", bson.A{d("$lookup", d("from", "c", "pipeline", sub("x")))}))), 13},
		{"unionWith pipeline only", pipe(d("$unionWith", d("pipeline", bson.A{d("$documents", bson.A{})}))), 0},
		{"unionWith other database", pipe(d("$unionWith", d("coll", "b", "db", "y"))), 13},
		{"facet", pipe(d("$facet", d("f", sub("b"), "g", sub("c")))), 0},
		{"facet elsewhere", pipe(d("$facet", d("f", sub("b"), "g", sub("x")))), 13},
		{"out", pipe(d("$out", "w")), 0},
		{"out elsewhere", pipe(d("$out", "b")), 13},
		{"out other database", pipe(d("$out", d("db", "y", "coll", "w"))), 13},
		{"merge", pipe(d("$merge", "w")), 0},
		{"merge into", pipe(d("$merge", d("into", "w", "whenMatched", bson.A{d("$set", d())}))), 0},
		{"merge elsewhere", pipe(d("$merge", d("into", d("db", "y", "coll", "w")))), 13},
		{"merge with a reading pipeline", pipe(d("$merge", d("into", "w", "whenMatched", sub("x")))), 13},
		{"out past validation", append(pipe(d("$out", "w")), "bypassDocumentValidation", true), 13},
		{"changes of the collection", pipe(d("$changeStream", d())), 0},
		{"changes of the database", []any{"aggregate", 1, "pipeline", bson.A{d("$changeStream", d())}}, 13},
		{"changes of the cluster", []any{"aggregate", 1, "pipeline", bson.A{d("$changeStream", d("allChangesForCluster", true))}}, 13},
		{"unknown stage", pipe(d("$mystery", d())), 40324},
		{"two stages in one", pipe(d("$match", d(), "$limit", 1)), 9},
		{"stage is no document", pipe("x"), 14},
		{"pipeline is no array", []any{"aggregate", "a", "pipeline", 1}, 14},
		{"collection missing", []any{"aggregate", 1, "pipeline", bson.A{d("$match", d())}}, 73},
		{"explain", []any{"explain", d("aggregate", "a", "pipeline", sub("x"))}, 13},
		{"explain ours", []any{"explain", d("aggregate", "a", "pipeline", sub("b"))}, 0},
		{"explain in another database", []any{"explain", d("find", "a", "$db", "y")}, 73},
		{"explain twice", []any{"explain", d("explain", d("find", "a"))}, 59},
		{"explain ambiguous", []any{"explain", d("find", "a", "find", "x")}, 40413},
		{"upsert twice", []any{"update", "w", "updates", bson.A{d("upsert", false, "upsert", true)}}, 40413},
		{"rename", []any{"renameCollection", "app.w", "to", "app.x"}, 13},
		{"view of others", []any{"create", "w", "viewOn", "x", "pipeline", bson.A{}}, 13},
		{"view of ours", []any{"create", "w", "viewOn", "a", "pipeline", bson.A{}}, 0},
		{"view through a pipeline", []any{"create", "w", "viewOn", "a", "pipeline", sub("x")}, 13},
		{"by uuid", []any{"find", bson.Binary{Subtype: 4, Data: make([]byte, 16)}}, 73},
		{"name with zero", []any{"find", "a\x00x"}, 73},
		{"empty name", []any{"find", ""}, 73},
		{"command namespace", []any{"find", "$cmd"}, 73},
		{"bulkWrite", []any{"bulkWrite", 1, "ops", bson.A{d("delete", 0)}, "nsInfo", bson.A{d("ns", "app.w")}}, 0},
		{"bulkWrite second namespace", []any{"bulkWrite", 1, "ops", bson.A{d("insert", 0), d("update", 1)}, "nsInfo", bson.A{d("ns", "app.w"), d("ns", "app.a")}}, 13},
		{"bulkWrite beyond", []any{"bulkWrite", 1, "ops", bson.A{d("insert", 1)}, "nsInfo", bson.A{d("ns", "app.w")}}, 2},
		{"bulkWrite ambiguous", []any{"bulkWrite", 1, "ops", bson.A{d("insert", 0, "insert", 1)}, "nsInfo", bson.A{d("ns", "app.w"), d("ns", "app.a")}}, 40413},
		{"undeclared", []any{"mapReduce", "a"}, 59},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			_, err := authorize(user, commandOf(&wire.Msg{Body: command1(t, "app", test.fields...)}), &cursorTable{})
			if codeOf(err) != test.code {
				t.Errorf("%v, want code %d", err, test.code)
			}
		})
	}
}

func TestRenameDoesNotReveal(t *testing.T) {
	user := &User{ID: "u", Roles: []Role{{Name: "dbAdmin", DB: "app"}, {Name: "read", DB: "app", Collection: "open"}}}
	for to, code := range map[string]int32{"app.open": 13, "app.hidden": 0, "other.x": 13} {
		_, err := authorize(user, commandOf(&wire.Msg{Body: command1(t, "admin", "renameCollection", "app.secret", "to", to)}), &cursorTable{})
		if codeOf(err) != code {
			t.Errorf("to %s: %v", to, err)
		}
	}
}

// TestFlags: a flag of any type means the same to the gateway as to the engine.
func TestFlags(t *testing.T) {
	remover := custom(Pattern{DB: "app"}, "find", "remove")
	zero, one := bson.NewDecimal128(0x3040000000000000, 0), bson.NewDecimal128(0x3040000000000000, 1)
	for _, test := range []struct {
		remove any
		code   int32
	}{
		{zero, 13}, {one, 0}, {true, 0}, {nil, 13}, {0.0, 13}, {int64(2), 0}, {"true", 14}, {bson.D{}, 14},
	} {
		m := &wire.Msg{Body: command1(t, "app", "findAndModify", "c", "remove", test.remove, "update", bson.D{})}
		if _, err := authorize(remover, commandOf(m), &cursorTable{}); codeOf(err) != test.code {
			t.Errorf("remove: %v: %v, want code %d", test.remove, err, test.code)
		}
	}
	lister := custom(Pattern{DB: "app", Collection: "c"}, "find")
	for nameOnly, code := range map[any]int32{zero: 13, one: 0, "true": 14} {
		m := &wire.Msg{Body: command1(t, "app", "listCollections", 1, "nameOnly", nameOnly, "authorizedCollections", true)}
		if _, err := authorize(lister, commandOf(m), &cursorTable{}); codeOf(err) != code {
			t.Errorf("nameOnly: %v: %v, want code %d", nameOnly, err, code)
		}
	}
}

func TestInvalidDatabaseNames(t *testing.T) {
	for _, db := range []string{"a.b", "a b", "a\x00", "$x", strings.Repeat("x", 64)} {
		_, err := authorize(&User{Roles: []Role{anywhere}}, commandOf(&wire.Msg{Body: command1(t, db, "find", "c")}), &cursorTable{})
		if codeOf(err) != 73 {
			t.Errorf("%q: %v", db, err)
		}
	}
}

// TestRolesOutOfPlace: a role on a database in which it does not exist, or with an unknown name, grants nothing.
func TestRolesOutOfPlace(t *testing.T) {
	for _, role := range []Role{
		{Name: "atlasAdmin", DB: "app"}, {Name: "readAnyDatabase", DB: "admin", Collection: "c"}, {Name: "root", DB: "admin"}, {Name: "read"},
	} {
		if all := role.privileges(); len(all) != 0 {
			t.Errorf("%+v grants %v", role, all)
		}
	}
}

func names(t *testing.T, list bson.RawValue) []string {
	t.Helper()
	values, err := list.Array().Values()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, v := range values {
		all = append(all, v.Document().Lookup("name").StringValue())
	}
	return all
}

func TestListingsShowWhatMayBeSeen(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", Role{Name: "read", DB: "one", Collection: "b"}, Role{Name: "read", DB: "one", Collection: "c"})
	c.dir.addUser(t, "root", anywhere)
	ann, root := c.dial(t), c.dial(t)
	ann.login("ann", nil, nil)
	root.login("root", nil, nil)

	reply := ann.run("listDatabases", 1)
	if got := names(t, reply.Lookup("databases")); !slices.Equal(got, []string{"one"}) || reply.Lookup("totalSize").AsInt64() != 10 {
		t.Errorf("listDatabases of a user who may read one collection: %v", reply)
	}
	if got := names(t, root.run("listDatabases", 1).Lookup("databases")); len(got) != 5 {
		t.Errorf("listDatabases of a user who may do everything: %v", got)
	}
	if got := ann.run("listDatabases", 1, "authorizedDatabases", false).Lookup("code").AsInt64(); got != 13 {
		t.Errorf("listDatabases of all databases, not only those that are allowed: code %d", got)
	}

	on := func(r *raw, db string, fields ...any) bson.Raw {
		r.send(&wire.Msg{Body: command1(t, db, fields...)})
		_, m, err := r.receive()
		if err != nil {
			t.Fatal(err)
		}
		return m.Body
	}
	if got := on(ann, "one", "listCollections", 1).Lookup("code").AsInt64(); got != 13 {
		t.Errorf("listCollections of all collections: code %d", got)
	}
	if got := on(ann, "two", "listCollections", 1, "nameOnly", true, "authorizedCollections", true).Lookup("code").AsInt64(); got != 13 {
		t.Errorf("listCollections of a database that is not allowed: code %d", got)
	}
	reply = on(ann, "one", "listCollections", 1, "nameOnly", true, "authorizedCollections", true)
	if got := names(t, reply.Lookup("cursor", "firstBatch")); !slices.Equal(got, []string{"b"}) {
		t.Errorf("listCollections of what is allowed: %v", reply)
	}
	more := on(ann, "one", "getMore", reply.Lookup("cursor", "id").Int64(), "collection", "$cmd.listCollections")
	if got := names(t, more.Lookup("cursor", "nextBatch")); !slices.Equal(got, []string{"c"}) {
		t.Error(more)
	}
}

func TestCursorsBelongToTheirUser(t *testing.T) {
	c := start(t)
	role := Role{Name: "readWrite", DB: "admin"}
	c.dir.addUser(t, "ann", role)
	c.dir.addUser(t, "bob", role)
	ann, other, bob := c.dial(t), c.dial(t), c.dial(t)
	ann.login("ann", nil, nil)
	other.login("ann", nil, nil)
	bob.login("bob", nil, nil)
	ann.run("insert", "c", "documents", bson.A{bson.D{}, bson.D{}, bson.D{}, bson.D{}, bson.D{}, bson.D{}, bson.D{}})
	open := func() int64 { return ann.run("find", "c").Lookup("cursor", "id").Int64() }
	code := func(reply bson.Raw) int64 {
		n, _ := reply.Lookup("code").AsInt64OK()
		return n
	}
	id := open()
	for name, reply := range map[string]bson.Raw{
		"getMore": bob.run("getMore", id, "collection", "c"), "killCursors": bob.run("killCursors", "c", "cursors", bson.A{id}),
	} {
		if code(reply) != 13 {
			t.Errorf("%s on another user's cursor: %v", name, reply)
		}
	}
	reply := other.run("getMore", id, "collection", "c")
	if code(reply) != 0 {
		t.Errorf("the user's other connection: %v", reply)
	}
	next := reply.Lookup("cursor", "id").Int64()
	if got := code(ann.run("getMore", id, "collection", "c")); next != id && got != 43 {
		t.Errorf("a cursor that was used up: %d", got)
	}
	if got := code(ann.run("killCursors", "c", "cursors", bson.A{next})); got != 0 {
		t.Errorf("killCursors of a cursor of the same user: code %d", got)
	}
	if got := code(ann.run("getMore", next, "collection", "c")); got != 43 {
		t.Errorf("a cursor that was killed: %d", got)
	}
	id = open()
	c.dir.change(func() {
		u := *c.dir.users["admin.ann"]
		u.Roles = []Role{{Name: "dbAdmin", DB: "admin"}}
		c.dir.users["admin.ann"] = &u
	})
	if got := code(ann.run("getMore", id, "collection", "c")); got != 13 {
		t.Errorf("after the role is taken away: %d", got)
	}
}

func TestQuestionsAboutOneself(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", Role{Name: "read", DB: "app", Collection: "x"})
	r := c.dial(t)
	r.login("ann", nil, nil)
	info := r.run("connectionStatus", 1, "showPrivileges", true).Lookup("authInfo").Document()
	if info.Lookup("authenticatedUserRoles", "0", "role").StringValue() != "read" ||
		info.Lookup("authenticatedUserPrivileges", "0", "resource", "collection").StringValue() != "x" {
		t.Error(info)
	}
	for _, about := range []any{"ann", bson.D{{Key: "user", Value: "ann"}, {Key: "db", Value: "admin"}}} {
		if got := r.run("usersInfo", about).Lookup("users", "0", "_id").StringValue(); got != "admin.ann" {
			t.Errorf("usersInfo of the user herself shows %q", got)
		}
	}
	for _, fields := range [][]any{{"usersInfo", 1}, {"usersInfo", "bob"}, {"usersInfo", "ann", "showCredentials", true}} {
		if got := r.run(fields...).Lookup("code").AsInt64(); got != 13 {
			t.Errorf("%v: %d", fields, got)
		}
	}
	if got := r.run("buildInfo", 1).Lookup("versionArray").String(); !strings.Contains(got, "8") {
		t.Errorf("buildInfo shows version %s", got)
	}
	r.send(&wire.Msg{Body: command1(t, "", "ping", 1)})
	if _, m, _ := r.receive(); m.Body.Lookup("code").AsInt64() != 40571 {
		t.Error(m)
	}
}
