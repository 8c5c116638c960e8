package plane

import (
	"context"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestClientsWaitForTheirDatabase: a client that needs a database while it is being replaced waits for the new one.
func TestClientsWaitForTheirDatabase(t *testing.T) {
	b := newBench(t, t.TempDir())
	c := newCluster("alpha")
	b.start(c)
	b.insert(c, 1)
	d, err := b.get(c.ID)
	b.must(err)
	held, err := d.slot.NewSession(t.Context(), wire.User{})
	b.must(err)
	defer held.Close()
	b.must(b.Pause(t.Context(), c.ID, time.Now()))
	opened, answered := make(chan error, 1), make(chan bson.Raw, 1)
	ping, err := bson.Marshal(bson.D{{Key: "ping", Value: 1}, {Key: "$db", Value: "shop"}})
	b.must(err)
	go func() { answered <- held.Run(nil, &wire.Msg{Body: ping}) }()
	go func() {
		s, err := d.slot.NewSession(context.Background(), wire.User{})
		if err == nil {
			s.Close()
		}
		opened <- err
	}()
	for waits := false; !waits; time.Sleep(time.Millisecond) {
		d.slot.mu.Lock()
		waits = d.slot.change != nil
		d.slot.mu.Unlock()
	}
	b.start(c)
	if err := <-opened; err != nil {
		t.Error(err)
	}
	if reply := <-answered; reply.Lookup("ok").AsFloat64() != 1 {
		t.Errorf("a command of a session from before: %v", reply)
	}
	b.want(c, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b.must(b.Pause(t.Context(), c.ID, time.Now()))
	if _, err := d.slot.NewSession(ctx, wire.User{}); err == nil {
		t.Error("a session of no database")
	}
}
