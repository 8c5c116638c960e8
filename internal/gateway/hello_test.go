package gateway

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/share"
	"github.com/telamon-db/telamon/internal/wire"
)

func TestHello(t *testing.T) {
	c := start(t)
	r := c.dial(t)
	for name, primary := range map[string]string{"hello": "isWritablePrimary", "isMaster": "ismaster", "ismaster": "ismaster"} {
		got := r.run(name, 1, "compression", bson.A{"zstd", "lz4", "snappy"})
		for field, want := range map[string]any{
			primary: true, "helloOk": true, "setName": "rs0", "primary": c.addr, "me": c.addr, "hosts": bson.A{c.addr},
			"maxBsonObjectSize": int32(16777216), "maxMessageSizeBytes": int32(48000000), "maxWriteBatchSize": int32(100000),
			"logicalSessionTimeoutMinutes": int32(30), "minWireVersion": int32(0), "maxWireVersion": int32(25),
			"readOnly": false, "compression": bson.A{"zstd", "snappy"}, "ok": 1.0,
		} {
			var v any
			if err := got.Lookup(field).Unmarshal(&v); err != nil {
				t.Errorf("%s.%s: %v", name, field, err)
			}
			if list, isList := v.(bson.A); isList {
				if !slices.Equal(list, want.(bson.A)) {
					t.Errorf("%s.%s is %v", name, field, v)
				}
			} else if v != want {
				t.Errorf("%s.%s is %v, want %v", name, field, v, want)
			}
		}
	}
}

func TestLegacyGreeting(t *testing.T) {
	c := start(t)
	query := func(ns string, command string) []byte {
		doc, _ := bson.Marshal(bson.D{{Key: command, Value: 1}, {Key: "helloOk", Value: true}})
		body := "\x00\x00\x00\x00" + ns + "\x00\x00\x00\x00\x00\xff\xff\xff\xff" + string(doc)
		head := []byte{byte(16 + len(body)), 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0xd4, 0x07, 0, 0}
		return append(head, body...)
	}
	for _, test := range []struct {
		ns, command string
		code        int64
	}{{"admin.$cmd", "isMaster", 0}, {"admin.$cmd", "hello", 0}, {"admin.$cmd", "find", 352}, {"test.c", "hello", 352}} {
		r := c.dial(t)
		if _, err := r.nc.Write(query(test.ns, test.command)); err != nil {
			t.Fatal(err)
		}
		h, body, err := wire.ReadMessage(r.nc, 1<<20)
		if err != nil || h.OpCode != wire.OpReply || h.ResponseTo != 9 {
			t.Fatalf("%+v, %v", h, err)
		}
		code, _ := bson.Raw(body[20:]).Lookup("code").AsInt64OK()
		if code != test.code {
			t.Errorf("%s on %s: code %d", test.command, test.ns, code)
		}
	}
}

func TestStreamingHello(t *testing.T) {
	c := start(t)
	r := c.dial(t)
	version := r.run("hello", 1).Lookup("topologyVersion")
	ask := func(version any, flags wire.Flags) (time.Duration, wire.Header, *wire.Msg) {
		begin := time.Now()
		r.send(&wire.Msg{Flags: flags, Body: command1(t, "admin", "hello", 1, "topologyVersion", version, "maxAwaitTimeMS", 100)})
		h, m, err := r.receive()
		if err != nil {
			t.Fatal(err)
		}
		return time.Since(begin), h, m
	}
	if took, _, m := ask(version, 0); took < 100*time.Millisecond || m.Flags != 0 {
		t.Errorf("held for %v, flags %v", took, m.Flags)
	}
	other := bson.D{{Key: "processId", Value: bson.NewObjectID()}, {Key: "counter", Value: int64(0)}}
	if took, _, _ := ask(other, 0); took >= 100*time.Millisecond {
		t.Errorf("another topology: held for %v", took)
	}
	if got := r.run("hello", 1, "topologyVersion", version).Lookup("code").AsInt64(); got != 9 {
		t.Errorf("no maxAwaitTimeMS: %d", got)
	}
	_, h, m := ask(version, wire.ExhaustAllowed)
	for range 3 {
		if m.Flags != wire.MoreToCome {
			t.Fatalf("flags %v", m.Flags)
		}
		last := h.RequestID
		var err error
		if h, m, err = r.receive(); err != nil || h.ResponseTo != last {
			t.Fatalf("%+v, %v", h, err)
		}
	}
	c.dir.change(func() { c.dir.closed = true })
	if !r.closed() {
		t.Error("the stream goes on off the access list")
	}
}

// TestUnwantedStream: a client that asks for a stream and for no reply gets neither, and its connection stays open.
func TestUnwantedStream(t *testing.T) {
	r := start(t).dial(t)
	version := r.run("hello", 1).Lookup("topologyVersion")
	r.send(&wire.Msg{
		Flags: wire.ExhaustAllowed | wire.MoreToCome,
		Body:  command1(t, "admin", "hello", 1, "topologyVersion", version, "maxAwaitTimeMS", 1),
	})
	if reply := r.run("ping", 1); reply.Lookup("ok").AsFloat64() != 1 || !reply.Lookup("me").IsZero() {
		t.Errorf("ping after a hello that no reply is expected to: %v", reply)
	}
}

