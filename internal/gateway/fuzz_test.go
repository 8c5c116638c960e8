package gateway

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// alarm fails the test when the gateway logs an error, as it does for a recovered panic.
type alarm struct {
	slog.Handler
	t *testing.T
}

func (a alarm) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(attr slog.Attr) bool {
		a.t.Error(r.Message, attr)
		return true
	})
	return nil
}

func (a alarm) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }
func (a alarm) WithAttrs([]slog.Attr) slog.Handler           { return a }

func fuzzed(t *testing.T) *Gateway {
	dir := &directory{users: map[string]*User{"admin.ann": {ID: "1", DB: "admin", Name: "ann", Roles: []Role{anywhere}}}}
	return New(Config{SetName: "rs0", Host: "h:1", Directory: dir, Backend: newEngine(), Version: "8.0.4", Logger: slog.New(alarm{slog.DiscardHandler, t})})
}

// FuzzConn feeds arbitrary bytes to a connection: nothing panics, and the connection ends with its client.
func FuzzConn(f *testing.F) {
	doc := func(d bson.D) bson.Raw {
		raw, err := bson.Marshal(d)
		if err != nil {
			f.Fatal(err)
		}
		return raw
	}
	add := func(d bson.D) {
		m := wire.AppendMsg(nil, 1, 0, &wire.Msg{Body: doc(append(d, bson.E{Key: "$db", Value: "admin"}))})
		f.Add(m)
		f.Add(wire.Compress(nil, m, wire.Snappy))
	}
	start := bson.D{{Key: "saslStart", Value: 1}, {Key: "mechanism", Value: "SCRAM-SHA-256"}, {Key: "payload", Value: []byte("n,,n=ann,r=abc")}}
	add(start)
	add(bson.D{{Key: "hello", Value: 1}, {Key: "compression", Value: bson.A{"zstd"}}, {Key: "speculativeAuthenticate", Value: start}})
	add(bson.D{{Key: "saslContinue", Value: 1}, {Key: "conversationId", Value: 1}, {Key: "payload", Value: []byte("c=biws,r=abc,p=x")}})
	add(bson.D{{Key: "find", Value: "c"}})
	add(bson.D{{Key: "connectionStatus", Value: 1}})
	f.Add([]byte("\x3a\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xd4\x07\x00\x00\x00\x00\x00\x00admin.$cmd\x00\x00\x00\x00\x00\xff\xff\xff\xff\x13\x00\x00\x00\x10isMaster\x00\x01\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		client, server := net.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			defer server.Close()
			fuzzed(t).serve(ctx, server, netip.MustParseAddrPort("127.0.0.1:1"), netip.MustParseAddrPort("127.0.0.1:2"))
		}()
		go func() { _, _ = io.Copy(io.Discard, client) }()
		_ = client.SetWriteDeadline(time.Now().Add(time.Second)) // a streamed greeting may be waiting meanwhile
		_, _ = client.Write(in)
		cancel()
		_ = client.Close()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Fatal("the connection does not end")
		}
	})
}

// FuzzAuthorize authorizes arbitrary documents: nothing panics, and a user without roles is refused.
func FuzzAuthorize(f *testing.F) {
	for _, s := range samples {
		var d bson.D
		for i := 0; i < len(s.fields); i += 2 {
			d = append(d, bson.E{Key: s.fields[i].(string), Value: s.fields[i+1]})
		}
		raw, err := bson.Marshal(append(d, bson.E{Key: "$db", Value: "app"}))
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(raw))
	}
	free := map[string]bool{
		"abortTransaction": true, "commitTransaction": true, "endSessions": true, "listCommands": true, "refreshSessions": true,
		"startSession": true, "killCursors": true, "listDatabases": true, "bulkWrite": true, "aggregate": true, "explain": true,
		"currentOp": true, // with $ownOps
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if wire.Validate(in, wire.MaxDepth) != nil {
			return
		}
		c := commandOf(&wire.Msg{Body: in})
		if _, err := authorize(&User{ID: "u"}, c, &cursorTable{}); err == nil && !free[c.name] {
			t.Errorf("%s is allowed to a user without roles", c.name)
		}
		_, _ = authorize(&User{ID: "u", Roles: []Role{anywhere}}, c, &cursorTable{})
	})
}
