package docdb

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// look has the options of $currentOp and currentOp. Source: MongoDB manual, "$currentOp".
type look struct {
	allUsers        bool // not only those of the same user
	idleConnections bool // also the sessions that run nothing
	idleCursors     bool // also the cursors that wait for a getMore
}

// shows reports whether c may see what belongs to a session.
func (l look) shows(c *call, s *Session) bool { return l.allUsers || s.user == c.s.user }

// currentOperations are the documents of what c looks at.
func (c *call) currentOperations(l look) (docs []bson.D) {
	var idle []bson.D
	for _, s := range c.e.sessions.list() {
		switch running := s.command(); {
		case !l.shows(c, s):
		case running != nil:
			docs = append(docs, running.describe(c.e.mono()))
		case l.idleConnections:
			idle = append(idle, append(bson.D{{Key: "type", Value: "op"}, {Key: "active", Value: false}}, s.describe()...))
		}
	}
	docs = append(docs, idle...)
	if l.idleCursors {
		docs = append(docs, c.e.cursors.idle(func(s *Session) bool { return l.shows(c, s) })...)
	}
	return docs
}

// describe is the connection behind a session, as currentOp shows it.
func (s *Session) describe() bson.D {
	d := bson.D{{Key: "desc", Value: fmt.Sprintf("conn%d", s.id)}, {Key: "connectionId", Value: s.id}}
	if s.user != (wire.User{}) {
		d = append(d, bson.E{Key: "effectiveUsers", Value: bson.A{bson.D{{Key: "user", Value: s.user.Name}, {Key: "db", Value: s.user.DB}}}})
	}
	return d
}

// describe is the running command as currentOp shows it.
func (c *call) describe(now time.Time) bson.D {
	ran := now.Sub(c.began)
	d := append(bson.D{{Key: "type", Value: "op"}, {Key: "active", Value: true}}, c.s.describe()...)
	d = append(d, bson.D{{Key: "opid", Value: c.id},
		{Key: "currentOpTime", Value: now.UTC().Format(time.RFC3339Nano)}, {Key: "secs_running", Value: int64(ran.Seconds())},
		{Key: "microsecs_running", Value: ran.Microseconds()}, {Key: "op", Value: c.cmd.heading()}, {Key: "ns", Value: c.shownNamespace()},
		{Key: "command", Value: c.shownBody()}}...)
	if c.Has("lsid") {
		d = append(d, bson.E{Key: "lsid", Value: c.Doc("lsid")})
	}
	return d
}

// shownCommand is up to which size, in bytes, lists of commands show a command whole: many together must fit a reply.
const shownCommand = 64 << 10

// shownBody is the command's document, or of a larger one its beginning. Source: MongoDB manual, "currentOp", command.
func (c *call) shownBody() any {
	if len(c.body) <= shownCommand {
		return c.body
	}
	text, _ := bsoncore.Document(c.body).StringN(shownCommand)
	return bson.D{{Key: "$truncated", Value: strings.ToValidUTF8(text, "")}}
}

// shownNamespace is the namespace by which lists of commands name the command's target.
func (c *call) shownNamespace() string {
	if c.ns.Coll == "" {
		return storage.Namespace{DB: c.ns.DB, Coll: "$cmd"}.String()
	}
	return c.ns.String()
}

// idle describes the cursors that nobody reads from at the moment, by their ids.
func (t *cursorTable) idle(of func(*Session) bool) (docs []bson.D) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(t.byID)) {
		c := t.byID[id]
		if c.busy || !of(c.owner) {
			continue
		}
		d := append(bson.D{{Key: "type", Value: "idleCursor"}}, c.owner.describe()...)
		d = append(d, bson.E{Key: "ns", Value: c.ns.String()},
			bson.E{Key: "cursor", Value: bson.D{{Key: "cursorId", Value: id}, {Key: "lastAccessDate", Value: c.used}}})
		if c.lsid != nil {
			d = append(d, bson.E{Key: "lsid", Value: c.lsid})
		}
		docs = append(docs, d)
	}
	return docs
}

var currentOpFields = fields("allUsers", isBool, "idleConnections", isBool, "idleCursors", isBool, "idleSessions", isBool,
	"localOps", isBool, "truncateOps", isBool, "targetAllNodes", isBool)

// currentOpStage are the documents that $currentOp makes. Idle sessions are those of transactions, of which there are none,
// and all operations are local.
func (c *call) currentOpStage(a args) ([]bson.D, error) {
	if err := a.Refuse("truncateOps", "targetAllNodes"); err != nil {
		return nil, err
	}
	return c.currentOperations(look{a.Bool("allUsers", false), a.Bool("idleConnections", false), a.Bool("idleCursors", false)}), nil
}

// runCurrentOp lists the commands that run. Arguments that are no options of its own are a filter.
// Source: MongoDB manual, "currentOp".
func runCurrentOp(c *call) (bson.D, error) {
	wanted := bson.D{}
	for _, a := range c.args {
		if !c.cmd.accepts.Declared(a.Name) {
			wanted = append(wanted, bson.E{Key: a.Name, Value: a.Value})
		}
	}
	raw, err := bson.Marshal(wanted)
	if err != nil {
		return nil, err
	}
	filter, err := match.Parse(nil, raw)
	if err != nil {
		return nil, err
	}
	docs := c.currentOperations(look{allUsers: !c.Bool("$ownOps", false), idleConnections: c.Bool("$all", false)})
	kept, err := filtered(docs, filter)
	return bson.D{{Key: "inprog", Value: kept}}, err
}
