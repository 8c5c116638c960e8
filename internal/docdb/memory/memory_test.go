package memory

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/telamon-db/telamon/internal/wire"
)

func fails(t *testing.T, err error, code wire.Code) {
	t.Helper()
	var known *wire.Error
	if !errors.As(err, &known) || known.Code != code.Number {
		t.Errorf("got %v, want %s", err, code.Name)
	}
}

func TestAccounts(t *testing.T) {
	b := NewBudget(100)
	x, y := b.Open("x", 60), b.Open("y", 60)
	if err := x.Take(60); err != nil {
		t.Fatal(err)
	}
	fails(t, x.Take(1), wire.SortMemoryExceeded)
	fails(t, y.Take(41), wire.ExceededMemoryLimit)
	if n := b.Used(); n != 60 {
		t.Errorf("%d bytes are held; what is refused takes nothing", n)
	}
	if err := errors.Join(y.Take(40), x.Take(-10), y.Take(10)); err != nil {
		t.Error(err)
	}
	x.Give(20)
	if n := b.Used(); n != 80 {
		t.Errorf("%d bytes are held", n)
	}
	x.Close()
	x.Close()
	y.Close()
	if n := b.Used(); n != 0 {
		t.Errorf("%d bytes are held by nobody", n)
	}
}

// TestParts: a part holds no more than it may, nor than is left of the whole.
func TestParts(t *testing.T) {
	whole := NewBudget(100)
	p, q := whole.Part(), whole.Part()
	p.Resize(60)
	x, y := p.Open("x", 100), q.Open("y", 100)
	fails(t, x.Take(61), wire.ExceededMemoryLimit)
	if err := errors.Join(x.Take(60), y.Take(40)); err != nil {
		t.Fatal(err)
	}
	fails(t, y.Take(1), wire.ExceededMemoryLimit)
	if p.Used() != 60 || q.Used() != 40 || whole.Used() != 100 {
		t.Errorf("%d, %d and %d bytes are held", p.Used(), q.Used(), whole.Used())
	}
	p.Resize(30)
	x.Give(20)
	fails(t, x.Take(1), wire.ExceededMemoryLimit)
	x.Close()
	y.Close()
	if p.Used() != 0 || q.Used() != 0 || whole.Used() != 0 {
		t.Errorf("%d, %d and %d bytes are held by nobody", p.Used(), q.Used(), whole.Used())
	}
}

// TestBudgetHolds has many take at once: never do they hold more than there is, and in the end nothing.
func TestBudgetHolds(t *testing.T) {
	const size = 1000
	b := NewBudget(size)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 200 {
				a := b.Open("stream", size)
				for a.Take(1+rand.IntN(100)) == nil {
					if n := b.Used(); n < int64(a.held) || n > size {
						t.Errorf("%d bytes are held", n)
					}
				}
				a.Close()
			}
		})
	}
	wait.Wait()
	if n := b.Used(); n != 0 {
		t.Errorf("%d bytes are held by nobody", n)
	}
}
