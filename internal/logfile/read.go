package logfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"time"
)

// Range is a time from its beginning up to its end, which is not in it. The zero time is no bound.
type Range struct{ From, To time.Time }

func (r Range) has(t time.Time) bool {
	return !t.Before(r.From) && (r.To.IsZero() || t.Before(r.To))
}

// Line is a line of a log, with its line break, and the time in it. Its text is valid until the next line is read.
type Line struct {
	At   time.Time
	Text []byte
}

// Read returns the lines of the log at path whose times are in the range, in the order in which they were appended. A log
// without a file has no lines. An error ends the sequence.
func Read(path string, in Range) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		files, err := rotations(path)
		if err != nil {
			yield(Line{}, err)
			return
		}
		for _, name := range append(files, path) {
			if !read(name, in, yield) {
				return
			}
		}
	}
}

// read reports whether there may be more to read.
func read(name string, in Range, yield func(Line, error) bool) bool {
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil {
		yield(Line{}, err)
		return false
	}
	defer func() { _ = file.Close() }()
	for r := bufio.NewReader(file); ; {
		text, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) { // a last line without a line break is being written
			return true
		}
		if err != nil {
			yield(Line{}, err)
			return false
		}
		if t, ok := timeOf(text); ok && in.has(t) && !yield(Line{t, text}, nil) {
			return false
		}
	}
}

// Merge returns the lines of several logs by time.
func Merge(logs ...iter.Seq2[Line, error]) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		var heads []*head
		defer func() {
			for _, h := range heads {
				h.stop()
			}
		}()
		for _, log := range logs {
			h := &head{}
			h.pull, h.stop = iter.Pull2(log)
			heads = append(heads, h)
			h.next()
		}
		for {
			first := earliest(heads)
			if first == nil || !yield(first.line, first.err) || first.err != nil {
				return
			}
			first.next()
		}
	}
}

// head is the next line of a log.
type head struct {
	pull func() (Line, error, bool)
	stop func()
	line Line
	err  error
	any  bool
}

func (h *head) next() { h.line, h.err, h.any = h.pull() }

// earliest returns the log whose next line is the earliest; nil: none has a line. An error comes before all lines.
func earliest(heads []*head) (first *head) {
	for _, h := range heads {
		switch {
		case !h.any:
		case h.err != nil:
			return h
		case first == nil || h.line.At.Before(first.line.At):
			first = h
		}
	}
	return first
}

// timeOf returns the first $date of a line, as MongoDB's logs have it.
func timeOf(line []byte) (time.Time, bool) {
	_, rest, ok := bytes.Cut(line, []byte(`"$date":"`))
	if !ok {
		return time.Time{}, false
	}
	text, _, _ := bytes.Cut(rest, []byte{'"'})
	t, err := time.Parse(time.RFC3339, string(text))
	return t, err == nil
}

// AppendTime appends a time as Read finds it in a line: {"$date":"2026-11-29T10:00:00.000Z"}.
func AppendTime(dst []byte, t time.Time) []byte {
	dst = append(dst, `{"$date":"`...)
	dst = t.UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z07:00")
	return append(dst, `"}`...)
}
