package gateway

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestStepDownInterrupts: when the primary moves, running commands that another member must run end with a code after which
// drivers retry. Reads that any member may run continue, and so do index builds, connections and sessions.
func TestStepDownInterrupts(t *testing.T) {
	secondary := []any{"$readPreference", bson.D{{Key: "mode", Value: "secondaryPreferred"}}}
	for what, tc := range map[string]struct {
		name    string
		more    []any
		ends    bool
		labeled bool
	}{
		"read":               {"find", nil, true, false},
		"read anywhere":      {"find", secondary, false, false},
		"write":              {"insert", []any{"documents", bson.A{bson.D{}}}, true, false},
		"retryable write":    {"insert", []any{"documents", bson.A{bson.D{}}, "txnNumber", int64(1)}, true, true},
		"getMore":            {"getMore", nil, false, false},
		"createIndexes":      {"createIndexes", nil, false, false},
		"aggregate anywhere": {"aggregate", append([]any{"pipeline", bson.A{}}, secondary...), false, false},
	} {
		t.Run(what, func(t *testing.T) {
			c := start(t, ofThree, func(g *Gateway) { g.cfg.Open = true })
			c.set.Change(three(1, 2))
			r := c.dial(t)
			var value any = "block"
			r.send(&wire.Msg{Body: command1(t, "one", append([]any{tc.name, value}, tc.more...)...)})
			<-c.eng.blocked
			c.StepDown() // it is still primary
			c.set.Change(three(0, 3))
			c.StepDown()
			if !tc.ends {
				c.stop()
			}
			_, m, err := r.receive()
			if err != nil {
				t.Fatal(err)
			}
			code, _ := m.Body.Lookup("code").AsInt64OK()
			label, _ := m.Body.Lookup("errorLabels", "0").StringValueOK()
			if tc.ends != (code == 11602) || tc.labeled != (label == "RetryableWriteError") {
				t.Fatal(m.Body)
			}
			if !tc.ends {
				return
			}
			if counter, ok := m.Body.Lookup("topologyVersion", "counter").AsInt64OK(); !ok || counter != 2 {
				t.Error(m.Body)
			}
			if reply := r.run(append([]any{"find", "c"}, secondary...)...); reply.Lookup("ok").AsInt64() != 1 || c.eng.openedSessions() != 1 {
				t.Errorf("the connection does not go on: %v in %d sessions", reply, c.eng.openedSessions())
			}
		})
	}
}

// TestInterruptedConcern: a write that was done, and was interrupted while its write concern waited, answers with both, and
// with the label for drivers.
func TestInterruptedConcern(t *testing.T) {
	g := New(Config{SetName: "rs0"})
	reply := func(code int32) bson.Raw {
		raw, err := bson.Marshal(bson.D{{Key: "n", Value: int32(1)}, {Key: "writeConcernError", Value: bson.D{{Key: "code", Value: code}, {Key: "errmsg", Value: "?"}}}, {Key: "ok", Value: 1.0}})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	m := &wire.Msg{Body: command1(t, "one", "insert", "c", "txnNumber", int64(1))}
	got := bson.Raw(g.steppedDown(m, reply(wire.Interrupted.Number), 0))
	label, _ := got.Lookup("errorLabels", "0").StringValueOK()
	if got.Lookup("n").Int32() != 1 || got.Lookup("writeConcernError", "code").Int32() != 11602 || label != "RetryableWriteError" {
		t.Errorf("a write whose write concern was interrupted: %v", got)
	}
	for _, same := range []bson.Raw{reply(wire.WriteConcernTimeout.Number), command1(t, "one", "ok", 1.0)} {
		if got := g.steppedDown(m, same, 0); string(got) != string(same) {
			t.Errorf("%v became %v", same, bson.Raw(got))
		}
	}
}
