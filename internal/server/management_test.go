package server_test

import (
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/telamontest"
)

// TestForeignPagesCannotMoveTheClock: a web page that somebody on this machine looks at can send requests to the
// loopback address; the clock never goes back, so such a request must not move it.
func TestForeignPagesCannotMoveTheClock(t *testing.T) {
	s := telamontest.Start(t)
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://elsewhere.example"}} {
		res, _ := send(t, http.MethodPost, s.ManagementURL+"/clock", `{"advance":"1h"}`, append(header, secret(s)...)...)
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%v: %s", header, res.Status)
		}
	}
	if _, ahead := showing(t, wantSecret(t, s, "/clock")); ahead != 0 {
		t.Errorf("the clock was moved by %v", ahead)
	}
}

// TestTheClockHasAnEnd: beyond it, the clock's offset would not fit its type, and the clock would stop where it is.
func TestTheClockHasAnEnd(t *testing.T) {
	s := telamontest.Start(t)
	const sixtyYears = `{"advance":"525600h"}`
	for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
		if res, body := send(t, http.MethodPost, s.ManagementURL+"/clock", sixtyYears, secret(s)...); res.StatusCode != status {
			t.Fatalf("%s, want %d: %s", res.Status, status, body)
		}
	}
}

// TestOtherNamesDoNotLeadHere: whose name leads to this machine's address has a page whose scripts could call the listener
// (DNS rebinding), so it answers to its own names only.
func TestOtherNamesDoNotLeadHere(t *testing.T) {
	s := telamontest.Start(t)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.ManagementURL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for host, status := range map[string]int{
		"127.0.0.1:" + port: http.StatusOK, "[::1]:" + port: http.StatusOK, "[::1]": http.StatusOK, "localhost": http.StatusOK, "LOCALHOST:" + port: http.StatusOK,
		"192.0.2.7": http.StatusOK, own: http.StatusOK,
		"elsewhere.example": http.StatusMisdirectedRequest, "elsewhere.example:" + port: http.StatusMisdirectedRequest,
		"localhost.elsewhere.example": http.StatusMisdirectedRequest, "127.0.0.1.elsewhere.example:" + port: http.StatusMisdirectedRequest,
	} {
		for _, path := range []string{"/clock", "/metrics", "/healthz", "/debug/pprof/heap"} {
			if got := statusAt(t, s, host, path); got != status {
				t.Errorf("%s%s: %d, want %d", host, path, got, status)
			}
		}
	}
}

// statusAt calls the listener with its secret, by another name.
func statusAt(t *testing.T, s *telamontest.Server, host, path string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.ManagementURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	req.Header.Set("Authorization", "Bearer "+s.ManagementSecret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// TestTheClockAsksForASecret, and so do the profiles; health and metrics are open.
func TestTheClockAsksForASecret(t *testing.T) {
	s := telamontest.Start(t)
	var file struct{ ManagementSecret string }
	if err := json.Unmarshal([]byte(content(t, s.DataDir)), &file); err != nil || len(file.ManagementSecret) < 20 {
		t.Fatalf("the secret in bootstrap.json is %q (%v)", file.ManagementSecret, err)
	}
	basic := func(password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte("operator:"+password))
	}
	for authorization, status := range map[string]int{
		"": http.StatusUnauthorized, "Bearer": http.StatusUnauthorized, "Bearer x": http.StatusUnauthorized, basic(""): http.StatusUnauthorized,
		basic("x"): http.StatusUnauthorized, "Digest " + file.ManagementSecret: http.StatusUnauthorized,
		"Bearer " + file.ManagementSecret: http.StatusOK, "bearer " + file.ManagementSecret: http.StatusOK, basic(file.ManagementSecret): http.StatusOK,
	} {
		for _, call := range [][]string{{http.MethodGet, "/clock"}, {http.MethodPost, "/clock"}, {http.MethodGet, "/debug/pprof/"}, {http.MethodGet, "/debug/pprof/heap"}} {
			res, _ := send(t, call[0], s.ManagementURL+call[1], `{"advance":"1s"}`, "Authorization", authorization)
			if res.StatusCode != status {
				t.Errorf("%s %q: %s", call, authorization, res.Status)
			}
			if asked := strings.Join(res.Header.Values("WWW-Authenticate"), ", "); status == http.StatusUnauthorized && !strings.Contains(asked, "Basic realm=") {
				t.Errorf("%s asks for %q", call, asked)
			}
		}
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		want(t, s.ManagementURL+path, http.StatusOK)
	}
	before := s.ManagementSecret
	s.Restart()
	if s.ManagementSecret != before {
		t.Error("a restart makes another secret")
	}
}
