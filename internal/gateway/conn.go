package gateway

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/share"
	"github.com/telamon-db/telamon/internal/wire"
)

const (
	writeTimeout = 30 * time.Second // at least, and a quarter more at most
	keptRoom     = 64 << 10         // bytes that a connection keeps for its next reply
)

// conn is one client connection. One goroutine serves it; only engine and watch are used by others, while a command runs.
type conn struct {
	g        *Gateway
	nc       net.Conn
	r        *bufio.Reader
	peer     netip.AddrPort
	local    netip.AddrPort
	subnet   string // of the peer
	id       int32
	log      *slog.Logger
	login    *login       // who has logged in, or nil
	attempt  *attempt     // a login that is under way, or nil
	failures int          // failed logins
	session  Session      // opened with the first command that needs it
	engine   onEngine     // what runs in session
	work     wire.Work    // that the engine has done for the command
	lastSent int32        // request id of the last reply
	out      []byte       // room for a reply
	writeBy  time.Time    // the deadline of writes
	watch    watch        // ends a command whose client hangs up
	closing  bool         // the connection ends after the current reply
	seat     *share.Seat  // among the connections of the process
	claim    *share.Claim // memory for the message that is read or answered; nil: it is small
}

// login is the user who has logged in on this connection.
type login struct {
	id, db, name string
	roles        []Role // as of the last command
}

// request is one message of the client.
type request struct {
	id         int32
	legacy     bool // OP_QUERY, which is answered with OP_REPLY
	compressor wire.Compressor
	msg        *wire.Msg
}

func (g *Gateway) serve(ctx context.Context, nc net.Conn, peer, local netip.AddrPort) {
	id := g.lastID.Add(1)
	c := &conn{g: g, nc: nc, r: bufio.NewReader(nc), peer: peer, local: local, subnet: share.Subnet(peer.Addr()), id: id, log: g.log.With("peer", peer.String(), "connection", id)}
	defer c.drop()
	g.conns.set(belowTLS(nc), c)
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	c.watch.init(nc, c.r, hangUp)
	defer c.watch.stop()
	// Reading ends with ctx; a command that runs then still gets its reply out.
	defer context.AfterFunc(ctx, func() { _ = nc.SetReadDeadline(time.Unix(1, 0)) })()
	if !c.admitted(ctx) || !c.sit(g.shared.guests) {
		return
	}
	defer func() { c.seat.Leave() }()
	if err := c.secure(ctx); err != nil {
		g.noise.Do(func() { c.log.Info("no TLS", "error", err) })
		return
	}
	c.log.Debug("connected")
	for !c.closing {
		if err := c.next(ctx); err != nil {
			c.log.Debug("disconnected", "reason", err)
			return
		}
	}
}

var errRefused = errors.New("the address is not on the access list")

// errUnheard ends the connection of a client that sends a write for which it wants no answer to a member that is not
// primary: otherwise the client would not learn that the write failed. Source: the Server Discovery and Monitoring
// specification, "Error handling".
var errUnheard = errors.New("a write without an answer has come to a member that is not primary")

// next serves one request. An error ends the connection.
func (c *conn) next(ctx context.Context) error {
	if err := c.allow(ctx); err != nil {
		return err
	}
	req, err := c.read(ctx)
	defer func() {
		c.claim.Release()
		c.claim = nil
	}()
	if err != nil {
		return c.misread(req, err)
	}
	if !c.admitted(ctx) {
		return errRefused
	}
	return c.answer(ctx, req)
}

// misread answers a message that cannot be read. If err concerns the connection, it returns err.
func (c *conn) misread(req request, err error) error {
	var refused *wire.Error
	if !errors.As(err, &refused) {
		return err
	}
	c.g.noise.Do(func() { c.log.Info("message refused", "error", err) })
	c.closing = refused.Code == wire.ProtocolError.Number
	return c.write(req, wire.Reply(err), 0)
}

// greetingOf reads an OP_QUERY, which may only be a greeting.
func greetingOf(body []byte) (*wire.Msg, error) {
	q, err := wire.ParseQuery(body)
	if err != nil {
		return nil, err
	}
	m := &wire.Msg{Body: q.Doc}
	if q.Namespace != "admin.$cmd" || !greetings[m.Name()] {
		return nil, wire.Errorf(wire.UnsupportedOpQueryCommand, "OP_QUERY serves the greeting only; use OP_MSG")
	}
	return m, nil
}

