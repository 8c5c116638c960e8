package server

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/pki"
)

// identity has the server's TLS certificates, for callers of the API and clients of clusters: those of an authority, or the
// operator's.
type identity struct {
	authority *pki.Authority // nil: there is a certificate
	cert      tls.Certificate
	names     []string // of the server, as far as it knows
}

// identify returns the server's identity, or nil without TLS.
func (s *Server) identify() (*identity, error) {
	switch {
	case s.cfg.TLS == "":
		return nil, nil
	case s.cfg.TLS == "auto":
		names := s.names()
		all := names
		if s.cfg.DNS != "" {
			all = append(all, s.cfg.Zone)
		}
		authority, err := pki.Open(s.cfg.DataDir, time.Now(), all...)
		return &identity{authority: authority, names: names}, err
	}
	certFile, keyFile, ok := strings.Cut(s.cfg.TLS, ",")
	if !ok {
		return nil, fmt.Errorf("server: TLS is auto or CERT,KEY, not %q", s.cfg.TLS)
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("server: TLS: %w", err)
	}
	return &identity{cert: pair}, nil
}

// config returns the TLS configuration for the server's own names and others.
func (i *identity) config(others ...string) *tls.Config {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if i.authority == nil {
		cfg.Certificates = []tls.Certificate{i.cert}
	} else {
		cfg.GetCertificate = pki.NewRenewing(i.authority, append(slices.Clone(i.names), others...), time.Now).Get
	}
	return cfg
}

// certificates returns the certificate source of the API listener, or nil for plain HTTP.
func (s *Server) certificates() (_ *tls.Config, err error) {
	if s.identity, err = s.identify(); err != nil || s.identity == nil {
		return nil, err
	}
	cfg := s.identity.config()
	if cfg.GetCertificate != nil {
		_, err = cfg.GetCertificate(nil) // fail now, not at every handshake
	}
	return cfg, err
}

// clusterTLS returns the TLS configuration of a cluster's members. Clients may present certificates, which logins use.
func (s *Server) clusterTLS(c *model.Cluster) *tls.Config {
	var names []string
	if c.Zone != "" {
		names = append(names, "*."+c.Domain())
	}
	cfg := s.identity.config(names...)
	cfg.ClientAuth = tls.RequestClientCert
	return cfg
}

// names are the names and addresses at which the API and clusters can be reached, as far as this machine knows.
func (s *Server) names() []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if a, err := netip.ParseAddr(s.cfg.ClusterHost); err != nil || !a.IsUnspecified() {
		names = append(names, s.cfg.ClusterHost)
	}
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

// scheme is the URL scheme of the API.
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
