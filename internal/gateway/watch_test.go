package gateway

import (
	"net"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestHangingUpEndsTheCommand: the command "block" runs until its context ends, which only the client's hanging up does.
// Before it, one command was watched, and some were too short for that.
func TestHangingUpEndsTheCommand(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	for _, coll := range []string{"slow", "c", "c"} {
		if reply := r.run("find", coll); reply.Lookup("ok").AsFloat64() != 1 {
			t.Errorf("find while the client stays: %v", reply)
		}
	}
	r.send(&wire.Msg{Body: command1(t, "test", "find", "block")})
	<-c.eng.blocked
	_ = r.nc.Close()
	for deadline := time.Now().Add(20 * time.Second); c.conns.count() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the command outlives its client")
		}
	}
}

// TestRequestsInAdvance: requests that a client sends while a command runs do not end it, and are answered after it.
func TestRequestsInAdvance(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	r.send(&wire.Msg{Body: command1(t, "test", "find", "slow")})
	for range 3 {
		r.send(&wire.Msg{Body: command1(t, "test", "ping", 1)})
	}
	for i := range 4 {
		if _, m, err := r.receive(); err != nil || m.Body.Lookup("ok").AsFloat64() != 1 {
			t.Fatalf("reply %d: %v, %v", i, m, err)
		}
	}
	if reply := r.run("ping", 1); reply.Lookup("ok").AsFloat64() != 1 {
		t.Errorf("ping after all replies: %v", reply)
	}
}

// TestLastRequests: when a client closes its side, all requests that it had sent are still done.
func TestLastRequests(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	for _, coll := range []string{"slow", "slow", "c"} {
		r.send(&wire.Msg{Body: command1(t, "test", "find", coll)})
	}
	if err := r.nc.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if _, m, err := r.receive(); err != nil || m.Body.Lookup("ok").AsFloat64() != 1 {
			t.Fatalf("reply %d: %v, %v", i, m, err)
		}
	}
	if !r.closed() {
		t.Error("the connection outlives its client")
	}
}

// TestIdleBeforeLogin: a connection that is idle before its login is closed, and one that has logged in is not.
func TestIdleBeforeLogin(t *testing.T) {
	c := start(t, func(g *Gateway) { g.idle = time.Millisecond })
	if !c.dial(t).closed() {
		t.Error("a client that does not log in keeps its connection")
	}
	nc := &deadline{}
	known := &conn{g: c.Gateway, nc: nc, login: &login{}}
	if err := known.allow(t.Context()); err != nil || !nc.at.IsZero() {
		t.Errorf("%v, deadline %v", err, nc.at)
	}
}

// TestWriteDeadlines: every reply has the full time limit, however long ago the last one was.
func TestWriteDeadlines(t *testing.T) {
	for _, left := range []time.Duration{-time.Hour, time.Second, writeTimeout - time.Second, writeTimeout + time.Second} {
		nc := &deadline{}
		c := &conn{nc: nc, writeBy: time.Now().Add(left)}
		if err := c.write(request{}, bson.Raw{5, 0, 0, 0, 0}, 0); err != nil {
			t.Fatal(err)
		}
		if renewed := !nc.at.IsZero(); renewed != (left < writeTimeout) || time.Until(c.writeBy) < writeTimeout {
			t.Errorf("%v are left: renewed: %t, now until %v", left, renewed, c.writeBy)
		}
	}
}

// deadline is a connection that records its write deadline.
type deadline struct {
	net.Conn
	at time.Time
}

func (d *deadline) Write(b []byte) (int, error) { return len(b), nil }

func (d *deadline) SetWriteDeadline(at time.Time) error {
	d.at = at
	return nil
}

func (d *deadline) SetReadDeadline(at time.Time) error {
	d.at = at
	return nil
}

// TestOpen: an open gateway needs no login, and passes on all commands of its engine.
func TestOpen(t *testing.T) {
	c := start(t, func(g *Gateway) { g.cfg.Open = true })
	r := c.dial(t)
	r.send(&wire.Msg{Body: command1(t, "config", "insert", "c"), Sequences: []wire.Sequence{{ID: "documents", Docs: []bson.Raw{{5, 0, 0, 0, 0}}}}})
	if _, m, err := r.receive(); err != nil || m.Body.Lookup("n").AsInt64() != 1 {
		t.Errorf("%v, %v", m, err)
	}
	if reply := r.run("hello", 1); !reply.Lookup("isWritablePrimary").Boolean() {
		t.Errorf("hello: %v", reply)
	}
	if reply := r.run("connectionStatus", 1); len(reply.Lookup("authInfo", "authenticatedUsers").Value) != 5 {
		t.Errorf("connectionStatus before a login: %v", reply)
	}
	c.dir.change(func() { c.dir.closed = true })
	r.send(&wire.Msg{Body: command1(t, "test", "ping", 1)})
	if !r.closed() {
		t.Error("an address that is not admitted is served")
	}
}
