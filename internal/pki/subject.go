package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
)

// Subject returns the subject of a certificate in the form that MongoDB's clients use (RFC 2253).
func Subject(cert *x509.Certificate) (string, error) {
	var name pkix.RDNSequence
	rest, err := asn1.Unmarshal(cert.RawSubject, &name)
	if err != nil || len(rest) > 0 || len(name) == 0 {
		return "", errors.New("the certificate has no subject")
	}
	return name.String(), nil
}
