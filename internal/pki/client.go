package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// ClientAuthority is an authority for client certificates as it is stored: DER.
type ClientAuthority struct {
	Certificate []byte `json:"certificate"`
	Key         []byte `json:"key"` // PKCS #8
}

// clientAuthorityLife is how long such an authority is valid.
const clientAuthorityLife = 20 * 365 * 24 * time.Hour

// NewClientAuthority makes an authority with a name.
func NewClientAuthority(name pkix.Name, now time.Time) (a ClientAuthority, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return a, err
	}
	template := &x509.Certificate{
		Subject: name, NotBefore: now.Add(-slack), NotAfter: now.Add(clientAuthorityLife), KeyUsage: x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
	}
	cert, err := sign(template, template, &key.PublicKey, key)
	if err != nil {
		return a, err
	}
	a.Certificate = cert.Raw
	a.Key, err = x509.MarshalPKCS8PrivateKey(key)
	return a, err
}

// Parse returns the authority's certificate.
func (a ClientAuthority) Parse() (*x509.Certificate, error) {
	return x509.ParseCertificate(a.Certificate)
}

// Issue makes a client's certificate that is valid until end. It returns it too in PEM, followed by its private key.
func (a ClientAuthority) Issue(subject pkix.Name, now, end time.Time) (cert *x509.Certificate, text []byte, err error) {
	parent, err1 := a.Parse()
	issuer, err2 := x509.ParsePKCS8PrivateKey(a.Key)
	key, err3 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, nil, fmt.Errorf("pki: issue to a client: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63)) // it is a number of the API
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: subject, NotBefore: now.Add(-slack), NotAfter: end, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, issuer)
	if err != nil {
		return nil, nil, fmt.Errorf("pki: issue to a client: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	if cert, err = x509.ParseCertificate(der); err != nil {
		return nil, nil, err
	}
	return cert, append(certificate(der), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), nil
}

// maxCertificates is how many certificates a text of an authority's owner may have.
const maxCertificates = 20

// ReadAuthorities reads the certificates of authorities in a text of PEM blocks, which has at least one and nothing else.
func ReadAuthorities(text string) (all []*x509.Certificate, err error) {
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		switch {
		case block.Type != "CERTIFICATE" || err != nil:
			return nil, errors.New("has a block that is not a certificate")
		case !cert.IsCA:
			return nil, errors.New("has a certificate that is not an authority's")
		case len(all) == maxCertificates:
			return nil, fmt.Errorf("has more than %d certificates", maxCertificates)
		}
		all = append(all, cert)
	}
	if len(all) == 0 {
		return nil, errors.New("has no certificate")
	}
	return all, nil
}
