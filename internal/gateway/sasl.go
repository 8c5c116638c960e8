package gateway

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"strings"

	"github.com/xdg-go/scram"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/verifier"
	"github.com/telamon-db/telamon/internal/wire"
)

// maxLoginFailures is how many failed logins a connection survives.
const maxLoginFailures = 5

// mechanism is one way to log in.
type mechanism struct {
	hash       scram.HashGeneratorFcn
	verifier   func(*User) verifier.Verifier
	saltLength int // bytes
	iterations int
}

var mechanisms = map[string]mechanism{
	"SCRAM-SHA-256": {scram.SHA256, func(u *User) verifier.Verifier { return u.SHA256 }, verifier.SaltLength256, verifier.Iterations256},
	"SCRAM-SHA-1":   {scram.SHA1, func(u *User) verifier.Verifier { return u.SHA1 }, verifier.SaltLength1, verifier.Iterations1},
}

// conversationID is what every login answers to; a connection has one at a time.
const conversationID int32 = 1

// conversation is a login that is under way.
type conversation struct {
	*scram.ServerConversation
	db        string
	user      *User // nil for a user that does not exist
	skipEmpty bool  // the client does without the empty exchange at the end
	lookupErr error // the directory failed
}

var errAuthentication = wire.Errorf(wire.AuthenticationFailed, "Authentication failed.")

// saslStart begins a login of a user of db.
// Source: the Authentication specification, "SCRAM".
func (c *conn) saslStart(ctx context.Context, body bson.Raw, db string) (bson.D, error) {
	c.sasl = nil
	if c.login != nil {
		return nil, wire.Errorf(wire.ProtocolError, "the connection has logged in already")
	}
	name, _ := body.Lookup("mechanism").StringValueOK()
	mechanism, known := mechanisms[name]
	if !known {
		return nil, wire.Errorf(wire.MechanismUnavailable, "this login mechanism is not available")
	}
	if err := c.startSlowly(ctx); err != nil {
		return nil, err
	}
	talk := &conversation{db: db}
	talk.skipEmpty, _ = body.Lookup("options", "skipEmptyExchange").BooleanOK()
	server, err := mechanism.hash.NewServer(func(username string) (scram.StoredCredentials, error) {
		return c.g.credentials(ctx, mechanism, talk, username)
	})
	if err != nil {
		return nil, err
	}
	talk.ServerConversation = server.NewConversation()
	c.sasl = talk
	return c.saslStep(body)
}

// saslContinue takes the client's next message of the login.
func (c *conn) saslContinue(ctx context.Context, body bson.Raw) (bson.D, error) {
	id, _ := body.Lookup("conversationId").AsInt64OK()
	if c.sasl == nil || id != int64(conversationID) {
		return nil, wire.Errorf(wire.ProtocolError, "no login is under way")
	}
	if c.sasl.Valid() {
		return c.loggedIn("")
	}
	proof := &try{limits: c.g.shared.tries, address: c.subnet, name: c.sasl.db + "." + wire.Short(c.sasl.Username())}
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
	answer, err := c.sasl.Step(string(payload))
	switch {
	case c.sasl.lookupErr != nil:
		err = c.sasl.lookupErr
		c.sasl = nil
		return nil, err
	case err != nil || (c.sasl.Done() && c.sasl.user == nil):
		return nil, c.loginFailed(err)
	case c.sasl.Valid() && c.sasl.skipEmpty:
		return c.loggedIn(answer)
	}
	return saslReply(false, answer), nil
}

func saslReply(done bool, payload string) bson.D {
	return bson.D{
		{Key: "conversationId", Value: conversationID},
		{Key: "done", Value: done},
		{Key: "payload", Value: []byte(payload)},
		{Key: "ok", Value: 1.0},
	}
}

func (c *conn) loggedIn(payload string) (bson.D, error) {
	u := c.sasl.user
	c.login, c.sasl = &login{id: u.ID, db: u.DB, name: u.Name}, nil
	if !c.sit(c.g.shared.members) {
		c.login, c.closing = nil, true
		return nil, wire.Errorf(wire.OperationFailed, "too many connections are busy; try again later")
	}
	c.log.Debug("logged in", "user", u.Name, "db", u.DB)
	return saslReply(true, payload), nil
}

// loginFailed ends the login under way. The client learns nothing of the reason.
func (c *conn) loginFailed(reason error) error {
	c.log.Info("login failed", "user", wire.Short(c.sasl.Username()), "db", wire.Short(c.sasl.db), "known", c.sasl.user != nil, "reason", reason)
	c.sasl = nil
	c.failures++
	c.closing = c.closing || c.failures >= maxLoginFailures
	return errAuthentication
}

// credentials finds what to check a login of username against. Users that do not exist get a salt that stays the same
// while the process lives and keys that no password has, at the same cost, so that nobody can tell them apart.
func (g *Gateway) credentials(ctx context.Context, m mechanism, talk *conversation, username string) (scram.StoredCredentials, error) {
	v := g.decoy(m, talk.db, username)
	user, err := g.cfg.Directory.User(ctx, talk.db, username)
	if err != nil {
		talk.lookupErr = err
		return scram.StoredCredentials{}, err
	}
	if user != nil && m.verifier(user).Usable() {
		talk.user, v = user, m.verifier(user)
	}
	return scram.StoredCredentials{
		KeyFactors: scram.KeyFactors{Salt: string(v.Salt), Iters: v.Iterations},
		StoredKey:  v.StoredKey,
		ServerKey:  v.ServerKey,
	}, nil
}

func (g *Gateway) decoy(m mechanism, db, username string) verifier.Verifier {
	derive := func(purpose string, n int) []byte {
		mac := hmac.New(sha256.New, g.cfg.Secret)
		mac.Write([]byte(strings.Join([]string{purpose, db, username}, "\x00")))
		return mac.Sum(nil)[:n]
	}
	size := m.hash().Size()
	return verifier.Verifier{Salt: derive("salt", m.saltLength), Iterations: m.iterations, StoredKey: derive("stored", size), ServerKey: derive("server", size)}
}
