package docdb

import (
	"context"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/expiry"
)

// TestSweep lets documents expire by a clock that the test moves.
func TestSweep(t *testing.T) {
	now := fixedTime
	dir := t.TempDir()
	x := open(t, dir, Options{Now: func() time.Time { return now }})
	at := func(offset time.Duration) bson.DateTime { return bson.NewDateTimeFromTime(fixedTime.Add(offset)) }
	x.indexOn("c", d{{"t", -1}}, e{"expireAfterSeconds", 60})
	x.insert("c", d{{"_id", "old"}, {"t", at(0)}}, d{{"_id", "array"}, {"t", a{at(time.Hour), at(0)}}}, d{{"_id", "new"}, {"t", at(time.Minute)}},
		d{{"_id", "none"}}, d{{"_id", "number"}, {"t", 5}}, d{{"_id", "null"}, {"t", nil}})
	var many []any
	for i := range expiry.Batch + 5 {
		many = append(many, d{{"_id", i}, {"t", at(time.Hour)}})
	}
	x.insert("c", many...)
	for _, step := range []struct {
		after   time.Duration
		removed int64
	}{{59 * time.Second, 0}, {time.Minute, 2}, {90 * time.Second, 0}, {2 * time.Minute, 1}, {time.Hour + time.Minute, expiry.Batch + 5}, {9 * time.Hour, 0}} {
		now = fixedTime.Add(step.after)
		if n, err := x.e.Sweep(context.Background()); n != step.removed || err != nil {
			t.Errorf("after %v: %d removed, %v", step.after, n, err)
		}
	}
	if left := x.find("c"); len(left) != 3 {
		t.Errorf("left: %v", left)
	}
	x.sound()
	deleted := 0
	for _, entry := range x.oplogEntries() {
		if entry.Lookup("op").StringValue() == "d" {
			deleted++
		}
	}
	if deleted != 3+expiry.Batch+5 {
		t.Errorf("the oplog tells of %d deletions", deleted)
	}
}

// TestSweepsByItself waits for the engine's own sweep, and lets Close end it.
func TestSweepsByItself(t *testing.T) {
	x := open(t, t.TempDir(), Options{SweepEvery: time.Millisecond})
	x.indexOn("c", d{{"t", 1}}, e{"expireAfterSeconds", 0})
	x.insert("c", d{{"t", bson.NewDateTimeFromTime(fixedTime)}})
	for len(x.find("c")) > 0 {
	}
	if err := x.e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := x.e.Sweep(context.Background()); err == nil {
		t.Error("a closed engine sweeps")
	}
}
