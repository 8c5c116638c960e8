package clock

import (
	"testing"
	"time"
)

func TestMoveToNeverGoesBack(t *testing.T) {
	var c Clock
	start := c.Now()
	target := start.Add(720 * time.Hour)
	c.MoveTo(target)
	if c.Now().Before(target) {
		t.Fatalf("the clock shows %v after moving to %v", c.Now(), target)
	}
	c.MoveTo(start)
	if c.Now().Before(target) {
		t.Fatal("the clock went back")
	}
}
