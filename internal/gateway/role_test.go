package gateway

import (
	"crypto/tls"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestNamesThatTheClientUses: a member answers with private or public names, by the name in its client's TLS handshake.
func TestNamesThatTheClientUses(t *testing.T) {
	set, trust := secured(t)
	named := func(g *Gateway) {
		g.set = NewReplicaSet("rs0", Topology{Term: 1, Version: 1, Members: []Member{
			{ID: 0, Host: "m0.zone:1", Private: "m0-pri.zone:1", Priority: 7}, {ID: 1, Host: "m1.zone:2", Private: "m1-pri.zone:2", Priority: 7},
			{ID: 2, Host: "m2.zone:3", Private: "m2-pri.zone:3"},
		}})
	}
	c := start(t, set, named)
	for name, suffix := range map[string]string{"m0.zone": "", "m0-pri.zone": "-pri", "M0-PRI.zone": "-pri", "m1-pri.zone": "", "": ""} {
		cfg := trust.Clone()
		cfg.ServerName, cfg.InsecureSkipVerify = name, true // the certificate has an address only
		nc, err := tls.Dial("tcp", c.addr, cfg)
		if err != nil {
			t.Fatal(err)
		}
		r := &raw{t: t, nc: nc}
		var got struct {
			Hosts, Passives []string
			Me, Primary     string
		}
		if err := bson.Unmarshal(r.run("hello", 1), &got); err != nil {
			t.Fatal(err)
		}
		nc.Close()
		if len(got.Hosts) != 2 || got.Hosts[0] != "m0"+suffix+".zone:1" || got.Hosts[1] != "m1"+suffix+".zone:2" || len(got.Passives) != 1 || got.Passives[0] != "m2"+suffix+".zone:3" ||
			got.Me != got.Hosts[0] || got.Primary != got.Hosts[0] {
			t.Errorf("who asks for %q is told %+v", name, got)
		}
	}
}

// TestWithoutTLSNothingTellsTheName: without TLS, members with private names answer with the public ones.
func TestWithoutTLSNothingTellsTheName(t *testing.T) {
	c := start(t, func(g *Gateway) {
		g.set = NewReplicaSet("rs0", Topology{Term: 1, Version: 1, Members: []Member{{Host: "m0.zone:1", Private: "m0-pri.zone:1", Priority: 7}}})
	})
	if h := c.dial(t).run("hello", 1); h.Lookup("me").StringValue() != "m0.zone:1" {
		t.Error(h)
	}
}

// TestRepliesTellTheTime: those of a replica set's member all do, also where the gateway answers, and errors too.
func TestRepliesTellTheTime(t *testing.T) {
	r := start(t).dial(t)
	for command, code := range map[string]int32{"hello": 0, "ping": 0, "buildInfo": 0, "connectionStatus": 0, "whatsmyuri": 0, "find": 13} {
		h := r.run(command, 1)
		at, _, _ := h.Lookup("operationTime").TimestampOK()
		if gossip, _ := h.Lookup("$clusterTime", "clusterTime").Timestamp(); at != 1_700_000_000 || gossip != at || h.Lookup("$clusterTime", "signature", "keyId").Int64() != 0 {
			t.Errorf("%s: %v", command, h)
		}
		if got, _ := h.Lookup("code").AsInt64OK(); int32(got) != code || h.Validate() != nil {
			t.Errorf("%s: %v, %v", command, h, h.Validate())
		}
	}
}
