package authn

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"time"

	"github.com/telamon-db/telamon/internal/bearer"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tokenLife  = time.Hour
	tokenLimit = 100 // live tokens of an account; one more ends the oldest
)

// check returns errClient unless the account has the secret, and it has not expired.
func (o *OAuth) check(ctx context.Context, id, secret string) error {
	return o.store.View(ctx, func(tx store.Tx) error {
		_, _, err := o.find(tx, id, secret)
		return err
	})
}

// find returns the account with that id, and the secret of it that matches. Secrets expire by the domain's clock.
func (o *OAuth) find(tx store.Tx, id, secret string) (*model.ServiceAccount, *model.Secret, error) {
	account, err := state.ServiceAccounts.Get(tx, id)
	if store.IsNotFound(err) {
		return nil, nil, errClient
	}
	if err != nil {
		return nil, nil, err
	}
	sum, now := sha256.Sum256([]byte(secret)), o.clock.Now()
	var found *model.Secret
	for i := range account.Secrets {
		s := &account.Secrets[i]
		if subtle.ConstantTimeCompare(sum[:], s.SHA256) == 1 && now.Before(s.Expires) {
			found = s
		}
	}
	if found == nil {
		return nil, nil, errClient
	}
	return account, found, nil
}

// issue makes a token for a caller that knows the secret, which is checked in the same transaction: a secret that is
// being deleted leaves no token behind. Deleting a secret ends the tokens that were issued for it, because a secret is
// deleted when somebody else may know it; when a secret merely expires, its last token lives its hour to the end.
func (o *OAuth) issue(ctx context.Context, id, secret string) (token string, err error) {
	token = bearer.Text()
	return token, o.store.Update(ctx, func(tx store.Tx) error {
		account, used, err := o.find(tx, id, secret)
		if err != nil {
			return err
		}
		now := time.Now().UTC()
		if err := makeRoom(tx, id, now); err != nil {
			return err
		}
		used.LastUsed = tx.Now()
		if err := state.ServiceAccounts.Put(tx, account); err != nil {
			return err
		}
		return state.Tokens.Put(tx, &model.Token{Hash: bearer.Hash(token), ClientID: id, SecretID: used.ID, Issued: now, Expires: now.Add(tokenLife)})
	})
}

// makeRoom ends the account's expired tokens, and its oldest ones until there is room for one more.
func makeRoom(tx store.Tx, id string, now time.Time) error {
	live, err := state.Tokens.List(tx, state.TokensOf(id))
	if err != nil {
		return err
	}
	for i, t := range live {
		if len(live)-i >= tokenLimit || !now.Before(t.Expires) {
			if err := state.Tokens.Delete(tx, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// DeleteTokensOf ends the tokens that were issued for a secret.
func DeleteTokensOf(tx store.Tx, account *model.ServiceAccount, secret model.ID) error {
	live, err := state.Tokens.List(tx, state.TokensOf(account.ClientID))
	if err != nil {
		return err
	}
	for _, t := range live {
		if t.SecretID == secret {
			if err := state.Tokens.Delete(tx, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *OAuth) revoke(ctx context.Context, id, token string) error {
	return o.store.Update(ctx, func(tx store.Tx) error {
		t, err := state.Tokens.Get(tx, bearer.Hash(token))
		if store.IsNotFound(err) || err == nil && t.ClientID != id {
			return nil
		}
		if err != nil {
			return err
		}
		return state.Tokens.Delete(tx, t)
	})
}
