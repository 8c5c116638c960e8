package docdb

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/reply"
	"github.com/telamon-db/telamon/internal/wire"
)

// Session is what one connection has with an engine; it runs one command at a time. It owns cursors: they are closed with
// it.
type Session struct {
	e      *Engine
	id     int64
	user   wire.User
	ctx    context.Context // ends with the connection, the session or the engine
	cancel context.CancelFunc

	share *memory.Budget // the user's, of replies
	busy  sync.Mutex     // held while a command runs
	reply memory.Account // what the reply holds until it is sent
	work  wire.Work      // of the last command

	noted   [16]byte // the logical session whose use has been noted last, by the command that runs or before
	notedAt time.Time

	mu        sync.Mutex
	running   *call           // the command, or nil
	commands  context.Context // of one command after another, until one is interrupted
	interrupt context.CancelFunc
}

// NewSession begins a session of user, who has been authorized for what they will run. Its commands end with ctx. It must
// be closed.
func (e *Engine) NewSession(ctx context.Context, user wire.User) *Session {
	share := e.shares.Join(user, e.replies)
	s := &Session{e: e, user: user, share: share, reply: share.Open("a reply", reply.Account)}
	ctx, end := context.WithCancel(ctx)
	stop := context.AfterFunc(e.store.Context(), end)
	s.ctx, s.cancel = ctx, func() { stop(); end() }
	s.commands, s.interrupt = context.WithCancel(ctx)
	e.sessions.join(s)
	return s
}

// Sent says that the reply of the last command is not in memory any more. The next command says so too.
func (s *Session) Sent() {
	s.reply.Close()
	s.work = wire.Work{} // its plan would keep a scan in memory
}

// Worked is what was done for the last command, until its reply has been sent. It is for whoever has called Run.
func (s *Session) Worked() wire.Work { return s.work }

// Close ends the session's running command, waits for that, and releases the session's cursors.
func (s *Session) Close() {
	s.cancel()
	if s.e.sessions.part(s) {
		defer s.e.shares.Leave(s.user)
	}
	s.busy.Lock()
	defer s.busy.Unlock()
	s.Sent()
	s.e.store.Hold(func() { s.e.cursors.closeOf(s) }) // the engine must not be closed under a cursor
}

// Run executes one command and appends its reply to dst, which says ok 0 with a code if the command failed. The message's
// documents are well-formed to the bottom, as wire.ParseMsg and wire.Validate have them.
func (s *Session) Run(dst []byte, m *wire.Msg) []byte {
	out, err := s.run(dst, m)
	if err != nil {
		out = append(dst, s.e.errorReply(m.Name(), err)...)
	}
	s.e.traffic.Count(m, len(out)-len(dst))
	return out
}

func (s *Session) run(dst []byte, m *wire.Msg) (out []byte, err error) {
	s.busy.Lock()
	defer s.busy.Unlock()
	if err := s.e.store.Enter(); err != nil {
		return nil, err
	}
	defer s.e.store.Leave()
	defer func() {
		// A panic in one command must not take down the other clusters of the process.
		if r := recover(); r != nil {
			s.e.log.Error("command panicked", "command", m.Name(), "panic", r, "stack", string(debug.Stack()))
			out, err = nil, wire.Errorf(wire.InternalError, "an internal error occurred")
		}
	}()
	c, err := newCall(s, m)
	if err != nil {
		return nil, err
	}
	return s.execute(dst, c)
}

