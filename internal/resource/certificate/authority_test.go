package certificate_test

import (
	"crypto/x509/pkix"
	"encoding/pem"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/pki"
)

// authority is the certificate of a customer's authority, as PEM.
func authority(t *testing.T) string {
	t.Helper()
	a, err := pki.NewClientAuthority(pkix.Name{CommonName: "A customer"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate}))
}
