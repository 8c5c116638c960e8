package gateway

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// diary records what it observes.
type diary struct {
	mu   sync.Mutex
	seen []string
}

func (d *diary) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen = append(d.seen, fmt.Sprintf(format, args...))
}

func (d *diary) Command(c Command) {
	d.note("%s of %q: %d, known: %v", c.Name, c.User.Name, c.Code, c.Known())
}

func (d *diary) Login(l Login) {
	d.note("login of %q by %q: %v", l.Claimed.Name, l.Mechanism, l.Reason == nil)
}

func (d *diary) Authorization(a Authorization) {
	d.note("%s of %q: may: %v", a.Message.Name(), a.User.Name, a.Refused == nil)
}

// take returns the records since the last call.
func (d *diary) take() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := d.seen
	d.seen = nil
	return seen
}

func TestObserver(t *testing.T) {
	d := new(diary)
	c := start(t, func(g *Gateway) { g.observer = d })
	c.dir.addUser(t, "ann", Role{Name: "readAnyDatabase", DB: "admin"})
	r := c.dial(t)
	want := func(what string, want ...string) {
		t.Helper()
		if got := d.take(); !slices.Equal(got, want) {
			t.Errorf("%s shows %q, want %q", what, got, want)
		}
	}
	r.run("hello", 1)
	want("a greeting", `hello of "": 0, known: true`)
	r.run("find", "orders")
	want("a stranger", `find of "": 13, known: true`)
	r.run("saslStart", 1, "mechanism", "TELEPATHY", "payload", []byte{})
	want("a mechanism that there is not", `login of "" by "": false`, `saslStart of "": 334, known: true`)
	r.run("saslStart", 1, "mechanism", "SCRAM-SHA-1", "payload", []byte("nonsense"))
	want("a wrong login", `login of "" by "SCRAM-SHA-1": false`, `saslStart of "": 18, known: true`)
	r.login("ann", []any{"options", bson.D{{Key: "skipEmptyExchange", Value: true}}}, nil)
	want("a login", `saslStart of "": 0, known: true`, `login of "ann" by "SCRAM-SHA-256": true`, `saslContinue of "ann": 0, known: true`)
	r.run("find", "orders")
	want("a command", `find of "ann": may: true`, `find of "ann": 0, known: true`)
	r.run("drop", "orders")
	want("a refused command", `drop of "ann": may: false`, `drop of "ann": 13, known: true`)
	r.run("conjure", 1)
	want("a command that there is not", `conjure of "ann": may: false`, `conjure of "ann": 59, known: false`)
}
