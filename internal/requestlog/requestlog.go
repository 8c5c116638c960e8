// Package requestlog gives every request an id, and its answer one line in the log.
package requestlog

import (
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Header carries a request's id: the caller's own, if it sends one that is fit for a log, else one of the server's. The
// answer repeats it.
const Header = "X-Request-Id"

// Entry is what is known of a request beyond what HTTP tells. Who answers fills it in; it belongs to the request's
// goroutine.
type Entry struct {
	ID        string
	Path      string // what is logged of the path, which a secret in it must not be part of
	Operation string // the operationId, "" for what is no operation
	Caller    string // id of the key or account, "" before it is known
	Address   string // where the request comes from
	ErrorCode string // of the API's catalogue, "" if the request succeeded
}

// From is the entry of the request that w answers, or one that nobody reads.
func From(w http.ResponseWriter) *Entry {
	if out, ok := w.(*recorder); ok {
		return &out.entry
	}
	return new(Entry)
}

// Seen is told of each request that was answered: its operation, the status of the answer and the time that it took.
type Seen func(operation string, status int, took time.Duration)

// Handler answers with next, tells seen, and logs what it did: one line a request, at level info, and at level error where the
// server failed. One that ended in a panic has no answer; net/http logs why. Queries, headers and bodies are not logged:
// they may hold secrets.
func Handler(log *slog.Logger, seen Seen, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		out := &recorder{ResponseWriter: w, status: http.StatusOK, entry: Entry{ID: id(r.Header.Get(Header)), Path: r.URL.Path}}
		w.Header().Set(Header, out.entry.ID)
		aborted := true
		defer func() {
			ended := time.Now()
			if !aborted {
				seen(out.entry.Operation, out.status, ended.Sub(began))
			}
			line(log, r, out, began, ended, aborted)
		}()
		next.ServeHTTP(out, r)
		aborted = false
	})
}

func line(log *slog.Logger, r *http.Request, out *recorder, began, ended time.Time, aborted bool) {
	e := &out.entry
	level := slog.LevelInfo
	if aborted || out.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	if !log.Enabled(r.Context(), level) {
		return
	}
	attrs := make([]slog.Attr, 0, 10)
	attrs = append(attrs, slog.String("id", e.ID), slog.String("method", r.Method), slog.String("path", e.Path))
	if aborted {
		attrs = append(attrs, slog.Bool("aborted", true))
	} else {
		attrs = append(attrs, slog.Int("status", out.status))
	}
	if r.Method == http.MethodHead {
		out.bytes = 0 // net/http leaves the body out
	}
	attrs = append(attrs, slog.Int64("bytes", out.bytes), slog.Duration("took", ended.Sub(began)))
	for _, a := range []slog.Attr{
		slog.String("operation", e.Operation), slog.String("caller", e.Caller), slog.String("address", e.Address), slog.String("error", e.ErrorCode),
	} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	record := slog.NewRecord(ended, level, "request", 0) // without the place in the source, whose search costs more than the line
	record.AddAttrs(attrs...)
	_ = log.Handler().Handle(r.Context(), record) // as slog does: there is nobody to tell
}

// maxID bounds a caller's own id, in bytes.
const maxID = 64

// id is the caller's own id if it is one word of ordinary characters, else a new one.
func id(own string) string {
	if own == "" || len(own) > maxID || strings.ContainsFunc(own, odd) {
		return strconv.FormatUint(rand.Uint64(), 36) // told apart is enough; it need not be unguessable
	}
	return own
}

func odd(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r))
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	entry  Entry
	status int
	bytes  int64
	wrote  bool
}

func (w *recorder) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, status >= http.StatusOK // before that they are informational
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	w.wrote = true
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
