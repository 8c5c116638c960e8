package pki

import (
	"crypto/tls"
	"sync"
	"time"
)

// Renewing has a certificate of an authority, and replaces it after half of its lifetime.
type Renewing struct {
	authority *Authority
	hosts     []string
	now       func() time.Time

	mu   sync.Mutex
	cert *tls.Certificate
}

// NewRenewing returns certificates for hosts.
func NewRenewing(a *Authority, hosts []string, now func() time.Time) *Renewing {
	return &Renewing{authority: a, hosts: hosts, now: now}
}

// Get is for tls.Config.GetCertificate.
func (r *Renewing) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if r.cert != nil && now.Add(leafLife/2).Before(r.cert.Leaf.NotAfter) {
		return r.cert, nil
	}
	cert, err := r.authority.Issue(r.hosts, now)
	if err == nil {
		r.cert = cert
	}
	return cert, err
}
