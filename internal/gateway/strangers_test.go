package gateway

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xdg-go/scram"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/share"
	"github.com/telamon-db/telamon/internal/wire"
)

// TestStrangersShutNobodyOut: although one address opens more connections than there is room for, silent or with streamed
// greetings, users from it and from elsewhere can log in.
func TestStrangersShutNobodyOut(t *testing.T) {
	c := start(t, func(g *Gateway) { g.shared.guests = share.NewSeats(100) })
	c.dir.addUser(t, "ann", anywhere)
	version := c.dial(t).run("hello", 1).Lookup("topologyVersion")
	for i := range 300 {
		r := c.dialFrom(t, "127.0.0.2")
		if i%2 == 0 {
			r.send(&wire.Msg{Flags: wire.ExhaustAllowed, Body: command1(t, "admin", "hello", 1, "topologyVersion", version, "maxAwaitTimeMS", 50)})
		}
	}
	for _, address := range []string{"127.0.0.1", "127.0.0.2"} {
		r := c.dialFrom(t, address)
		r.login("ann", nil, nil)
		if reply := r.run("find", "c"); reply.Lookup("ok").AsFloat64() != 1 {
			t.Error(reply)
		}
	}
}

// TestUsersShareConnections: a user who takes all connections loses its oldest ones when others connect.
func TestUsersShareConnections(t *testing.T) {
	c := start(t, func(g *Gateway) { g.shared.users = share.NewSeats(10) })
	c.dir.addUser(t, "ann", anywhere)
	c.dir.addUser(t, "bob", anywhere)
	bob := c.dial(t)
	bob.login("bob", nil, nil)
	var all []*raw
	for range 11 {
		r := c.dial(t)
		r.login("ann", nil, nil)
		all = append(all, r)
	}
	if !all[0].closed() || !all[1].closed() {
		t.Error("there are more connections than there is room for")
	}
	for _, r := range append(all[2:], bob) {
		r.run("find", "c")
	}
}

// wrongProof tries a wrong password and reports whether it was answered.
func (r *raw) wrongProof(user string) bool {
	client, err := scram.SHA256.NewClient(user, "wrong", "")
	if err != nil {
		r.t.Fatal(err)
	}
	talk := client.WithMinIterations(1).NewConversation()
	message, _ := talk.Step("")
	payload, ok := r.try(&wire.Msg{Body: command1(r.t, "admin", "saslStart", 1, "mechanism", "SCRAM-SHA-256", "payload", []byte(message))})
	if !ok {
		return false
	}
	nonce, _, _ := strings.Cut(string(payload), ",")
	message = "c=biws," + nonce + ",p=" + strings.Repeat("A", 43) + "="
	_, ok = r.try(&wire.Msg{Body: command1(r.t, "admin", "saslContinue", 1, "conversationId", 1, "payload", []byte(message))})
	return ok
}

// try sends a message and returns the payload of the answer, if there is an answer.
func (r *raw) try(m *wire.Msg) (payload []byte, ok bool) {
	if _, err := r.nc.Write(wire.AppendMsg(nil, 1, 0, m)); err != nil {
		return nil, false
	}
	_, reply, err := r.receive()
	if err != nil {
		return nil, false
	}
	_, payload, _ = reply.Body.Lookup("payload").BinaryOK()
	return payload, true
}

