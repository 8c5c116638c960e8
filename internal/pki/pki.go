// Package pki is a certificate authority in a directory: it makes the certificates that a server without a certificate
// of its own shows (RFC 5280). Whoever is to trust the server is given ca.pem.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/telamon-db/telamon/internal/durable"
)

// File is the authority's certificate in its directory, for those who are to trust it. The other file is the authority
// itself: key and certificate, in one file so that they always fit.
const (
	File    = "ca.pem"
	keyFile = "ca-key.pem"
)

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	leafLife      = 90 * 24 * time.Hour
	slack         = time.Hour // how far a client's clock may be behind
)

// Authority signs certificates.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Open returns the authority in dir, and makes it the first time and when it is about to expire.
func Open(dir string, now time.Time) (*Authority, error) {
	a, err := read(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && now.Add(leafLife).After(a.cert.NotAfter) {
		a, err = create(dir, now)
	}
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	return a, durable.WriteFile(filepath.Join(dir, File), certificate(a.cert.Raw))
}

func read(dir string) (*Authority, error) {
	path := filepath.Join(dir, keyFile)
	pair, err := tls.LoadX509KeyPair(path, path)
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA {
		return nil, errors.New("the certificate is not an authority's")
	}
	return &Authority{pair.Leaf, key}, nil
}

func create(dir string, now time.Time) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Telamon authority"}, NotBefore: now.Add(-slack), NotAfter: now.Add(authorityLife),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
	}
	a := &Authority{template, key}
	der, err := a.sign(template, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	both := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), certificate(der)...)
	return a, durable.WriteFile(filepath.Join(dir, keyFile), both)
}

func certificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// sign gives the template a serial number (RFC 5280, section 4.1.2.2) and signs it.
func (a *Authority) sign(template *x509.Certificate, public *ecdsa.PublicKey) (der []byte, err error) {
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return nil, err
	}
	return x509.CreateCertificate(rand.Reader, template, a.cert, public, a.key)
}

// Issue makes a server's certificate for host names and addresses.
func (a *Authority) Issue(hosts []string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Telamon"}, NotBefore: now.Add(-slack), NotAfter: now.Add(leafLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	der, err := a.sign(template, &key.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("pki: issue: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}

// Pool is what trusts the authority in dir.
func Pool(dir string) (*x509.CertPool, error) {
	raw, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("pki: %s holds no certificate", File)
	}
	return pool, nil
}
