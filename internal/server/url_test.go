package server

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/api"
)

// TestLinksBeginWithTheURL runs a server as behind a proxy that ends TLS: whoever follows a link or reads bootstrap.json
// must come to the proxy.
func TestLinksBeginWithTheURL(t *testing.T) {
	const at = "https://atlas.example.com"
	dir := t.TempDir()
	s, err := Open(t.Context(), Config{DataDir: dir, Listen: "127.0.0.1:0", Management: "127.0.0.1:0", URL: at})
	if err != nil {
		t.Fatal(err)
	}
	runs(t, s)
	call := func(method, path, body string, into any) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.api.Addr().String()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Authorization": {"Bearer " + ownerToken(t, s)}, "Accept": {"application/vnd.atlas.2025-02-19+json"}, "Content-Type": {"application/json"}}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(into); err != nil || res.StatusCode >= 300 {
			t.Fatalf("%s %s: %s (%v)", method, path, res.Status, err)
		}
	}
	var page struct{ Links []struct{ Href string } }
	call(http.MethodGet, "/api/atlas/v2/groups", "", &page)
	if len(page.Links) == 0 || !strings.HasPrefix(page.Links[0].Href, at+"/api/atlas/v2/groups") || s.Bootstrap().BaseURL != at {
		t.Errorf("links %v, base %s", page.Links, s.Bootstrap().BaseURL)
	}
	call(http.MethodPost, "/api/atlas/v2/orgs/"+s.Bootstrap().OrgID+"/users", `{"username":"ada@example.com","roles":{"orgRoles":["ORG_MEMBER"]}}`, new(any))
	letter := firstLetter(t, filepath.Join(dir, "outbox"))
	if !strings.Contains(strings.ReplaceAll(letter, "=\r\n", ""), at+"/") {
		t.Errorf("the letter leads elsewhere:\n%s", letter)
	}
}

// TestLinksDoNotFollowTheCaller: without a URL links begin with what was bound, whatever name the caller makes up.
func TestLinksDoNotFollowTheCaller(t *testing.T) {
	m := newScene(t)
	r := httptest.NewRequest(http.MethodGet, "http://elsewhere.example"+api.Prefix+"/groups", nil)
	r.Header = accepting()
	r.Header.Set("Authorization", m.authorize(m.owner, http.MethodGet, r.RequestURI))
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, r)
	if body := w.Body.String(); w.Code != http.StatusOK || strings.Contains(body, "elsewhere") || !strings.Contains(body, m.server.bootstrap.BaseURL+api.Prefix+"/groups") {
		t.Errorf("%d %s", w.Code, body)
	}
}

// runs runs the server until the test ends.
func runs(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	<-s.Ready()
}

// firstLetter waits for a letter in the outbox.
func firstLetter(t *testing.T, outbox string) string {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if letters, _ := filepath.Glob(filepath.Join(outbox, "*.eml")); len(letters) > 0 {
			raw, err := os.ReadFile(letters[0])
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
	}
	t.Fatal("no letter")
	return ""
}

func TestURLsThatLeadNowhere(t *testing.T) {
	for _, bad := range []string{"atlas.example.com", "ftp://example.com", "https://", "https://example.com/atlas", "https://example.com/?a=b", "https://jane:secret@example.com", "http://a b"} {
		s, err := Open(t.Context(), Config{DataDir: t.TempDir(), Listen: "127.0.0.1:0", Management: "127.0.0.1:0", URL: bad})
		if err == nil || s != nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
