package gateway

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/xdg-go/scram"

	"github.com/telamon-db/telamon/internal/verifier"
)

// scramMechanism proves a password without sending it. Source: RFC 5802, RFC 7677, and the Authentication specification,
// "SCRAM".
type scramMechanism struct {
	hash       scram.HashGeneratorFcn
	verifier   func(*User) verifier.Verifier
	saltLength int // bytes
	iterations int
}

// scramConversation is a login by SCRAM.
type scramConversation struct {
	*scram.ServerConversation
	found     *User // nil for a user that does not exist
	lookupErr error // the directory failed
}

func (m scramMechanism) begin(ctx context.Context, c *conn, db string) (conversation, error) {
	talk := new(scramConversation)
	server, err := m.hash.NewServer(func(username string) (scram.StoredCredentials, error) {
		return m.credentials(ctx, c.g, talk, db, username)
	})
	if err != nil {
		return nil, err
	}
	talk.ServerConversation = server.NewConversation()
	return talk, nil
}

func (t *scramConversation) step(message []byte) ([]byte, error) {
	answer, err := t.Step(string(message))
	switch {
	case t.lookupErr != nil:
		return nil, t.lookupErr
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errProof, err)
	case t.Done() && t.found == nil:
		return nil, errors.Join(errProof, errors.New("there is no such user"))
	}
	return []byte(answer), nil
}

func (t *scramConversation) user() *User {
	if !t.Valid() {
		return nil
	}
	return t.found
}

func (t *scramConversation) claimed() string { return t.Username() }

// credentials finds what to check a login of username against. Unknown users get a salt that stays the same while the
// process lives, and keys that no password has, at the same cost, so that they cannot be distinguished from known ones.
func (m scramMechanism) credentials(ctx context.Context, g *Gateway, talk *scramConversation, db, username string) (scram.StoredCredentials, error) {
	v := m.decoy(g.cfg.Secret, db, username)
	user, err := g.cfg.Directory.User(ctx, db, username)
	if err != nil {
		talk.lookupErr = err
		return scram.StoredCredentials{}, err
	}
	if user != nil && m.verifier(user).Usable() {
		talk.found, v = user, m.verifier(user)
	}
	return scram.StoredCredentials{
		KeyFactors: scram.KeyFactors{Salt: string(v.Salt), Iters: v.Iterations},
		StoredKey:  v.StoredKey,
		ServerKey:  v.ServerKey,
	}, nil
}

func (m scramMechanism) decoy(secret []byte, db, username string) verifier.Verifier {
	derive := func(purpose string, n int) []byte {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(strings.Join([]string{purpose, db, username}, "\x00")))
		return mac.Sum(nil)[:n]
	}
	size := m.hash().Size()
	return verifier.Verifier{Salt: derive("salt", m.saltLength), Iterations: m.iterations, StoredKey: derive("stored", size), ServerKey: derive("server", size)}
}
