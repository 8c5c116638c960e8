package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestLinesWaitForOthers: they are written together and in order; warnings and errors at once, with all before them.
func TestLinesWaitForOthers(t *testing.T) {
	var out bytes.Buffer
	l := &lines{to: &out, due: true} // nobody else writes what is held
	log := slog.New(prompt{slog.NewTextHandler(l, nil), l}).With("from", "test")
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
