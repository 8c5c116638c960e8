package oplogs

import (
	"bytes"
	"cmp"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func at(t, i uint32) bson.Timestamp { return bson.Timestamp{T: t, I: i} }

// told are entries with these times.
func told(t *testing.T, times ...bson.Timestamp) iter.Seq2[bson.Raw, error] {
	return func(yield func(bson.Raw, error) bool) {
		for _, ts := range times {
			raw, err := bson.Marshal(bson.D{{Key: "ts", Value: ts}, {Key: "filler", Value: make([]byte, 300)}})
			if err != nil {
				t.Fatal(err)
			}
			if !yield(raw, nil) {
				return
			}
		}
	}
}

// history is what the log has after a time.
func history(t *testing.T, l Log, last bson.Timestamp) (all []bson.Timestamp, err error) {
	t.Helper()
	for entry, err := range l.History(t.Context(), last, nil) {
		if err != nil {
			return all, err
		}
		all = append(all, timeOf(entry))
	}
	return all, nil
}

// logged is a log of the seconds 1 to 6 in pieces of two, with a gap behind the second 4.
func logged(t *testing.T) Log {
	t.Helper()
	l := At(filepath.Join(t.TempDir(), "log"))
	if _, begun, err := l.Last(); begun || err != nil {
		t.Fatalf("it has begun: %v, %v", begun, err)
	}
	err := l.Begin(bson.Timestamp{})
	for _, times := range [][]bson.Timestamp{{at(1, 1), at(2, 1)}, {at(3, 1), at(4, 7)}, nil} {
		last, _, failed := l.Last()
		_, broken := l.Append(last, told(t, times...))
		err = errors.Join(err, failed, broken)
	}
	err = errors.Join(err, l.Begin(at(4, 9)))
	_, failed := l.Append(at(4, 9), told(t, at(5, 1), at(6, 1)))
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestHistory(t *testing.T) {
	l := logged(t)
	if last, begun, err := l.Last(); last != at(6, 1) || !begun || err != nil {
		t.Errorf("the last is %v, %v, %v", last, begun, err)
	}
	for _, c := range []struct {
		last bson.Timestamp
		want []bson.Timestamp
		err  error
	}{
		{at(0, 0), []bson.Timestamp{at(1, 1), at(2, 1), at(3, 1), at(4, 7)}, ErrGap},
		{at(1, 1), []bson.Timestamp{at(2, 1), at(3, 1), at(4, 7)}, ErrGap},
		{at(4, 7), nil, ErrGap},
		{at(4, 9), []bson.Timestamp{at(5, 1), at(6, 1)}, nil},
		{at(5, 1), []bson.Timestamp{at(6, 1)}, nil},
		{at(6, 1), nil, nil},
	} {
		if got, err := history(t, l, c.last); !slices.Equal(got, c.want) || !errors.Is(err, c.err) {
			t.Errorf("after %v: %v, %v; want %v, %v", c.last, got, err, c.want, c.err)
		}
	}
}

func TestCovers(t *testing.T) {
	l := logged(t)
	check := func(until bson.Timestamp, want bool) {
		t.Helper()
		if got, err := l.Covers(until); got != want || err != nil {
			t.Errorf("up to %v: %v, %v", until, got, err)
		}
	}
	check(at(6, 1), true)
	check(at(6, 2), false)
	if err := l.Cover(time.Unix(9, 999)); err != nil {
		t.Fatal(err)
	}
	check(at(8, 1<<31), true)
	check(at(9, 1), false)
	if ok, err := At(t.TempDir()).Covers(at(1, 1)); ok || err != nil {
		t.Errorf("a log that has not begun: %v, %v", ok, err)
	}
}

// prune removes the pieces of which no entry is after a time.
func prune(l Log, before bson.Timestamp) error {
	old, err := l.Old(before)
	return errors.Join(err, l.Remove(old))
}

func TestPrune(t *testing.T) {
	l := logged(t)
	if err := prune(l, at(3, 9)); err != nil {
		t.Fatal(err)
	}
	if got, err := history(t, l, at(2, 1)); len(got) != 2 || !errors.Is(err, ErrGap) {
		t.Errorf("after the second 2: %v, %v", got, err)
	}
	if _, err := history(t, l, at(1, 1)); !errors.Is(err, ErrGap) {
		t.Errorf("what was removed is there: %v", err)
	}
	if err := prune(l, at(99, 1)); err != nil {
		t.Fatal(err)
	}
	if last, begun, err := l.Last(); last != at(6, 1) || !begun || err != nil {
		t.Errorf("the log goes on after %v, %v, %v", last, begun, err)
	}
}

// TestFailedAppend: an append that fails leaves no piece, and a file that a crash has left is overwritten.
func TestFailedAppend(t *testing.T) {
	l := logged(t)
	failed := errors.New("no more")
	broken := func(yield func(bson.Raw, error) bool) {
		for entry := range told(t, at(7, 1)) {
			if !yield(entry, nil) {
				return
			}
		}
		yield(nil, failed)
	}
	if last, err := l.Append(at(6, 1), broken); last != at(6, 1) || !errors.Is(err, failed) {
		t.Errorf("%v, %v", last, err)
	}
	if last, _, err := l.Last(); last != at(6, 1) || err != nil {
		t.Errorf("the last is %v, %v", last, err)
	}
	if last, err := l.Append(at(6, 1), told(t, at(8, 1))); last != at(8, 1) || err != nil {
		t.Errorf("%v, %v", last, err)
	}
}

// TestDamagedPieces: reading a damaged piece is an error.
func TestDamagedPieces(t *testing.T) {
	l := logged(t)
	path := filepath.Join(l.dir, name(at(4, 9), at(6, 1)))
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		raw[i] ^= 1 << (i % 8)
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := history(t, l, at(4, 9))
		raw[i] ^= 1 << (i % 8)
		if err == nil && !slices.Equal(got, []bson.Timestamp{at(5, 1), at(6, 1)}) {
			t.Fatalf("with byte %d changed: %v", i, got)
		}
	}
	if err := os.WriteFile(path, raw[:len(raw)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := history(t, l, at(4, 9)); err == nil {
		t.Error("half a piece is read as a whole")
	}
}

// A copy that is made file by file is the same log; other files are no part of one.
func TestCopy(t *testing.T) {
	l, copied := logged(t), At(filepath.Join(t.TempDir(), "copy"))
	if err := l.Cover(time.Unix(9, 0)); err != nil {
		t.Fatal(err)
	}
	names, err := l.Names()
	if err != nil || !slices.IsSortedFunc(names, func(a, b string) int { return cmp.Compare(Order(a), Order(b)) }) {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		f, err := l.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(copied.Add(name, f), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := l.Covered()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{CoveredName: raw, "other": []byte("x"), "../out.bson.zst": []byte("x")} {
		if err := copied.Add(name, bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	want, gap := history(t, l, at(1, 1))
	if got, err := history(t, copied, at(1, 1)); !slices.Equal(got, want) || !errors.Is(err, gap) {
		t.Errorf("the copy tells %v, %v, not %v, %v", got, err, want, gap)
	}
	if ok, err := copied.Covers(at(8, 1)); !ok || err != nil {
		t.Errorf("the copy covers: %v, %v", ok, err)
	}
	entries, err := os.ReadDir(copied.dir)
	if err != nil || len(entries) != len(names)+1 {
		t.Errorf("files %v, %v", entries, err)
	}
}
