package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/server"
)

// token gets an access token for the service account that the store began with.
func token(t *testing.T, b server.Bootstrap) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.BaseURL+"/api/oauth/token", strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(url.QueryEscape(b.ClientID), url.QueryEscape(b.ClientSecret))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("no token: %s (%v)", res.Status, err)
	}
	return answer.Token
}

// TestDrain: whoever is being served when the server is told to end is served to the end; nobody else is let in.
func TestDrain(t *testing.T) {
	dir := t.TempDir()
	s, err := server.Open(t.Context(), config(dir))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-s.Ready()
	b := s.Bootstrap()
	address := strings.TrimPrefix(b.BaseURL, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := fmt.Sprintf(`{"name":"made-while-draining","orgId":%q}`, b.OrgID)
	fmt.Fprintf(conn, "POST /api/atlas/v2/groups HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: application/vnd.atlas.2025-03-12+json\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", address, token(t, b), len(body))
	answers := bufio.NewReader(conn)
	line, err := answers.ReadString('\n') // the server says so when the operation begins to read the body
	if err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("the request does not run: %q (%v)", line, err)
	}
	if _, err := answers.ReadString('\n'); err != nil {
		t.Fatal(err)
	}

	stop()
	for deadline := time.Now().Add(5 * time.Second); ; {
		late, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		late.Close()
		if time.Now().After(deadline) {
			t.Fatal("a server that ends lets new clients in")
		}
	}
	select {
	case err := <-done:
		t.Fatalf("the server has ended beside a running request: %v", err)
	default:
	}
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("the running request is answered with %s %s (%v)", res.Status, raw, err)
	}
	if err := <-done; err != nil {
		t.Errorf("the server ends with %v", err)
	}
}