// TestWrongProofsAreSlow: while many wrong passwords are tried, few are answered. Meanwhile the same user can log in from
// another address, and another user from the same address, within a second.
func TestWrongProofsAreSlow(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	c.dir.addUser(t, "bob", anywhere)
	var answered atomic.Int64
	stop := make(chan struct{})
	var storm sync.WaitGroup
	defer storm.Wait()
	defer close(stop)
	began := time.Now()
	for range 16 {
		storm.Go(func() {
			for {
				r := c.dialFrom(t, "127.0.0.2")
				for range maxLoginFailures {
					if r.wrongProof("ann") {
						answered.Add(1)
					}
				}
				_ = r.nc.Close()
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for answered.Load() < int64(wrongOfOneAt.Capacity)+20 {
		time.Sleep(time.Millisecond)
	}
	for _, who := range []struct{ name, from string }{{"ann", "127.0.0.1"}, {"bob", "127.0.0.2"}} {
		now := time.Now()
		r := c.dialFrom(t, who.from)
		r.login(who.name, nil, nil)
		if took := time.Since(now); took > time.Second {
			t.Errorf("the right password of %s from %s took %v", who.name, who.from, took)
		}
	}
	perSecond := float64(wrongOfOneAt.Refill) / 60
	if n, most := answered.Load(), float64(wrongOfOneAt.Capacity+16)+perSecond*time.Since(began).Seconds(); float64(n) > most {
		t.Errorf("%d wrong proofs were answered, more than %v", n, most)
	}
}

// TestRightProofsAreNotCounted: a pool may open as many connections as it likes.
func TestRightProofsAreNotCounted(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	for range wrongOfOneAt.Capacity + 5 {
		c.dial(t).login("ann", nil, nil)
	}
	if wait, _ := c.shared.tries.Reserve(wrongOfOneAt, "127.0.0.1", "admin.ann"); wait > 0 {
		t.Errorf("the next waits for %v", wait)
	}
}

// TestStartsAreBounded: a connection that begins many logins of users that do not exist is slowed down, and a user from
// elsewhere is not.
func TestStartsAreBounded(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	r := c.dialFrom(t, "127.0.0.2")
	for i := range startsOfAddress.Capacity {
		r.run("saslStart", 1, "mechanism", "SCRAM-SHA-256", "payload", []byte(fmt.Sprintf("n,,n=%d,r=abcdefgh", i)))
	}
	for wait := time.Duration(0); wait == 0; {
		r.run("saslStart", 1, "mechanism", "SCRAM-SHA-256", "payload", []byte("n,,n=nobody,r=abcdefgh"))
		wait, _ = c.shared.tries.Reserve(startsOfAddress, "127.0.0.2", "")
	}
	if wait, _ := c.shared.tries.Reserve(startsOfAddress, "127.0.0.1", ""); wait != 0 {
		t.Errorf("another address waits for %v", wait)
	}
	c.dial(t).login("ann", nil, nil)
}

// TestLongNamesComeBackShort: a command's name of megabytes is neither repeated nor logged.
func TestLongNamesComeBackShort(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	long := strings.Repeat("y", 1<<20)
	for _, reply := range []bson.Raw{r.run(long, 1), r.run("find", "$"+long), r.run("find", long, long, 1)} {
		if reply.Lookup("ok").AsFloat64() == 0 && len(reply) > 4096 {
			t.Errorf("a reply of %d bytes", len(reply))
		}
	}
	if log := c.logs.String(); len(log) > 20_000 {
		t.Errorf("a log of %d bytes", len(log))
	}
}

// TestLongNamesInTheLog are cut.
func TestLongNamesInTheLog(t *testing.T) {
	c := start(t)
	r := c.dial(t)
	if !r.wrongProof(strings.Repeat("x", 8000)) {
		t.Fatal("no answer")
	}
	if log := c.logs.String(); strings.Contains(log, strings.Repeat("x", 600)) || !strings.Contains(log, "xxx...") {
		t.Error("the name is in the log, whole or not at all")
	}
}

// TestHalfFramesEnd: a connection on which part of a message arrived is closed when the rest does not arrive in time,
// whether its client has logged in or not.
func TestHalfFramesEnd(t *testing.T) {
	c := start(t, func(g *Gateway) { g.frameTime = 10 * time.Millisecond })
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	whole := wire.AppendMsg(nil, 1, 0, &wire.Msg{Body: command1(t, "admin", "ping", 1, "x", strings.Repeat("x", 1000))})
	for _, part := range []int{1, wire.HeaderLength, 500} {
		half := c.dial(t)
		half.login("ann", nil, nil)
		if _, err := half.nc.Write(whole[:part]); err != nil {
			t.Fatal(err)
		}
		if !half.closed() {
			t.Errorf("a message of which %d bytes came is waited for", part)
		}
	}
	if reply := r.run("ping", 1, "x", bson.D{}); reply.Lookup("ok").AsFloat64() != 1 {
		t.Error("who sends nothing is not let be")
	}
}
