package server

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/pki"
)

// certificates is how the API listener shows who it is, or nil if it speaks plain HTTP.
func (s *Server) certificates() (*tls.Config, error) {
	switch {
	case s.cfg.TLS == "":
		return nil, nil
	case s.cfg.TLS == "auto":
		authority, err := pki.Open(s.cfg.DataDir, time.Now(), s.names()...)
		if err != nil {
			return nil, err
		}
		own := pki.NewRenewing(authority, s.names(), time.Now)
		if _, err := own.Get(nil); err != nil { // rather now than at every handshake
			return nil, err
		}
		return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: own.Get}, nil
	}
	certFile, keyFile, ok := strings.Cut(s.cfg.TLS, ",")
	if !ok {
		return nil, fmt.Errorf("server: TLS is auto or CERT,KEY, not %q", s.cfg.TLS)
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("server: TLS: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
}

// names are the names and addresses at which the API listener can be reached, as far as this machine knows.
func (s *Server) names() []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host, err := os.Hostname(); err == nil {
		names = append(names, host)
	}
	if u, err := url.Parse(s.cfg.URL); err == nil && u.Hostname() != "" {
		names = append(names, u.Hostname())
	}
	if host, _, err := net.SplitHostPort(s.cfg.Listen); err == nil && host != "" {
		if ip, err := netip.ParseAddr(host); err != nil || !ip.IsUnspecified() {
			return append(names, host)
		}
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return names
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok {
			names = append(names, n.IP.String())
		}
	}
	return names
}

// scheme is how the API is called.
func (s *Server) scheme() string {
	if s.tls != nil {
		return "https"
	}
	return "http"
}

// Authority is the file with the certificate that callers of the API are to trust, or "" if it is none of the server's
// own.
func (s *Server) Authority() string {
	if s.cfg.TLS != "auto" {
		return ""
	}
	path := filepath.Join(s.cfg.DataDir, pki.File)
	if absolute, err := filepath.Abs(path); err == nil {
		return absolute
	}
	return path
}
