package mongolog

import (
	"sync"
	"time"
)

// usual is from when on an operation is slow. Source: MongoDB manual, operationProfiling.slowOpThresholdMs.
const usual = 100 * time.Millisecond

// A managed threshold follows the load: at the end of a minute it doubles if more operations were slow than manySlow, and
// halves if fewer were than fewSlow.
const (
	least, most       = 20 * time.Millisecond, 10 * time.Second
	fewSlow, manySlow = 5, 60
)

// Threshold is from when on operations of a member are slow. It is safe for concurrent use.
type Threshold struct {
	managed func() bool

	mu    sync.Mutex
	at    time.Duration
	slow  int       // operations of the present minute
	until time.Time // the end of the minute
}

// NewThreshold returns a threshold that follows the load while it is managed, and else is MongoDB's usual one.
func NewThreshold(managed func() bool) *Threshold { return &Threshold{managed: managed, at: usual} }

// exceeded reports whether an operation is slow.
func (t *Threshold) exceeded(took time.Duration, now func() time.Time) bool {
	if took < least {
		return false
	}
	if !t.managed() {
		return took >= usual
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.follow(now())
	if took < t.at {
		return false
	}
	t.slow++
	return true
}

// follow moves the threshold for the minutes that have passed.
func (t *Threshold) follow(now time.Time) {
	if t.until.IsZero() {
		t.until = now.Add(time.Minute)
	}
	for ; !now.Before(t.until); t.until = t.until.Add(time.Minute) {
		switch {
		case t.slow > manySlow:
			t.at = min(2*t.at, most)
		case t.slow < fewSlow:
			t.at = max(t.at/2, least)
		}
		t.slow = 0
		if t.at == least && now.Sub(t.until) > time.Hour { // the clock has been moved
			t.until = now
		}
	}
}
