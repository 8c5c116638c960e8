package gateway

import (
	"context"
	"encoding/binary"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// greetings are the names of the greeting: hello and its two predecessors.
var greetings = map[string]bool{"hello": true, "isMaster": true, "ismaster": true}

const (
	minAwait       = 50 * time.Millisecond // least time between two streamed replies
	maxAwait       = 10 * time.Second      // and at most
	minWireVersion = 0
	maxWireVersion = 25 // MongoDB 8.0
)

// greet answers a greeting. A greeting that names the topology version which its client knows is answered when the
// topology changes, or after the time that the client allows; with exhaustAllowed a reply follows at every change, and
// after every such time, until the connection ends. Source: the Server Discovery and Monitoring specification,
// "Streaming protocol".
func (c *conn) greet(ctx context.Context, req request) error {
	known, interval, err := c.g.await(req.msg.Body)
	if err != nil {
		return c.write(req, c.g.timed(wire.Reply(err)), 0)
	}
	streaming := interval > 0 && req.msg.Flags&(wire.ExhaustAllowed|wire.MoreToCome) == wire.ExhaustAllowed
	for streamed := false; ; streamed = true { // at least once
		now := c.g.set.now.Load()
		if interval > 0 && known == now.counter {
			if !until(ctx, now.over, interval) {
				return ctx.Err()
			}
			if !c.admitted(ctx) {
				return errRefused
			}
			now = c.g.set.now.Load()
		}
		begun := time.Now()
		reply, err := bson.Marshal(c.greeting(ctx, req.msg, now))
		if err != nil {
			return err
		}
		if !streamed {
			c.g.observer.Command(Command{Client: c.client(), Name: req.msg.Name(), Message: req.msg, Reply: reply, Took: time.Since(begun)})
		}
		if !streaming {
			return c.write(req, reply, 0)
		}
		if err := c.write(req, reply, wire.MoreToCome); err != nil {
			return err
		}
		req.id = c.lastSent // a streamed reply answers the one before it
		known = now.counter
	}
}

// until waits for d, or until the event, and reports whether it did so before ctx ended.
func until(ctx context.Context, event <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-event:
	case <-timer.C:
	}
	return true
}

// await returns the topology version that the client of a greeting knows, and how long the reply may wait while that is
// the present one: 0 for a greeting that does not ask to wait.
func (g *Gateway) await(body bson.Raw) (known int64, interval time.Duration, err error) {
	version, timed := body.Lookup("topologyVersion"), body.Lookup("maxAwaitTimeMS")
	if version.IsZero() && timed.IsZero() {
		return 0, 0, nil
	}
	doc, isDoc := version.DocumentOK()
	ms, isNumber := timed.AsInt64OK()
	if !isDoc || !isNumber || ms < 0 {
		return 0, 0, wire.Errorf(wire.FailedToParse, "topologyVersion and a maxAwaitTimeMS of 0 or more belong together")
	}
	interval = min(max(time.Duration(min(ms, 60_000))*time.Millisecond, minAwait), maxAwait)
	process, _ := doc.Lookup("processId").ObjectIDOK()
	counter, isCounter := doc.Lookup("counter").AsInt64OK()
	if process != g.process || !isCounter {
		return -1, interval, nil
	}
	return counter, interval, nil
}

// topologyVersion counts the changes of the topology that greetings show.
func (g *Gateway) topologyVersion(now *moment) bson.D {
	return bson.D{{Key: "processId", Value: g.process}, {Key: "counter", Value: now.counter}}
}

// greeting describes the member as it is.
func (c *conn) greeting(ctx context.Context, m *wire.Msg, now *moment) bson.D {
	doc := append(c.role(m.Name(), now), bson.D{
		{Key: "maxBsonObjectSize", Value: 16 << 20},
		{Key: "maxMessageSizeBytes", Value: frameAfterLogin},
		{Key: "maxWriteBatchSize", Value: 100_000},
		{Key: "localTime", Value: time.Now()},
		{Key: "logicalSessionTimeoutMinutes", Value: 30},
		{Key: "connectionId", Value: c.id},
		{Key: "minWireVersion", Value: minWireVersion},
		{Key: "maxWireVersion", Value: maxWireVersion},
		{Key: "readOnly", Value: false},
	}...)
	if shared := sharedCompressors(m.Body); len(shared) > 0 {
		doc = append(doc, bson.E{Key: "compression", Value: shared})
	}
	if _, asked := m.Body.Lookup("saslSupportedMechs").StringValueOK(); asked {
		// The same for every name, so that the answer does not show which users exist.
		doc = append(doc, bson.E{Key: "saslSupportedMechs", Value: bson.A{"SCRAM-SHA-1", "SCRAM-SHA-256"}})
	}
	if start, asked := m.Body.Lookup("speculativeAuthenticate").DocumentOK(); asked {
		doc = append(doc, c.speculate(ctx, start)...)
	}
	return append(append(doc, times(c.g.cfg.Backend.LastTimestamp())...), bson.E{Key: "ok", Value: 1.0})
}

// times are the fields of a member's reply with the time of the newest change; none if it is not known.
func times(last bson.Timestamp) bson.D {
	if last.IsZero() {
		return nil
	}
	unsigned := bson.D{{Key: "hash", Value: make([]byte, 20)}, {Key: "keyId", Value: int64(0)}}
	return bson.D{{Key: "$clusterTime", Value: bson.D{{Key: "clusterTime", Value: last}, {Key: "signature", Value: unsigned}}}, {Key: "operationTime", Value: last}}
}

// timed is a reply with the time of the newest change.
func (g *Gateway) timed(reply bson.Raw) bson.Raw {
	more, err := bson.Marshal(times(g.cfg.Backend.LastTimestamp()))
	if err != nil {
		return reply
	}
	out := append(slices.Clip(reply[:len(reply)-1]), more[4:]...)
	binary.LittleEndian.PutUint32(out, uint32(len(out)))
	return out
}

// sharedCompressors returns the compressors that both sides know, in the client's order of preference.
func sharedCompressors(body bson.Raw) bson.A {
	offered, ok := body.Lookup("compression").ArrayOK()
	if !ok {
		return nil
	}
	values, _ := offered.Values()
	shared := bson.A{}
	for _, v := range values {
		name, _ := v.StringValueOK()
		if _, known := wire.CompressorNames[name]; known && len(shared) < len(wire.CompressorNames) {
			shared = append(shared, name)
		}
	}
	return shared
}

// speculate starts a login in the greeting. If the login cannot start, the reply has nothing about it, and the client
// starts over with saslStart.
func (c *conn) speculate(ctx context.Context, start bson.Raw) bson.D {
	db, _ := start.Lookup("db").StringValueOK()
	begin := c.saslStart
	if (&wire.Msg{Body: start}).Name() == "authenticate" {
		begin = c.authenticate
	}
	reply, err := begin(ctx, start, db)
	if err != nil {
		return nil
	}
	return bson.D{{Key: "speculativeAuthenticate", Value: reply}}
}
