package docdb

import (
	"bytes"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/docdb/usage"
	"github.com/telamon-db/telamon/internal/wire"
)

func sessionCommands() []*command {
	return []*command{
		{name: "startSession", summary: "Begins a logical session.", run: runStartSession},
		{name: "refreshSessions", summary: "Keeps logical sessions alive.", run: runRefreshSessions},
		{name: "endSessions", summary: "Ends logical sessions and closes their cursors.", run: runEndSessions},
		{name: "killSessions", summary: "Ends logical sessions with their commands and cursors; without names, all.", run: runKillSessions},
		{name: "killAllSessions", summary: "Ends all logical sessions of users, or without users of all, with their commands and cursors.", run: runKillAllSessions},
		{name: "killAllSessionsByPattern", summary: "Ends the logical sessions that fit a pattern, by id or owner, with their commands and cursors.", run: runKillAllSessionsByPattern},
	}
}

func runStartSession(c *call) (bson.D, error) {
	id, err := storage.NewUUID()
	if err != nil {
		return nil, err
	}
	c.e.logical.Note(usage.LogicalSession{ID: [16]byte(id.Data), User: c.s.user}, c.e.store.Now(), storage.SessionTimeout)
	return bson.D{{Key: "id", Value: bson.D{{Key: "id", Value: id}}}, {Key: "timeoutMinutes", Value: int32(storage.SessionTimeout.Minutes())}}, nil
}

// often is how often the use of one logical session is noted at most. It is far below the time after which a session ends.
const often = time.Second

// noteSession notes that the command's logical session is in use. now is on the engine's monotonic clock.
func (c *call) noteSession(now time.Time) {
	_, id, ok := c.Doc("lsid").Lookup("id").BinaryOK()
	if !ok || len(id) != 16 || c.s.noted == [16]byte(id) && now.Sub(c.s.notedAt) < often {
		return
	}
	c.s.noted, c.s.notedAt = [16]byte(id), now
	c.e.logical.Note(usage.LogicalSession{ID: c.s.noted, User: c.s.user}, c.e.store.Now(), storage.SessionTimeout)
}

// A sessionSet are the ids of logical sessions.
type sessionSet [][]byte

// holds reports whether the session is in the set.
func (s sessionSet) holds(one usage.LogicalSession) bool {
	return slices.ContainsFunc(s, func(id []byte) bool { return bytes.HasSuffix(id, one.ID[:]) })
}

// has reports whether the session that lsid names is in the set.
func (s sessionSet) has(lsid bson.Raw) bool {
	id := lsid.Lookup("id").Value
	return slices.ContainsFunc(s, func(one []byte) bool { return bytes.Equal(one, id) })
}

// sessionSet reads the command's own value: an array of sessions, each {id: UUID}.
func (c *call) sessionSet() (sessionSet, error) {
	array, ok := c.self.ArrayOK()
	if !ok {
		return nil, isArray.Mismatch(c.cmd.name+"."+c.cmd.name, c.self)
	}
	values, err := array.Values()
	if err != nil {
		return nil, errMalformed
	}
	var set sessionSet
	for _, v := range values {
		if v.Type != bson.TypeEmbeddedDocument {
			return nil, isObject.Mismatch(c.cmd.name+"."+c.cmd.name, v)
		}
		id, err := sessionID(v)
		if err != nil {
			return nil, err
		}
		set = append(set, id)
	}
	return set, nil
}

// sessionID is the id in a document that names a logical session.
func sessionID(lsid bson.RawValue) ([]byte, error) {
	doc, _ := lsid.DocumentOK()
	id := doc.Lookup("id")
	if id.Type == 0 {
		return nil, wire.Errorf(wire.MissingField, "BSON field 'LogicalSessionFromClient.id' is missing but a required field")
	}
	if _, data, ok := id.BinaryOK(); !ok || len(data) != 16 {
		return nil, wire.Errorf(wire.TypeMismatch, "BSON field 'LogicalSessionFromClient.id' is not a UUID")
	}
	return id.Value, nil
}

// runRefreshSessions keeps sessions listed. What else is kept of one is its last retryable write, whose time is that of the
// write.
func runRefreshSessions(c *call) (bson.D, error) {
	set, err := c.sessionSet()
	for _, id := range set {
		c.e.logical.Note(usage.LogicalSession{ID: [16]byte(id[len(id)-16:]), User: c.s.user}, c.e.store.Now(), storage.SessionTimeout)
	}
	return bson.D{}, err
}

