package docdb

import (
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// TestClockKeepsRetries moves the domain's clock by a month between a write and its retry, and forgets what is old. The
// retry must not apply the write again: sessions time out by the clock on the wall.
func TestClockKeepsRetries(t *testing.T) {
	now := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	x := open(t, t.TempDir(), Options{Now: func() time.Time { return now }})
	x.insert("c", d{{"_id", 1}, {"n", 0}})
	increment := d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", 1}}}, {"u", d{{"$inc", d{{"n", 1}}}}}}}}, {"lsid", session(1)}, {"txnNumber", int64(1)}}
	x.ok(increment)
	now = now.AddDate(0, 1, 0)
	if err := x.e.store.PruneRetries(time.Now()); err != nil {
		t.Fatal(err)
	}
	x.ok(increment)
	shows(t, x.find("c"), `{"_id":1,"n":1}`)
	if err := x.e.store.PruneRetries(time.Now().Add(2 * storage.SessionTimeout)); err != nil {
		t.Fatal(err)
	}
	if x.outcome(session(1)) != nil {
		t.Error("the outcome of a session that has timed out is kept")
	}
}
