package gateway

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// greetings are the names of the greeting: today's and the two that came before it.
var greetings = map[string]bool{"hello": true, "isMaster": true, "ismaster": true}

const (
	minAwait       = 50 * time.Millisecond // how long a greeting is held back at least, lest a stream floods its client
	maxAwait       = 10 * time.Second      // and at most
	minWireVersion = 0
	maxWireVersion = 25 // MongoDB 8.0
)

// greet answers a greeting. One that names the topology it knows is answered after the time that it allows, since
// the topology never changes while the gateway lives; with exhaustAllowed a reply follows at every such interval until
// the connection ends.
// Source: the Server Discovery and Monitoring specification, "Streaming protocol".
func (c *conn) greet(ctx context.Context, req request) error {
	interval, first, err := c.g.await(req.msg.Body)
	if err != nil {
		return c.write(req, wire.Reply(err), 0)
	}
	streaming := interval > 0 && req.msg.Flags&(wire.ExhaustAllowed|wire.MoreToCome) == wire.ExhaustAllowed
	streamed := false // at least once
	for wait := first; ; wait, streamed = interval, true {
		if wait > 0 && !pause(ctx, wait) {
			return ctx.Err()
		}
		if wait > 0 && !c.admitted(ctx) {
			return errRefused
		}
		begun := time.Now()
		reply, err := bson.Marshal(c.greeting(ctx, req.msg))
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
	}
}

// await says how long a greeting is to be held back, and the first one: not at all if the client knows another
// topology than the current one. For a greeting that does not ask for it both are 0.
func (g *Gateway) await(body bson.Raw) (interval, first time.Duration, err error) {
	version, timed := body.Lookup("topologyVersion"), body.Lookup("maxAwaitTimeMS")
	if version.IsZero() && timed.IsZero() {
		return 0, 0, nil
	}
	known, isDoc := version.DocumentOK()
	ms, isNumber := timed.AsInt64OK()
	if !isDoc || !isNumber || ms < 0 {
		return 0, 0, wire.Errorf(wire.FailedToParse, "topologyVersion and a maxAwaitTimeMS of 0 or more belong together")
	}
	interval = min(max(time.Duration(min(ms, 60_000))*time.Millisecond, minAwait), maxAwait)
	process, _ := known.Lookup("processId").ObjectIDOK()
	counter, isCounter := known.Lookup("counter").AsInt64OK()
	if process != g.process || !isCounter || counter != topologyCounter {
		return interval, 0, nil
	}
	return interval, interval, nil
}

const topologyCounter int64 = 0

func (g *Gateway) topologyVersion() bson.D {
	return bson.D{{Key: "processId", Value: g.process}, {Key: "counter", Value: topologyCounter}}
}

// greeting describes the primary of a replica set of one member.
func (c *conn) greeting(ctx context.Context, m *wire.Msg) bson.D {
	host, role := c.g.cfg.Host, "isWritablePrimary"
	if m.Name() != "hello" {
		role = "ismaster"
	}
	doc := bson.D{
		{Key: "helloOk", Value: true},
		{Key: role, Value: true},
		{Key: "secondary", Value: false},
		{Key: "topologyVersion", Value: c.g.topologyVersion()},
		{Key: "hosts", Value: bson.A{host}},
		{Key: "setName", Value: c.g.cfg.SetName},
		{Key: "setVersion", Value: 1},
		{Key: "primary", Value: host},
		{Key: "me", Value: host},
		{Key: "maxBsonObjectSize", Value: 16 << 20},
		{Key: "maxMessageSizeBytes", Value: frameAfterLogin},
		{Key: "maxWriteBatchSize", Value: 100_000},
		{Key: "localTime", Value: time.Now()},
		{Key: "logicalSessionTimeoutMinutes", Value: 30},
		{Key: "connectionId", Value: c.id},
		{Key: "minWireVersion", Value: minWireVersion},
		{Key: "maxWireVersion", Value: maxWireVersion},
		{Key: "readOnly", Value: false},
	}
	if shared := sharedCompressors(m.Body); len(shared) > 0 {
		doc = append(doc, bson.E{Key: "compression", Value: shared})
	}
	if _, asked := m.Body.Lookup("saslSupportedMechs").StringValueOK(); asked {
		// The same for every name, so that the answer does not tell which users exist.
		doc = append(doc, bson.E{Key: "saslSupportedMechs", Value: bson.A{"SCRAM-SHA-1", "SCRAM-SHA-256"}})
	}
	if start, asked := m.Body.Lookup("speculativeAuthenticate").DocumentOK(); asked {
		doc = append(doc, c.speculate(ctx, start)...)
	}
	return append(doc, bson.E{Key: "ok", Value: 1.0})
}

// sharedCompressors are the compressors that both sides know, in the client's order of preference.
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

// speculate starts a login inside the greeting. One that cannot start leaves no trace in the reply; the client then
// begins again in the open.
func (c *conn) speculate(ctx context.Context, start bson.Raw) bson.D {
	db, _ := start.Lookup("db").StringValueOK()
	reply, err := c.saslStart(ctx, start, db)
	if err != nil {
		return nil
	}
	return bson.D{{Key: "speculativeAuthenticate", Value: reply}}
}