// runEndSessions ends sessions of the caller: a logical session belongs to a user.
func runEndSessions(c *call) (bson.D, error) {
	set, err := c.sessionSet()
	if err == nil {
		c.e.cursors.kill(func(cur *cursor) bool { return set.has(cur.lsid) && cur.owner.user == c.s.user })
		c.e.logical.End(func(one usage.LogicalSession) bool { return set.holds(one) && one.User == c.s.user })
	}
	return bson.D{}, err
}

// runKillSessions interrupts the sessions' commands, but not itself. An empty list means all sessions.
// Source: MongoDB manual, "killSessions".
func runKillSessions(c *call) (bson.D, error) {
	set, err := c.sessionSet()
	if err == nil {
		c.killSessions(func(_ *Session, lsid bson.Raw) bool { return len(set) == 0 || set.has(lsid) })
	}
	return bson.D{}, err
}

// runKillAllSessions takes a list of users, {user, db}, whose sessions it ends. An empty list means all.
// Source: MongoDB manual, "killAllSessions".
func runKillAllSessions(c *call) (bson.D, error) {
	patterns, err := c.patterns(fields("user!", isString, "db!", isString))
	if err != nil {
		return nil, err
	}
	users := map[wire.User]bool{}
	for _, p := range patterns {
		users[wire.User{Name: p.Text("user"), DB: p.Text("db")}] = true
	}
	c.killSessions(func(s *Session, _ bson.Raw) bool { return len(users) == 0 || users[s.user] })
	return bson.D{}, nil
}

// runKillAllSessionsByPattern ends the sessions that fit one of a list of patterns: by their own id or by their owner's.
// Patterns of users and roles are for proxies that act for others. An empty list means all.
// Source: MongoDB manual, "killAllSessionsByPattern".
func runKillAllSessionsByPattern(c *call) (bson.D, error) {
	patterns, err := c.patterns(fields("lsid", isObject, "uid", isBinary, "users", isArray, "roles", isArray))
	if err != nil {
		return nil, err
	}
	for _, p := range patterns {
		if err := p.Refuse("users", "roles"); err != nil {
			return nil, err
		}
		if lsid := p.Get("lsid"); lsid.Type != 0 {
			if _, err := sessionID(lsid); err != nil {
				return nil, err
			}
		}
	}
	c.killSessions(func(s *Session, lsid bson.Raw) bool {
		return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p args) bool { return s.fits(p, lsid) })
	})
	return bson.D{}, nil
}

// patterns are the documents of the command's own value, an array.
func (c *call) patterns(known *fieldSet) ([]args, error) {
	array, ok := c.self.ArrayOK()
	if !ok {
		return nil, isArray.Mismatch(c.cmd.name+"."+c.cmd.name, c.self)
	}
	values, err := array.Values()
	if err != nil {
		return nil, errMalformed
	}
	var patterns []args
	for _, v := range values {
		doc, ok := v.DocumentOK()
		if !ok {
			return nil, isObject.Mismatch(c.cmd.name+"."+c.cmd.name, v)
		}
		p, err := field.Read(c.cmd.name, known, doc)
		if err != nil {
			return nil, err
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}

// fits reports whether the pattern means the logical session lsid of s's user.
func (s *Session) fits(p args, lsid bson.Raw) bool {
	if one := p.Doc("lsid"); p.Has("lsid") {
		if !bytes.Equal(one.Lookup("id").Value, lsid.Lookup("id").Value) {
			return false
		}
		if uid := one.Lookup("uid"); uid.Type != 0 && !s.ownedBy(uid) {
			return false
		}
	}
	return !p.Has("uid") || s.ownedBy(p.Get("uid"))
}

// ownedBy reports whether uid is the digest of the session's user, as MongoDB makes it: of "user@db", or of nothing.
func (s *Session) ownedBy(uid bson.RawValue) bool {
	digest := usage.UserDigest(s.user)
	_, data, _ := uid.BinaryOK()
	return bytes.Equal(data, digest[:])
}

// killSessions interrupts commands, but not itself, and closes cursors of the logical sessions that match.
func (c *call) killSessions(match func(s *Session, lsid bson.Raw) bool) {
	c.e.sessions.interrupt(func(other *call) bool { return other != c && other.Has("lsid") && match(other.s, other.Doc("lsid")) })
	c.e.cursors.kill(func(cur *cursor) bool { return cur.lsid != nil && match(cur.owner, cur.lsid) })
}
