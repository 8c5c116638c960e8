// Package gateway serves MongoDB's clients in front of a document engine, as a member of a replica set.
//
// A command must pass four checks: the client's address is on the access list, its user has logged in by a mechanism, the
// command is declared in the table of commands, and the user's roles grant what the declaration requires (an open gateway,
// for development, makes the first check only). Commands that pass go to the engine's Session unchanged. The gateway itself
// answers greetings, logins and questions about the caller. An Observer sees all commands, logins and authorizations.
//
// The gateway knows the control plane only as a Directory, which it asks at every command. So the removal of a user, a role
// or an entry of the access list takes effect on open connections at once.
package gateway

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/time/rate"

	"github.com/telamon-db/telamon/internal/share"
	"github.com/telamon-db/telamon/internal/verifier"
	"github.com/telamon-db/telamon/internal/wire"
)

// Backend is the database behind a gateway.
//
// Cursor ids are unique over the backend, and any of its sessions may continue a cursor: a client sends getMore on
// whichever connection of its pool is free. A cursor ends with the session that used it last.
type Backend interface {
	// NewSession opens a session for one login of a user, or for no user if the gateway is open. Its commands return soon
	// after ctx ends. It fails while the database is being restored or stopped. Clients get an error that lets them retry.
	NewSession(ctx context.Context, user wire.User) (Session, error)
	// LastTimestamp returns the time of the newest change, or zero while the database is closed.
	LastTimestamp() bson.Timestamp
}

// Session runs the commands of one connection, one at a time.
type Session interface {
	// Run appends the answer to one authorized command to dst, failures included.
	Run(dst []byte, m *wire.Msg) []byte
	// Interrupt ends the command that runs, if one does, with Interrupted. It is called while Run runs.
	Interrupt()
	// Worked is what the last Run has done, until Sent.
	Worked() wire.Work
	// Sent tells that the answer to the last command is no longer in memory. So does the next Run.
	Sent()
	// Close releases the session. It is not used afterwards.
	Close()
}

// Directory knows the users and the access list. Both methods are called for every command, so they must be cheap, and
// should not wait for a store. After an error the command is refused.
type Directory interface {
	// User returns nil and no error for an unknown user.
	User(ctx context.Context, authDB, username string) (*User, error)
	// Admits reports whether addr is on the project's IP access list.
	Admits(ctx context.Context, addr netip.Addr) (bool, error)
}

// User is a database user. Its ID changes when the user is deleted and made again, or gets another password. That ends
// earlier logins.
type User struct {
	ID       string
	DB, Name string
	SHA256   verifier.Verifier
	SHA1     verifier.Verifier
	Roles    []Role // with the roles that they inherit
	allowed  []Privilege
}

// Config is the configuration of a gateway.
type Config struct {
	Name      string      // the cluster's name, for logs
	SetName   string      // the replica set's name, if Set is nil
	Host      string      // host:port as clients reach it, if Set is nil
	Set       *ReplicaSet // whose member the gateway is; nil: a set of its own
	Member    int         // its ID in Set
	TLS       *tls.Config // with which clients must connect; nil: without TLS
	Directory Directory
	Backend   Backend
	Observer  Observer     // nil: nobody
	Logger    *slog.Logger // nil: silent
	Version   string       // the MongoDB version that buildInfo shows, such as 8.0.4
	Open      bool         // every client that Directory admits may do everything, without login
	Shared    *Shared      // with the other gateways of the process; nil: with none
	Meet      Meet         // asked before every command, greetings too; nil: nobody
	Secret    []byte       // makes the salts of users that do not exist: the same for all clusters of a project, and after a restart
}

// Meet may have a command wait, or fail: with ErrCut its client gets no answer and the connection ends, with another error
// the client gets that.
type Meet func(ctx context.Context, command string) error

// ErrCut has a connection end as if the member could not be reached.
var ErrCut = errors.New("gateway: the member is cut off")

// Gateway serves one member of a cluster. Its methods are safe for concurrent use.
type Gateway struct {
	cfg       Config
	shared    *Shared
	observer  Observer
	log       *slog.Logger
	noise     rate.Sometimes // limits log lines that strangers can cause
	process   bson.ObjectID  // identifies this run of the server to clients
	cursors   cursorTable
	set       *ReplicaSet
	started   time.Time
	conns     connections
	idle      time.Duration // before login
	frameTime time.Duration
	lastID    atomic.Int32
}

// New returns a gateway that serves nothing yet.
func New(cfg Config) *Gateway {
	log := cfg.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if cfg.Secret == nil {
		cfg.Secret = make([]byte, 32)
		rand.Read(cfg.Secret) // never fails (crypto/rand)
	}
	if cfg.Shared == nil {
		cfg.Shared = NewShared(share.Descriptors())
	}
	if cfg.Observer == nil {
		cfg.Observer = Observers{}
	}
	if cfg.Set == nil {
		cfg.Member = 0
		cfg.Set = NewReplicaSet(cfg.SetName, Topology{Members: []Member{{Host: cfg.Host, Priority: 1}}, Term: 1, Version: 1})
	}
	return &Gateway{
		set: cfg.Set, started: time.Now(),
		cfg: cfg, shared: cfg.Shared, observer: cfg.Observer, log: log.With("cluster", cfg.Name), noise: rate.Sometimes{First: 10, Interval: time.Second},
		process: bson.NewObjectID(), idle: idleBeforeLogin, frameTime: frameTime,
	}
}

// Serve accepts connections until ctx ends or l closes, which is not an error. Then it closes l, cancels running
// commands, and waits for its connections to end.
func (g *Gateway) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	var connections sync.WaitGroup
	defer connections.Wait()
	defer cancel()
	context.AfterFunc(ctx, func() { _ = l.Close() })
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			connections.Go(func() { g.accept(ctx, nc) })
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return nil
		case passing(err):
			g.log.Info("cannot accept a connection", "error", err)
			pause(ctx, 100*time.Millisecond)
		default:
			return err
		}
	}
}

// passing reports whether Accept may succeed later: the client gave up early, or there are no file descriptors left.
func passing(err error) bool {
	for _, e := range []error{syscall.ECONNABORTED, syscall.EMFILE, syscall.ENFILE} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// pause waits for d, and reports whether it did so before ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// accept serves the connection nc.
func (g *Gateway) accept(ctx context.Context, nc net.Conn) {
	defer nc.Close()
	if !g.conns.add(nc) {
		g.noise.Do(func() { g.log.Info("connection refused: the member is away, or has as many as it may") })
		return
	}
	defer g.conns.remove(nc)
	nc = g.begin(nc)
	defer nc.Close()
	peer, err := addressOf(nc.RemoteAddr())
	local, localErr := addressOf(nc.LocalAddr())
	if err := errors.Join(err, localErr); err != nil {
		g.log.Error("a connection without an address", "error", err)
		return
	}
	g.serve(ctx, nc, peer, local)
}

func addressOf(a net.Addr) (netip.AddrPort, error) {
	at, err := netip.ParseAddrPort(a.String())
	return netip.AddrPortFrom(at.Addr().Unmap().WithZone(""), at.Port()), err
}
