package certificate

import (
	"crypto/x509"
	"errors"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/pki"
	"github.com/telamon-db/telamon/internal/store"
)

// Trust has the certificate authorities that a project trusts, by the x509Type of users.
type Trust map[string]*x509.CertPool

// TrustOf reads the trust of a project.
func TrustOf(tx store.Tx, groupID model.ID) (Trust, error) {
	t := Trust{}
	a, err := authorities.Get(tx, groupID)
	if err == nil {
		t["MANAGED"] = x509.NewCertPool()
		for _, ca := range a.All {
			cert, err := ca.Parse()
			if err != nil {
				return nil, err
			}
			t["MANAGED"].AddCert(cert)
		}
	}
	if err := store.IfMissing(err, nil); err != nil {
		return nil, err
	}
	s, err := security.Get(tx, groupID)
	if err != nil || s.Value.CustomerX509.CAs == "" {
		return t, store.IfMissing(err, nil)
	}
	all, err := pki.ReadAuthorities(s.Value.CustomerX509.CAs)
	if err != nil {
		return nil, err
	}
	t["CUSTOMER"] = x509.NewCertPool()
	for _, cert := range all {
		t["CUSTOMER"].AddCert(cert)
	}
	return t, nil
}

// TablesOfTrust returns the names of the tables that Trust is read from.
func TablesOfTrust() []string { return []string{authorities.Name, security.Name} }

// Vouches returns nil if the certificates that a client presents prove that it is the user, whose x509Type is kind, and
// otherwise an error that says why not. A managed certificate names its user by the common name, others by the whole
// subject.
func (t Trust) Vouches(kind, username string, chain []*x509.Certificate, now time.Time) error {
	roots := t[kind]
	if roots == nil {
		return errors.New("the project trusts no authority for certificates of this user")
	}
	subject, err := pki.Subject(chain[0])
	if kind == "MANAGED" {
		subject = chain[0].Subject.CommonName
	}
	if err != nil || subject != username {
		return errors.New("the certificate names somebody else")
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err = chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	return err
}
