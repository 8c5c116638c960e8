package storage

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// pebbleLogger passes Pebble's messages on. Pebble calls Fatalf when the disk has failed and nothing more can be made
// durable. To continue could acknowledge writes that are lost, or wait for ever for a lock that Pebble still holds, so the
// process ends. It ends by a panic in a goroutine of its own, because a panic in a command's goroutine would be caught.
type pebbleLogger struct {
	log *slog.Logger

	mu      sync.Mutex
	last    time.Time // of an error in the log
	skipped int       // errors since
}

func (l *pebbleLogger) Infof(format string, args ...any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug(fmt.Sprintf(format, args...))
	}
}

// Errorf writes a line a second at most: what fails in the background is tried again at once.
func (l *pebbleLogger) Errorf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Sub(l.last) < time.Second {
		l.skipped++
		return
	}
	l.log.Error(fmt.Sprintf(format, args...), "skipped", l.skipped)
	l.last, l.skipped = now, 0
}

func (l *pebbleLogger) Fatalf(format string, args ...any) {
	msg := fmt.Sprintf(format, args...)
	l.log.Error(msg)
	go panic(msg)
	select {}
}
