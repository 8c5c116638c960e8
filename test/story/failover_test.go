package story

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// primary returns the address of the cluster's primary, and the id of its election.
func primary(w *world) (address string, election bson.ObjectID) {
	c := w.connect("app", appPassword)
	defer func() { _ = c.Disconnect(w.ctx()) }()
	var hello struct {
		Me         string
		Hosts      []string
		ElectionID bson.ObjectID `bson:"electionId"`
	}
	w.must(c.Database("admin").RunCommand(w.ctx(), bson.D{{Key: "hello", Value: 1}}).Decode(&hello))
	if len(hello.Hosts) != 3 {
		w.t.Errorf("the members are %v", hello.Hosts)
	}
	return hello.Me, hello.ElectionID
}

// TestAFailoverThatIsKilled kills the server while the primary moves under load. Afterwards there is one primary, whose
// election is not earlier than the last; the members have their addresses, and no acknowledged write is lost.
func TestAFailoverThatIsKilled(t *testing.T) {
	var last bson.ObjectID
	var at string
	end := func(w *world, _ *ledger) {
		_, before := primary(w)
		at = w.standard
		_, err := w.sdk().ClustersApi.TestFailover(w.ctx(), w.project, "Load").Execute()
		w.must(err)
		last = before
		if rand.IntN(2) == 0 { // else it is killed while it is moving
			w.eventually("another primary", func() bool {
				_, last = primary(w)
				return last != before
			})
		}
		w.kill()
	}
	underLoad(t, t.TempDir(), "", end, func(w *world) {
		w.start()
		if _, now := primary(w); bytes.Compare(now[:], last[:]) < 0 {
			t.Errorf("after an election %v there is %v", last, now)
		}
		w.eventually("IDLE", func() bool {
			c, _, err := w.sdk().ClustersApi.GetCluster(w.ctx(), w.project, "Load").Execute()
			w.must(err)
			s := c.GetConnectionStrings()
			if s.GetStandard() != at {
				t.Errorf("%s became %s", at, s.GetStandard())
			}
			return c.GetStateName() == "IDLE"
		})
		if _, now := primary(w); bytes.Compare(now[:], last[:]) < 0 {
			t.Errorf("after an election %v there is %v", last, now)
		}
	})
}
