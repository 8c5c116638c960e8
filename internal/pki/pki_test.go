package pki_test

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/pki"
)

func authority(t *testing.T, dir string, now time.Time) *pki.Authority {
	t.Helper()
	a, err := pki.Open(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func verify(t *testing.T, dir string, leaf *x509.Certificate, host string, now time.Time) error {
	t.Helper()
	pool, err := pki.Pool(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: host, CurrentTime: now})
	return err
}

func TestCertificatesAreTrustedWhereTheAuthorityIs(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	authority(t, dir, now)
	cert, err := authority(t, dir, now).Issue([]string{"localhost", "127.0.0.1", "::1"}, now) // the same authority, opened again
	if err != nil {
		t.Fatal(err)
	}
	for host, ok := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "example.com": false, "127.0.0.2": false} {
		if err := verify(t, dir, cert.Leaf, host, now); (err == nil) != ok {
			t.Errorf("%s: %v", host, err)
		}
	}
	if other := t.TempDir(); authority(t, other, now) != nil && verify(t, other, cert.Leaf, "localhost", now) == nil {
		t.Error("another authority vouches for it")
	}
	info, err := os.Stat(filepath.Join(dir, "ca-key.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", info.Mode(), err)
	}
}

func TestCertificatesAreRenewed(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	r := pki.NewRenewing(authority(t, dir, now), []string{"localhost"}, func() time.Time { return now })
	first, err := r.Get(nil)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := r.Get(nil); again != first {
		t.Error("a young certificate was replaced")
	}
	now = now.Add(60 * 24 * time.Hour)
	second, err := r.Get(nil)
	if err != nil || second == first || verify(t, dir, second.Leaf, "localhost", now.Add(80*24*time.Hour)) != nil {
		t.Errorf("an old certificate was kept: %v", err)
	}
}

func TestAnAuthorityThatEndsIsReplaced(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	old, err := authority(t, dir, now).Issue([]string{"localhost"}, now)
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(10 * 365 * 24 * time.Hour)
	cert, err := authority(t, dir, now).Issue([]string{"localhost"}, now)
	if err != nil || verify(t, dir, cert.Leaf, "localhost", now) != nil || verify(t, dir, old.Leaf, "localhost", old.Leaf.NotBefore) == nil {
		t.Errorf("after ten years: %v", err)
	}
}

func TestABrokenAuthorityIsSaid(t *testing.T) {
	dir := t.TempDir()
	authority(t, dir, time.Now())
	if err := os.WriteFile(filepath.Join(dir, "ca-key.pem"), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pki.Open(dir, time.Now()); err == nil {
		t.Error("a broken authority was replaced in silence")
	}
}
