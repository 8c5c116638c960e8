package audit

import (
	"crypto/rand"
	"encoding/binary"
	"net/netip"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/logfile"
	"github.com/telamon-db/telamon/internal/wire"
)

// FileName is the name of the log among those of a member.
const FileName = "mongodb-audit-log"

// Log is the audit log of a cluster's member. It sees what clients do there, and records what the project's policy wants:
// before a command runs, so that none goes unrecorded if the process is killed.
type Log struct {
	lines  *logfile.File
	policy func() *Policy // in force now; nil: nothing is recorded
	now    func() time.Time
	failed func(error)
	run    [12]byte // distinguishes the connections of this run of the member from those of another
}

// New returns the log that is kept at path. failed is called with the error if a record cannot be written; the command runs
// all the same.
func New(path string, policy func() *Policy, now func() time.Time, failed func(error)) *Log {
	l := &Log{lines: logfile.New(path), policy: policy, now: now, failed: failed}
	_, _ = rand.Read(l.run[:]) // never fails
	return l
}

// Close makes the log durable.
func (l *Log) Close() error { return l.lines.Close() }

// errorOf is the code of an error; 0: none.
func errorOf(err error, code int32) int32 {
	if err == nil {
		return 0
	}
	return code
}

// Login records a login that has succeeded or failed.
func (l *Log) Login(e gateway.Login) {
	p := l.policy()
	if p == nil {
		return
	}
	r := l.record("authenticate", e.Client, bson.D{
		{Key: "user", Value: e.Claimed.Name}, {Key: "db", Value: e.Claimed.DB}, {Key: "mechanism", Value: e.Mechanism},
	})
	if e.Reason == nil {
		r.users = []wire.User{e.Claimed}
	}
	r.result = errorOf(e.Reason, wire.AuthenticationFailed.Number)
	l.write(p, r)
}

// Authorization records that the user's roles allow a command, if the policy wants that, or refuse it.
func (l *Log) Authorization(e gateway.Authorization) {
	p := l.policy()
	if p == nil || e.Refused == nil && !p.successes {
		return
	}
	r := l.record("authCheck", e.Client, bson.D{
		{Key: "command", Value: e.Message.Name()}, {Key: "ns", Value: namespace(e.Message)}, {Key: "args", Value: arguments(e.Message)},
	})
	r.result = errorOf(e.Refused, wire.Unauthorized.Number)
	l.write(p, r)
}

// Command records what a command has done to databases, collections and indexes.
func (l *Log) Command(e gateway.Command) {
	changes := changes[e.Name]
	if changes == nil {
		return
	}
	p := l.policy()
	if p == nil {
		return
	}
	for _, c := range changes(e.Message, e.Code) {
		r := l.record(c.kind, e.Client, c.param)
		r.result = e.Code
		l.write(p, r)
	}
}

// service is who the service's own changes of clusters are by, at the service.
var service = wire.User{Name: "mms-automation", DB: "admin"}

// inside is the address that the service's own changes come from.
var inside = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0)

// Change records a change that the API has made to a user or a role.
func (l *Log) Change(kind string, param bson.D) {
	if p := l.policy(); p != nil {
		l.write(p, l.record(kind, gateway.Client{Peer: inside, Local: inside, User: service}, param))
	}
}

func (l *Log) record(kind string, c gateway.Client, param bson.D) *record {
	r := &record{kind: kind, at: l.now(), local: c.Local, remote: c.Peer, roles: c.Roles}
	copy(r.connection[:], l.run[:])
	binary.BigEndian.PutUint32(r.connection[12:], uint32(c.Connection))
	if c.User.Name != "" {
		r.users = []wire.User{c.User}
	}
	var err error
	if r.param, err = bson.Marshal(param); err != nil {
		l.failed(err)
	}
	return r
}

func (l *Log) write(p *Policy, r *record) {
	if r.param == nil || !p.wants(r) {
		return
	}
	if err := l.lines.Append(r.appendLine(nil)); err != nil {
		l.failed(err)
	}
}