func (s *Session) execute(dst []byte, c *call) ([]byte, error) {
	if err := errors.Join(c.checkGeneric(), c.checkAPI()); err != nil {
		return nil, err
	}
	now := s.e.mono()
	ctx := s.begin(c, now)
	defer s.end()
	ctx, cancel, err := c.limitTime(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	c.ctx = ctx
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.e.cursors.sweep(now)
	s.e.operations.Count(c.cmd.heading())
	c.noteSession(now)
	s.Sent()
	start, out := bsoncore.AppendDocumentStart(dst)
	c.out = out
	doc, err := c.cmd.run(c)
	c.account()
	c.noteUse(s.e.mono().Sub(now))
	if err != nil {
		return nil, err
	}
	return c.finish(start, doc)
}

// finish completes a successful reply, which began at start, with what the handler returned.
func (c *call) finish(start int32, rest bson.D) ([]byte, error) {
	out := c.out
	if c.cmd.writes {
		rest = c.withConcern(rest)
	}
	if len(rest) > 0 {
		raw, err := bson.Marshal(rest)
		if err != nil {
			return nil, err
		}
		out = append(out, raw[4:len(raw)-1]...)
	}
	out = bsoncore.AppendDoubleElement(out, "ok", 1)
	return bsoncore.AppendDocumentEnd(c.e.appendTimes(out), start)
}

// appendTimes ends a reply with the time of the newest change, as a member of a replica set does.
func (e *Engine) appendTimes(out []byte) []byte {
	last := e.store.LastTimestamp()
	at, out := bsoncore.AppendDocumentElementStart(out, "$clusterTime")
	out = bsoncore.AppendTimestampElement(out, "clusterTime", last.T, last.I)
	out = append(out, unsigned...)
	out, _ = bsoncore.AppendDocumentEnd(out, at) // at is the start that this document began with
	return bsoncore.AppendTimestampElement(out, "operationTime", last.T, last.I)
}

// unsigned is the signature of a server that does not sign cluster times.
var unsigned = bsoncore.AppendDocumentElement(nil, "signature",
	bsoncore.BuildDocument(nil, bsoncore.AppendInt64Element(bsoncore.AppendBinaryElement(nil, "hash", 0, make([]byte, 20)), "keyId", 0)))

// errorReply is the reply of a command that has failed.
func (e *Engine) errorReply(command string, err error) bson.Raw {
	reply := wire.Reply(e.clientError(command, err))
	at, out := bsoncore.AppendDocumentStart(nil)
	out = append(out, reply[4:len(reply)-1]...)
	out = append(out, details(err)...)
	out, _ = bsoncore.AppendDocumentEnd(e.appendTimes(out), at) // at is the start that this document began with
	return out
}

// clientError gives every error a code. It logs what the client must not see.
func (e *Engine) clientError(command string, err error) error {
	var known *wire.Error
	switch {
	case errors.As(err, &known):
		return known
	case e.store.Context().Err() != nil:
		return wire.Errorf(wire.InterruptedAtShutdown, "interrupted at shutdown")
	case errors.Is(err, context.DeadlineExceeded):
		return wire.Errorf(wire.MaxTimeMSExpired, "operation exceeded time limit")
	case errors.Is(err, context.Canceled):
		return wire.Errorf(wire.Interrupted, "operation was interrupted")
	}
	e.log.Error("command failed", "command", command, "error", err)
	return err
}

// checkGeneric refuses generic arguments that the engine does not support.
func (c *call) checkGeneric() error {
	if c.Has("startTransaction") || c.Has("autocommit") {
		return wire.Errorf(wire.OperationNotInTransaction, "transactions are not supported yet")
	}
	if level, ok := c.Doc("readConcern").Lookup("level").StringValueOK(); ok && !readLevels[level] {
		return wire.Errorf(wire.InvalidOptions, "readConcern level '%s' is not supported", level)
	}
	if c.Has("txnNumber") {
		if !c.cmd.retries {
			return wire.Errorf(wire.NotARetryableWrite, "txnNumber may only be provided for retryable write commands, and %s is not one", c.cmd.name)
		}
		if !c.Has("lsid") {
			return wire.Errorf(wire.InvalidOptions, "Transaction number requires a session ID to also be specified")
		}
	}
	return c.checkWriteConcern()
}

var readLevels = map[string]bool{"local": true, "available": true, "majority": true, "linearizable": true}

// durableRead reports whether the command may only read what is durable.
func (c *call) durableRead() bool {
	level, _ := c.Doc("readConcern").Lookup("level").StringValueOK()
	return level == "majority" || level == "linearizable"
}
