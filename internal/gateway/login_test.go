package gateway

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xdg-go/scram"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/telamon-db/telamon/internal/wire"
)

func insertAndFind(t *testing.T, client *mongo.Client) {
	t.Helper()
	coll := client.Database("test").Collection("c")
	docs := []any{bson.D{{Key: "a", Value: 1}}, bson.D{{Key: "a", Value: 2}}, bson.D{{Key: "a", Value: 3}}}
	if _, err := coll.InsertMany(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	cur, err := coll.Find(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	var got []bson.M
	if err := cur.All(t.Context(), &got); err != nil || len(got) != 3 {
		t.Fatalf("%v, %v", got, err)
	}
}

func TestDriverLogsInAndWorks(t *testing.T) {
	for _, option := range []string{
		"authMechanism=SCRAM-SHA-256", "authMechanism=SCRAM-SHA-1", "", "compressors=snappy", "compressors=zlib",
		"compressors=zstd", "serverMonitoringMode=poll", "loadBalanced=false&maxPoolSize=1",
	} {
		t.Run(option, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			c.dir.addUser(t, "ann", Role{Name: "readWrite", DB: "test"})
			insertAndFind(t, c.client(t, "ann", password, option))
		})
	}
}

func TestLoginRefused(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-1"} {
		for user, pass := range map[string]string{"ann": "wrong password", "nobody": password} {
			client := c.client(t, user, pass, "authMechanism="+mechanism)
			err := client.Ping(t.Context(), nil)
			if err == nil || !strings.Contains(err.Error(), "(AuthenticationFailed) Authentication failed.") {
				t.Errorf("%s as %s: %v", mechanism, user, err)
			}
		}
	}
}

// TestUnknownUsersLookKnown: a user that does not exist has a salt like any other, the same one every time.
func TestUnknownUsersLookKnown(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	first := func(user string) string {
		reply := c.dial(t).run("saslStart", 1, "mechanism", "SCRAM-SHA-256", "payload", []byte("n,,n="+user+",r=abcdefgh"))
		_, payload := reply.Lookup("payload").Binary()
		_, rest, _ := strings.Cut(string(payload), ",")
		return rest
	}
	known, unknown, again, other := first("ann"), first("bob"), first("bob"), first("carl")
	known = strings.Replace(known, "i=4096", "i=15000", 1)
	if len(known) != len(unknown) || unknown != again || unknown == other {
		t.Errorf("%q %q %q %q", known, unknown, again, other)
	}
	a := c.dial(t).run("hello", 1, "saslSupportedMechs", "admin.ann").Lookup("saslSupportedMechs")
	b := c.dial(t).run("hello", 1, "saslSupportedMechs", "admin.bob").Lookup("saslSupportedMechs")
	if !bytes.Equal(a.Value, b.Value) || a.IsZero() {
		t.Errorf("%v %v", a, b)
	}
}

func TestFailedLoginsAreBounded(t *testing.T) {
	c := start(t)
	r := c.dial(t)
	for range maxLoginFailures {
		reply := r.run("saslStart", 1, "mechanism", "SCRAM-SHA-256", "payload", []byte("nonsense"))
		if reply.Lookup("code").AsInt64() != 18 {
			t.Fatalf("saslStart with a payload that is no message: %v", reply)
		}
	}
	if !r.closed() {
		t.Error("the connection goes on")
	}
}

// login runs a SCRAM exchange by hand.
func (r *raw) login(user string, start, next []any) bson.Raw {
	r.t.Helper()
	client, err := scram.SHA256.NewClient(user, password, "")
	if err != nil {
		r.t.Fatal(err)
	}
	talk := client.NewConversation()
	message, _ := talk.Step("")
	reply := r.run(append([]any{"saslStart", 1, "mechanism", "SCRAM-SHA-256", "payload", []byte(message)}, start...)...)
	for !reply.Lookup("done").Boolean() {
		_, payload := reply.Lookup("payload").Binary()
		message := ""
		if !talk.Done() {
			if message, err = talk.Step(string(payload)); err != nil {
				r.t.Fatal(err)
			}
		}
		reply = r.run(append([]any{"saslContinue", 1, "conversationId", 1, "payload", []byte(message)}, next...)...)
		if reply.Lookup("ok").AsFloat64() != 1 {
			r.t.Fatalf("saslContinue: %v", reply)
		}
	}
	return reply
}

func TestEmptyExchange(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	for _, start := range [][]any{nil, {"options", bson.D{{Key: "skipEmptyExchange", Value: true}}}} {
		r := c.dial(t)
		r.login("ann", start, nil)
		if got := r.run("connectionStatus", 1).Lookup("authInfo", "authenticatedUsers", "0", "user").StringValue(); got != "ann" {
			t.Errorf("connectionStatus shows %q after the login of ann", got)
		}
		reply := r.run("logout", 1)
		if reply.Lookup("ok").AsFloat64() != 1 || r.run("find", "c").Lookup("code").AsInt64() != 13 {
			t.Error("still logged in after logout")
		}
	}
}

