package webpage_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/webpage"
)

func TestNothingOnAPageIsMarkup(t *testing.T) {
	const evil = `"><script>alert(1)</script>'`
	w := httptest.NewRecorder()
	webpage.Write(w, http.StatusTeapot, webpage.Page{
		Title: evil, Sentence: evil, Facts: []webpage.Fact{{Name: evil, Values: []string{evil, evil}}},
		Form: &webpage.Form{
			Problem: evil, Fields: []webpage.Field{{Name: evil, Label: evil, Type: "text", Value: evil, Hint: evil, Complete: evil}},
			Buttons: []webpage.Button{{Name: evil, Value: evil, Label: evil}},
		},
	})
	page := w.Body.String()
	if strings.Contains(page, "<script") || strings.Count(page, `">`) > strings.Count(page, `"`) || w.Code != http.StatusTeapot {
		t.Errorf("%d %s", w.Code, page)
	}
	if n := strings.Count(page, "alert(1)"); n != 15 {
		t.Errorf("the text stands there %d times: %s", n, page)
	}
	for _, foreign := range []string{"http:", "https:", "//", "url(", "@import", "src=", "href="} {
		if strings.Contains(page, foreign) {
			t.Errorf("the page loads something: it has %s", foreign)
		}
	}
	policy := w.Header().Get("Content-Security-Policy")
	for _, rule := range []string{"default-src 'none'", "style-src 'sha256-", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, rule) {
			t.Errorf("the policy is %s", policy)
		}
	}
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("the policy keeps the page's own style out: %s", policy)
	}
	if strings.Contains(policy, "unsafe") || w.Header().Get("Referrer-Policy") != "no-referrer" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the headers are %v", w.Header())
	}
}

func TestWhatIsRead(t *testing.T) {
	send := func(contentType, body string) (url.Values, int) {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/?a=query", strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		return webpage.Read(w, r), w.Code
	}
	const form = "application/x-www-form-urlencoded"
	if v, _ := send(form, "a=1&b=%C3%A4"); v.Get("a") != "1" || v.Get("b") != "ä" {
		t.Errorf("%v", v)
	}
	if v, _ := send("application/json", `{"a":1}`); v.Has("a") {
		t.Errorf("the query is no answer, nor is JSON: %v", v)
	}
	if v, status := send(form, "a=%zz"); v != nil || status != http.StatusBadRequest {
		t.Errorf("%v %d", v, status)
	}
	if v, status := send(form, "a="+strings.Repeat("x", 20<<10)); v != nil || status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", status)
	}
}
