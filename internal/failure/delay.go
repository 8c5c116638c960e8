package failure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// Duration is a time.Duration that is written as a text, such as "1m30s".
type Duration time.Duration

// UnmarshalJSON reads what time.ParseDuration reads.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return errors.New("a duration is a text, such as 1m30s")
	}
	parsed, err := time.ParseDuration(s)
	*d = Duration(parsed)
	return err
}

// MarshalJSON writes what UnmarshalJSON reads.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// Delay is how slow a request is: between min and max, all of it equally likely, or by an exponential distribution of a
// mean, as waits for a busy server are. It is real time, not that of the server's clock.
type Delay struct {
	Min  Duration `json:"min,omitempty"`
	Max  Duration `json:"max,omitempty"`  // 0: that of min
	Mean Duration `json:"mean,omitempty"` // 0: not exponential
}

func (d *Delay) check() error {
	if d == nil {
		return nil
	}
	for name, v := range map[string]Duration{"min": d.Min, "max": d.Max, "mean": d.Mean} {
		if v < 0 || time.Duration(v) > longest {
			return fmt.Errorf("delay.%s: from 0 to %v", name, longest)
		}
	}
	if d.Max != 0 && d.Max < d.Min {
		return errors.New("delay.max: not below min")
	}
	if d.Mean != 0 && (d.Min != 0 || d.Max != 0) {
		return errors.New("delay.mean: it goes with neither min nor max")
	}
	return nil
}

// of is the delay that a draw from 0 to 1 gives.
func (d *Delay) of(draw float64) time.Duration {
	if d == nil {
		return 0
	}
	if d.Mean > 0 {
		return min(time.Duration(-math.Log1p(-draw)*float64(d.Mean)), longest)
	}
	return time.Duration(d.Min) + time.Duration(draw*float64(max(0, d.Max-d.Min)))
}

// wait waits, unless ctx ends before.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// draws are what chance says of the n-th request of an operation: whether it fails, and how long it takes. They depend on the
// seed, the operation and n alone.
func draws(seed int64, operation string, n uint64) (fails, slow float64) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(operation)) // never fails (hash.Hash)
	r := rand.New(rand.NewPCG(uint64(seed)^h.Sum64(), n))
	return r.Float64(), r.Float64()
}
