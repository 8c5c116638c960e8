package authn

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/telamon-db/telamon/internal/clock"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tokenLife  = time.Hour
	tokenLimit = 100 // live tokens of an account; one more ends the oldest
	maxForm    = 16 << 10
)

// OAuth serves the token endpoints for service accounts (RFC 6749, section 4.4; RFC 7009). They answer calls from any
// address: access lists hold for the API, not for getting a token.
type OAuth struct {
	store store.Store
	clock *clock.Clock
}

// NewOAuth returns the token endpoints of a store.
func NewOAuth(st store.Store, c *clock.Clock) *OAuth { return &OAuth{store: st, clock: c} }

// Token serves POST /api/oauth/token.
func (o *OAuth) Token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	account, ok, err := o.client(r)
	switch {
	case err != nil:
		refuse(w, http.StatusInternalServerError, "server_error", "the server could not look the client up")
		return
	case !ok:
		w.Header().Set("WWW-Authenticate", `Basic realm="`+Realm+`"`)
		refuse(w, http.StatusUnauthorized, "invalid_client", "the client id or secret is wrong or has expired")
		return
	}
	if err := r.ParseForm(); err != nil || r.PostForm.Get("grant_type") != "client_credentials" {
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "grant_type must be client_credentials")
		return
	}
	token := randomText()
	if err := o.issue(r.Context(), account.ClientID, token); err != nil {
		refuse(w, http.StatusInternalServerError, "server_error", "the token could not be stored")
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	answer(w, http.StatusOK, map[string]any{"access_token": token, "expires_in": int(tokenLife.Seconds()), "token_type": "Bearer"})
}

// Revoke serves POST /api/oauth/revoke. Revoking an unknown token is no error (RFC 7009, section 2.2).
func (o *OAuth) Revoke(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	account, ok, err := o.client(r)
	if err == nil && ok {
		if err = r.ParseForm(); err == nil {
			err = o.revoke(r.Context(), account.ClientID, r.PostForm.Get("token"))
		}
	}
	switch {
	case err != nil:
		refuse(w, http.StatusBadRequest, "invalid_request", "the token could not be revoked")
	case !ok:
		refuse(w, http.StatusUnauthorized, "invalid_client", "the client id or secret is wrong or has expired")
	default:
		w.WriteHeader(http.StatusOK)
	}
}

// client checks the request's Basic credentials, whose parts are form-encoded (RFC 6749, section 2.3.1).
func (o *OAuth) client(r *http.Request) (*model.ServiceAccount, bool, error) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		return nil, false, nil
	}
	id, err1 := url.QueryUnescape(id)
	secret, err2 := url.QueryUnescape(secret)
	if err1 != nil || err2 != nil {
		return nil, false, nil
	}
	var account *model.ServiceAccount
	err := o.store.View(r.Context(), func(tx store.Tx) (err error) {
		account, err = state.ServiceAccounts.Get(tx, id)
		return err
	})
	if store.IsNotFound(err) {
		account, err = &model.ServiceAccount{}, nil
	}
	if err != nil {
		return nil, false, err
	}
	sum, now, valid := sha256.Sum256([]byte(secret)), o.clock.Now(), 0
	for _, s := range account.Secrets {
		if now.Before(s.Expires) {
			valid |= subtle.ConstantTimeCompare(sum[:], s.SHA256)
		}
	}
	return account, valid == 1, nil
}

// issue stores a token, and ends the oldest ones beyond the limit and those that have expired.
func (o *OAuth) issue(ctx context.Context, clientID, token string) error {
	return o.store.Update(ctx, func(tx store.Tx) error {
		now := time.Now().UTC()
		live, err := state.Tokens.List(tx, store.Query{Index: "client", Prefix: []string{clientID}})
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
		return state.Tokens.Put(tx, &model.Token{Hash: hash(token), ClientID: clientID, Issued: now, Expires: now.Add(tokenLife)})
	})
}

func (o *OAuth) revoke(ctx context.Context, clientID, token string) error {
	return o.store.Update(ctx, func(tx store.Tx) error {
		t, err := state.Tokens.Get(tx, hash(token))
		if store.IsNotFound(err) || err == nil && t.ClientID != clientID {
			return nil
		}
		if err != nil {
			return err
		}
		return state.Tokens.Delete(tx, t)
	})
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// randomText is 256 bits of randomness in characters that no client escapes.
func randomText() string {
	var b [32]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func refuse(w http.ResponseWriter, status int, code, description string) {
	answer(w, status, map[string]any{"error": code, "error_description": description})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller has gone; there is nobody to tell
}
