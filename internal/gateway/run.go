package gateway

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// run appends the answer to a command that is not a greeting.
func (c *conn) run(ctx context.Context, dst []byte, m *wire.Msg) ([]byte, error) {
	if m.DB() == "" {
		return dst, wire.Errorf(wire.MissingDB, "OP_MSG requests require a $db argument")
	}
	if answer, ok := openCommands[m.Name()]; ok {
		doc, err := answer(c, ctx, m)
		return c.g.appendDoc(dst, doc, err)
	}
	if about, own := setCommands[m.Name()]; own && c.g.cfg.Open {
		return c.g.appendDoc(dst, about(c.g), nil)
	}
	if c.g.cfg.Open {
		return c.pass(ctx, dst, m)
	}
	user, err := c.user(ctx, m.Name())
	if err != nil {
		return dst, err
	}
	if m.Name() == "usersInfo" {
		doc, err := usersInfo(user, commandOf(m))
		c.g.observer.Authorization(Authorization{Client: c.client(), Message: m, Refused: err})
		return c.g.appendDoc(dst, doc, err)
	}
	return c.forward(ctx, dst, user, m)
}

// appendDoc appends an answer of the gateway's own, which tells the time as the engine's do.
func (g *Gateway) appendDoc(dst []byte, doc bson.D, err error) ([]byte, error) {
	if err != nil {
		return dst, err
	}
	raw, err := bson.Marshal(append(doc, times(g.cfg.Backend.LastTimestamp())...))
	return append(dst, raw...), err
}

// user returns the user who has logged in, from the directory. If the directory no longer has this user, the login is
// void and the connection ends.
func (c *conn) user(ctx context.Context, command string) (*User, error) {
	if c.login == nil {
		return nil, wire.Errorf(wire.Unauthorized, "Command %s requires authentication", command)
	}
	user, err := c.g.cfg.Directory.User(ctx, c.login.db, c.login.name)
	if err != nil {
		return nil, err
	}
	if user == nil || user.ID != c.login.id {
		c.log.Info("login void", "user", c.login.name, "db", c.login.db)
		c.drop()
		c.closing = true
		return nil, wire.Errorf(wire.Unauthorized, "Command %s requires authentication; this login is no longer valid", command)
	}
	c.login.roles = user.Roles
	return user, nil
}

// forward runs an authorized command on the engine.
func (c *conn) forward(ctx context.Context, dst []byte, user *User, m *wire.Msg) ([]byte, error) {
	p, err := authorize(user, commandOf(m), &c.g.cursors)
	c.g.observer.Authorization(Authorization{Client: c.client(), Message: m, Refused: err})
	if err != nil {
		c.g.noise.Do(func() {
			c.log.Info("command refused", "user", user.Name, "command", wire.Short(m.Name()), "db", wire.Short(m.DB()), "error", err)
		})
		return dst, err
	}
	if about, own := setCommands[m.Name()]; own {
		return c.g.appendDoc(dst, about(c.g), nil)
	}
	out, err := c.pass(ctx, dst, m)
	if err != nil {
		return dst, err
	}
	if p.keep != nil {
		kept, err := p.keep.filter(out[len(dst):])
		if err != nil {
			return dst, err
		}
		out = append(out[:len(dst)], kept...)
	}
	c.g.cursors.note(user.ID, c.session, p, out[len(dst):])
	return out, nil
}

// pass runs a command on the engine.
func (c *conn) pass(ctx context.Context, dst []byte, m *wire.Msg) ([]byte, error) {
	if err := c.g.runsHere(ctx, m); err != nil {
		return dst, err
	}
	session, err := c.openSession(ctx)
	if err != nil {
		return dst, err
	}
	c.engine.begin(session, m)
	out := session.Run(dst, m)
	c.work = session.Worked()
	if c.engine.end() {
		out = c.g.steppedDown(m, out, len(dst))
	}
	return out, nil
}

func (c *conn) openSession(ctx context.Context) (Session, error) {
	if c.session != nil {
		return c.session, nil
	}
	session, err := c.g.cfg.Backend.NewSession(ctx, c.who())
	var known *wire.Error
	switch {
	case errors.As(err, &known):
		return nil, err
	case err != nil:
		c.log.Info("no session", "error", err)
		return nil, wire.Errorf(wire.NotWritablePrimary, "the database is not available at the moment")
	}
	c.session = session
	return session, nil
}

// who returns the user who has logged in, so that the engine can distinguish users' commands.
func (c *conn) who() wire.User {
	if c.login == nil {
		return wire.User{}
	}
	return wire.User{Name: c.login.name, DB: c.login.db}
}

// unavailableCodes say that the server is stopping or starting, or that another member must run the command. Clients
// retry after them. Source: the Retryable Writes specification, "Terms: Retryable Error".
var unavailableCodes = []int32{
	wire.ShutdownInProgress.Number, wire.NotWritablePrimary.Number, wire.NotPrimaryNoSecondaryOk.Number, wire.InterruptedAtShutdown.Number,
	wire.InterruptedDueToReplStateChange.Number,
}

// movedCodes are those of unavailableCodes that say that another member must run the command. The session and its cursors
// stay open.
var movedCodes = []int32{wire.NotWritablePrimary.Number, wire.NotPrimaryNoSecondaryOk.Number, wire.InterruptedDueToReplStateChange.Number}

func unavailable(code int32) bool { return code != 0 && slices.Contains(unavailableCodes, code) }

// retryHint completes the reply at out[at:], which says that a command cannot be run at the moment, or not here. The
// label makes clients repeat a write that can be repeated. The topology version tells them whether they know the
// present state of the set: if so, they need not look for another primary first.
func (g *Gateway) retryHint(m *wire.Msg, out []byte, at int) []byte {
	var doc bson.D
	if bson.Unmarshal(out[at:], &doc) != nil {
		return out
	}
	doc = slices.DeleteFunc(doc, func(e bson.E) bool { return e.Key == "errorLabels" || e.Key == "topologyVersion" })
	if retryable(m) {
		doc = append(doc, bson.E{Key: "errorLabels", Value: bson.A{"RetryableWriteError"}})
	}
	doc = append(doc, bson.E{Key: "topologyVersion", Value: g.topologyVersion(g.set.now.Load())})
	raw, err := bson.Marshal(doc)
	if err != nil {
		return out
	}
	return append(out[:at], raw...)
}

// retryable reports whether a command is a write whose repetition the engine recognizes, or the end of a transaction.
func retryable(m *wire.Msg) bool {
	if name := m.Name(); name == "commitTransaction" || name == "abortTransaction" {
		return true
	}
	_, numbered := m.Body.Lookup("txnNumber").AsInt64OK()
	return numbered && m.Body.Lookup("autocommit").IsZero()
}
