package share

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
)

// TestWhoHasLeastIsServed: one owner has the whole budget in claims that can give way, and another needs a part.
func TestWhoHasLeastIsServed(t *testing.T) {
	m := NewMemory(100)
	greedy, modest := Owner{"greedy", "one"}, Owner{"modest", "one"}
	var first *Claim
	for i := range 10 {
		c, err := m.Take(t.Context(), greedy, 10, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.giveWay = func() {
			if i > 0 {
				t.Errorf("claim %d gave way, not the oldest", i)
			}
			go c.Release()
		}
		if i == 0 {
			first = c
		}
	}
	if _, err := m.Take(t.Context(), modest, 10, nil); err != nil {
		t.Fatal(err)
	}
	if first.giveWay != nil || m.Used() != 100 {
		t.Errorf("%d are used", m.Used())
	}
}

// TestNobodyTakesFromWhoHasLess: the owner that has most waits until others release claims; none gives way to it.
func TestNobodyTakesFromWhoHasLess(t *testing.T) {
	m := NewMemory(100)
	never := func() { t.Error("gave way to who has more") }
	small, err := m.Take(t.Context(), Owner{"small", "one"}, 30, never)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Take(t.Context(), Owner{"large", "two"}, 70, never); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Take(ctx, Owner{"large", "two"}, 30, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	small.Release()
	small.Release()
	if _, err := m.Take(t.Context(), Owner{"large", "two"}, 30, nil); err != nil || m.Used() != 100 {
		t.Error(err, m.Used())
	}
	if _, err := m.Take(t.Context(), Owner{"large", "two"}, 101, nil); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

// TestMemoryIsNeverMoreThanThereIs: while many owners take, wait, give up and release, the budget is never exceeded, and in
// the end all of it is free.
func TestMemoryIsNeverMoreThanThereIs(t *testing.T) {
	const size = 1000
	m := NewMemory(size)
	var all sync.WaitGroup
	var used atomic.Int64
	for who := range 16 {
		all.Go(func() {
			for range 300 {
				n := rand.Int64N(size/2) + 1
				ctx, cancel := context.WithCancel(t.Context())
				if rand.IntN(4) == 0 {
					go cancel()
				}
				c, err := m.Take(ctx, Owner{fmt.Sprint(who % 5), fmt.Sprint(who % 3)}, n, cancel)
				cancel()
				if err != nil {
					continue
				}
				if now := used.Add(n); now > size {
					t.Errorf("%d are used", now)
				}
				used.Add(-n)
				c.Release()
			}
		})
	}
	all.Wait()
	if m.Used() != 0 || len(m.has.users) != 0 || len(m.has.addresses) != 0 || len(m.waiting) != 0 {
		t.Errorf("left: %+v", m)
	}
}

// TestSeats: many connections from one address take each other's seats, and nobody else's.
func TestSeats(t *testing.T) {
	s := NewSeats(10)
	take := func(address string) (seat *Seat, gone *bool) {
		gone = new(bool)
		return s.Take(Owner{Address: address}, func() { *gone = true }), gone
	}
	quiet, quietGone := take("quiet")
	var lost []*bool
	for range 100 {
		_, gone := take("crowd")
		lost = append(lost, gone)
	}
	for i, gone := range lost {
		if *gone != (i < 91) {
			t.Errorf("seat %d: lost %t", i, *gone)
		}
	}
	late, lateGone := take("late")
	if *quietGone || *lateGone || !*lost[91] {
		t.Error("a crowd costs others their seats")
	}
	quiet.Leave()
	quiet.Leave()
	late.Leave()
	if len(s.taken) != 8 {
		t.Errorf("%d seats are taken", len(s.taken))
	}
}

// TestBusySeats: busy seats are not taken away.
func TestBusySeats(t *testing.T) {
	s := NewSeats(1)
	gone := false
	one := s.Take(Owner{"u", "a"}, func() { gone = true })
	one.Busy(true)
	if s.Take(Owner{"v", "b"}, nil) != nil || gone {
		t.Error("a busy seat was taken")
	}
	one.Busy(false)
	if s.Take(Owner{"v", "b"}, nil) == nil || !gone {
		t.Error("an idle seat was not taken")
	}
	one.Leave()
	if len(s.taken) != 1 || len(s.has.users) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestSubnet(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := Subnet(netip.MustParseAddr(in)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestConnections(t *testing.T) {
	for _, descriptors := range []int{1, 250, 1024, 1 << 20} {
		api, guests, users := Connections(descriptors)
		if api < 1 || guests < 1 || users < 1 || descriptors > 8 && api+guests+users > descriptors/2 {
			t.Errorf("of %d: %d, %d, %d", descriptors, api, guests, users)
		}
	}
	if Descriptors() < 1 {
		t.Error("no descriptors")
	}
}
