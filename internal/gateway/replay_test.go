package gateway

import (
	"testing"

	"github.com/xdg-go/scram"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// proof begins a login of ann, up to her proof, and returns it.
func (r *raw) proof() []byte {
	r.t.Helper()
	client, err := scram.SHA256.NewClient("ann", password, "")
	if err != nil {
		r.t.Fatal(err)
	}
	talk := client.NewConversation()
	first, _ := talk.Step("")
	_, payload := r.run("saslStart", 1, "mechanism", "SCRAM-SHA-256", "payload", []byte(first)).Lookup("payload").Binary()
	final, err := talk.Step(string(payload))
	if err != nil {
		r.t.Fatal(err)
	}
	return []byte(final)
}

// TestProofsOnTheirOwn: a proof is valid only in the exchange for which it was made, and an incomplete exchange is no
// login.
func TestProofsOnTheirOwn(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	heard := c.dial(t).proof()
	steal := func(r *raw, proof []byte) bson.Raw {
		return r.run("saslContinue", 1, "conversationId", 1, "payload", proof)
	}
	for what, reply := range map[string]struct {
		is   bson.Raw
		code int64
	}{
		"a proof without an exchange":      {steal(c.dial(t), heard), 17},
		"a proof of another connection":    {func() bson.Raw { r := c.dial(t); r.proof(); return steal(r, heard) }(), 18},
		"a proof of an earlier exchange":   {func() bson.Raw { r := c.dial(t); old := r.proof(); r.proof(); return steal(r, old) }(), 18},
		"a proof for the second time":      {func() bson.Raw { r := c.dial(t); p := r.proof(); steal(r, append(p, 'x')); return steal(r, p) }(), 17},
		"an empty proof":                   {func() bson.Raw { r := c.dial(t); r.proof(); return steal(r, nil) }(), 18},
		"a command after half an exchange": {func() bson.Raw { r := c.dial(t); r.proof(); return r.run("find", "c") }(), 13},
		"a command after half a start": {func() bson.Raw {
			r := c.dial(t)
			r.run("saslStart", 1, "mechanism", "SCRAM-SHA-256")
			return r.run("find", "c")
		}(), 13},
		"a conversation that is not theirs": {func() bson.Raw {
			r := c.dial(t)
			p := r.proof()
			return r.run("saslContinue", 1, "conversationId", 2, "payload", p)
		}(), 17},
	} {
		if code, _ := reply.is.Lookup("code").AsInt64OK(); code != reply.code {
			t.Errorf("%s: %v", what, reply.is)
		}
	}
	r := c.dial(t)
	if reply := steal(r, r.proof()); reply.Lookup("ok").AsFloat64() != 1 {
		t.Errorf("an honest proof: %v", reply)
	}
}
