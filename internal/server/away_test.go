package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
)

// TestTheStoreIsAway: while PostgreSQL is stopped, callers are told so within seven seconds, and /readyz says why; when it is
// back, everything goes on by itself.
func TestTheStoreIsAway(t *testing.T) {
	pg := pgtest.Start(t)
	s, err := Open(t.Context(), Config{DataDir: t.TempDir(), Store: pg.URL, Listen: "127.0.0.1:0", Management: "127.0.0.1:0", LimitsOff: true})
	if err != nil {
		t.Fatal(err)
	}
	runs(t, s)
	h, token := s.handler(), ownerToken(t, s)
	get := func() *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, api.Prefix+"/orgs", nil)
		r.Header = accepting()
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := get(); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if err := pg.Stop(); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	w := get()
	if took := time.Since(begun); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "SERVICE_UNAVAILABLE") || took > 7*time.Second {
		t.Errorf("after %v: %d %s", took, w.Code, w.Body)
	}
	ready := httptest.NewRecorder()
	s.readyz(ready, nil)
	if ready.Code != http.StatusServiceUnavailable || !strings.Contains(ready.Body.String(), "store") {
		t.Errorf("/readyz: %d %s", ready.Code, ready.Body)
	}
	if err := pg.Start(); err != nil {
		t.Fatal(err)
	}
	if w := get(); w.Code != http.StatusOK {
		t.Errorf("PostgreSQL is back: %d %s", w.Code, w.Body)
	}
}
