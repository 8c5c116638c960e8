package cluster

import (
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// TestEnforced: a change of who may come in is pending at several nodes for the time that they may take to see it; at one node,
// for none. Other events, and those of other projects, tell of no such change.
func TestEnforced(t *testing.T) {
	b := newBench(t)
	happened := func(groupID, what string) {
		b.update(func(tx store.Tx) error {
			return tx.AppendEvent(store.Event{Series: groupID, ID: model.NewID(), Created: tx.Now(), Type: what, Body: []byte("{}")})
		})
	}
	want := func(when string, after time.Duration, want bool) {
		t.Helper()
		b.update(func(tx store.Tx) error {
			if got, err := enforced(tx, groupID, after); got != want || err != nil {
				t.Errorf("%s: %v, %v", when, got, err)
			}
			return nil
		})
	}
	const several = 2 * time.Second
	want("at first", several, true)
	happened("64f000000000000000000009", "MONGODB_USER_ADDED")
	happened(groupID, "CLUSTER_CREATED")
	want("after other events", several, true)
	for _, what := range accessEvents {
		if !event.Type(what).Known() {
			t.Errorf("there is no event %s", what)
		}
		happened(groupID, what)
		want("at one node after "+what, 0, true)
		want("at once after "+what, several, false)
		b.pass(several / 2)
		want("a second after "+what, several, false)
		b.pass(several)
		want("three seconds after "+what, several, true)
	}
}