func TestBeforeLogin(t *testing.T) {
	c := start(t)
	r := c.dial(t)
	for name, code := range map[string]int64{
		"ping": 0, "buildInfo": 0, "whatsmyuri": 0, "connectionStatus": 0, "hello": 0, "isMaster": 0, "logout": 0,
		"find": 13, "getnonce": 13, "serverStatus": 13, "usersInfo": 13, "noSuchCommand": 13, "listDatabases": 13,
		"saslContinue": 17,
	} {
		got, _ := r.run(name, 1).Lookup("code").AsInt64OK()
		if got != code {
			t.Errorf("%s: code %d, want %d", name, got, code)
		}
	}
	if got := r.run("find", "c").Lookup("errmsg").StringValue(); got != "Command find requires authentication" {
		t.Errorf("find before the login says %q", got)
	}
	if got := r.run("saslStart", 1, "mechanism", "PLAIN", "payload", []byte("x")).Lookup("code").AsInt64(); got != 334 {
		t.Errorf("saslStart with a mechanism that does not exist: code %d", got)
	}
	r.send(&wire.Msg{Body: command1(t, "admin", "ping", 1, "x", strings.Repeat("x", frameBeforeLogin))})
	if _, m, err := r.receive(); err != nil || m.Body.Lookup("code").AsInt64() != 17 || !r.closed() {
		t.Errorf("a big frame before login: %v, %v", m, err)
	}
}

func TestAddressOffTheList(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	live := c.dial(t)
	live.login("ann", nil, nil)
	c.dir.change(func() { c.dir.closed = true })
	if !c.dial(t).closed() {
		t.Error("a new connection is kept")
	}
	live.send(&wire.Msg{Body: command1(t, "admin", "find", "c")})
	if !live.closed() {
		t.Error("a live connection is served")
	}
}

func TestUserGoesWhileConnected(t *testing.T) {
	changes := map[string]func(*directory){
		"deleted":          func(d *directory) { delete(d.users, "admin.ann") },
		"password changed": func(d *directory) { u := *d.users["admin.ann"]; u.ID = "other"; d.users["admin.ann"] = &u },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			c := start(t)
			c.dir.addUser(t, "ann", anywhere)
			r := c.dial(t)
			r.login("ann", nil, nil)
			if got := r.run("find", "c").Lookup("ok").AsFloat64(); got != 1 {
				t.Fatalf("find after the login: ok is %v", got)
			}
			c.dir.change(func() { change(c.dir) })
			if got := r.run("find", "c").Lookup("code").AsInt64(); got != 13 || !r.closed() {
				t.Errorf("code %d, or the connection goes on", got)
			}
		})
	}
}

func TestDirectoryFailureClosesTheGate(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	c.dir.change(func() { c.dir.fails = errors.New("detail of the store") })
	reply := r.run("find", "c")
	if reply.Lookup("code").AsInt64() != 1 || strings.Contains(reply.String(), "detail") {
		t.Errorf("find while the directory fails: %v", reply)
	}
	reply = c.dial(t).run("saslStart", 1, "mechanism", "SCRAM-SHA-256", "payload", []byte("n,,n=ann,r=abcdefgh"))
	if reply.Lookup("code").AsInt64() != 1 {
		t.Errorf("login while the directory fails: %v", reply)
	}
}

func TestRestoreInProgressIsRetried(t *testing.T) {
	for name, refusal := range map[string]error{
		"own code": wire.Errorf(wire.ShutdownInProgress, "restoring"), "any error": errors.New("stopped"),
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t)
			c.dir.addUser(t, "ann", anywhere)
			client := c.client(t, "ann", password)
			c.eng.mu.Lock()
			c.eng.refusals, c.eng.refusal = 1, refusal
			c.eng.mu.Unlock()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if _, err := client.Database("test").Collection("c").InsertOne(ctx, bson.D{}); err != nil {
				t.Errorf("the driver did not retry: %v", err)
			}
			r := c.dial(t)
			r.login("ann", nil, nil)
			c.eng.mu.Lock()
			c.eng.refusals = 1
			c.eng.mu.Unlock()
			reply := r.run("find", "c", "txnNumber", int64(1))
			if reply.Lookup("errorLabels", "0").StringValue() != "RetryableWriteError" || strings.Contains(reply.String(), "stopped") {
				t.Errorf("a retryable command whose session is refused: %v", reply)
			}
		})
	}
}

// TestUnknownUsersLookTheSameEverywhere: an unknown user has the same salt at all gateways of a project, and after a
// restart.
func TestUnknownUsersLookTheSameEverywhere(t *testing.T) {
	salt := func(secret string) string {
		return string(mechanisms["SCRAM-SHA-256"].(scramMechanism).decoy([]byte(secret), "admin", "nobody").Salt)
	}
	here, there, elsewhere := salt("a"), salt("a"), salt("b")
	if here != there || here == elsewhere {
		t.Error("the salts of unknown users do not follow the secret")
	}
}
