// Package concern makes write concerns wait for the members of the replica set that an engine serves. All of them share the
// engine's data, so a write concern waits only for members that are away.
package concern

import (
	"context"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// Members has the number of the members, and of those that can be reached. It is safe for concurrent use.
type Members struct {
	mu           sync.Mutex
	all, present int64
	changed      chan struct{} // closed when they change
}

// Set sets the number of the members, and of those that are away.
func (m *Members) Set(all, away int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all, m.present = all, all-away
	if m.changed != nil {
		close(m.changed)
	}
	m.changed = make(chan struct{})
}

func (m *Members) now() (all, present int64, changed <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all, m.present, m.changed
}

// Meet waits until a write concern's w is met. The error says why it cannot be. Source: MongoDB manual, "Write Concern".
func (m *Members) Meet(ctx context.Context, w bson.RawValue, wtimeout int64) error {
	if mode, ok := w.StringValueOK(); ok && mode != "majority" {
		return wire.Errorf(wire.UnknownReplWriteConcern, "No write concern mode named '%s' found in replica set configuration", mode)
	}
	if w.Type == bson.TypeEmbeddedDocument { // tags, which no member has
		return wire.Errorf(wire.UnsatisfiableWriteConcern, "Not enough data-bearing nodes")
	}
	n, _ := wire.Integer(w)
	return m.await(ctx, n, wtimeout)
}

// Document is the writeConcernError of a reply.
func Document(err *wire.Error, w bson.RawValue, wtimeout int64) bson.D {
	info := bson.D{{Key: "writeConcern", Value: bson.D{{Key: "w", Value: w}, {Key: "wtimeout", Value: wtimeout}, {Key: "provenance", Value: "clientSupplied"}}}}
	if err.Code == wire.WriteConcernTimeout.Number {
		info = append(bson.D{{Key: "wtimeout", Value: true}}, info...)
	}
	return bson.D{{Key: "code", Value: err.Code}, {Key: "codeName", Value: err.Name}, {Key: "errmsg", Value: err.Message}, {Key: "errInfo", Value: info}}
}

// await waits until n members can be reached, at most for the milliseconds; 0 is no limit. Errors:
// UnsatisfiableWriteConcern if there are fewer than n members, WriteConcernTimeout, and that of ctx.
func (m *Members) await(ctx context.Context, n, milliseconds int64) error {
	all, present, changed := m.now()
	if n > all {
		return wire.Errorf(wire.UnsatisfiableWriteConcern, "Not enough data-bearing nodes")
	}
	if n <= present {
		return nil
	}
	var over <-chan time.Time
	if milliseconds > 0 {
		timer := time.NewTimer(time.Duration(milliseconds) * time.Millisecond)
		defer timer.Stop()
		over = timer.C
	}
	for n > present {
		select {
		case <-changed:
			_, present, changed = m.now()
		case <-over:
			return wire.Errorf(wire.WriteConcernTimeout, "waiting for replication timed out")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
