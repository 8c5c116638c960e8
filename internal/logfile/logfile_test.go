package logfile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)

// line is the log line of the nth second.
func line(n int) []byte {
	l := AppendTime([]byte(`{"t":`), start.Add(time.Duration(n)*time.Second))
	return fmt.Appendf(l, ",\"n\":%d}\n", n)
}

type log struct {
	*testing.T
	path string
	*File
	n int
}

func newLog(t *testing.T) *log {
	l := &log{T: t, path: filepath.Join(t.TempDir(), "member", "a.log")}
	l.open()
	return l
}

func (l *log) open() {
	l.File = New(l.path)
	l.Cleanup(func() { _ = l.File.Close() })
}

// write appends n lines.
func (l *log) write(n int) {
	l.Helper()
	for range n {
		if err := l.Append(line(l.n)); err != nil {
			l.Fatal(err)
		}
		l.n++
	}
}

// want checks the lines of a range of seconds.
func (l *log) want(in Range, from, to int) {
	l.Helper()
	var got, want []string
	for line, err := range Read(l.path, in) {
		if err != nil {
			l.Fatal(err)
		}
		got = append(got, string(line.Text))
	}
	for n := from; n < to; n++ {
		want = append(want, string(line(n)))
	}
	if !slices.Equal(got, want) {
		l.Errorf("%d lines; want those from %d to %d", len(got), from, to)
	}
}

func TestRange(t *testing.T) {
	l := newLog(t)
	l.want(Range{}, 0, 0)
	l.write(10)
	l.want(Range{}, 0, 10)
	l.want(Range{From: start.Add(3 * time.Second)}, 3, 10)
	l.want(Range{To: start.Add(3 * time.Second)}, 0, 3)
	l.want(Range{From: start.Add(3 * time.Second), To: start.Add(7 * time.Second)}, 3, 7)
}

func TestRotation(t *testing.T) {
	l := newLog(t)
	l.size = 10 * int64(len(line(100)))
	l.write(1000)
	files, err := rotations(l.path)
	if err != nil || len(files) != keptFiles {
		t.Errorf("rotated to %q, %v", files, err)
	}
	var first int
	for line := range Read(l.path, Range{}) {
		first = int(line.At.Sub(start).Seconds())
		break
	}
	if first < 900 || first > 925 {
		t.Errorf("the oldest line is %d", first)
	}
	l.want(Range{}, first, 1000)
}

// TestTornLine: a line that a loss of power has cut is removed when the log is opened.
func TestTornLine(t *testing.T) {
	for _, torn := range []string{`{"t":{"$da`, strings.Repeat("x", 10_000)} {
		l := newLog(t)
		l.write(5)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(l.path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(torn); err != nil || file.Close() != nil {
			t.Fatal(err)
		}
		l.want(Range{}, 0, 5)
		l.open()
		l.write(5)
		l.want(Range{}, 0, 10)
	}
}

func TestManyWriters(t *testing.T) {
	l := newLog(t)
	l.size = 2000
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for n := range 20 {
				if err := l.Append(line(n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	var n int
	for range Read(l.path, Range{}) {
		n++
	}
	if n != 160 {
		t.Errorf("%d lines", n)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := l.Append(line(0)); err == nil {
		t.Error("a closed log takes a line")
	}
}

func TestMerge(t *testing.T) {
	even, odd, none := newLog(t), newLog(t), newLog(t)
	for n := range 10 {
		if err := []*log{even, odd}[n%2].Append(line(n)); err != nil {
			t.Fatal(err)
		}
	}
	var n int
	for got, err := range Merge(Read(even.path, Range{}), Read(none.path, Range{}), Read(odd.path, Range{})) {
		if err != nil || string(got.Text) != string(line(n)) {
			t.Errorf("line %d is %s, %v", n, got.Text, err)
		}
		n++
	}
	if n != 10 {
		t.Errorf("%d lines", n)
	}
	for range Merge(Read(even.path, Range{}), Read(odd.path, Range{})) {
		break // a reader that stops early must leave nothing open
	}
	unreadable := filepath.Join(t.TempDir(), "directory")
	if err := os.Mkdir(unreadable, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, err := range Merge(Read(even.path, Range{}), Read(unreadable, Range{})) {
		if err == nil {
			t.Error("a log that cannot be read is left out")
		}
		break
	}
}
