// Package pki is a certificate authority in a directory: it makes the certificates that a server without a certificate
// of its own shows (RFC 5280). Clients trust the server by ca.pem.
//
// Clients trust a root, whose key signs once and is thrown away. It signs an issuer, which may certify only the names and
// addresses of its server: with a stolen issuer's key one can only pose as that server.
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
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/durable"
)

// File is the root's certificate in the authority's directory, for clients to trust. The other file is the authority itself:
// the issuer's key, its certificate and the root's, in one file so that they always belong together.
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
	root, cert *x509.Certificate // cert is the issuer's
	key        *ecdsa.PrivateKey // of cert
}

// Open returns the authority in dir that may certify hosts (names or addresses), localhost and private addresses. It makes a
// new one the first time, when the old one is about to expire, and when the hosts have changed; then ca.pem changes too.
func Open(dir string, now time.Time, hosts ...string) (*Authority, error) {
	b := boundsOf(hosts)
	a, err := read(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (a.root == nil || now.Add(leafLife).After(a.cert.NotAfter) || !b.keptBy(a.cert)) {
		a, err = create(dir, b, now)
	}
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	return a, durable.WriteFile(filepath.Join(dir, File), certificate(a.root.Raw))
}

// read reads the authority. In the form that Telamon first stored, the root itself issues and there is no issuer.
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
	a := &Authority{cert: pair.Leaf, key: key}
	if len(pair.Certificate) > 1 {
		a.root, err = x509.ParseCertificate(pair.Certificate[1])
	}
	return a, err
}

// create makes a root and an issuer. The root's key is lost when this function returns.
func create(dir string, b bounds, now time.Time) (*Authority, error) {
	rootKey, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	key, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	template := authority("Telamon root", now)
	root, err := sign(template, template, &rootKey.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	issuer := authority("Telamon authority", now)
	issuer.MaxPathLenZero, issuer.ExtKeyUsage = true, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	b.constrain(issuer)
	cert, err := sign(issuer, root, &key.PublicKey, rootKey)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), certificate(cert.Raw), certificate(root.Raw))
	return &Authority{root, cert, key}, durable.WriteFile(filepath.Join(dir, keyFile), all)
}

// authority is the template of an authority's certificate.
func authority(name string, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-slack), NotAfter: now.Add(authorityLife),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true,
	}
}

func certificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// sign gives the template a serial number (RFC 5280, section 4.1.2.2) and signs it with a parent's key.
func sign(template, parent *x509.Certificate, public *ecdsa.PublicKey, key *ecdsa.PrivateKey) (_ *x509.Certificate, err error) {
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
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
	leaf, err := sign(template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("pki: issue: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{leaf.Raw, a.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// Pool returns a pool that trusts the authority in dir, even if a server does not send its issuer.
func Pool(dir string) (*x509.CertPool, error) {
	raw, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	a, err := read(dir)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("pki: %s holds no certificate", File)
	}
	pool.AddCert(a.cert)
	return pool, nil
}
