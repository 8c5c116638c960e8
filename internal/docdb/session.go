package docdb

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/wire"
)

// Session is what one connection has with an engine. It owns cursors: they are closed with it.
type Session struct {
	e      *Engine
	id     int64
	user   wire.User
	ctx    context.Context // ends with the session or the engine
	cancel context.CancelFunc
}

// NewSession begins a session of user, who has been authorized for what they will run. It must be closed.
func (e *Engine) NewSession(user wire.User) *Session {
	s := &Session{e: e, user: user}
	s.ctx, s.cancel = context.WithCancel(e.ctx)
	e.operations.join(s)
	return s
}

// Close ends the session's running commands and releases its cursors.
func (s *Session) Close() {
	s.cancel()
	s.e.operations.kill(func(op *operation) bool { return op.c.s == s })
	s.e.operations.part(s)
	s.e.life.RLock() // the engine must not be closed under a cursor
	defer s.e.life.RUnlock()
	s.e.cursors.closeOf(s)
}

// Run executes one command and returns its reply, which says ok 0 with a code if the command failed. The message's
// documents are well-formed to the bottom, as wire.ParseMsg and wire.Validate have them.
func (s *Session) Run(ctx context.Context, m *wire.Msg) bson.Raw {
	reply, err := s.run(ctx, m)
	if err != nil {
		return wire.Reply(s.e.clientError(m.Name(), err))
	}
	return reply
}

func (s *Session) run(ctx context.Context, m *wire.Msg) (reply bson.Raw, err error) {
	if err := s.e.enter(); err != nil {
		return nil, err
	}
	defer s.e.leave()
	defer func() {
		// A fault in one command must not take down the other clusters of the process.
		if r := recover(); r != nil {
			s.e.log.Error("command panicked", "command", m.Name(), "panic", r, "stack", string(debug.Stack()))
			reply, err = nil, wire.Errorf(wire.InternalError, "an internal error occurred")
		}
	}()
	c, err := newCall(s, m)
	if err != nil {
		return nil, err
	}
	return s.execute(ctx, c)
}

func (s *Session) execute(ctx context.Context, c *call) (bson.Raw, error) {
	if err := c.checkGeneric(); err != nil {
		return nil, err
	}
	ctx, cancel, err := c.limitTime(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	c.ctx = ctx
	defer s.e.operations.begin(c, cancel, s.e.mono())()
	// From here on the end of the session or of the engine interrupts it; it may have come before.
	if err := cmp.Or(ctx.Err(), s.ctx.Err()); err != nil {
		return nil, err
	}
	s.e.cursors.sweep(s.e.mono())
	s.e.stats.count(c.cmd)
	doc, err := c.cmd.run(c)
	if err != nil {
		return nil, err
	}
	return s.e.finish(doc)
}

// finish completes a successful reply.
func (e *Engine) finish(doc bson.D) (bson.Raw, error) {
	size := 128
	for _, el := range doc {
		if raw, ok := el.Value.(bson.Raw); ok {
			size += len(raw)
		}
	}
	at, reply := bsoncore.AppendDocumentStart(make([]byte, 0, size))
	for _, el := range doc {
		if raw, ok := el.Value.(bson.Raw); ok { // what is large is a document already
			reply = bsoncore.AppendDocumentElement(reply, el.Key, raw)
			continue
		}
		alone, err := bson.Marshal(bson.D{el})
		if err != nil {
			return nil, err
		}
		reply = append(reply, alone[4:len(alone)-1]...)
	}
	last := e.lastTimestamp()
	reply = bsoncore.AppendDoubleElement(reply, "ok", 1)
	reply = bsoncore.AppendTimestampElement(reply, "operationTime", last.T, last.I)
	reply, err := bsoncore.AppendDocumentEnd(reply, at)
	return bson.Raw(reply), err
}

func (e *Engine) lastTimestamp() bson.Timestamp {
	shown := e.oplog.shown.Load()
	return bson.Timestamp{T: uint32(shown >> 32), I: uint32(shown)}
}

// clientError gives every error a code, and writes what the client must not see to the log.
func (e *Engine) clientError(command string, err error) error {
	var known *wire.Error
	switch {
	case errors.As(err, &known):
		return known
	case e.ctx.Err() != nil:
		return wire.Errorf(wire.InterruptedAtShutdown, "interrupted at shutdown")
	case errors.Is(err, context.DeadlineExceeded):
		return wire.Errorf(wire.MaxTimeMSExpired, "operation exceeded time limit")
	case errors.Is(err, context.Canceled):
		return wire.Errorf(wire.Interrupted, "operation was interrupted")
	}
	e.log.Error("command failed", "command", command, "error", err)
	return err
}

// checkGeneric refuses generic arguments whose promise the engine cannot keep.
func (c *call) checkGeneric() error {
	if c.has("startTransaction") || c.has("autocommit") {
		return wire.Errorf(wire.OperationNotInTransaction, "transactions are not supported yet")
	}
	if level, ok := c.doc("readConcern").Lookup("level").StringValueOK(); ok && !readLevels[level] {
		return wire.Errorf(wire.InvalidOptions, "readConcern level '%s' is not supported", level)
	}
	if c.has("txnNumber") {
		if !c.cmd.retries {
			return wire.Errorf(wire.NotARetryableWrite, "txnNumber may only be provided for retryable write commands, and %s is not one", c.cmd.name)
		}
		if !c.has("lsid") {
			return wire.Errorf(wire.InvalidOptions, "Transaction number requires a session ID to also be specified")
		}
	}
	return nil
}

var readLevels = map[string]bool{"local": true, "available": true, "majority": true, "linearizable": true}

// durableRead reports whether the command may only read what no crash can take back.
func (c *call) durableRead() bool {
	level, _ := c.doc("readConcern").Lookup("level").StringValueOK()
	return level == "majority" || level == "linearizable"
}
