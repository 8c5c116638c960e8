package plane

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/xdg-go/scram"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/verifier"
	"github.com/telamon-db/telamon/internal/wire"
)

// TestGatewayAndEngineReadAlike runs random commands, with flags and names of every type, as a user with random rights. If
// a command passes, the rights must cover its effects in the engine. If the rights cover all effects that it has for a user
// who may do everything, it must pass.
func TestGatewayAndEngineReadAlike(t *testing.T) {
	a := newAlike(t)
	for i := range 1000 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		a.restore()
		db, command := randomCommand(r)
		what := fmt.Sprintf("round %d: on %s, %v", i, db, command)
		rights := randomRights(r)
		a.may(rights)
		done := a.try(db, command, r.IntN(2) == 0)
		if !rights.cover(done.effects) {
			t.Fatalf("%s\nhad these effects: %v\nwith these rights: %v\nreply: %v", what, done.effects, rights, done.reply)
		}
		a.restore()
		a.may(everything)
		done = a.try(db, command, false)
		exact := neededFor(command, done.effects)
		if _, failed := done.reply.Lookup("writeErrors").ArrayOK(); exact == nil || failed || done.reply.Lookup("ok").AsFloat64() != 1 {
			continue
		}
		a.may(exact)
		if again := a.try(db, command, false); again.reply.Lookup("code").Type != 0 && again.reply.Lookup("code").AsInt64() == 13 {
			t.Fatalf("%s\nhas these effects: %v\nand is refused to these rights: %v\nreply: %v", what, done.effects, exact, again.reply)
		}
	}
}

// rights are actions on "db.collection", on "db", or on the cluster (""): "find app.a".
type rights map[string]bool

var everything = rights{"everything": true}

// cover reports whether there is a right for each effect. An effect that one of several rights allows names them all.
func (r rights) cover(effects []string) bool {
	for _, e := range effects {
		if !slices.ContainsFunc(strings.Split(e, " or "), func(one string) bool { return r[one] }) {
			return false
		}
	}
	return true
}

func (r rights) role() gateway.Role {
	role := gateway.Role{Name: "own", DB: "admin"}
	if r["everything"] {
		role.Name = "atlasAdmin"
	}
	for right := range r {
		action, on, _ := strings.Cut(right, " ")
		p := gateway.Pattern{Cluster: on == ""}
		p.DB, p.Collection = wire.SplitNamespace(on)
		role.Privileges = append(role.Privileges, gateway.Privilege{On: p, Actions: []string{action}})
	}
	return role
}

func randomRights(r *rand.Rand) rights {
	all := rights{}
	some := func(on string, actions ...string) {
		for _, a := range actions {
			if r.IntN(2) == 0 {
				all[a+on] = true
			}
		}
	}
	for _, coll := range []string{" app.a", " app.b"} {
		some(coll, "find", "insert", "update", "remove", "createCollection", "dropCollection")
	}
	some(" hidden.x", "find", "insert", "update")
	some(" app", "listCollections", "renameCollectionSameDB")
	some(" ", "inprog", "listDatabases")
	return all
}

// neededFor are the rights that MongoDB demands for a command with these effects; nil if that depends on more than the
// effects.
func neededFor(command bson.D, effects []string) rights {
	coll, _ := command[0].Value.(string)
	need := rights{"find app." + coll: true, "bypassDocumentValidation app." + coll: true} // nothing shows what was not validated
	for _, e := range effects {
		need[e] = true
	}
	switch removed := slices.ContainsFunc(effects, func(e string) bool { return strings.HasPrefix(e, "remove ") }); command[0].Key {
	case "findAndModify":
		if !removed {
			need["update app."+coll] = true
		}
		return need
	case "update":
		need["update app."+coll] = true
		return need
	}
	return nil
}

