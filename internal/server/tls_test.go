package server_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/server"
)

// secure runs a server with TLS until the test ends.
func secure(t *testing.T, cfg server.Config) *server.Server {
	t.Helper()
	cfg.Listen, cfg.Management = "127.0.0.1:0", "127.0.0.1:0"
	s, err := server.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
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
	return s
}

// trusting calls the server, trusting nobody but the authority in the file.
func trusting(t *testing.T, ca, url string) (*http.Response, error) {
	t.Helper()
	raw, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(raw)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true, DisableKeepAlives: true}}
	res, err := client.Get(url + "/api/private/ipinfo")
	if err == nil {
		res.Body.Close()
	}
	return res, err
}

func TestTLSWithAnAuthorityOfOurOwn(t *testing.T) {
	dir := t.TempDir()
	s := secure(t, server.Config{DataDir: dir, TLS: "auto"})
	url := s.Bootstrap().BaseURL
	if !strings.HasPrefix(url, "https://") || s.Authority() != filepath.Join(dir, "ca.pem") {
		t.Fatalf("%s, %s", url, s.Authority())
	}
	res, err := trusting(t, s.Authority(), url)
	if err != nil || res.StatusCode != http.StatusOK || res.ProtoMajor != 2 {
		t.Fatalf("%v %v", res, err)
	}
	other := secure(t, server.Config{DataDir: t.TempDir(), TLS: "auto"})
	if _, err := trusting(t, other.Authority(), url); err == nil {
		t.Error("who trusts another authority was served")
	}
	if res, err := http.Get("http://" + strings.TrimPrefix(url, "https://")); err == nil {
		res.Body.Close()
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("plain HTTP: %d", res.StatusCode)
		}
	}
}

func TestTLSWithFiles(t *testing.T) {
	theirs := t.TempDir() // an authority's file has a certificate and its key; it vouches for itself, if not for an address
	secure(t, server.Config{DataDir: theirs, TLS: "auto"})
	pair := filepath.Join(theirs, "ca-key.pem")
	s := secure(t, server.Config{DataDir: t.TempDir(), TLS: pair + "," + pair})
	if s.Authority() != "" {
		t.Errorf("an authority of its own: %s", s.Authority())
	}
	var got *x509.Certificate
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(c tls.ConnectionState) error {
		got = c.PeerCertificates[0]
		return nil
	}}}}
	res, err := client.Get(s.Bootstrap().BaseURL + "/api/private/ipinfo")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	client.CloseIdleConnections()
	if got == nil || got.Subject.CommonName != "Telamon authority" {
		t.Errorf("it shows %v", got)
	}
	for _, bad := range []string{"cert.pem", "no.pem,no-key.pem"} {
		if s, err := server.Open(t.Context(), server.Config{DataDir: t.TempDir(), Listen: "127.0.0.1:0", Management: "127.0.0.1:0", TLS: bad}); err == nil {
			t.Errorf("%q was accepted: %v", bad, s)
		}
	}
}
