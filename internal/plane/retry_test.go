package plane

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// TestFailoversUnderOneWrite: the primary moves whenever the driver has chosen whom it sends the write. The driver repeats a
// write once, and as often as it takes if it has been given a time. So a second failover under one write is an error for
// clients without a timeout; what is answered with an error has not happened, and nothing happens twice.
func TestFailoversUnderOneWrite(t *testing.T) {
	b := openBench(t)
	c := spread("alpha")
	b.start(c)
	for _, test := range []struct {
		moves   int
		timeout *options.ClientOptions
		fails   bool
	}{
		{1, options.Client(), false},
		{2, options.Client(), true},
		{3, options.Client().SetTimeout(time.Minute), false},
	} {
		left := 0
		client := b.dial(c, test.timeout, options.Client().SetMonitor(&event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
			if e.CommandName == "update" && left > 0 {
				left--
				c.Failovers++
				b.start(c)
			}
		}}))
		counters := client.Database("shop").Collection("counters")
		if _, err := counters.InsertOne(t.Context(), bson.M{"_id": test.moves, "n": 0}); err != nil {
			t.Fatal(err)
		}
		left = test.moves
		_, err := counters.UpdateByID(t.Context(), test.moves, bson.M{"$inc": bson.M{"n": 1}})
		var refused mongo.CommandError
		if (err != nil) != test.fails || err != nil && (!errors.As(err, &refused) || refused.Code != 10107) {
			t.Errorf("%d failovers: %v", test.moves, err)
		}
		var got struct{ N int }
		b.must(counters.FindOne(t.Context(), bson.M{"_id": test.moves}).Decode(&got))
		if (got.N == 0) != test.fails || got.N > 1 || left > 0 {
			t.Errorf("%d failovers: the write is there %d times, and %d failovers did not come", test.moves, got.N, left)
		}
	}
}
