package gateway

import (
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// onEngine is the command that a connection runs on the engine.
type onEngine struct {
	mu          sync.Mutex
	session     Session // nil: none runs
	msg         *wire.Msg
	interrupted bool // because the member is no longer primary
}

func (o *onEngine) begin(s Session, m *wire.Msg) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.session, o.msg, o.interrupted = s, m, false
}

// end ends the command, and reports whether it has been interrupted.
func (o *onEngine) end() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.session, o.msg = nil, nil
	return o.interrupted
}

// interrupt interrupts a command that the primary has to run. A build of indexes goes on: the next primary would go on with it.
// Source: MongoDB manual, "Index Builds on Populated Collections".
func (o *onEngine) interrupt() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.session == nil || elsewhere(o.msg) == nil || o.msg.Name() == "createIndexes" {
		return
	}
	o.interrupted = true
	o.session.Interrupt()
}

// StepDown interrupts the commands that run here and that another member has to run since the set has changed. Their
// clients get InterruptedDueToReplStateChange, and may repeat them at the next primary. A write that ended before it could
// be interrupted is answered as usual. On the primary StepDown does nothing.
func (g *Gateway) StepDown() {
	if g.isPrimary() {
		return
	}
	g.conns.mu.Lock()
	defer g.conns.mu.Unlock()
	for _, c := range g.conns.all {
		if c != nil {
			c.engine.interrupt()
		}
	}
}

// steppedDown replaces the error in the reply at out[at:] by InterruptedDueToReplStateChange, if the command was
// interrupted before its end.
func (g *Gateway) steppedDown(m *wire.Msg, out []byte, at int) []byte {
	if errorCode(out[at:]) == wire.Interrupted.Number {
		return append(out[:at], g.timed(wire.Reply(errSteppedDown))...)
	}
	var doc bson.D
	if err := bson.Unmarshal(out[at:], &doc); err != nil {
		return out
	}
	for i := range doc {
		concern, isDoc := doc[i].Value.(bson.D)
		if doc[i].Key != "writeConcernError" || !isDoc || concern[0] != (bson.E{Key: "code", Value: wire.Interrupted.Number}) {
			continue
		}
		doc[i].Value = bson.D{{Key: "code", Value: errSteppedDown.Code}, {Key: "codeName", Value: errSteppedDown.Name}, {Key: "errmsg", Value: errSteppedDown.Message}}
		if raw, err := bson.Marshal(doc); err == nil {
			return g.retryHint(m, append(out[:at], raw...), at)
		}
	}
	return out
}

var errSteppedDown = wire.Errorf(wire.InterruptedDueToReplStateChange, "the member is no longer primary")
