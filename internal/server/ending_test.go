package server

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// ending is a server that is told to end while a client has a connection to it.
type ending struct {
	*Server
	conn    net.Conn
	answers *bufio.Reader
	wire    *wire
	stop    context.CancelFunc
	done    chan error
}

// runToTheEnd runs a server and connects to it.
func runToTheEnd(t *testing.T, dir string, drain time.Duration) *ending {
	t.Helper()
	s, err := Open(t.Context(), Config{DataDir: dir, Listen: "127.0.0.1:0", Management: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	s.cfg.timeouts.drain = drain
	e := &ending{Server: s, wire: &wire{t: t, token: ownerToken(t, s)}, done: make(chan error, 1)}
	ctx, stop := context.WithCancel(t.Context())
	e.stop = stop
	go func() { e.done <- s.Run(ctx) }()
	if e.conn, err = net.Dial("tcp", s.api.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.conn.Close() })
	res, err := http.Get("http://" + s.api.Addr().String() + "/api/private/ipinfo") // after which the other connection is accepted
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	e.answers = bufio.NewReader(e.conn)
	return e
}

func (e *ending) send(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(e.conn, text); err != nil {
		t.Fatal(err)
	}
}

// TestWhoNeverFinishesOnlyDelaysTheEnd: the server ends in order beside a client that holds a request open.
func TestWhoNeverFinishesOnlyDelaysTheEnd(t *testing.T) {
	e := runToTheEnd(t, t.TempDir(), soon)
	e.send(t, e.wire.request(post, isJSON, "Expect: 100-continue", "Content-Length: 9"))
	if line, err := e.answers.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("the request does not run: %q (%v)", line, err)
	}
	e.stop()
	if err := <-e.done; err != nil {
		t.Errorf("the server ends with %v", err)
	}
}

// TestUsesAreCountedToTheLast: what was counted since the last writing is written when the server ends.
func TestUsesAreCountedToTheLast(t *testing.T) {
	dir := t.TempDir()
	e := runToTheEnd(t, dir, patience)
	entry := &model.KeyAddress{KeyID: e.Bootstrap().ClientID, CIDR: "127.0.0.1/32", Created: time.Now()}
	if err := e.store.Update(t.Context(), func(tx store.Tx) error { return state.KeyAddresses.Put(tx, entry) }); err != nil {
		t.Fatal(err)
	}
	e.send(t, e.wire.request("GET "+api.Prefix+"/groups", closing))
	if res, err := http.ReadResponse(e.answers, nil); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", res, err)
	}
	e.stop()
	if err := <-e.done; err != nil {
		t.Fatal(err)
	}
	again := runToTheEnd(t, dir, patience)
	defer func() {
		again.conn.Close() // or the server waits for its first request
		again.stop()
		<-again.done
	}()
	err := again.store.View(t.Context(), func(tx store.Tx) (err error) {
		entry, err = state.KeyAddresses.Get(tx, state.KeyAddresses.ID(entry))
		return err
	})
	if err != nil || entry.Count != 1 || !strings.HasPrefix(entry.LastAddress, "127.") {
		t.Errorf("%v %+v", err, entry)
	}
}
