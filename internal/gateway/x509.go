package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/pki"
	"github.com/telamon-db/telamon/internal/wire"
)

// certificates is the mechanism that logs a client in by its TLS certificate. Source: the Authentication specification,
// "MONGODB-X509".
const certificates = "MONGODB-X509"

// Voucher is a Directory that checks certificates. With any other Directory nobody can log in by certificate.
type Voucher interface {
	Directory
	// Vouches returns nil if the certificates that a client presents prove that it is a user, and otherwise why not.
	Vouches(ctx context.Context, u *User, chain []*x509.Certificate) (why, err error)
}

// external is the database of users whose credentials are outside of databases.
const external = "$external"

// authenticate logs in the user whom the connection's certificate names.
func (c *conn) authenticate(ctx context.Context, body bson.Raw, db string) (bson.D, error) {
	c.attempt = nil
	if c.login != nil {
		return nil, wire.Errorf(wire.ProtocolError, "the connection has logged in already")
	}
	if name, _ := body.Lookup("mechanism").StringValueOK(); name != certificates {
		err := wire.Errorf(wire.MechanismUnavailable, "this login mechanism is not available")
		c.g.observer.Login(Login{Client: c.client(), Reason: err})
		return nil, err
	}
	if err := c.inTurn(ctx, startsOfAddress); err != nil {
		return nil, err
	}
	asked, _ := body.Lookup("user").StringValueOK()
	user, subject, err := c.certified(ctx, db, asked)
	who := wire.User{Name: wire.Short(subject), DB: wire.Short(db)}
	switch {
	case errors.Is(err, errProof):
		return nil, c.refused(certificates, who, err)
	case err != nil:
		return nil, err
	}
	if err := c.enter(user, certificates, who); err != nil {
		return nil, err
	}
	return bson.D{{Key: "dbname", Value: external}, {Key: "user", Value: subject}, {Key: "ok", Value: 1.0}}, nil
}

// certified returns the user whom the connection's certificate names, and the name in the certificate. An error that wraps
// errProof says why the certificate does not log the client in.
func (c *conn) certified(ctx context.Context, db, asked string) (_ *User, subject string, err error) {
	voucher, knows := c.g.cfg.Directory.(Voucher)
	secured, ok := c.nc.(*tls.Conn)
	if !ok || !knows {
		return nil, asked, fmt.Errorf("%w: a certificate needs TLS, which this cluster does not speak", errProof)
	}
	chain := secured.ConnectionState().PeerCertificates
	if len(chain) == 0 {
		return nil, asked, fmt.Errorf("%w: no certificate was shown", errProof)
	}
	if subject, err = pki.Subject(chain[0]); err != nil {
		return nil, asked, fmt.Errorf("%w: %w", errProof, err)
	}
	if db != external || asked != "" && asked != subject {
		return nil, subject, fmt.Errorf("%w: the certificate is of another user", errProof)
	}
	reason := errors.New("there is no such user")
	for _, name := range namesOf(subject, chain[0]) {
		user, err := c.g.cfg.Directory.User(ctx, external, name)
		if err != nil {
			return nil, subject, err
		}
		if user == nil {
			continue
		}
		if reason, err = voucher.Vouches(ctx, user, chain); err != nil || reason == nil {
			return user, subject, err
		}
	}
	return nil, subject, fmt.Errorf("%w: %w", errProof, reason)
}

// namesOf returns the names that a certificate's user may have: its subject or, if that is nothing but a common name,
// the common name.
func namesOf(subject string, cert *x509.Certificate) []string {
	names := []string{subject}
	if common := cert.Subject.CommonName; subject == (pkix.Name{CommonName: common}).String() {
		names = append(names, common)
	}
	return names
}
