package pace

import (
	"context"
	"errors"
	"testing"
)

func TestPace(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p := New(ctx)
	for range 10 * between {
		if err := p.Step(1); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	steps := 0
	for ; p.Step(1) == nil; steps++ {
	}
	if steps > between {
		t.Errorf("%d steps after the end", steps)
	}
	if err := p.Step(between); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := (*Pace)(nil).Step(between); err != nil {
		t.Error(err)
	}
}
