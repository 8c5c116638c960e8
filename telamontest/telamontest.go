// Package telamontest runs a Telamon inside a Go test, in one line, like net/http/httptest does for handlers:
//
//	srv := telamontest.Start(t)
//	client, err := admin.NewClient(admin.UseBaseURL(srv.URL), admin.UseDigestAuth(srv.PublicKey, srv.PrivateKey))
//
// The server is the real one, with real databases behind its clusters, on free ports of the loopback interface and
// with its data in the test's temporary directory. It stops when the test ends.
package telamontest

import (
	"context"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/failure"
	"github.com/telamon-db/telamon/internal/server"
)

// Server is a running Telamon with the organization, project and credentials that it began with.
type Server struct {
	URL           string // of the API
	ManagementURL string

	// ManagementSecret is what the clock and the profiles at ManagementURL ask for, as a bearer token.
	ManagementSecret string

	OrgID         string
	ProjectID     string
	OwnerUserID   string
	PublicKey     string // of an API key that owns the organization
	PrivateKey    string
	ClientID      string // of a service account that owns the organization
	ClientSecret  string
	OwnerUsername string // of the organization's owner, who logs in with OwnerPassword
	OwnerPassword string
	DataDir       string
	DNSAddress    string // HOST:PORT that knows the names of clusters; empty without DNS
	CAFile        string // with the certificate that clients are to trust; empty without TLS

	t       testing.TB
	options options
	running *server.Server
	stop    context.CancelFunc
	done    chan error
}

type options struct {
	config server.Config
}

// Option changes how a server runs.
type Option func(*options)

// DataDir keeps the server's data in dir, which outlives the test.
func DataDir(dir string) Option { return func(o *options) { o.config.DataDir = dir } }

// Logger gives the server's log a place. Without it the log is discarded.
func Logger(l *slog.Logger) Option { return func(o *options) { o.config.Logger = l } }

// TrustProxies believes X-Forwarded-For from addresses in the given ranges, so that a test can call from anywhere.
func TrustProxies(ranges ...netip.Prefix) Option {
	return func(o *options) { o.config.Proxies = ranges }
}

// RateLimits has the server limit how often it is called, as the service does and telamon serve does by default.
func RateLimits() Option { return func(o *options) { o.config.LimitsOff = false } }

// SMTP hands letters to a mail server, smtp://HOST:PORT; without it they lie in DataDir/outbox.
func SMTP(url string) Option { return func(o *options) { o.config.SMTPURL = url } }

// Store keeps state in the PostgreSQL of the URL, as telamon serve --store does; without it in a file of DataDir.
func Store(url string) Option { return func(o *options) { o.config.Store = url } }

// DNS gives clusters names in DNS, which DNSAddress answers questions about.
func DNS() Option { return func(o *options) { o.config.DNS = "127.0.0.1:0" } }

// S3 tells the service with the buckets that snapshots are exported to: the URL of --s3-url.
func S3(url string) Option { return func(o *options) { o.config.S3URL = url } }

// SnapshotBucket has snapshots stored in a bucket of that service.
func SnapshotBucket(name string) Option { return func(o *options) { o.config.SnapshotBucket = name } }

// TLS has the API and clusters speak TLS, with certificates of an authority whose own is DataDir/ca.pem.
func TLS() Option { return func(o *options) { o.config.TLS = "auto" } }

// Start runs a server until the test ends.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	s := &Server{t: t, options: options{config: server.Config{
		DataDir: t.TempDir(), Listen: "127.0.0.1:0", Management: "127.0.0.1:0", LimitsOff: true,
	}}}
	for _, o := range opts {
		o(&s.options)
	}
	s.DataDir = s.options.config.DataDir
	s.begin()
	t.Cleanup(s.Stop)
	return s
}

func (s *Server) begin() {
	s.t.Helper()
	running, err := server.Open(context.Background(), s.options.config)
	if err != nil {
		s.t.Fatalf("telamontest: %v", err)
	}
	b := running.Bootstrap()
	s.URL, s.ManagementURL, s.OrgID, s.ProjectID, s.OwnerUserID = b.BaseURL, b.ManagementURL, b.OrgID, b.ProjectID, b.OwnerUserID
	s.PublicKey, s.PrivateKey, s.ClientID, s.ClientSecret = b.PublicKey, b.PrivateKey, b.ClientID, b.ClientSecret
	s.OwnerUsername, s.OwnerPassword = b.OwnerUsername, b.OwnerPassword
	s.DNSAddress, s.CAFile = b.DNSAddress, b.CAFile
	s.ManagementSecret = running.ManagementSecret()
	ctx, cancel := context.WithCancel(context.Background())
	s.running, s.stop, s.done = running, cancel, make(chan error, 1)
	go func() { s.done <- running.Run(ctx) }()
	<-running.Ready()
}

// Stop ends the server in an orderly way. Stopping twice is harmless.
func (s *Server) Stop() {
	s.t.Helper()
	if s.running == nil {
		return
	}
	s.stop()
	if err := <-s.done; err != nil {
		s.t.Errorf("telamontest: the server ended with %v", err)
	}
	s.running = nil
}

// Restart stops the server and runs it again on the same data, at other ports.
func (s *Server) Restart() {
	s.t.Helper()
	s.Stop()
	s.begin()
}

// Failure is a rule by which the server fails: see POST /faults in README.md.
type Failure = failure.Rule

// Delay is how slow a Failure makes something, and Duration a time in it.
type (
	Delay    = failure.Delay
	Duration = failure.Duration
)

// Fail has the server fail by a rule, until the rule is over, it is removed, or the server ends. It returns the rule's id.
func (s *Server) Fail(rule Failure) (id string) {
	s.t.Helper()
	rule, err := s.running.AddFailure(rule)
	if err != nil {
		s.t.Fatalf("telamontest: %v", err)
	}
	return rule.ID
}

// Failures are the rules of Fail, with how often each has struck.
func (s *Server) Failures() []Failure { return s.running.Failures().List() }

// StopFailing removes a rule of Fail.
func (s *Server) StopFailing(id string) { s.running.Failures().Remove(id) }

// Now is the time by the server's clock.
func (s *Server) Now() time.Time { return s.running.Now() }

// Advance moves the server's clock forward; what falls due on the way has been done when it returns.
func (s *Server) Advance(d time.Duration) {
	s.t.Helper()
	if err := s.running.Advance(context.Background(), d); err != nil {
		s.t.Fatalf("telamontest: %v", err)
	}
}