// anyValue is a value of any type, often one of those for which it is not obvious whether they are true.
func anyValue(r *rand.Rand) any {
	decimal := func(s string) bson.Decimal128 {
		d, err := bson.ParseDecimal128(s)
		if err != nil {
			panic(err)
		}
		return d
	}
	all := []any{
		true, false, int32(0), int32(1), int64(0), int64(-7), 0.0, math.Copysign(0, -1), 0.25, math.NaN(), math.Inf(1),
		decimal("0"), decimal("-0"), decimal("0E+30"), decimal("0E-30"), decimal("1E-30"), decimal("NaN"), decimal("-Infinity"), decimal("2"),
		nil, bson.Undefined{}, "", "true", "false", bson.D{}, bson.D{{Key: "a", Value: 1}}, bson.A{}, bson.A{true}, bson.NewObjectID(),
		bson.DateTime(0), bson.Regex{Pattern: "a"}, bson.Binary{Data: []byte{1}}, bson.MinKey{}, bson.MaxKey{}, bson.Timestamp{T: 1}, bson.Symbol("true"),
		bson.JavaScript("1"),
	}
	return all[r.IntN(len(all))]
}

// withFlags adds some of the flags, with any value.
func withFlags(r *rand.Rand, d bson.D, names ...string) bson.D {
	for _, name := range names {
		if r.IntN(2) == 0 {
			d = append(d, bson.E{Key: name, Value: anyValue(r)})
		}
	}
	return d
}

// randomCommand is a command and its database. If it may upsert, no document matches, so that an upsert is visible.
func randomCommand(r *rand.Rand) (db string, command bson.D) {
	coll := []string{"a", "b"}[r.IntN(2)]
	names := []any{"app.a", "app.b", "app.c", "app.a.", "app..a", "app.", ".a", "app.system.js", "app.$a", "app", "other.a", anyValue(r)}
	name := func() any { return names[r.IntN(len(names))] }
	id := func() bson.E { return bson.E{Key: "_id", Value: r.IntN(3)} }
	set := bson.D{{Key: "$set", Value: bson.D{{Key: "x", Value: r.Int64()}}}}
	switch r.IntN(14) {
	case 9, 10, 11, 12, 13:
		return "app", randomPipeline(r, coll)
	case 0, 1:
		d := bson.D{{Key: "findAndModify", Value: coll}, {Key: "query", Value: bson.D{id()}}}
		if r.IntN(2) == 0 {
			d = append(d, bson.E{Key: "update", Value: set})
		}
		if r.IntN(3) == 0 {
			d[1].Value = bson.D{{Key: "_id", Value: 99}}
			return "app", withFlags(r, d, "upsert", "new", "bypassDocumentValidation")
		}
		return "app", withFlags(r, d, "remove", "new", "bypassDocumentValidation")
	case 2, 3:
		one := bson.D{{Key: "q", Value: bson.D{id()}}, {Key: "u", Value: set}}
		if r.IntN(2) == 0 {
			one[0].Value = bson.D{{Key: "_id", Value: 99}}
			one = withFlags(r, one, "upsert")
		}
		return "app", bson.D{{Key: "update", Value: coll}, {Key: "updates", Value: bson.A{withFlags(r, one, "multi")}}}
	case 4:
		return "app", withFlags(r, bson.D{{Key: "listCollections", Value: 1}}, "nameOnly", "authorizedCollections")
	case 5:
		return "admin", withFlags(r, bson.D{{Key: "listDatabases", Value: 1}}, "nameOnly", "authorizedDatabases")
	case 6:
		return "admin", withFlags(r, bson.D{{Key: "currentOp", Value: 1}, {Key: "$all", Value: true}}, "$ownOps")
	case 7:
		look := withFlags(r, bson.D{{Key: "idleConnections", Value: true}}, "allUsers", "idleCursors")
		return "admin", bson.D{{Key: "aggregate", Value: []any{1, anyValue(r)}[r.IntN(2)]}, {Key: "cursor", Value: bson.D{}},
			{Key: "pipeline", Value: bson.A{bson.D{{Key: "$currentOp", Value: look}}}}}
	}
	return "admin", withFlags(r, bson.D{{Key: "renameCollection", Value: name()}, {Key: "to", Value: name()}}, "dropTarget")
}

// alike is an engine behind a gateway, with a connection of a user whose rights change.
type alike struct {
	t    *testing.T
	db   *docdb.Engine
	root *docdb.Session
	user net.Conn
	mu   sync.Mutex
	role gateway.Role
}

