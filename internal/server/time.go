package server

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// clockOffset is the setting that says how far the domain's clock is ahead of the system's.
const clockOffset = "clock-offset"

// followTime is how often a node looks whether another one has moved the clock.
const followTime = 500 * time.Millisecond

// Now is the domain's time.
func (s *Server) Now() time.Time { return s.clock.Now() }

// Advance moves the domain's clock by d and does what falls due on the way, in order. The new time outlives a restart.
// Other nodes of the store see it within a second and then do what is theirs.
func (s *Server) Advance(ctx context.Context, d time.Duration) error {
	ahead := s.clock.Offset() + d
	err := s.runner.Advance(ctx, s.clock.Now().Add(d))
	if err == nil {
		s.clock.Raise(ahead) // d in full, not less the time that the work took
	} else {
		d = 0 // as far as it has come
	}
	return errors.Join(err, s.publishClock(context.WithoutCancel(ctx), d))
}

// publishClock stores that the clock was moved by d. Moves that two nodes make at the same time add up.
func (s *Server) publishClock(ctx context.Context, d time.Duration) error {
	var ahead time.Duration
	err := s.store.Update(ctx, func(tx store.Tx) error {
		setting, err := state.Settings.Get(tx, clockOffset)
		if err != nil {
			return err
		}
		ahead = max(offset(setting.Value)+d, s.clock.Offset())
		setting.Value = binary.BigEndian.AppendUint64(nil, uint64(ahead))
		return state.Settings.Put(tx, setting)
	})
	if err == nil {
		s.clock.Raise(ahead)
	}
	return err
}

// offset is the setting's value: eight bytes, in nanoseconds.
func offset(value []byte) time.Duration { return time.Duration(binary.BigEndian.Uint64(value)) }

// followClock moves the clock when another node has moved its own, until ctx ends.
func (s *Server) followClock(ctx context.Context) error {
	tick := time.NewTicker(followTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := s.store.View(ctx, func(tx store.Tx) error {
			setting, err := state.Settings.Get(tx, clockOffset)
			if err == nil {
				s.clock.Raise(offset(setting.Value))
			}
			return err
		})
		if err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("cannot see whether another node has moved the clock", "error", err)
		}
	}
}
