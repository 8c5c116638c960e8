package spill

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/wire"
)

func opened(t testing.TB) *Disk {
	t.Helper()
	d, err := Open(vfs.Default, t.TempDir()+"/spill")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { left(t, d) })
	return d
}

// left checks that no file is open and no name is left.
func left(t testing.TB, d *Disk) {
	t.Helper()
	names, err := d.fs.List(d.dir)
	if err != nil && !errors.Is(err, syscall.ENOENT) || len(names) > 0 || d.Files() != 0 {
		t.Errorf("%d files are open, %v are left, %v", d.Files(), names, err)
	}
}

type pair struct{ key, value []byte }

// pairs are rows, many of them with equal keys. Their values have the order in which they were made.
func pairs(r *rand.Rand, n int) []pair {
	list := make([]pair, n)
	for i := range list {
		key := make([]byte, 1+r.IntN(3))
		for k := range key {
			key[k] = byte(r.IntN(6))
		}
		value := binary.BigEndian.AppendUint32(nil, uint32(i))
		if r.IntN(20) == 0 {
			value = append(value, make([]byte, r.IntN(3000))...) // more than a block
		}
		list[i] = pair{key, append(value, make([]byte, r.IntN(100))...)}
	}
	return list
}

// sorted adds pairs to a sorter and reads at most a number of them.
func sorted(s *Sorter, in []pair, most int) (out []pair, err error) {
	for _, p := range in {
		if err := s.Add(bytes.Clone(p.key), bytes.Clone(p.value)); err != nil {
			return nil, err
		}
	}
	for row, err := range s.Sorted() {
		if err != nil {
			return nil, err
		}
		if out = append(out, pair{bytes.Clone(row.Key), bytes.Clone(row.Value)}); len(out) == most {
			break
		}
	}
	return out, nil
}

// TestSorterIsASort compares with a stable sort in memory, for different amounts of memory and numbers of wanted rows.
func TestSorterIsASort(t *testing.T) {
	d := opened(t)
	spilled := 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		in := pairs(r, r.IntN(2000))
		want := slices.Clone(in)
		slices.SortStableFunc(want, func(a, b pair) int { return bytes.Compare(a.key, b.key) })
		keep := int64(0)
		if r.IntN(2) == 0 {
			keep = 1 + r.Int64N(500)
			want = want[:min(len(want), int(keep))]
		}
		most := 12_000 + r.IntN(200_000)
		b := memory.NewBudget(1 << 20)
		s := NewSorter(pace.New(t.Context()), b.Open("sort", most), d, keep)
		got, err := sorted(s, in, -1)
		if s.Spilled() {
			spilled++
		}
		s.Close()
		if err != nil || b.Used() != 0 || s.Rows() != int64(len(in)) {
			t.Fatalf("seed %d: %v, %d bytes are held, %d rows", seed, err, b.Used(), s.Rows())
		}
		if !slices.EqualFunc(got, want, func(a, b pair) bool { return bytes.Equal(a.key, b.key) && bytes.Equal(a.value, b.value) }) {
			t.Fatalf("seed %d: %d rows of %d with %d bytes, wanted %d: another order", seed, len(got), len(in), most, len(want))
		}
	}
	if spilled < 20 {
		t.Errorf("only %d of the sorts were on disk", spilled)
	}
}

// many are rows of about a megabyte in all.
func many() []pair { return pairs(rand.New(rand.NewPCG(7, 7)), 10_000) }

func fails(t *testing.T, err error, code wire.Code) {
	t.Helper()
	var known *wire.Error
	if !errors.As(err, &known) || known.Code != code.Number {
		t.Errorf("got %v, want %s", err, code.Name)
	}
}

// TestSorterWithoutDisk: without a disk, rows that do not fit in memory are refused.
func TestSorterWithoutDisk(t *testing.T) {
	b := memory.NewBudget(1 << 30)
	s := NewSorter(pace.New(t.Context()), b.Open("sort", 100_000), nil, 0)
	defer s.Close()
	_, err := sorted(s, many(), -1)
	fails(t, err, wire.SortMemoryExceeded)
}

