package server

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestWhatTheLogTellsOfAPath: the path as it is, or its pattern where a secret is part of it.
func TestWhatTheLogTellsOfAPath(t *testing.T) {
	var log bytes.Buffer
	s, err := Open(t.Context(), Config{DataDir: t.TempDir(), Listen: "127.0.0.1:0", Management: "127.0.0.1:0", Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.release(); err != nil {
			t.Error(err)
		}
	}()
	h := s.handler()
	for _, c := range []struct{ method, path, told string }{
		{"POST", "/api/oauth/token", "path=/api/oauth/token "},
		{"GET", "/openapi.json", "path=/openapi.json "},
		{"GET", "/invitations/secret", "path=/invitations/ "},
		{"PUT", "/invitations/secret", "path=/invitations/ "},
		{"GET", "//invitations/secret", "path=/invitations/ "},
		{"GET", "/api/atlas/v2/groups/", "path=/api/atlas/v2/groups/ "},
	} {
		log.Reset()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(c.method, c.path, nil))
		if line := log.String(); !strings.Contains(line, "method="+c.method+" "+c.told) || strings.Contains(line, "secret") || strings.Count(line, "\n") != 1 {
			t.Errorf("%s %s: %s", c.method, c.path, line)
		}
	}
}
