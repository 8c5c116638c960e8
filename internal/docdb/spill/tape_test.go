package spill

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/wire"
)

// played are the records of a tape, up to so many.
func played(t *Tape, most int) (out [][]byte, err error) {
	for record, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if out = append(out, bytes.Clone(record)); len(out) == most {
			break
		}
	}
	return out, nil
}

// TestTapes reads tapes several times, in memory and on disk, to the end and not.
func TestTapes(t *testing.T) {
	d := opened(t)
	spilled := 0
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 2))
		in := pairs(r, r.IntN(1500))
		b := memory.NewBudget(1 << 20)
		tape := NewTape(pace.New(t.Context()), b.Open("tape", 20_000+r.IntN(200_000)), d)
		for _, p := range in {
			if err := tape.Add(p.value); err != nil {
				t.Fatal(err)
			}
		}
		for _, most := range []int{-1, 7, -1} {
			out, err := played(tape, most)
			want := len(in)
			if most > 0 {
				want = min(want, most)
			}
			if err != nil || len(out) != want {
				t.Fatalf("seed %d: %d records of %d, %v", seed, len(out), want, err)
			}
			for i, record := range out {
				if !bytes.Equal(record, in[i].value) {
					t.Fatalf("seed %d: record %d is another", seed, i)
				}
			}
		}
		if tape.file != nil {
			spilled++
		}
		if tape.Close(); b.Used() != 0 {
			t.Fatalf("seed %d: %d bytes are held", seed, b.Used())
		}
	}
	if spilled < 10 {
		t.Errorf("only %d of the tapes were on disk", spilled)
	}
}

// TestTapesFail has no disk, a full one, and one large record.
func TestTapesFail(t *testing.T) {
	record := func(tape *Tape, sizes ...int) error {
		defer tape.Close()
		for _, n := range sizes {
			if err := tape.Add(make([]byte, n)); err != nil {
				return err
			}
		}
		_, err := played(tape, -1)
		return err
	}
	account := func() memory.Account { return memory.NewBudget(1<<30).Open("tape", 100_000) }
	fails(t, record(NewTape(pace.New(t.Context()), account(), nil), 60_000, 60_000), wire.SortMemoryExceeded)
	d := opened(t)
	fails(t, record(NewTape(pace.New(t.Context()), account(), d), 60_000, 60_000, 200_000), wire.SortMemoryExceeded)
	if err := record(NewTape(pace.New(t.Context()), account(), d), 60_000, 60_000, 70_000); err != nil {
		t.Error(err)
	}
	for writes := range 60 {
		full, err := Open(&full{vfs.NewMem(), writes}, "spill")
		if err != nil {
			t.Fatal(err)
		}
		fails(t, record(NewTape(pace.New(t.Context()), account(), full), 60_000, 60_000, 1), wire.OutOfDiskSpace)
		left(t, full)
	}
}
