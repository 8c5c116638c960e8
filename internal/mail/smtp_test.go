package mail

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/mail/smtptest"
)

const secret = "p@ss/wörd:1"

var letter = Message{ID: "0123456789abcdef01234567", To: "jane@example.com", Subject: "Grüße", Text: "One\n.\n..two\n", Date: time.Unix(1741772527, 0)}

// certificate is one for 127.0.0.1, and who believes it.
func certificate(t *testing.T) (server *tls.Config, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, roots
}

func TestWhatALetterIsSentOver(t *testing.T) {
	config, roots := certificate(t)
	login := url.UserPassword("post@example.com", secret)
	for _, c := range []struct {
		name, scheme string
		server       *smtptest.Server
		login        *url.Userinfo
		roots        *x509.CertPool
		problem      string // "" if the letter arrives
		secure       bool
	}{
		{name: "plain", scheme: "smtp", server: &smtptest.Server{}},
		{name: "STARTTLS", scheme: "smtp", server: &smtptest.Server{TLS: config}, roots: roots, secure: true},
		{name: "STARTTLS by a stranger", scheme: "smtp", server: &smtptest.Server{TLS: config}, problem: "certificate"},
		{name: "TLS", scheme: "smtps", server: &smtptest.Server{TLS: config, Implicit: true}, roots: roots, secure: true},
		{name: "TLS by a stranger", scheme: "smtps", server: &smtptest.Server{TLS: config, Implicit: true}, problem: "certificate"},
		{name: "no TLS where it must be", scheme: "smtps", server: &smtptest.Server{}, problem: "tls"},
		{name: "a password over STARTTLS", scheme: "smtp", server: &smtptest.Server{TLS: config, User: "post@example.com", Password: secret}, login: login, roots: roots, secure: true},
		{name: "a password over TLS", scheme: "smtps", server: &smtptest.Server{TLS: config, Implicit: true, User: "post@example.com", Password: secret}, login: login, roots: roots, secure: true},
		{name: "a password in the clear", scheme: "smtp", server: &smtptest.Server{User: "post@example.com", Password: secret}, login: login, problem: "auth"},
		{name: "a wrong password", scheme: "smtp", server: &smtptest.Server{TLS: config, User: "post@example.com", Password: "x"}, login: login, roots: roots, problem: "password"},
		{name: "a login that is missing", scheme: "smtp", server: &smtptest.Server{User: "post@example.com", Password: secret}, problem: "530"},
		{name: "a server that hangs up once it has the letter", scheme: "smtp", server: &smtptest.Server{Curt: true}},
		{name: "an unknown recipient", scheme: "smtp", server: &smtptest.Server{Refusal: "550 nobody here is called so"}, problem: "550"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sink := c.server.Start(t)
			s, err := ParseURL((&url.URL{Scheme: c.scheme, User: c.login, Host: sink.Addr()}).String())
			if err != nil {
				t.Fatal(err)
			}
			s.config.RootCAs = c.roots
			err = s.Send(t.Context(), letter)
			if c.problem != "" {
				if err == nil || !strings.Contains(strings.ToLower(err.Error()), c.problem) || strings.Contains(err.Error(), secret) || len(sink.Letters()) != 0 {
					t.Fatalf("the error is %v", err)
				}
				return
			}
			if err != nil || len(sink.Letters()) != 1 {
				t.Fatalf("%v, %d letters", err, len(sink.Letters()))
			}
			l := sink.Next(1)
			if l.To != letter.To || l.Subject != letter.Subject || l.Text != letter.Text || l.Secure != c.secure || l.From != s.from ||
				!strings.Contains(l.Header.Get("Message-ID"), letter.ID) || l.Header.Get("Auto-Submitted") != "auto-generated" {
				t.Errorf("what arrives is %+v", l)
			}
		})
	}
}

// TestWhatIsNotTriedAgain: a recipient that there is not stays away; what settings or time can change is tried again.
func TestWhatIsNotTriedAgain(t *testing.T) {
	for refusal, final := range map[string]bool{
		"550 nobody here is called so": true, "550 5.1.1 unknown": true, "553 5.1.3 what an address": true, "551 moved": true,
		"450 4.2.1 later": false, "550 5.7.1 relaying denied": false, "530 5.7.0 log in first": false, "552 5.2.2 full": false,
	} {
		sink := (&smtptest.Server{Refusal: refusal}).Start(t)
		s, err := ParseURL("smtp://" + sink.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), letter); err == nil || errors.Is(err, ErrRefused) != final {
			t.Errorf("%s: %v", refusal, err)
		}
	}
}

func TestAServerThatSaysNothingIsLeft(t *testing.T) {
	sink := (&smtptest.Server{Silent: true}).Start(t)
	s, err := ParseURL("smtp://" + sink.Addr())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Send(ctx, letter); err == nil {
		t.Error("the letter was sent")
	}
	begun := time.Now()
	if err := s.Send(t.Context(), letter); err == nil || time.Since(begun) > patience/2 {
		t.Errorf("the next letter waits too: %v", err)
	}
	sink.Down()
	if err := s.Send(t.Context(), letter); err == nil {
		t.Error("the letter was sent to nobody")
	}
}

func TestURLs(t *testing.T) {
	for text, want := range map[string]string{
		"smtp://mail.example.com":                            "mail.example.com:587 no-reply@mail.example.com",
		"smtps://mail.example.com/":                          "mail.example.com:465 no-reply@mail.example.com",
		"smtp://localhost:25":                                "localhost:25 no-reply@telamon.example",
		"smtp://[::1]:2525":                                  "[::1]:2525 no-reply@telamon.example",
		"smtp://u:p%40ss@mail.example.com:2525":              "mail.example.com:2525 no-reply@mail.example.com",
		"smtps://jane%40example.org:pw@mail.example.com":     "mail.example.com:465 jane@example.org",
		"smtp://mail.example.com?from=telamon%40example.org": "mail.example.com:587 telamon@example.org",
	} {
		s, err := ParseURL(text)
		if err != nil || s.String()+" "+s.from != want {
			t.Errorf("%s: %v (%v)", text, s, err)
		}
	}
	for _, text := range []string{
		"", "mail.example.com", "mail.example.com:25", "http://u:hunter2@mail.example.com", "smtp://", "smtp://u:hunter2@mail:0", "smtp://u:hunter2@mail:65536",
		"smtp://u:hunter2@mail:x", "smtp://u:hunter2@mail/path", "smtp://u:hunter2@mail?x=1", "smtp://u:hunter2@mail?from=nobody", "smtp://u@mail",
		"smtp://:hunter2@mail", "smtp://u:hunter2@mail#x", "smtp:u:hunter2@mail", "smtp://u:hunter2@mail\x00",
	} {
		if s, err := ParseURL(text); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v (%v)", text, s, err)
		}
	}
}
