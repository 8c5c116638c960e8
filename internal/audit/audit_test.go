package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
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

// scene is a member with an audit log.
type scene struct {
	*testing.T
	path   string
	log    *Log
	policy *Policy
}

func newScene(t *testing.T, filter string, successes bool) *scene {
	s := &scene{T: t, path: filepath.Join(t.TempDir(), "audit.log")}
	var err error
	if s.policy, err = NewPolicy(filter, successes); err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 11, 29, 10, 0, 0, 123e6, time.UTC) }
	s.log = New(s.path, func() *Policy { return s.policy }, now, func(err error) { t.Error(err) })
	t.Cleanup(func() { _ = s.log.Close() })
	return s
}

// records are the records in the log.
func (s *scene) records() (all []object) {
	s.Helper()
	for line, err := range logfile.Read(s.path, logfile.Range{}) {
		var r object
		if err = errors.Join(err, json.Unmarshal(line.Text, &r)); err != nil {
			s.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

var ann = gateway.Client{
	Peer: netip.MustParseAddrPort("10.1.2.3:4567"), Local: netip.MustParseAddrPort("127.0.0.1:27017"), Connection: 7,
	User: wire.User{Name: `Ann "the" Ünique`, DB: "admin"}, Roles: []gateway.Role{{Name: "readWrite", DB: "shop"}},
}

func message(t *testing.T, fields ...bson.E) *wire.Msg {
	body, err := bson.Marshal(append(bson.D(fields), bson.E{Key: "$db", Value: "shop"}))
	if err != nil {
		t.Fatal(err)
	}
	return &wire.Msg{Body: body}
}

func (s *scene) command(code int32, fields ...bson.E) {
	m := message(s.T, fields...)
	var refused error
	if code == wire.Unauthorized.Number {
		refused = errors.New("refused")
	}
	s.log.Authorization(gateway.Authorization{Client: ann, Message: m, Refused: refused})
	s.log.Command(gateway.Command{Client: ann, Name: m.Name(), Message: m, Code: code})
}

func TestRecord(t *testing.T) {
	s := newScene(t, "", true)
	s.command(0, bson.E{Key: "find", Value: "orders"}, bson.E{Key: "filter", Value: bson.D{{Key: "x", Value: int32(1)}}})
	got := s.records()
	if len(got) != 1 {
		t.Fatalf("records %v", got)
	}
	if id, ok := got[0]["uuid"].(object)["$uuid"].(string); !ok || len(id) != 36 {
		t.Errorf("uuid %v", got[0]["uuid"])
	}
	delete(got[0], "uuid")
	want := object{
		"atype": "authCheck", "ts": object{"$date": "2026-11-29T10:00:00.123Z"},
		"local": object{"ip": "127.0.0.1", "port": 27017.0}, "remote": object{"ip": "10.1.2.3", "port": 4567.0},
		"users": []any{object{"user": `Ann "the" Ünique`, "db": "admin"}}, "roles": []any{object{"role": "readWrite", "db": "shop"}},
		"param": object{
			"command": "find", "ns": "shop.orders",
			"args": object{"find": "orders", "filter": object{"x": 1.0}, "$db": "shop"},
		},
		"result": 0.0,
	}
	if !reflect.DeepEqual(got[0], want) {
		t.Errorf("record\n%v, want\n%v", got[0], want)
	}
}

// TestLineIsTheDocument: the line of a record and the document that filters see have the same fields.
func TestLineIsTheDocument(t *testing.T) {
	s := newScene(t, "", true)
	r := s.log.record("authCheck", ann, bson.D{{Key: "ns", Value: "a\x00b"}})
	var fromLine bson.M
	if err := bson.UnmarshalExtJSON(bytes.TrimSpace(r.appendLine(nil)), false, &fromLine); err != nil {
		t.Fatal(err)
	}
	var fromDoc bson.M
	if err := bson.Unmarshal(r.document(), &fromDoc); err != nil || !reflect.DeepEqual(fromLine, fromDoc) {
		t.Errorf("the line is\n%v, the document\n%v, %v", fromLine, fromDoc, err)
	}
}

// kinds are the types of the records with their results.
func (s *scene) kinds() string {
	var all []string
	for _, r := range s.records() {
		kind := r["atype"].(string)
		if r["result"] != 0.0 {
			kind += "!"
		}
		all = append(all, kind)
	}
	return strings.Join(all, " ")
}

func TestWhatIsRecorded(t *testing.T) {
	everything := func(s *scene) {
		stranger := gateway.Client{Peer: ann.Peer, Local: ann.Local}
		s.log.Login(gateway.Login{Client: stranger, Mechanism: "SCRAM-SHA-256", Claimed: ann.User})
		s.log.Login(gateway.Login{Client: stranger, Mechanism: "SCRAM-SHA-256", Claimed: ann.User, Reason: errors.New("wrong proof")})
		s.command(0, bson.E{Key: "delete", Value: "orders"})
		s.command(wire.Unauthorized.Number, bson.E{Key: "delete", Value: "secrets"})
		s.command(0, bson.E{Key: "create", Value: "c"})
		s.command(0, bson.E{Key: "createIndexes", Value: "c"}, bson.E{Key: "indexes", Value: bson.A{bson.D{{Key: "name", Value: "a_1"}}, bson.D{{Key: "name", Value: "b_1"}}}})
		s.command(27, bson.E{Key: "dropIndexes", Value: "c"}, bson.E{Key: "index", Value: "a_1"})
		s.command(0, bson.E{Key: "renameCollection", Value: "shop.c"}, bson.E{Key: "to", Value: "shop.d"})
		s.command(0, bson.E{Key: "drop", Value: "d"})
		s.command(0, bson.E{Key: "dropDatabase", Value: int32(1)})
	}
	for _, c := range []struct {
		filter    string
		successes bool
		want      string
	}{
		{"", false, "authenticate authenticate! authCheck! createCollection createIndex createIndex dropIndex! renameCollection dropCollection dropDatabase"},
		{"", true, "authenticate authenticate! authCheck authCheck! authCheck createCollection authCheck createIndex createIndex authCheck dropIndex! authCheck renameCollection authCheck dropCollection authCheck dropDatabase"},
		{`{}`, false, "authenticate authenticate! authCheck! createCollection createIndex createIndex dropIndex! renameCollection dropCollection dropDatabase"},
		{`{"atype": "authenticate", "result": 0}`, true, "authenticate"},
		{`{"atype": {"$in": ["dropCollection", "createCollection"]}}`, true, "createCollection dropCollection"},
		{`{"users": {"user": "Ann \"the\" Ünique", "db": "admin"}, "param.command": "delete"}`, true, "authCheck authCheck!"},
		{`{"users.user": "Bob"}`, true, ""},
		{`{"param.ns": "shop.secrets"}`, true, "authCheck!"},
		{`{"roles": {"$elemMatch": {"role": "readWrite", "db": "shop"}}, "atype": "authCheck", "result": 13}`, true, "authCheck!"},
		{`{"$or": [{"atype": "createIndex", "param.indexName": "b_1"}, {"remote.port": {"$lt": 10}}]}`, false, "createIndex"},
	} {
		s := newScene(t, c.filter, c.successes)
		everything(s)
		if got := s.kinds(); got != c.want {
			t.Errorf("%s, successes %v: %s, want %s", c.filter, c.successes, got, c.want)
		}
	}
	s := newScene(t, "", true)
	s.policy = nil
	everything(s)
	if got := s.kinds(); got != "" {
		t.Errorf("while auditing is off: %s", got)
	}
}

func TestBadFilters(t *testing.T) {
	for _, filter := range []string{
		`x`, `[]`, `1`, `{"atype"}`, `{"atype": {"$foo": 1}}`, `{"$or": {}}`, `{"$where": "true"}`, `{"$expr": {"$eq": [1, 1]}}`, `{"param.ns": {"$regex": "("}}`,
	} {
		if _, err := NewPolicy(filter, false); err == nil {
			t.Errorf("%s is taken", filter)
		}
	}
}

func TestNoPasswords(t *testing.T) {
	s := newScene(t, "", true)
	s.command(wire.Unauthorized.Number, bson.E{Key: "createUser", Value: "bob"}, bson.E{Key: "pwd", Value: "secret"})
	if args := s.records()[0]["param"].(object)["args"]; strings.Contains(fmt.Sprint(args), "secret") {
		t.Errorf("args %v", args)
	}
}

// A command of 16 MB does not make a record of 16 MB.
func TestLargeCommand(t *testing.T) {
	s := newScene(t, "", true)
	s.command(0, bson.E{Key: "insert", Value: "orders"}, bson.E{Key: "documents", Value: bson.A{bson.D{{Key: "x", Value: strings.Repeat("x", maxArguments)}}}})
	args := s.records()[0]["param"].(object)["args"]
	if want := (object{"insert": "orders", "$db": "shop", "truncated": true}); !reflect.DeepEqual(args, want) {
		t.Errorf("args %v, want %v", args, want)
	}
}

func BenchmarkAuthorization(b *testing.B) {
	body, _ := bson.Marshal(bson.D{{Key: "find", Value: "orders"}, {Key: "filter", Value: bson.D{{Key: "_id", Value: bson.NewObjectID()}}}, {Key: "$db", Value: "shop"}})
	for name, filter := range map[string]string{"all": "", "filter": `{"param.command": "delete", "users.user": "bob"}`} {
		b.Run(name, func(b *testing.B) {
			policy, err := NewPolicy(filter, true)
			if err != nil {
				b.Fatal(err)
			}
			l := New(filepath.Join(b.TempDir(), "audit.log"), func() *Policy { return policy }, time.Now, func(err error) { b.Error(err) })
			b.ReportAllocs()
			for b.Loop() {
				l.Authorization(gateway.Authorization{Client: ann, Message: &wire.Msg{Body: body}})
			}
		})
	}
}
