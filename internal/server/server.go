package server

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/clock"
	"github.com/telamon-db/telamon/internal/durable"
	"github.com/telamon-db/telamon/internal/failure"
	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/login"
	"github.com/telamon-db/telamon/internal/mail"
	"github.com/telamon-db/telamon/internal/metrics"
	"github.com/telamon-db/telamon/internal/nodes"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/ratelimit"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/monitoring"
	"github.com/telamon-db/telamon/internal/share"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/trouble"
)

// Server is a running Telamon.
type Server struct {
	cfg       Config
	lock      io.Closer // of the data directory
	node      string    // this node's name in the store
	secret    []byte    // that nodes share
	clock     *clock.Clock
	store     store.Store
	access    *accesses // what gateways know of the store
	usage     *authn.Usage
	auth      *authn.Authenticator
	login     *login.Service
	limits    *ratelimit.Limits // nil: none
	engine    *api.Engine
	mail      mail.Transport
	runner    *reconcile.Runner
	plane     *plane.Plane
	insight   *insight.Recorder
	audits    auditLogs
	nodes     *nodes.Service
	bootstrap *bootstrapFile
	api       net.Listener
	identity  *identity   // nil: no TLS
	tls       *tls.Config // of the API listener; nil: none
	dns       *names      // nil: there are none in DNS
	manage    net.Listener
	trouble   *trouble.Board
	rules     *failure.Rules // of failures on demand
	metrics   *metrics.Metrics
	sampler   *monitoring.Sampler
	callers   *share.Seats // connections to the API
	managers  *share.Seats // connections to the management listener
	ready     chan struct{}
}

// Open opens the data directory, which one server has at a time, binds both listeners and prepares everything; Run then
// serves. It creates the organization, its owner and the first credentials in an empty store. Of several nodes on one
// store, each has a data directory of its own.
func Open(ctx context.Context, cfg Config) (_ *Server, err error) {
	cfg.fill()
	s := &Server{cfg: cfg, clock: new(clock.Clock), ready: make(chan struct{}), trouble: trouble.New(cfg.Logger, time.Now)}
	s.rules = &failure.Rules{Now: s.clock.Now}
	s.sampler = &monitoring.Sampler{}
	if !cfg.uncounted {
		s.metrics = metrics.New(Version)
	}
	calls, _, _ := share.Connections(share.Descriptors())
	s.callers, s.managers = share.NewSeats(calls), share.NewSeats(manageSeats)
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if err := errors.Join(checkStore(cfg.Store), cfg.checkURL()); err != nil {
		return nil, err
	}
	if s.mail, err = cfg.transport(); err != nil {
		return nil, err
	}
	if err := durable.MakeDir(cfg.DataDir); err != nil {
		return nil, fmt.Errorf("server: data directory: %w", err)
	}
	if s.lock, err = lock(cfg.DataDir); err != nil {
		return nil, err
	}
	if err := s.openStore(ctx); err != nil {
		return nil, err
	}
	if s.api, err = net.Listen("tcp", cfg.Listen); err != nil {
		return nil, fmt.Errorf("server: API listener: %w", err)
	}
	if s.manage, err = net.Listen("tcp", cfg.Management); err != nil {
		return nil, fmt.Errorf("server: management listener: %w", err)
	}
	if s.tls, err = s.certificates(); err != nil {
		return nil, err
	}
	if s.dns, err = s.listenDNS(ctx); err != nil {
		return nil, err
	}
	if err := s.compose(ctx); err != nil {
		return nil, err
	}
	if s.bootstrap, err = s.start(ctx); err != nil {
		return s, err
	}
	return s, errors.Join(s.backups().Begin(ctx, s.node), s.sampler.Begin(ctx))
}

// compose builds what depends on the store.
func (s *Server) compose(ctx context.Context) error {
	secret, err := s.settings(ctx)
	if err != nil {
		return err
	}
	s.secret = secret
	s.usage = authn.NewUsage(s.clock.Now)
	s.auth = authn.New(s.store, secret, s.usage, s.cfg.Proxies)
	s.login, err = login.New(login.Service{
		Store: s.store, Key: secret, BaseURL: func() string { return s.bootstrap.BaseURL }, Address: s.auth.Address, Subnet: api.Subnet, Log: s.cfg.Logger,
	})
	if err != nil {
		return err
	}
	s.insight = insight.NewRecorder(s.store, s.clock.Now, s.cfg.Logger)
	if s.plane, err = s.newPlane(secret); err != nil {
		return err
	}
	s.sampler.Store, s.sampler.Plane, s.sampler.Node, s.sampler.Dir = s.store, s.plane, s.node, s.cfg.DataDir
	s.sampler.Watch = s.alerts().Watch
	s.sample()
	s.nodes = &nodes.Service{Store: s.store, Name: s.node, Host: s.cfg.ClusterHost, Clusters: s.reconciler(), Copies: s.relocation(), Log: s.cfg.Logger}
	if err := s.nodes.Begin(ctx); err != nil {
		return err
	}
	if err := s.resume(ctx); err != nil {
		return err
	}
	s.runner = reconcile.NewRunner(s.store, s.clock, s.node, s.cfg.Logger, s.rules.Handlers(s.metrics.Handlers(s.handlers())))
	if !s.cfg.LimitsOff {
		if s.limits, err = ratelimit.New(s.cfg.Limits); err != nil {
			return err
		}
	}
	s.engine, err = api.New(s.operations(), api.Config{
		Auth: s.auth, Scopes: scopes{s.store}, Limits: s.limits, AsOf: s.cfg.AsOf, URL: s.baseURL(), Trouble: s.trouble, Logger: s.cfg.Logger,
		Meet: s.meet,
	})
	return err
}

