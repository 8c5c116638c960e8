// Package mongolog writes the logs of clusters' members as MongoDB writes its own: lines of JSON about logins and slow
// operations. Source: MongoDB manual, "Log Messages": structured logging; ids and components are those of MongoDB 8.0.
package mongolog

import (
	"cmp"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/logfile"
	"github.com/telamon-db/telamon/internal/wire"
)

// FileName is the name of the log among those of a member.
const FileName = "mongodb"

// The ids of messages.
const (
	LoginSucceeded = 5286306
	LoginFailed    = 5286307
	SlowQuery      = 51803
)

// Reader reads what the log of a member says, as it is written. A line is valid until the method returns, which must not
// block.
type Reader interface {
	// SlowLine is told of an operation that was slow.
	SlowLine(line []byte, at time.Time, e gateway.Command)
	// LoginLine is told of a login that has ended.
	LoginLine(line []byte, at time.Time, e gateway.Login)
}

// Log is the log of a member. It sees what clients do there.
type Log struct {
	lines  *logfile.File
	slow   *Threshold
	reader Reader
	now    func() time.Time
	failed func(error)
}

// New returns the log that is kept at path, in which an operation is slow from a threshold on. failed is called with the error
// if a line cannot be written.
func New(path string, slow *Threshold, reader Reader, now func() time.Time, failed func(error)) *Log {
	return &Log{lines: logfile.New(path), slow: slow, reader: reader, now: now, failed: failed}
}

// Close makes the log durable.
func (l *Log) Close() error { return l.lines.Close() }

// Authorization logs nothing: MongoDB's log has no such line at its default level.
func (l *Log) Authorization(gateway.Authorization) {}

// Login logs a login that has succeeded or failed.
func (l *Log) Login(e gateway.Login) {
	attr := bson.D{
		{Key: "client", Value: e.Peer.String()}, {Key: "mechanism", Value: e.Mechanism}, {Key: "user", Value: e.Claimed.Name}, {Key: "db", Value: e.Claimed.DB},
		{Key: "result", Value: int32(0)},
	}
	id, message := LoginSucceeded, "Successfully authenticated"
	if e.Reason != nil {
		attr[len(attr)-1].Value = wire.AuthenticationFailed.Number
		id, message, attr = LoginFailed, "Failed to authenticate", append(attr, bson.E{Key: "error", Value: e.Reason.Error()})
	}
	at := l.now()
	if line := l.write(at, "ACCESS", id, e.Client, message, attr); line != nil {
		l.reader.LoginLine(line, at, e)
	}
}

// Command logs a command that was slow.
func (l *Log) Command(e gateway.Command) {
	if e.Message == nil || waits(e.Message) || !l.slow.exceeded(e.Took, l.now) {
		return
	}
	attr := bson.D{
		{Key: "type", Value: "command"}, {Key: "ns", Value: namespace(e.Message)}, {Key: "command", Value: abridged(e.Message)},
	}
	if e.Code != 0 {
		attr = append(attr, bson.E{Key: "ok", Value: int32(0)}, bson.E{Key: "errCode", Value: e.Code})
	}
	attr = append(append(attr, worked(e)...),
		bson.E{Key: "reslen", Value: int32(len(e.Reply))}, bson.E{Key: "remote", Value: e.Peer.String()}, bson.E{Key: "protocol", Value: "op_msg"},
		bson.E{Key: "durationMillis", Value: e.Took.Milliseconds()})
	at := l.now()
	if line := l.write(at, "COMMAND", SlowQuery, e.Client, "Slow query", attr); line != nil {
		l.reader.SlowLine(line, at, e)
	}
}

// worked is what a command has done to find documents.
func worked(e gateway.Command) bson.D {
	if e.Work.Plan == nil {
		return nil
	}
	d := bson.D{{Key: "planSummary", Value: e.Work.Plan.String()}, {Key: "keysExamined", Value: e.Work.Keys}, {Key: "docsExamined", Value: e.Work.Docs}}
	if e.Work.Sorted {
		d = append(d, bson.E{Key: "hasSortStage", Value: true})
	}
	return append(d, bson.E{Key: "nreturned", Value: e.Returned()})
}

// waits reports whether a command is slow by its nature: it waits for something to happen.
func waits(m *wire.Msg) bool {
	_, awaited := m.Body.Lookup("maxAwaitTimeMS").AsInt64OK()
	_, tailing := m.Body.Lookup("maxTimeMS").AsInt64OK()
	return awaited || tailing && m.Name() == "getMore"
}

// namespace is the collection that a command names, or the database's $cmd.
func namespace(m *wire.Msg) string { return m.DB() + "." + cmp.Or(m.Collection(), "$cmd") }

// longest is how many bytes a command may have that is logged whole. Source: MongoDB manual, maxLogSizeKB.
const longest = 10 << 10

// abridged is a command as lines have it: without its document sequences. For a command that is large or has a secret, it
// is only the name and the collection.
func abridged(m *wire.Msg) any {
	if len(m.Body) <= longest && !m.Secret() {
		return m.Body
	}
	return bson.D{{Key: m.Name(), Value: m.Collection()}, {Key: "$db", Value: m.DB()}, {Key: "$truncated", Value: true}}
}

// write returns the line, or nil if there is none.
func (l *Log) write(at time.Time, component string, id int, c gateway.Client, message string, attr bson.D) []byte {
	raw, err := bson.Marshal(attr)
	if err != nil {
		l.failed(err)
		return nil
	}
	line := logfile.AppendTime([]byte(`{"t":`), at)
	line = append(line, `,"s":"I","c":"`+component+`","id":`...)
	line = strconv.AppendInt(line, int64(id), 10)
	line = strconv.AppendInt(append(line, `,"ctx":"conn`...), int64(c.Connection), 10)
	line = logfile.AppendString(append(line, `","msg":`...), message)
	line = logfile.AppendDocument(append(line, `,"attr":`...), raw)
	line = append(line, "}\n"...)
	if err := l.lines.Append(line); err != nil {
		l.failed(err)
	}
	return line
}
