package names

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312010/admin"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/telamontest"
)

// external makes a user who logs in by certificate.
func (w *world) external(name, kind string) {
	w.t.Helper()
	must(w.sdk.DatabaseUsersApi.CreateDatabaseUser(w.t.Context(), w.ProjectID, &admin.CloudDatabaseUser{
		DatabaseName: "$external", Username: name, X509Type: &kind, Roles: &[]admin.DatabaseUserRole{{DatabaseName: "shop", RoleName: "readWrite"}},
	}).Execute())
}

// managed requests a certificate for a user.
func (w *world) managed(name string, months int) tls.Certificate {
	w.t.Helper()
	text := must(w.sdk.X509AuthenticationApi.CreateDatabaseUserCert(w.t.Context(), w.ProjectID, name, &admin.UserCert{MonthsUntilExpiration: &months}).Execute())
	pair, err := tls.X509KeyPair([]byte(text), []byte(text))
	if err != nil {
		w.t.Fatalf("%v: %s", err, text)
	}
	return pair
}

// enters logs in with a certificate, writes, and returns as whom it was logged in.
func (w *world) enters(uri string, pair *tls.Certificate, claimed string, patience time.Duration) (string, error) {
	secure := w.roots()
	if pair != nil {
		secure.Certificates = []tls.Certificate{*pair}
	}
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetTLSConfig(secure).SetServerSelectionTimeout(patience).SetAuth(options.Credential{
		AuthMechanism: "MONGODB-X509", AuthSource: "$external", Username: claimed,
	}))
	if err != nil {
		return "", err
	}
	defer func() { _ = client.Disconnect(context.Background()) }() // its work is done
	if _, err := client.Database("shop").Collection("orders").InsertOne(w.t.Context(), bson.D{}); err != nil {
		return "", err
	}
	var status struct {
		AuthInfo struct {
			AuthenticatedUsers []struct{ User, DB string }
		}
	}
	err = client.Database("admin").RunCommand(w.t.Context(), bson.D{{Key: "connectionStatus", Value: 1}}).Decode(&status)
	if err != nil || len(status.AuthInfo.AuthenticatedUsers) != 1 {
		return "", err
	}
	return status.AuthInfo.AuthenticatedUsers[0].User, nil
}

// claims shows a certificate and says to be somebody else, which Go's driver does not.
func (w *world) claims(uri string, pair tls.Certificate, name string) {
	w.t.Helper()
	secure := w.roots()
	secure.Certificates = []tls.Certificate{pair}
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetTLSConfig(secure).SetServerSelectionTimeout(long))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(context.Background()) }() // its work is done
	login := bson.D{{Key: "authenticate", Value: 1}, {Key: "mechanism", Value: "MONGODB-X509"}, {Key: "user", Value: name}}
	var told mongo.CommandError
	if err := client.Database("$external").RunCommand(w.t.Context(), login).Err(); !errors.As(err, &told) || told.Code != 18 {
		w.t.Errorf("%s is told %v", name, err)
	}
}

// foreign is an authority of somebody else.
type foreign struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func certify(t *testing.T, template *x509.Certificate, by *foreign) *foreign {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if by == nil {
		by = &foreign{template, key}
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, &key.PublicKey, by.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &foreign{cert, key}
}

func newForeign(t *testing.T) *foreign {
	return certify(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "somebody's authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil)
}

func (f *foreign) text() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.cert.Raw}))
}

// issue makes a certificate for clients.
func (f *foreign) issue(t *testing.T, name pkix.Name, end time.Time) *tls.Certificate {
	c := certify(t, &x509.Certificate{
		Subject: name, NotBefore: time.Now().Add(-time.Hour), NotAfter: end, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, f)
	return &tls.Certificate{Certificate: [][]byte{c.cert.Raw}, PrivateKey: c.key}
}

// TestCertificates: who shows a certificate of the project's authority, or of the customer's, is the user whom it names; and
// nobody else is.
func TestCertificates(t *testing.T) {
	w := begin(t, telamontest.TLS())
	w.admit()
	uri := w.cluster("Cluster0", "M10").ConnectionStrings.GetStandardSrv()
	theirs := newForeign(t)
	w.external("jane", "MANAGED")
	w.external("CN=jane", "CUSTOMER")
	w.external("CN=kim,OU=people,O=Example", "CUSTOMER")
	jane := w.managed("jane", 1)
	kim := pkix.Name{CommonName: "kim", OrganizationalUnit: []string{"people"}, Organization: []string{"Example"}}
	tomorrow := time.Now().Add(24 * time.Hour)

	is := func(what string, pair *tls.Certificate, claimed, want string) {
		t.Helper()
		patience := long
		if want == "" {
			patience = short
		}
		if got, err := w.enters(uri, pair, claimed, patience); (err == nil) != (want != "") || got != want {
			t.Errorf("%s: is %q, %v; want %q", what, got, err, want)
		}
	}
	is("a managed certificate", &jane, "", "jane")
	is("a managed certificate with its name", &jane, "CN=jane", "jane")
	w.claims(uri, jane, "CN=kim,OU=people,O=Example")
	is("no certificate", nil, "", "")
	is("a customer's before its authority is known", theirs.issue(t, kim, tomorrow), "", "")
	must(w.sdk.LDAPConfigurationApi.UpdateUserSecurity(t.Context(), w.ProjectID, &admin.UserSecurity{
		CustomerX509: &admin.DBUserTLSX509Settings{Cas: admin.PtrString(theirs.text())},
	}).Execute())
	is("a customer's", theirs.issue(t, kim, tomorrow), "", "CN=kim,OU=people,O=Example")
	is("a customer's of a managed user's name", theirs.issue(t, pkix.Name{CommonName: "jane"}, tomorrow), "", "CN=jane")
	is("a customer's of nobody", theirs.issue(t, pkix.Name{CommonName: "nobody"}, tomorrow), "", "")
	is("a customer's that has ended", theirs.issue(t, kim, time.Now().Add(-time.Minute)), "", "")
	is("another's", newForeign(t).issue(t, kim, tomorrow), "", "")

	w.Advance(31 * 24 * time.Hour)
	is("a managed certificate after its month", &jane, "", "")
	jane = w.managed("jane", 24)
	is("another", &jane, "", "jane")
	must[any](nil, nil, errorOf(w.sdk.DatabaseUsersApi.DeleteDatabaseUser(t.Context(), w.ProjectID, "$external", "jane").Execute()))
	is("a managed certificate without its user", &jane, "", "")
}

func errorOf(_ *http.Response, err error) error { return err }

// TestCertificatesNeedTLS: without it, nobody shows one.
func TestCertificatesNeedTLS(t *testing.T) {
	w := begin(t)
	w.admit()
	w.external("jane", "MANAGED")
	s := w.cluster("Cluster0", "M10").GetConnectionStrings()
	client, err := mongo.Connect(options.Client().ApplyURI(s.GetStandard()).SetServerSelectionTimeout(short).SetAuth(options.Credential{
		AuthMechanism: "MONGODB-X509", AuthSource: "$external", Username: "CN=jane",
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(context.Background()) }() // its work is done
	if err := client.Ping(t.Context(), nil); err == nil {
		t.Error("jane is let in")
	}
}
