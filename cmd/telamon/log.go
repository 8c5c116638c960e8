package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Lines of the log wait for others to be written with, for so long and up to so many bytes: a write for each line is a tenth
// of what a small request costs. Warnings and errors do not wait.
const (
	waits  = 100 * time.Millisecond
	enough = 32 << 10
)

// newLog returns a log that writes to w, and what writes the lines that still wait.
func newLog(w io.Writer, level slog.Level) (log *slog.Logger, flush func()) {
	l := &lines{to: w}
	return slog.New(prompt{slog.NewTextHandler(l, &slog.HandlerOptions{Level: level}), l}), l.flush
}

// lines gathers lines.
type lines struct {
	mu   sync.Mutex
	to   io.Writer
	held []byte
	due  bool // somebody will write what is held
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = append(l.held, line...)
	if len(l.held) >= enough {
		return len(line), l.write()
	}
	if !l.due {
		l.due = true
		time.AfterFunc(waits, l.flush)
	}
	return len(line), nil
}

func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.due = false
	_ = l.write() // there is no other place to tell that the log is gone
}

func (l *lines) write() error {
	if len(l.held) == 0 {
		return nil
	}
	_, err := l.to.Write(l.held)
	l.held = l.held[:0]
	return err
}

// prompt is a handler whose warnings and errors are written at once.
type prompt struct {
	slog.Handler
	lines *lines
}

func (p prompt) Handle(ctx context.Context, r slog.Record) error {
	err := p.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		p.lines.flush()
	}
	return err
}

func (p prompt) WithAttrs(attrs []slog.Attr) slog.Handler {
	return prompt{p.Handler.WithAttrs(attrs), p.lines}
}

func (p prompt) WithGroup(name string) slog.Handler {
	return prompt{p.Handler.WithGroup(name), p.lines}
}