// TestSorterEnds ends sorts early, in every possible way.
func TestSorterEnds(t *testing.T) {
	d := opened(t)
	b := memory.NewBudget(1 << 30)
	start := func(ctx context.Context) *Sorter {
		return NewSorter(pace.New(ctx), b.Open("sort", 100_000), d, 0)
	}
	s := start(t.Context())
	if out, err := sorted(s, many(), 3); err != nil || len(out) != 3 || b.Used() == 0 || !s.Spilled() {
		t.Errorf("%d rows, %v, %d bytes are held", len(out), err, b.Used())
	}
	s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s = start(ctx)
	for i, p := range many() {
		if err := s.Add(p.key, p.value); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if i == 5000 {
			cancel()
		}
	}
	for _, err := range s.Sorted() {
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	s.Close()
	if b.Used() != 0 {
		t.Errorf("%d bytes are held", b.Used())
	}
}

// TestSortersShareMemory runs sorts at once that share little memory: each goes to disk, and all results are right.
func TestSortersShareMemory(t *testing.T) {
	d := opened(t)
	b := memory.NewBudget(150_000)
	in := many()
	var wait sync.WaitGroup
	for range 4 {
		part := b.Part()
		wait.Go(func() {
			s := NewSorter(pace.New(t.Context()), part.Open("sort", 100_000), d, 0)
			defer s.Close()
			out, err := sorted(s, in, -1)
			var known *wire.Error
			if errors.As(err, &known) && known.Code == wire.ExceededMemoryLimit.Number {
				return // others held all of the memory
			}
			if err != nil || len(out) != len(in) {
				t.Errorf("%d rows, %v", len(out), err)
			}
		})
	}
	wait.Wait()
	if b.Used() != 0 {
		t.Errorf("%d bytes are held", b.Used())
	}
}

// full is a disk with room for a number of writes.
type full struct {
	vfs.FS
	writes int
}

func (f *full) OpenReadWrite(name string, c vfs.DiskWriteCategory, o ...vfs.OpenOption) (vfs.File, error) {
	file, err := f.FS.OpenReadWrite(name, c, o...)
	return &fullFile{file, f}, err
}

type fullFile struct {
	vfs.File
	of *full
}

func (f *fullFile) WriteAt(p []byte, at int64) (int, error) {
	if f.of.writes--; f.of.writes < 0 {
		return 0, syscall.ENOSPC
	}
	return f.File.WriteAt(p, at)
}

// TestFullDisk makes the disk full after each possible number of writes.
func TestFullDisk(t *testing.T) {
	for writes := range 40 {
		fs := &full{vfs.NewMem(), writes}
		d, err := Open(fs, "spill")
		if err != nil {
			t.Fatal(err)
		}
		b := memory.NewBudget(1 << 30)
		s := NewSorter(pace.New(t.Context()), b.Open("sort", 100_000), d, 0)
		_, err = sorted(s, many(), -1)
		fails(t, err, wire.OutOfDiskSpace)
		s.Close()
		left(t, d)
	}
}

// TestRoomIsLeft: a sort on a disk that is nearly full is refused.
func TestRoomIsLeft(t *testing.T) {
	fs := vfs.NewMem()
	fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 600 << 20, TotalBytes: 100 << 30})
	d, err := Open(fs, "spill")
	if err != nil {
		t.Fatal(err)
	}
	sort := func() error {
		s := NewSorter(pace.New(t.Context()), memory.NewBudget(1<<30).Open("sort", 100_000), d, 0)
		defer s.Close()
		_, err := sorted(s, many(), -1)
		return err
	}
	if err := sort(); err != nil {
		t.Error(err)
	}
	fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 510 << 20, TotalBytes: 100 << 30})
	fails(t, sort(), wire.OutOfDiskSpace)
	left(t, d)
}

// TestOpenRemoves removes what another process has left.
func TestOpenRemoves(t *testing.T) {
	dir := t.TempDir() + "/spill"
	d, err := Open(vfs.Default, dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.Create(512)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stale, err := vfs.Default.Create(dir+"/9", category)
	if err != nil {
		t.Fatal(err)
	}
	stale.Close()
	if d, err = Open(vfs.Default, dir); err != nil {
		t.Fatal(err)
	}
	left(t, d)
}

// TestBlocksAreUsedAgain: while lists are read and others written, the file does not grow.
func TestBlocksAreUsedAgain(t *testing.T) {
	f, err := opened(t).Create(leastBlock)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	most := int64(0)
	for round := range 10 {
		l := f.List()
		for i := range 1000 {
			if err := l.Append([]byte{byte(i)}, make([]byte, i%50)); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.End(); err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			most = f.end
		}
		r := l.Read()
		for i := range 1000 {
			if record, err := r.Next(); err != nil || len(record) != 1+i%50 || record[0] != byte(i) {
				t.Fatalf("round %d, record %d: %x, %v", round, i, record, err)
			}
		}
		if _, err := r.Next(); err == nil || f.end != most {
			t.Errorf("%v, %d blocks, %d after the first round", err, f.end, most)
		}
	}
}
