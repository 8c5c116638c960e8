package quota

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/telamon-db/telamon/internal/wire"
)

func code(err error) int32 {
	var known *wire.Error
	if errors.As(err, &known) {
		return known.Code
	}
	return 0
}

// TestQuota writes until the data is full, deletes, and writes again.
func TestQuota(t *testing.T) {
	var q Quota
	used := int64(0)
	measure := func() (int64, error) { return used, nil }
	take := func(n int) error {
		err := q.Take(n, measure)
		if err == nil {
			used += int64(n)
		}
		return err
	}
	if err := take(1000); err != nil {
		t.Fatal("without a bound: ", err)
	}
	q.Set(1500, false)
	for used < 1500 {
		if err := take(1); err != nil {
			t.Fatalf("at %d: %v", used, err)
		}
	}
	if err := take(1); code(err) != wire.OutOfDiskSpace.Number {
		t.Errorf("beyond the bound: %v", err)
	}
	if err := take(0); err != nil {
		t.Errorf("a change in place: %v", err)
	}
	used -= 10
	if err := take(10); err != nil {
		t.Errorf("after a deletion: %v", err)
	}
	q.Set(1500, true)
	if err := take(1); code(err) != wire.AtlasError.Number {
		t.Errorf("on shared hardware: %v", err)
	}
	q.Set(0, false)
	if err := take(1 << 30); err != nil {
		t.Errorf("the bound is gone: %v", err)
	}
}

// TestManyAtOnce: concurrent writes exceed the bound by no more than their own size.
func TestManyAtOnce(t *testing.T) {
	const most = 100_000
	var q Quota
	var used atomic.Int64
	q.Set(most, false)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for q.Take(7, func() (int64, error) { return used.Load(), nil }) == nil {
				used.Add(7)
			}
		})
	}
	all.Wait()
	if n := used.Load(); n > most+8*7 || n < most-100 {
		t.Errorf("%d bytes of %d", n, most)
	}
}

// TestUnmeasurable: if the measurement fails, so does the write.
func TestUnmeasurable(t *testing.T) {
	var q Quota
	q.Set(10, false)
	broken := errors.New("broken")
	if err := q.Take(1, func() (int64, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("a write whose measurement fails: %v", err)
	}
}
