package mongolog

import (
	"testing"
	"time"
)

// A managed threshold follows the load, between bounds.
func TestThreshold(t *testing.T) {
	managed := true
	now := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	slow := NewThreshold(func() bool { return managed })
	exceeded := func(took time.Duration) bool { return slow.exceeded(took, func() time.Time { return now }) }
	minute := func(n int, took time.Duration) {
		for range n {
			exceeded(took)
		}
		now = now.Add(time.Minute)
	}
	at := func(want time.Duration) {
		t.Helper()
		if exceeded(want-1) || !exceeded(want) {
			t.Errorf("the threshold is %v, want %v", slow.at, want)
		}
	}
	at(usual)
	minute(manySlow+1, time.Second)
	at(2 * usual)
	minute(fewSlow, time.Second)
	at(2 * usual)
	minute(0, 0)
	at(usual)
	for range 20 {
		minute(manySlow+1, time.Minute)
	}
	at(most)
	managed = false
	at(usual)
	managed = true
	now = now.Add(365 * 24 * time.Hour)
	at(least)
	minute(manySlow+1, time.Second)
	at(2 * least)
}
