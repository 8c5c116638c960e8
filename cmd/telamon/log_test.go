package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestLinesWaitForOthers: they are written together and in order; warnings and errors at once, with all before them.
func TestLinesWaitForOthers(t *testing.T) {
	var out bytes.Buffer
	l := &lines{to: &out, due: true} // nobody else writes what is held
	log := slog.New(&text{lines: l}).With("from", "test")
	log.Info("one")
	if out.Len() > 0 {
		t.Errorf("a line did not wait: %s", out.String())
	}
	log.Warn("two")
	if got := out.String(); strings.Count(got, "from=test") != 2 || strings.Index(got, "msg=one") > strings.Index(got, "msg=two") {
		t.Errorf("%s", got)
	}
	out.Reset()
	l.due = true
	for i := range 10_000 {
		log.Info(fmt.Sprint("line", i))
	}
	if held := len(l.held); held >= enough || out.Len() == 0 {
		t.Errorf("%d bytes wait, %d are written", held, out.Len())
	}
	l.flush()
	if n := strings.Count(out.String(), "\n"); n != 10_000 {
		t.Errorf("%d lines", n)
	}
}

// TestLinesAreAsSlogWritesThem, whatever is in them.
func TestLinesAreAsSlogWritesThem(t *testing.T) {
	cases := []func(*slog.Logger){
		func(l *slog.Logger) {
			l.Info("request", "id", "3w5e1", "status", 200, "took", 17*time.Microsecond, "aborted", true)
		},
		func(l *slog.Logger) {
			l.Error("it failed", "error", errors.New("no \"such\" thing"), "nothing", nil, "address", netip.MustParseAddr("::1"))
		},
		func(l *slog.Logger) { l.Warn("", "", "", "odd key", "x", "a=b", "c") },
		func(l *slog.Logger) {
			l.Debug("numbers", "f", 1.5, "u", uint64(math.MaxUint64), "nan", math.NaN(), "at", time.Unix(1e9, 12345678), "l", slog.LevelError+1)
		},
		func(l *slog.Logger) {
			l.With("a", 1).WithGroup("g").With("b", 2).Info("groups", "c", 3, slog.Group("h", "d", 4, slog.Group("", "e", 5)))
		},
		func(l *slog.Logger) { l.WithGroup("").Info("empty", slog.Group("none"), slog.Attr{}) },
		func(l *slog.Logger) { l.Log(t.Context(), slog.LevelInfo+2, "between") },
	}
	for _, s := range []string{"plain", "two words", "line\nbreak", `quo"te`, `back\slash`, "ünï", "no\u00a0break", "\x00", "\x7f", "\xff", "\u2028", "tab\t", "é=", "{}[]<>&'", "日本"} {
		cases = append(cases, func(l *slog.Logger) { l.Info(s, s, s, "any", []string{s}) })
	}
	for _, say := range cases {
		var own, theirs bytes.Buffer
		l := &lines{to: &own, due: true}
		now := time.Date(2026, 1, 2, 3, 4, 5, 7_008_009, time.FixedZone("", 3600))
		say(slog.New(at{&text{lines: l, level: slog.LevelDebug}, now}))
		l.flush()
		say(slog.New(at{slog.NewTextHandler(&theirs, &slog.HandlerOptions{Level: slog.LevelDebug}), now}))
		if own.String() != theirs.String() {
			t.Errorf("it is\n%sand slog writes\n%s", &own, &theirs)
		}
	}
}

// at is a handler whose records are all of one instant.
type at struct {
	slog.Handler
	now time.Time
}

func (a at) Handle(ctx context.Context, r slog.Record) error {
	r.Time = a.now
	return a.Handler.Handle(ctx, r)
}
func (a at) WithAttrs(attrs []slog.Attr) slog.Handler { return at{a.Handler.WithAttrs(attrs), a.now} }
func (a at) WithGroup(name string) slog.Handler       { return at{a.Handler.WithGroup(name), a.now} }

// BenchmarkLine is what a request's line costs.
func BenchmarkLine(b *testing.B) {
	log, _ := newLog(io.Discard, slog.LevelInfo)
	r := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
	r.AddAttrs(slog.String("id", "3w5e11264sgsf"), slog.String("method", "GET"), slog.String("path", "/api/atlas/v2/groups/6b0d0081d6410b0aa2fa755c/databaseUsers/admin/u1"),
		slog.Int("status", 200), slog.Int64("bytes", 319), slog.Duration("took", 17*time.Microsecond), slog.String("operation", "getDatabaseUser"),
		slog.String("caller", "mdb_sa_id_6b0d0081d6410b0aa2fa755c"), slog.String("address", "127.0.0.1"))
	b.ReportAllocs()
	for b.Loop() {
		if err := log.Handler().Handle(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
