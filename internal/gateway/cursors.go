package gateway

import (
	"maps"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// cursorLife is how long a cursor is remembered after its last use: longer than an engine keeps an idle one.
const cursorLife = time.Hour

// cursorTable knows the owner of each cursor, and what the command that opened it needed. The zero value is empty and
// ready.
type cursorTable struct {
	mu      sync.Mutex
	cursors map[int64]cursor
	sweepAt int // size at which the old ones are looked for
}

type cursor struct {
	owner   string   // User.ID
	on      resource // the collection that it reads
	session Session  // that used it last: the cursor ends with it
	permit
	used time.Time
}

// note records the cursor that a reply leaves open, and removes the cursors that the command has ended.
func (t *cursorTable) note(owner string, s Session, p permit, reply bson.Raw) {
	id, _ := reply.Lookup("cursor", "id").AsInt64OK()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, done := range p.closes {
		if done != id && !failed(reply) {
			delete(t.cursors, done)
		}
	}
	if id == 0 {
		return
	}
	if t.cursors == nil {
		t.cursors = map[int64]cursor{}
	}
	t.sweep()
	t.cursors[id] = cursor{owner, readBy(reply), s, permit{needs: p.needs, keep: p.keep}, time.Now()}
}

// readBy returns the collection that a reply's cursor reads. It comes from the engine, so it is not checked.
func readBy(reply bson.Raw) resource {
	ns, _ := reply.Lookup("cursor", "ns").StringValueOK()
	db, coll, _ := strings.Cut(ns, ".")
	return resource{db: db, coll: coll}
}

func failed(reply bson.Raw) bool {
	ok, _ := reply.Lookup("ok").AsFloat64OK()
	return ok == 0
}

// sweep removes old cursors whenever the table has doubled since the last time.
func (t *cursorTable) sweep() {
	const small = 1024
	if len(t.cursors) < max(t.sweepAt, small) {
		return
	}
	for id, c := range t.cursors {
		if time.Since(c.used) > cursorLife {
			delete(t.cursors, id)
		}
	}
	t.sweepAt = 2 * len(t.cursors)
}

// forget removes the cursors of a session that ends.
func (t *cursorTable) forget(s Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.cursors, func(_ int64, c cursor) bool { return c.session == s })
}

func (t *cursorTable) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.cursors)
}

func (t *cursorTable) get(id int64) (cursor, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c, ok := t.cursors[id]
	return c, ok
}

// getMore continues a cursor of the same user, who must still be allowed what the cursor's command needed.
func getMore(c command, a access) (permit, error) {
	id, ok := c.value().Int64OK()
	if !ok {
		return permit{}, wire.Errorf(wire.TypeMismatch, "the cursor id must be a 64-bit integer")
	}
	cursor, known := a.cursors.get(id)
	if !known {
		return permit{}, wire.Errorf(wire.CursorNotFound, "cursor id %d not found", id)
	}
	if cursor.owner != a.user.ID {
		return permit{}, c.refused()
	}
	return permit{needs: cursor.needs, keep: cursor.keep, closes: []int64{id}}, nil
}

// killCursors closes cursors of the same user, and others where the user has killAnyCursor.
// Source: MongoDB manual, "killCursors": Required Access.
func killCursors(c command, a access) (permit, error) {
	array, ok := c.body.Lookup("cursors").ArrayOK()
	if !ok {
		return permit{}, wire.Errorf(wire.TypeMismatch, "'cursors' must be an array")
	}
	values, err := array.Values()
	if err != nil {
		return permit{}, wire.Errorf(wire.InvalidBSON, "'cursors' is malformed")
	}
	var p permit
	for _, v := range values {
		id, ok := v.Int64OK()
		if !ok {
			return permit{}, wire.Errorf(wire.TypeMismatch, "a cursor id must be a 64-bit integer")
		}
		if cursor, known := a.cursors.get(id); known && cursor.owner != a.user.ID && !a.can("killAnyCursor", cursor.on) {
			return permit{}, c.refused()
		}
		p.closes = append(p.closes, id)
	}
	return p, nil
}
