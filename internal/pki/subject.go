package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
)

// Subject is whom a certificate names, in the form that MongoDB's clients write (RFC 2253).
func Subject(cert *x509.Certificate) (string, error) {
	var name pkix.RDNSequence
	rest, err := asn1.Unmarshal(cert.RawSubject, &name)
	if err != nil || len(rest) > 0 || len(name) == 0 {
		return "", errors.New("the certificate names nobody")
	}
	return name.String(), nil
}