func newAlike(t *testing.T) *alike {
	db, err := docdb.Open(t.TempDir(), docdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := &alike{t: t, db: db}
	a.root = db.NewSession(t.Context(), wire.User{Name: "other", DB: "admin"}) // which looks into running commands are to show or to hide
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := gateway.New(gateway.Config{Name: "c", SetName: "rs", Host: l.Addr().String(), Directory: a, Backend: embedded{db}, Version: "8.0.0"})
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		<-served
		a.root.Close()
		_ = db.Close()
	})
	a.login(l.Addr().String())
	return a
}

const secret = "a password"

var secretVerifier = sync.OnceValues(func() (verifier.Verifier, error) { return verifier.New256(secret) })

func (a *alike) User(_ context.Context, db, name string) (*gateway.User, error) {
	v, err := secretVerifier()
	a.mu.Lock()
	defer a.mu.Unlock()
	return &gateway.User{ID: "1", DB: db, Name: name, SHA256: v, Roles: []gateway.Role{a.role}}, err
}

func (a *alike) Admits(context.Context, netip.Addr) (bool, error) { return true, nil }

func (a *alike) may(r rights) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.role = r.role()
}

func (a *alike) login(addr string) {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = nc.Close() })
	a.user = nc
	client, err := scram.SHA256.NewClient("ann", secret, "")
	if err != nil {
		a.t.Fatal(err)
	}
	talk := client.NewConversation()
	message, _ := talk.Step("")
	reply := a.send("admin", bson.D{{Key: "saslStart", Value: 1}, {Key: "mechanism", Value: "SCRAM-SHA-256"}, {Key: "payload", Value: []byte(message)},
		{Key: "options", Value: bson.D{{Key: "skipEmptyExchange", Value: true}}}}, false)
	_, payload := reply.Lookup("payload").Binary()
	if message, err = talk.Step(string(payload)); err != nil {
		a.t.Fatal(err)
	}
	reply = a.send("admin", bson.D{{Key: "saslContinue", Value: 1}, {Key: "conversationId", Value: 1}, {Key: "payload", Value: []byte(message)}}, false)
	if !reply.Lookup("done").Boolean() {
		a.t.Fatal(reply)
	}
}

// send sends a command of the user. Its updates go in a document sequence if sequences says so.
func (a *alike) send(db string, command bson.D, sequences bool) bson.Raw {
	m := a.message(db, command, sequences)
	if _, err := a.user.Write(wire.AppendMsg(nil, 1, 0, m)); err != nil {
		a.t.Fatal(err)
	}
	h, body, err := wire.ReadMessage(a.user, 48_000_000)
	if err != nil {
		a.t.Fatal(err)
	}
	reply, err := wire.ParseMsg(h, body)
	if err != nil {
		a.t.Fatal(err)
	}
	return reply.Body
}

func (a *alike) message(db string, command bson.D, sequences bool) *wire.Msg {
	m := &wire.Msg{}
	command = slices.Clone(command)
	if sequences && command[0].Key == "update" {
		for _, u := range command[1].Value.(bson.A) {
			m.Sequences = []wire.Sequence{{ID: "updates", Docs: []bson.Raw{a.raw(u)}}}
		}
		command = slices.Delete(command, 1, 2)
	}
	m.Body = a.raw(append(command, bson.E{Key: "$db", Value: db}))
	return m
}

func (a *alike) raw(v any) bson.Raw {
	raw, err := bson.Marshal(v)
	if err != nil {
		a.t.Fatal(err)
	}
	return raw
}

// do runs a command on the engine itself.
func (a *alike) do(db string, command bson.D) bson.Raw {
	return a.root.Run(nil, a.message(db, command, false))
}

// restore gives the collections app.a and app.b their initial content, and removes all others.
func (a *alike) restore() {
	want, docs := map[string]string{}, map[string]bson.A{}
	for _, ns := range marked {
		for id := range 3 {
			doc := bson.D{{Key: "_id", Value: id}, {Key: "of", Value: ns}}
			docs[ns] = append(docs[ns], doc)
			want[fmt.Sprintf("%s %s", ns, a.raw(doc).Lookup("_id"))] = a.raw(doc).String()
		}
	}
	if maps.Equal(a.state(), want) {
		return
	}
	for _, db := range []string{"app", "other", "hidden"} {
		a.do(db, bson.D{{Key: "dropDatabase", Value: 1}})
	}
	for _, ns := range marked {
		db, coll := wire.SplitNamespace(ns)
		a.do(db, bson.D{{Key: "insert", Value: coll}, {Key: "documents", Value: docs[ns]}})
	}
}

