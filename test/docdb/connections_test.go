package docdb

import (
	"net"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestConnectionsAreBounded opens as many connections as --connections allows. One more is closed at once, and one that
// ends makes room for another.
func TestConnectionsAreBounded(t *testing.T) {
	p := newProcess(t, "--connections", "3")
	at := strings.TrimSuffix(strings.TrimPrefix(p.uri, "mongodb://"), "/?directConnection=true")
	var open []net.Conn
	dial := func() error {
		c, err := net.Dial("tcp", at)
		must(t, err)
		t.Cleanup(func() { _ = c.Close() })
		open = append(open, c)
		must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
		hello, err := bson.Marshal(bson.D{{Key: "hello", Value: 1}, {Key: "$db", Value: "admin"}})
		must(t, err)
		if _, err := c.Write(wire.AppendMsg(nil, 1, 0, &wire.Msg{Body: hello})); err != nil {
			return err
		}
		_, _, err = wire.ReadMessage(c, 48_000_000)
		return err
	}
	for range 3 {
		must(t, dial())
	}
	if dial() == nil {
		t.Error("a fourth connection was served")
	}
	must(t, open[0].Close())
	for end := time.Now().Add(20 * time.Second); dial() != nil; { // the process notices it after a moment
		if time.Now().After(end) {
			t.Fatal("a connection that has ended makes no room")
		}
	}
}
