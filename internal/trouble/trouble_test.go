package trouble

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestALineASecondOfEachKind(t *testing.T) {
	var log bytes.Buffer
	now := time.Now()
	b := New(slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now })
	for range 3 {
		for range 1000 {
			b.Report("the disk is full", errors.New("x"))
			b.Mention("somebody hung up", errors.New("y"))
		}
		now = now.Add(time.Second)
	}
	if n := strings.Count(log.String(), "\n"); n != 6 || !strings.Contains(log.String(), "unsaid=999") {
		t.Errorf("%d lines: %s", n, log.String())
	}
	if got := b.Now(); !slices.Equal(got, []string{"the disk is full"}) {
		t.Errorf("%q", got)
	}
	now = now.Add(lasting)
	if got := b.Now(); len(got) > 0 {
		t.Errorf("after it has ended: %q", got)
	}
	var none *Board
	none.Report("nobody listens", errors.New("z"))
}