// state are all documents by namespace and _id.
func (a *alike) state() map[string]string {
	all := map[string]string{}
	for _, db := range []string{"app", "other", "hidden"} {
		list := a.do(db, bson.D{{Key: "listCollections", Value: 1}, {Key: "nameOnly", Value: true}})
		for _, coll := range batchOf(list) {
			name := coll.Lookup("name").StringValue()
			for _, doc := range batchOf(a.do(db, bson.D{{Key: "find", Value: name}})) {
				all[fmt.Sprintf("%s.%s %s", db, name, doc.Lookup("_id"))] = doc.String()
			}
		}
	}
	return all
}

func batchOf(reply bson.Raw) (docs []bson.Raw) {
	batch, _ := reply.Lookup("cursor", "firstBatch").ArrayOK()
	values, _ := batch.Values()
	for _, v := range values {
		docs = append(docs, v.Document())
	}
	return docs
}

// outcome is a command's reply and its effects.
type outcome struct {
	reply   bson.Raw
	effects []string
}

// try runs a command as the user.
func (a *alike) try(db string, command bson.D, sequences bool) outcome {
	before := a.state()
	o := outcome{reply: a.send(db, command, sequences)}
	switch command[0].Key {
	case "renameCollection":
		o.effects = renamed(before, a.state())
	case "aggregate":
		o.effects = append(piped(command, before, a.state()), read(o.reply.String(), "")...)
	default:
		o.effects = changed(before, a.state())
	}
	a.mu.Lock()
	seen := rights{}
	for _, p := range a.role.Privileges {
		seen[p.On.DB], seen[p.On.DB+"."+p.On.Collection] = true, true // "app." is all of app
	}
	a.mu.Unlock()
	o.effects = append(o.effects, shown(db, command[0].Key, o.reply, seen)...)
	return o
}

// changed are the effects of a command on documents.
func changed(before, after map[string]string) (effects []string) {
	for key, doc := range after {
		ns, _, _ := strings.Cut(key, " ")
		switch old, was := before[key]; {
		case !was:
			effects = append(effects, "insert "+ns)
		case old != doc:
			effects = append(effects, "update "+ns)
		}
	}
	for key := range before {
		ns, _, _ := strings.Cut(key, " ")
		if _, is := after[key]; !is {
			effects = append(effects, "remove "+ns)
		}
	}
	return effects
}

// renamed are the effects of a rename: one collection is gone, and another is new or different.
func renamed(before, after map[string]string) (effects []string) {
	for _, e := range changed(before, after) {
		what, ns, _ := strings.Cut(e, " ")
		db, _ := wire.SplitNamespace(ns)
		switch what {
		case "remove":
			effects = append(effects, "renameCollectionSameDB "+db+" or dropCollection "+ns)
		default:
			effects = append(effects, "renameCollectionSameDB "+db+" or insert "+ns)
		}
	}
	return effects
}

// shown are the rights that a user needs to see the databases and collections in a reply.
func shown(db, command string, reply bson.Raw, seen rights) (effects []string) {
	need := func(when bool, right string) {
		if when {
			effects = append(effects, right)
		}
	}
	switch command {
	case "listCollections":
		for _, coll := range batchOf(reply) {
			_, err := coll.LookupErr("info")
			visible := seen[db+"."] || seen[db+"."+coll.Lookup("name").StringValue()]
			need(err == nil || !visible, "listCollections "+db+" or everything")
		}
	case "listDatabases":
		list, _ := reply.Lookup("databases").ArrayOK()
		values, _ := list.Values()
		for _, v := range values {
			need(!seen[v.Document().Lookup("name").StringValue()], "listDatabases  or everything")
		}
	case "currentOp", "aggregate":
		need(strings.Contains(reply.String(), `"other"`), "inprog  or everything")
	}
	return effects
}