const nonceSecret = "digest-nonce-secret"

// settings reads what all nodes share, and creates it the first time.
func (s *Server) settings(ctx context.Context) (secret []byte, err error) {
	err = s.store.Update(ctx, func(tx store.Tx) error {
		ahead, err := state.Ensure(tx, clockOffset, func() []byte { return make([]byte, 8) })
		if err != nil {
			return err
		}
		s.clock.Raise(offset(ahead))
		secret, err = state.Ensure(tx, nonceSecret, func() []byte {
			b := make([]byte, 32)
			rand.Read(b) // never fails (crypto/rand)
			return b
		})
		return err
	})
	return secret, err
}

// Run serves until ctx ends, then drains and closes everything. It returns nil after an orderly end.
func (s *Server) Run(ctx context.Context) error {
	life, end := context.WithCancel(context.WithoutCancel(ctx)) // of requests: they outlive ctx by what the drain takes
	defer end()
	group, ctx := errgroup.WithContext(ctx)
	apiServer := s.http(keepSeat(lasting(life, s.handler())))
	apiServer.TLSConfig = s.tls
	manageServer := s.http(keepSeat(s.management()))
	drain := s.cfg.timeouts.drain
	group.Go(func() error { return serve(ctx, apiServer, calm{&seated{s.api, s.callers, s.trouble}}, drain) })
	group.Go(func() error { return serve(ctx, manageServer, &seated{s.manage, s.managers, s.trouble}, drain) })
	if s.dns != nil {
		group.Go(func() error { return s.dns.serve(ctx, s.trouble) })
	}
	group.Go(func() error { return s.usage.Run(ctx, s.store, s.cfg.Logger) })
	group.Go(func() error { return s.runner.Run(ctx) })
	group.Go(func() error { return s.growDisks(ctx) })
	group.Go(func() error { return s.insight.Run(ctx) })
	group.Go(func() error { return s.notices().Run(ctx) })
	if s.shared() {
		group.Go(func() error { return s.followClock(ctx) })
		group.Go(func() error { return s.access.follow(ctx) })
		group.Go(func() error { return s.nodes.Run(ctx) })
	}
	close(s.ready)
	err := group.Wait()
	end()
	return errors.Join(err, s.settle(context.WithoutCancel(ctx)), s.release())
}

// settle writes what requests have left to be written in the background.
func (s *Server) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.timeouts.drain)
	defer cancel()
	return s.usage.Flush(ctx, s.store)
}

// lasting lets requests go on when their client closes its side of the connection: net/http would cancel them, while TCP lets
// such a client wait for the answer (RFC 9293, section 3.6).
func lasting(life context.Context, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r.WithContext(life)) })
}

// http returns an HTTP server with timeouts, which bound what a stranger can hold open.
func (s *Server) http(h http.Handler) *http.Server {
	t := s.cfg.timeouts
	return &http.Server{
		Handler: h, ReadHeaderTimeout: t.header, ReadTimeout: t.request, WriteTimeout: t.answer, IdleTimeout: t.idle, MaxHeaderBytes: 64 << 10,
		ConnContext: withSeat,
		ErrorLog:    log.New(s.trouble.Writer("a connection failed"), "", 0), // such as handshakes, and panics of pages
	}
}

// serve serves l until ctx ends, then waits for running requests. Those that take longer than drain are cut off, which is
// not an error.
func serve(ctx context.Context, h *http.Server, l net.Listener, drain time.Duration) error {
	done := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		err := h.Shutdown(grace)
		if errors.Is(err, context.DeadlineExceeded) {
			err = h.Close()
		}
		done <- err
	})
	err := listen(h, l)
	if stop() {
		return err // it ended by itself
	}
	return <-done
}

func listen(h *http.Server, l net.Listener) error {
	if h.TLSConfig != nil {
		return h.ServeTLS(l, "", "")
	}
	return h.Serve(l)
}

func (s *Server) release() error {
	var errs []error
	for _, l := range []net.Listener{s.api, s.manage} {
		if l != nil {
			if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	if s.dns != nil {
		errs = append(errs, s.dns.close())
	}
	if s.plane != nil {
		errs = append(errs, s.plane.Close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// Bootstrap is what bootstrap.json says.
func (s *Server) Bootstrap() Bootstrap { return s.bootstrap.Bootstrap }

// ManagementSecret is what the management listener asks for: bootstrap.json has it for operators.
func (s *Server) ManagementSecret() string { return s.bootstrap.ManagementSecret }

// Ready is closed once the server answers.
func (s *Server) Ready() <-chan struct{} { return s.ready }
