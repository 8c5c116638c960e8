package mongolog

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/netip"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/logfile"
	"github.com/telamon-db/telamon/internal/wire"
)

type object = map[string]any

// reader counts the lines that it is told of.
type reader struct{ slow, logins int }

func (r *reader) SlowLine(line []byte, _ time.Time, _ gateway.Command) {
	if bytes.Contains(line, []byte("Slow query")) {
		r.slow++
	}
}

func (r *reader) LoginLine(line []byte, _ time.Time, _ gateway.Login) {
	if bytes.Contains(line, []byte("ACCESS")) {
		r.logins++
	}
}

func TestLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	at := time.Date(2026, 11, 29, 10, 0, 0, 5e6, time.UTC)
	var heard reader
	l := New(path, NewThreshold(func() bool { return false }), &heard, func() time.Time { return at }, func(err error) { t.Error(err) })
	ann := gateway.Client{Peer: netip.MustParseAddrPort("10.1.2.3:4567"), Connection: 7, User: wire.User{Name: "ann", DB: "admin"}}
	command := func(took time.Duration, code int32, fields ...bson.E) {
		body, err := bson.Marshal(append(bson.D(fields), bson.E{Key: "$db", Value: "shop"}))
		if err != nil {
			t.Fatal(err)
		}
		m := &wire.Msg{Body: body}
		l.Command(gateway.Command{Client: ann, Name: m.Name(), Message: m, Reply: make(bson.Raw, 99), Code: code, Took: took})
	}
	l.Login(gateway.Login{Client: ann, Mechanism: "SCRAM-SHA-256", Claimed: ann.User})
	l.Login(gateway.Login{Client: ann, Mechanism: "SCRAM-SHA-256", Claimed: ann.User, Reason: errors.New("wrong proof")})
	command(usual-1, 0, bson.E{Key: "find", Value: "orders"})
	command(usual, 0, bson.E{Key: "find", Value: "orders"})
	command(time.Second, 50, bson.E{Key: "getMore", Value: int64(5)}, bson.E{Key: "collection", Value: "orders"})
	command(time.Hour, 0, bson.E{Key: "getMore", Value: int64(5)}, bson.E{Key: "collection", Value: "orders"}, bson.E{Key: "maxTimeMS", Value: int32(1000)})
	command(time.Second, 0, bson.E{Key: "insert", Value: "orders"}, bson.E{Key: "comment", Value: strings.Repeat("x", longest)})
	command(time.Second, 13, bson.E{Key: "createUser", Value: "bob"}, bson.E{Key: "pwd", Value: "secret"})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	line := func(component string, id float64, message string, attr object) object {
		return object{"t": object{"$date": "2026-11-29T10:00:00.005Z"}, "s": "I", "c": component, "id": id, "ctx": "conn7", "msg": message, "attr": attr}
	}
	slow := func(ns string, command object, took float64, more object) object {
		attr := object{"type": "command", "ns": ns, "command": command, "reslen": 99.0, "remote": "10.1.2.3:4567", "protocol": "op_msg", "durationMillis": took}
		for k, v := range more {
			attr[k] = v
		}
		return line("COMMAND", SlowQuery, "Slow query", attr)
	}
	want := []object{
		line("ACCESS", LoginSucceeded, "Successfully authenticated", object{"client": "10.1.2.3:4567", "mechanism": "SCRAM-SHA-256", "user": "ann", "db": "admin", "result": 0.0}),
		line("ACCESS", LoginFailed, "Failed to authenticate", object{"client": "10.1.2.3:4567", "mechanism": "SCRAM-SHA-256", "user": "ann", "db": "admin", "result": 18.0, "error": "wrong proof"}),
		slow("shop.orders", object{"find": "orders", "$db": "shop"}, 100, nil),
		slow("shop.orders", object{"getMore": 5.0, "collection": "orders", "$db": "shop"}, 1000, object{"ok": 0.0, "errCode": 50.0}),
		slow("shop.orders", object{"insert": "orders", "$db": "shop", "$truncated": true}, 1000, nil),
		slow("shop.bob", object{"createUser": "bob", "$db": "shop", "$truncated": true}, 1000, object{"ok": 0.0, "errCode": 13.0}),
	}
	var got []object
	for line, err := range logfile.Read(path, logfile.Range{}) {
		var o object
		if err = errors.Join(err, json.Unmarshal(line.Text, &o)); err != nil {
			t.Fatal(err)
		}
		got = append(got, o)
	}
	if heard.slow != 4 || heard.logins != 2 {
		t.Errorf("the reader was told of %d slow operations and %d logins", heard.slow, heard.logins)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("lines\n%v, want\n%v", got, want)
	}
}
