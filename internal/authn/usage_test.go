package authn

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// TestTheLastUseMayHaveBeenElsewhere: nodes write at different times what happened in one order.
func TestTheLastUseMayHaveBeenElsewhere(t *testing.T) {
	made := time.Date(2025, 3, 12, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		used  time.Duration // after the entry was made
		count int64
		addr  string
	}{
		{-time.Second, 3, "192.0.2.2"}, // of an entry that was there before
		{time.Second, 5, "192.0.2.2"},
		{time.Hour, 5, "192.0.2.1"},
	} {
		e := &model.KeyAddress{Created: made, Count: 3, LastUsed: made.Add(time.Minute), LastAddress: "192.0.2.2"}
		use{2, made.Add(c.used), "192.0.2.1"}.addTo(e)
		if e.Count != c.count || e.LastAddress != c.addr || e.LastUsed.Before(made.Add(time.Minute)) {
			t.Errorf("used %v after it was made: %+v", c.used, e)
		}
	}
}

// full is a store on a disk that is full for a while.
type full struct {
	store.Store
	attempts, fails int
}

func (f *full) Update(context.Context, func(store.Tx) error) error {
	if f.attempts++; f.attempts <= f.fails {
		return errors.New("no space left on device")
	}
	return nil
}

// TestCountsWaitForABetterTime: counts that cannot be written are no reason to stop the server.
func TestCountsWaitForABetterTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u, st := NewUsage(time.Now), &full{fails: 3}
		u.note("an entry", netip.MustParseAddr("192.0.2.1"))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- u.Run(ctx, st, slog.New(slog.DiscardHandler)) }()
		time.Sleep(10 * time.Second) // the bubble's
		synctest.Wait()
		if st.attempts != 4 || len(u.pending) != 0 {
			t.Errorf("%d attempts, %d counts not written", st.attempts, len(u.pending))
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
