package docdb

import (
	"bytes"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

func sessionCommands() []*command {
	return []*command{
		{name: "startSession", summary: "Begins a logical session.", run: runStartSession},
		{name: "refreshSessions", summary: "Keeps logical sessions alive; here they need no care before they time out.", run: runRefreshSessions},
		{name: "endSessions", summary: "Ends logical sessions and closes their cursors.", run: runEndSessions},
		{name: "killSessions", summary: "Ends logical sessions with their commands and cursors; without names, all.", run: runKillSessions},
		{name: "killAllSessions", summary: "Ends all logical sessions with their commands and cursors.", run: runKillAllSessions},
	}
}

func runStartSession(*call) (bson.D, error) {
	id, err := newUUID()
	if err != nil {
		return nil, err
	}
	return bson.D{{Key: "id", Value: bson.D{{Key: "id", Value: id}}}, {Key: "timeoutMinutes", Value: int32(sessionTimeout.Minutes())}}, nil
}

// A sessionSet are the ids of logical sessions.
type sessionSet [][]byte

// has reports whether the session that lsid names is in the set.
func (s sessionSet) has(lsid bson.Raw) bool {
	id := lsid.Lookup("id").Value
	return slices.ContainsFunc(s, func(one []byte) bool { return bytes.Equal(one, id) })
}

// sessionSet reads the command's own value: an array of sessions, each {id: UUID}.
func (c *call) sessionSet() (sessionSet, error) {
	array, ok := c.self.ArrayOK()
	if !ok {
		return nil, isArray.mismatch(c.cmd.name+"."+c.cmd.name, c.self)
	}
	values, err := array.Values()
	if err != nil {
		return nil, errMalformed
	}
	var set sessionSet
	for _, v := range values {
		doc, ok := v.DocumentOK()
		if !ok {
			return nil, isObject.mismatch(c.cmd.name+"."+c.cmd.name, v)
		}
		id := doc.Lookup("id")
		if id.Type == 0 {
			return nil, wire.Errorf(wire.MissingField, "BSON field 'LogicalSessionFromClient.id' is missing but a required field")
		}
		if _, data, ok := id.BinaryOK(); !ok || len(data) != 16 {
			return nil, wire.Errorf(wire.TypeMismatch, "BSON field 'LogicalSessionFromClient.id' is not a UUID")
		}
		set = append(set, id.Value)
	}
	return set, nil
}

// runRefreshSessions only reads its arguments: what is kept of a session is its last retryable write, whose time is that
// of the write.
func runRefreshSessions(c *call) (bson.D, error) {
	_, err := c.sessionSet()
	return bson.D{}, err
}

func runEndSessions(c *call) (bson.D, error) {
	set, err := c.sessionSet()
	if err == nil {
		c.e.cursors.kill(func(cur *cursor) bool { return set.has(cur.lsid) })
	}
	return bson.D{}, err
}

// runKillSessions interrupts the sessions' commands, but not itself. An empty list means all sessions.
// Source: MongoDB manual, "killSessions".
func runKillSessions(c *call) (bson.D, error) {
	set, err := c.sessionSet()
	if err == nil {
		c.killSessions(func(lsid bson.Raw) bool { return len(set) == 0 || set.has(lsid) })
	}
	return bson.D{}, err
}

// runKillAllSessions takes no patterns but the empty one: the engine does not know users.
func runKillAllSessions(c *call) (bson.D, error) {
	set, ok := c.self.ArrayOK()
	if !ok {
		return nil, isArray.mismatch("killAllSessions.killAllSessions", c.self)
	}
	if len(set) > len(emptyDoc) {
		return nil, wire.Errorf(wire.NotImplemented, "killAllSessions by user is not supported")
	}
	c.killSessions(func(bson.Raw) bool { return true })
	return bson.D{}, nil
}

func (c *call) killSessions(match func(lsid bson.Raw) bool) {
	c.e.operations.kill(func(op *operation) bool { return op.c != c && op.c.has("lsid") && match(op.c.doc("lsid")) })
	c.e.cursors.kill(func(cur *cursor) bool { return cur.lsid != nil && match(cur.lsid) })
}
