package docdb

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestClockKeepsRetries moves the domain's clock by a month between a write and its retry, and forgets what is old. The
// retry must not apply the write again: sessions time out by the clock on the wall.
func TestClockKeepsRetries(t *testing.T) {
	now := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	x := open(t, t.TempDir(), Options{Now: func() time.Time { return now }})
	x.insert("c", d{{"_id", 1}, {"n", 0}})
	session := d{{"id", bson.Binary{Subtype: 4, Data: make([]byte, 16)}}}
	increment := d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", 1}}}, {"u", d{{"$inc", d{{"n", 1}}}}}}}}, {"lsid", session}, {"txnNumber", int64(1)}}
	x.ok(increment)
	now = now.AddDate(0, 1, 0)
	if err := x.e.pruneRetries(); err != nil {
		t.Fatal(err)
	}
	x.ok(increment)
	shows(t, x.find("c"), `{"_id":1,"n":1}`)
	x.e.mono = func() time.Time { return time.Now().Add(2 * sessionTimeout) }
	if err := x.e.pruneRetries(); err != nil {
		t.Fatal(err)
	}
	if stored, err := read(x.e.db, retryKey(marshal(t, session), wire.User{})); stored != nil || err != nil {
		t.Error("the outcome of a session that has timed out is kept")
	}
}
