package gateway

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// maxLoginFailures is how many logins may fail on a connection before it ends.
const maxLoginFailures = 5

// conversationID is the id of every login; a connection has one login at a time.
const conversationID int32 = 1

// attempt is a login under way on a connection.
type attempt struct {
	conversation
	mechanism string
	db        string
	skipEmpty bool // the client has asked to leave out the empty exchange at the end
}

func (a *attempt) who() wire.User {
	return wire.User{Name: wire.Short(a.claimed()), DB: wire.Short(a.db)}
}

var errAuthentication = wire.Errorf(wire.AuthenticationFailed, "Authentication failed.")

// saslStart begins a login of a user in db. Source: the Authentication specification.
func (c *conn) saslStart(ctx context.Context, body bson.Raw, db string) (bson.D, error) {
	c.attempt = nil
	if c.login != nil {
		return nil, wire.Errorf(wire.ProtocolError, "the connection has logged in already")
	}
	name, _ := body.Lookup("mechanism").StringValueOK()
	mechanism, known := mechanisms[name]
	if !known {
		err := wire.Errorf(wire.MechanismUnavailable, "this login mechanism is not available")
		c.g.observer.Login(Login{Client: c.client(), Reason: err})
		return nil, err
	}
	if err := c.inTurn(ctx, startsOfAddress); err != nil {
		return nil, err
	}
	talk, err := mechanism.begin(ctx, c, db)
	if err != nil {
		return nil, err
	}
	c.attempt = &attempt{conversation: talk, mechanism: name, db: db}
	c.attempt.skipEmpty, _ = body.Lookup("options", "skipEmptyExchange").BooleanOK()
	return c.saslStep(body)
}

// saslContinue takes the client's next message of the login.
func (c *conn) saslContinue(ctx context.Context, body bson.Raw) (bson.D, error) {
	id, _ := body.Lookup("conversationId").AsInt64OK()
	if c.attempt == nil || id != int64(conversationID) {
		return nil, wire.Errorf(wire.ProtocolError, "no login is under way")
	}
	if u := c.attempt.user(); u != nil {
		return c.loggedIn(u, nil)
	}
	who := c.attempt.who()
	proof := &try{limits: c.g.shared.tries, address: c.subnet, name: who.DB + "." + who.Name}
	if err := proof.begin(ctx); err != nil {
		return nil, c.loginFailed(err)
	}
	reply, err := c.saslStep(body)
	if errors.Is(err, errAuthentication) {
		proof.wrong()
	}
	return reply, err
}

func (c *conn) saslStep(body bson.Raw) (bson.D, error) {
	_, payload, ok := body.Lookup("payload").BinaryOK()
	if !ok {
		return nil, c.loginFailed(errors.New("the payload is missing"))
	}
	answer, err := c.attempt.step(payload)
	switch {
	case errors.Is(err, errProof):
		return nil, c.loginFailed(err)
	case err != nil:
		c.attempt = nil
		return nil, err
	}
	if u := c.attempt.user(); u != nil && c.attempt.skipEmpty {
		return c.loggedIn(u, answer)
	}
	return saslReply(false, answer), nil
}

func saslReply(done bool, payload []byte) bson.D {
	if payload == nil {
		payload = []byte{}
	}
	return bson.D{
		{Key: "conversationId", Value: conversationID},
		{Key: "done", Value: done},
		{Key: "payload", Value: payload},
		{Key: "ok", Value: 1.0},
	}
}

func (c *conn) loggedIn(u *User, payload []byte) (bson.D, error) {
	a := c.attempt
	c.attempt = nil
	if err := c.enter(u, a.mechanism, a.who()); err != nil {
		return nil, err
	}
	return saslReply(true, payload), nil
}

// enter records that a user has logged in on the connection.
func (c *conn) enter(u *User, mechanism string, claimed wire.User) error {
	event := Login{Client: c.client(), Mechanism: mechanism, Claimed: claimed}
	c.login = &login{id: u.ID, db: u.DB, name: u.Name, roles: u.Roles}
	if !c.sit(c.g.shared.users) {
		c.login, c.closing = nil, true
		event.Reason = wire.Errorf(wire.OperationFailed, "too many connections are busy; try again later")
	}
	c.g.observer.Login(event)
	if event.Reason == nil {
		c.log.Debug("logged in", "user", u.Name, "db", u.DB)
	}
	return event.Reason
}

// loginFailed ends the login under way.
func (c *conn) loginFailed(reason error) error {
	a := c.attempt
	c.attempt = nil
	return c.refused(a.mechanism, a.who(), reason)
}

// refused counts a login that has failed. The client learns nothing of the reason.
func (c *conn) refused(mechanism string, who wire.User, reason error) error {
	c.log.Info("login failed", "user", who.Name, "db", who.DB, "reason", reason)
	c.g.observer.Login(Login{Client: c.client(), Mechanism: mechanism, Claimed: who, Reason: reason})
	c.failures++
	c.closing = c.closing || c.failures >= maxLoginFailures
	return errAuthentication
}
