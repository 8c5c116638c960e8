package main

import (
	"io"
	"log/slog"
	"sync"
	"time"
)

// Lines of the log are buffered, for so long and up to so many bytes, because a write for each line would take a tenth of the
// time of a small request. Warnings and errors are written at once.
const (
	waits  = 100 * time.Millisecond
	enough = 32 << 10
)

// newLog returns a log that writes to w, and a function that flushes it.
func newLog(w io.Writer, level slog.Level) (log *slog.Logger, flush func()) {
	l := &lines{to: w}
	return slog.New(&text{lines: l, level: level}), l.flush
}

// lines buffers lines.
type lines struct {
	mu   sync.Mutex
	to   io.Writer
	held []byte
	due  bool // a flush is scheduled

	second     int64  // since 1970
	date, zone string // of that second, as lines have it before and behind the milliseconds
}

// add adds a line that is of an instant: end appends what follows the time. All lines are written if there are enough, or at
// once.
func (l *lines) add(at time.Time, atOnce bool, end func([]byte) []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = append(end(l.begin(at)), '\n')
	if atOnce || len(l.held) >= enough {
		return l.write()
	}
	if !l.due {
		l.due = true
		time.AfterFunc(waits, l.flush)
	}
	return nil
}

// begin appends the time to what is held. Its date is made once a second.
func (l *lines) begin(at time.Time) []byte {
	if s := at.Unix(); s != l.second || l.date == "" {
		l.second, l.date, l.zone = s, at.Format("time=2006-01-02T15:04:05."), at.Format("Z07:00")
	}
	ms := at.Nanosecond() / int(time.Millisecond)
	b := append(l.held, l.date...)
	return append(append(b, byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10)), l.zone...)
}

func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.due = false
	_ = l.write() // there is nowhere to report that the log cannot be written
}

func (l *lines) write() error {
	if len(l.held) == 0 {
		return nil
	}
	_, err := l.to.Write(l.held)
	l.held = l.held[:0]
	return err
}
