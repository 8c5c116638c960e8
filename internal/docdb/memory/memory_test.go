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