// answer runs the request and writes its reply. A panic in a command ends this connection, not the server.
func (c *conn) answer(ctx context.Context, req request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.closing = true
			c.log.Error("a command panicked", "command", wire.Short(req.msg.Name()), "panic", p, "stack", string(debug.Stack()))
			err = c.write(req, wire.Reply(wire.Errorf(wire.InternalError, "an internal error occurred")), 0)
		}
	}()
	name := req.msg.Name()
	if meet := c.g.cfg.Meet; meet != nil {
		if err := meet(ctx, name); errors.Is(err, ErrCut) {
			return err
		} else if err != nil {
			return c.write(req, wire.Reply(err), 0)
		}
	}
	if greetings[name] {
		return c.greet(ctx, req)
	}
	c.watch.begin()
	defer c.watch.end()
	if c.login != nil {
		c.seat.Busy(true)
		defer func() { c.seat.Busy(false) }()
	}
	out := c.begin(req, 0)
	at := len(out)
	c.work = wire.Work{}
	out, err = c.run(ctx, out, req.msg)
	if err != nil {
		out = append(out[:at], c.failed(req.msg, err)...)
	}
	code := errorCode(out[at:])
	if unavailable(code) {
		if !slices.Contains(movedCodes, code) {
			c.closeSession() // the next command opens a session of the database that replaces this one
		}
		out = c.g.retryHint(req.msg, out, at)
	}
	c.g.observer.Command(Command{Client: c.client(), Name: name, Message: req.msg, Reply: out[at:], Code: code, Took: c.watch.sofar(), Work: c.work})
	defer c.sent()
	if code == wire.NotWritablePrimary.Number && req.msg.Flags&wire.MoreToCome != 0 {
		return errUnheard
	}
	return c.send(req, wire.EndMsg(out))
}

// sent tells the engine that its reply has left memory.
func (c *conn) sent() {
	if c.session != nil {
		c.session.Sent()
	}
}

// failed returns the reply for an error of a command. An error that clients must not see is logged.
func (c *conn) failed(m *wire.Msg, err error) bson.Raw {
	var known *wire.Error
	if !errors.As(err, &known) {
		c.log.Error("a command failed", "command", wire.Short(m.Name()), "error", err)
	}
	return c.g.timed(wire.Reply(err))
}

// begin begins the reply to req in the connection's room for replies.
func (c *conn) begin(req request, flags wire.Flags) []byte {
	c.lastSent++
	return wire.BeginMsg(c.out[:0], c.lastSent, req.id, flags)
}

// write sends doc as the reply to req.
func (c *conn) write(req request, doc bson.Raw, flags wire.Flags) error {
	if !req.legacy {
		return c.send(req, wire.EndMsg(append(c.begin(req, flags), doc...)))
	}
	c.lastSent++
	return c.send(req, wire.AppendReply(c.out[:0], c.lastSent, req.id, doc))
}

// send sends the reply to req, unless the client wants none. It is compressed if the request was.
func (c *conn) send(req request, msg []byte) error {
	if cap(msg) <= keptRoom {
		c.out = msg
	}
	if req.msg != nil && req.msg.Flags&wire.MoreToCome != 0 {
		return nil
	}
	if req.compressor != 0 {
		msg = wire.Compress(nil, msg, req.compressor)
	}
	// Setting a deadline costs a timer, so it is not done for each of many replies.
	if now := time.Now(); c.writeBy.Sub(now) < writeTimeout {
		c.writeBy = now.Add(writeTimeout + writeTimeout/4)
		if err := c.nc.SetWriteDeadline(c.writeBy); err != nil {
			return err
		}
	}
	_, err := c.nc.Write(msg)
	return err
}

// admitted checks the client's address against the access list.
func (c *conn) admitted(ctx context.Context) bool {
	ok, err := c.g.cfg.Directory.Admits(ctx, c.peer.Addr())
	if err != nil {
		c.log.Error("the access list cannot be read", "error", err)
	} else if !ok {
		c.g.noise.Do(func() { c.log.Info("address not on the access list") })
	}
	return ok && err == nil
}

// drop ends the login and the session that it opened.
func (c *conn) drop() {
	c.login, c.attempt = nil, nil
	c.closeSession()
}

func (c *conn) closeSession() {
	if c.session != nil {
		c.session.Close()
		c.g.cursors.forget(c.session)
		c.session = nil
	}
}
