package requestlog_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/requestlog"
)

// exchange sends one request through the handler and returns the answer's id and the log's lines.
func exchange(t *testing.T, own string, answer http.HandlerFunc) (id string, lines []map[string]any) {
	t.Helper()
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	r := httptest.NewRequest("POST", "/there?secret=x", strings.NewReader("hidden"))
	if own != "" {
		r.Header.Set(requestlog.Header, own)
	}
	w := httptest.NewRecorder()
	requestlog.Handler(log, unseen, answer).ServeHTTP(w, r)
	for dec := json.NewDecoder(&out); ; {
		var line map[string]any
		if err := dec.Decode(&line); err == io.EOF {
			return w.Header().Get(requestlog.Header), lines
		} else if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
}

func TestOneLineARequest(t *testing.T) {
	id, lines := exchange(t, "", func(w http.ResponseWriter, _ *http.Request) {
		e := requestlog.From(w)
		e.Operation, e.Caller, e.ErrorCode = "createThing", "abc", "THING_EXISTS"
		w.WriteHeader(http.StatusConflict)
		io.WriteString(w, "12345")
	})
	if len(lines) != 1 || id == "" {
		t.Fatalf("%d lines, id %q", len(lines), id)
	}
	for name, want := range map[string]any{
		"id": id, "method": "POST", "path": "/there", "status": 409.0, "bytes": 5.0, "operation": "createThing", "caller": "abc",
		"error": "THING_EXISTS", "level": "INFO",
	} {
		if lines[0][name] != want {
			t.Errorf("%s is %v, not %v", name, lines[0][name], want)
		}
	}
	for name, value := range lines[0] {
		if text, ok := value.(string); ok && (strings.Contains(text, "secret") || strings.Contains(text, "hidden")) {
			t.Errorf("%s tells %q", name, text)
		}
	}
}

func TestAFailureOfTheServerIsAnError(t *testing.T) {
	_, lines := exchange(t, "", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	if lines[0]["level"] != "ERROR" {
		t.Errorf("%v", lines)
	}
}

func TestAPanicHasItsLine(t *testing.T) {
	var out bytes.Buffer
	h := requestlog.Handler(slog.New(slog.NewJSONHandler(&out, nil)), unseen, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		panic(http.ErrAbortHandler)
	}))
	func() {
		defer func() {
			if p := recover(); p != http.ErrAbortHandler {
				t.Errorf("net/http gets %v", p)
			}
		}()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/there", nil))
	}()
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	if _, answered := line["status"]; answered || line["aborted"] != true || line["level"] != "ERROR" {
		t.Errorf("%v", line)
	}
}

func TestHeadHasNoBytes(t *testing.T) {
	var out bytes.Buffer
	h := requestlog.Handler(slog.New(slog.NewJSONHandler(&out, nil)), unseen, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "12345")
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("HEAD", "/there", nil))
	if !strings.Contains(out.String(), `"bytes":0,`) {
		t.Error(out.String())
	}
}

func TestWhoseIDItIs(t *testing.T) {
	for own, kept := range map[string]bool{
		"build-7.3_x": true, "two words": false, "line\nbreak": false, strings.Repeat("a", 65): false, "é": false,
	} {
		if id, _ := exchange(t, own, func(http.ResponseWriter, *http.Request) {}); (id == own) != kept {
			t.Errorf("%q became %q", own, id)
		}
	}
}

func unseen(string, int, time.Duration) {}
