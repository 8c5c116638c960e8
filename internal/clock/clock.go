// Package clock is the time that Telamon's domain lives by: when an invitation expires, when an event happened.
//
// It runs with the system's clock and can be moved forward, so that thirty days pass in a millisecond. Nonces,
// timeouts and leases do not follow it: they stay on the monotonic clock of package time.
package clock

import (
	"sync/atomic"
	"time"
)

// Clock is a clock that can be moved forward. The zero value shows the system's time. It is safe for concurrent use.
type Clock struct {
	offset atomic.Int64 // nanoseconds ahead of the system's clock
}

// Now is the domain's time in UTC.
func (c *Clock) Now() time.Time {
	return time.Now().Add(c.Offset()).UTC().Round(0)
}

// Offset is how far the clock is ahead of the system's.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

// Raise puts the clock ahead of the system's by d, if it is not that far already. It never moves back.
func (c *Clock) Raise(d time.Duration) {
	for {
		old := c.offset.Load()
		if int64(d) <= old || c.offset.CompareAndSwap(old, int64(d)) {
			return
		}
	}
}

// MoveTo moves the clock forward so that it shows t or a moment after it. It never moves back.
func (c *Clock) MoveTo(t time.Time) { c.Raise(time.Until(t)) }
