package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/telamon-db/telamon/internal/server"
	"github.com/telamon-db/telamon/telamontest"
)

// get gets a page without credentials; headers are names and values in turn.
func get(t *testing.T, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	return send(t, http.MethodGet, url, "", headers...)
}

func send(t *testing.T, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(raw)
}

// want fails the test unless the page answers with the status, and returns its body.
func want(t *testing.T, url string, status int) string {
	t.Helper()
	res, body := get(t, url)
	if res.StatusCode != status {
		t.Fatalf("%s: %s %s", url, res.Status, body)
	}
	return body
}

// secret is the header that the clock and the profiles ask for.
func secret(s *telamontest.Server) []string {
	return []string{"Authorization", "Bearer " + s.ManagementSecret}
}

// wantSecret is want for what asks for the management listener's secret.
func wantSecret(t *testing.T, s *telamontest.Server, path string) string {
	t.Helper()
	res, body := get(t, s.ManagementURL+path, secret(s)...)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", path, res.Status, body)
	}
	return body
}

func TestManagement(t *testing.T) {
	s := telamontest.Start(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		want(t, s.ManagementURL+path, http.StatusOK)
	}
	if metrics := want(t, s.ManagementURL+"/metrics", http.StatusOK); !strings.Contains(metrics, "go_goroutines") {
		t.Errorf("metrics: %s", metrics)
	}
	wantSecret(t, s, "/debug/pprof/goroutine?debug=1")
	want(t, s.ManagementURL+"/api/atlas/v2/groups", http.StatusNotFound)
	// The API's listener has none of it.
	for _, path := range []string{"/healthz", "/metrics", "/clock", "/debug/pprof/"} {
		want(t, s.URL+path, http.StatusUnauthorized)
	}
}

// showing is what the clock shows, and how far it is ahead.
func showing(t *testing.T, body string) (time.Time, time.Duration) {
	t.Helper()
	var c struct {
		Now   time.Time
		Ahead string
	}
	if err := json.Unmarshal([]byte(body), &c); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	ahead, err := time.ParseDuration(c.Ahead)
	if err != nil {
		t.Fatal(err)
	}
	return c.Now, ahead
}

func TestClock(t *testing.T) {
	s := telamontest.Start(t)
	now, ahead := showing(t, wantSecret(t, s, "/clock"))
	if off := time.Since(now); off < 0 || off > time.Minute || ahead != 0 {
		t.Errorf("at first it shows %v, %v ahead", now, ahead)
	}
	move := func(body string, status int) string {
		t.Helper()
		res, answer := send(t, http.MethodPost, s.ManagementURL+"/clock", body, secret(s)...)
		if res.StatusCode != status {
			t.Errorf("%q: %s %s", body, res.Status, answer)
		}
		return answer
	}
	for _, bad := range []string{
		"", "{}", "720h", `{"advance":720}`, `{"advance":"-1h"}`, `{"advance":"1 day"}`, `{"advance":""}`, `{"advance":null}`, `["1h"]`, `{"advance":"1h"`,
		`{"advance":"9000000h"}`, `{"advance":"99999999999999h"}`, `{"advance":"` + strings.Repeat("1h", 1<<10) + `"}`,
	} {
		move(bad, http.StatusBadRequest)
	}
	if _, ahead := showing(t, wantSecret(t, s, "/clock")); ahead != 0 {
		t.Errorf("bad requests moved it by %v", ahead)
	}
	move(`{"advance":"0s"}`, http.StatusOK)
	moved, ahead := showing(t, move(`{"advance":"720h"}`, http.StatusOK))
	if d := moved.Sub(now); d < 720*time.Hour || d > 721*time.Hour || ahead < 719*time.Hour {
		t.Errorf("it was moved by %v, ahead %v", d, ahead)
	}
	s.Restart()
	if later, again := showing(t, wantSecret(t, s, "/clock")); later.Before(moved) || again != ahead {
		t.Errorf("after a restart it shows %v, %v ahead; before %v, %v ahead", later, again, moved, ahead)
	}
}

// TestSmallEndpoints: what Atlas's clients call on the way.
func TestSmallEndpoints(t *testing.T) {
	s := telamontest.Start(t, telamontest.TrustProxies(netip.MustParsePrefix("127.0.0.0/8")))
	res, body := get(t, s.URL+"/api/private/unauth/nds/defaultMongoDBMajorVersion")
	if body != "8.0" || res.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("version %q as %s", body, res.Header.Get("Content-Type"))
	}
	for address, headers := range map[string][]string{"127.0.0.1": nil, "203.0.113.7": {"X-Forwarded-For", "203.0.113.7"}} {
		var info struct{ CurrentIpv4Address string }
		if _, body := get(t, s.URL+"/api/private/ipinfo", headers...); json.Unmarshal([]byte(body), &info) != nil || info.CurrentIpv4Address != address {
			t.Errorf("from %s: %s", address, body)
		}
	}
	for _, path := range []string{"/api/private/v1.0/telemetry/events", "/api/private/unauth/telemetry/events"} {
		if res, body := send(t, http.MethodPost, s.URL+path, `[{"source":"a client"}]`); res.StatusCode != http.StatusOK || body != "" {
			t.Errorf("%s: %s %s", path, res.Status, body)
		}
	}
	want(t, s.URL+"/api/private/nothing", http.StatusUnauthorized)
}

func TestOpenAPIDocument(t *testing.T) {
	s := telamontest.Start(t)
	body := want(t, s.URL+"/openapi.json", http.StatusOK)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	// The addresses' pattern uses look-ahead, which Go's regexp does not have.
	if err := doc.Validate(t.Context(), openapi3.DisableSchemaPatternValidation()); err != nil {
		t.Error(err)
	}
	raw, err := json.Marshal(server.OpenAPI())
	if err != nil || strings.TrimSpace(body) != string(raw) {
		t.Errorf("the server's document is not the build's (%v)", err)
	}
}
