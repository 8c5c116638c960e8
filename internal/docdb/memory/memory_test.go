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

// TestShares: whoever takes as much as there is leaves as much to others as it has, at every level.
func TestShares(t *testing.T) {
	whole := NewBudget(1200)
	one, two := whole.Share(), whole.Share()
	var users Shares[string]
	take := func(b *Budget) (n int) {
		a := b.Open("stream", 1200)
		for a.Take(1) == nil {
			n++
		}
		return n
	}
	for i, got := range []int{
		take(users.Join("ann", one)), // a quarter: half of what may be one's half
		take(two),                    // half of what is left
		take(users.Join("bob", one)),
		take(users.Join("ann", one)),
	} {
		if want := []int{300, 450, 37, 0}[i]; got != want {
			t.Errorf("taker %d has %d, not %d", i, got, want)
		}
	}
	if len(users.all) != 2 {
		t.Errorf("there are %d shares", len(users.all))
	}
	for _, name := range []string{"ann", "ann", "bob"} {
		users.Leave(name)
	}
	if len(users.all) != 0 {
		t.Errorf("users who have left still have shares: %v", users.all)
	}
}

// TestSpare: what can do with less leaves as much as it takes.
func TestSpare(t *testing.T) {
	b := NewBudget(100)
	a := b.Open("batch", 100)
	if a.Spare(51) || !a.Spare(50) || a.Spare(26) || !a.Spare(25) || b.Used() != 75 {
		t.Errorf("%d bytes are held", b.Used())
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