// TestDriverMonitorStaysHealthy: a driver's monitor accepts streamed greetings.
func TestDriverMonitorStaysHealthy(t *testing.T) {
	c := start(t)
	var good, bad atomic.Int32
	streamed := make(chan struct{}, 100)
	monitor := &event.ServerMonitor{
		ServerHeartbeatSucceeded: func(e *event.ServerHeartbeatSucceededEvent) {
			good.Add(1)
			if e.Awaited {
				streamed <- struct{}{}
			}
		},
		ServerHeartbeatFailed: func(*event.ServerHeartbeatFailedEvent) { bad.Add(1) },
	}
	opts := options.Client().ApplyURI("mongodb://" + c.addr + "/?replicaSet=rs0&serverMonitoringMode=stream").
		SetServerMonitor(monitor).SetHeartbeatInterval(500 * time.Millisecond)
	client, err := mongo.Connect(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(context.Background()) }()
	for range 3 {
		select {
		case <-streamed:
		case <-time.After(10 * time.Second):
			t.Fatal("no streamed greeting")
		}
	}
	if bad.Load() != 0 {
		t.Errorf("%d heartbeats failed, %d succeeded", bad.Load(), good.Load())
	}
}

// TestConnectionLimit: one connection too many is served, and the oldest of the address with the most connections is
// closed.
func TestConnectionLimit(t *testing.T) {
	const enough = 20
	c := start(t, func(g *Gateway) { g.shared.guests = share.NewSeats(enough) })
	other := c.dialFrom(t, "127.0.0.2")
	other.run("ping", 1)
	var all []*raw
	for range 3 * enough {
		r := c.dial(t)
		r.run("ping", 1)
		all = append(all, r)
	}
	for i, r := range all {
		if i < 2*enough+1 && !r.closed() {
			t.Errorf("connection %d is one too many and is served", i)
		} else if i > 2*enough {
			r.run("ping", 1)
		}
	}
	other.run("ping", 1)
}

func TestStopCancelsCommands(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	r.send(&wire.Msg{Body: command1(t, "test", "find", "block")})
	<-c.eng.blocked
	idle := c.dial(t)
	c.stop()
	if _, m, err := r.receive(); err != nil || m.Body.Lookup("code").AsInt64() != 11600 {
		t.Errorf("%v, %v", m, err)
	}
	if !idle.closed() {
		t.Error("an idle connection outlives the gateway")
	}
	if _, err := net.Dial("tcp", c.addr); err == nil {
		t.Error("the listener outlives the gateway")
	}
}

func TestPanicCostsOneConnection(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	r, other := c.dial(t), c.dial(t)
	r.login("ann", nil, nil)
	other.login("ann", nil, nil)
	reply := r.run("find", "panic")
	if reply.Lookup("code").AsInt64() != 1 || strings.Contains(reply.String(), "broken") || !r.closed() {
		t.Errorf("a command that panics: %v", reply)
	}
	if !strings.Contains(c.logs.String(), "the engine is broken") || !strings.Contains(c.logs.String(), "harness_test.go") {
		t.Error("the panic or its stack is not logged")
	}
	if other.run("find", "c").Lookup("ok").AsFloat64() != 1 {
		t.Error("another connection suffers")
	}
}

// TestSessionAfterRestore: when the database of a session is replaced, the next command opens another session, and clients
// may retry retryable writes.
func TestSessionAfterRestore(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	for i, test := range []struct {
		coll   string
		code   int64
		opened int
	}{{"c", 0, 1}, {"c", 0, 1}, {"restoring", 91, 1}, {"c", 0, 2}} {
		reply := r.run("find", test.coll, "txnNumber", int64(1))
		code, _ := reply.Lookup("code").AsInt64OK()
		if opened := c.eng.openedSessions(); code != test.code || opened != test.opened {
			t.Errorf("%d: code %d, %d sessions opened", i, code, opened)
		}
		retry := reply.Lookup("errorLabels", "0").String() == `"RetryableWriteError"` && !reply.Lookup("topologyVersion").IsZero()
		if retry != (test.code == 91) {
			t.Errorf("%d: %v", i, reply)
		}
	}
}

func TestRepliesAreCompressedAsRequestsAre(t *testing.T) {
	c := start(t)
	for _, id := range wire.CompressorNames {
		r := c.dial(t)
		message := wire.AppendMsg(nil, 7, 0, &wire.Msg{Body: command1(t, "admin", "ping", 1)})
		if _, err := r.nc.Write(wire.Compress(nil, message, id)); err != nil {
			t.Fatal(err)
		}
		h, body, err := wire.ReadMessage(r.nc, 1<<20)
		if err != nil || h.OpCode != wire.OpCompressed || h.ResponseTo != 7 {
			t.Fatalf("%+v, %v", h, err)
		}
		h, body, used, err := wire.Decompress(h, body, 1<<20)
		if err != nil || used != id {
			t.Fatalf("compressor %d, %v", used, err)
		}
		if m, err := wire.ParseMsg(h, body); err != nil || m.Body.Lookup("ok").AsFloat64() != 1 {
			t.Error(m, err)
		}
	}
}

func TestUnacknowledged(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	for _, coll := range []string{"c", "$bad"} {
		r.send(&wire.Msg{Flags: wire.MoreToCome, Body: command1(t, "test", "insert", coll, "documents", bson.A{bson.D{}})})
	}
	r.send(&wire.Msg{Body: command1(t, "test", "find", "c")})
	h, m, err := r.receive()
	if err != nil || h.ResponseTo != r.id || m.Body.Lookup("cursor", "firstBatch", "0").IsZero() {
		t.Errorf("%+v %v %v", h, m, err)
	}
}
