package pki_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/pki"
)

// file reads a file of an authority's directory.
func file(t *testing.T, dir, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// root is the certificate in ca.pem.
func root(t *testing.T, dir string) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(file(t, dir, "ca.pem"))
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// shown holds what a server shows against ca.pem alone, as its clients do.
func shown(t *testing.T, dir string, cert *tls.Certificate, host string, now time.Time) error {
	t.Helper()
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(root(t, dir))
	for _, der := range cert.Certificate[1:] {
		issuer, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		between.AddCert(issuer)
	}
	_, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: host, CurrentTime: now})
	return err
}

// TestTheRootsKeyDoesNotStay: no key in the directory is that of what clients trust.
func TestTheRootsKeyDoesNotStay(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	authority(t, dir, now)
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	for _, f := range all {
		for rest := file(t, dir, f.Name()); ; {
			block, after := pem.Decode(rest)
			if block == nil {
				break
			}
			rest = after
			if block.Type != "PRIVATE KEY" {
				continue
			}
			keys++
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			if key.(*ecdsa.PrivateKey).PublicKey.Equal(root(t, dir).PublicKey) {
				t.Errorf("%s has the root's key", f.Name())
			}
		}
	}
	if keys != 1 {
		t.Errorf("%d keys", keys)
	}
}

// TestTheIssuerIsBound: it vouches for its own hosts, and nobody believes it about others.
func TestTheIssuerIsBound(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	a, err := pki.Open(dir, now, "telamon.example", "203.0.113.7", "2001:db8::7")
	if err != nil {
		t.Fatal(err)
	}
	for host, ok := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "192.168.1.5": true, "telamon.example": true, "a.telamon.example": true, "203.0.113.7": true, "2001:db8::8": true,
		"example.com": false, "bank.example": false, "203.0.113.8": false, "2001:db8:1::1": false,
	} {
		cert, err := a.Issue([]string{host}, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := shown(t, dir, cert, host, now); (err == nil) != ok {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// TestOtherHostsMakeAnotherAuthority, and the same ones do not.
func TestOtherHostsMakeAnotherAuthority(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	open := func(hosts ...string) []byte {
		t.Helper()
		if _, err := pki.Open(dir, now, hosts...); err != nil {
			t.Fatal(err)
		}
		return file(t, dir, "ca.pem")
	}
	first := open("one.example", "203.0.113.7")
	for _, same := range [][]string{{"203.0.113.7", "ONE.example"}, {"one.example", "203.0.113.7", "10.1.2.3", "127.0.0.1"}, {"one.example"}} {
		if !bytes.Equal(open(same...), first) {
			t.Errorf("%v: another authority", same)
		}
	}
	if second := open("two.example", "203.0.113.7"); bytes.Equal(second, first) || bytes.Equal(open("two.example", "203.0.113.8"), second) {
		t.Error("other hosts, the same authority")
	}
}

// TestAnAuthorityFromBeforeIsReplaced: one whose root issued itself has its key in the directory.
func TestAnAuthorityFromBeforeIsReplaced(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	old := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Telamon authority"}, NotBefore: now, NotAfter: now.Add(10 * 365 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, old, old, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	both := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	if err := os.WriteFile(filepath.Join(dir, "ca-key.pem"), both, 0o600); err != nil {
		t.Fatal(err)
	}
	cert, err := authority(t, dir, now).Issue([]string{"localhost"}, now)
	if err != nil || shown(t, dir, cert, "localhost", now) != nil || bytes.Contains(file(t, dir, "ca-key.pem"), both[:80]) {
		t.Errorf("it stays: %v", err)
	}
}
