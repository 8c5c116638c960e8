package login

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/telamon-db/telamon/internal/bearer"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tokenLife   = time.Hour
	sessionLife = 12 * time.Hour // as that of the Atlas CLI's logins (its documentation)
	maxSessions = 20             // of a user; one more ends the oldest
	maxTokens   = 20             // of a session, live ones; one more ends the oldest
)

// Session is a person's login in one program. Its refresh token stays the same for its whole life: programs of one
// person share it, and use it at the same time.
type Session struct {
	ID      model.ID  `json:"id"`
	UserID  model.ID  `json:"userId"`
	Refresh string    `json:"refresh"` // hash of the refresh token
	Begun   time.Time `json:"begun"`
	Expires time.Time `json:"expires"`
	Rev     int64     `json:"-"`
}

// Sessions is the table of open sessions.
var Sessions = &store.Table[Session]{
	Name: "login_sessions",
	ID:   func(l *Session) string { return l.ID },
	Rev:  func(l *Session) *int64 { return &l.Rev },
	Indexes: []store.Index[Session]{
		{Name: "refresh", Unique: true, Key: func(l *Session) []string { return []string{l.Refresh} }},
		{Name: "user", Key: func(l *Session) []string { return []string{l.UserID, state.TimeKey(l.Begun)} }},
		{Name: "expires", Key: func(l *Session) []string { return []string{state.TimeKey(l.Expires)} }},
	},
}

// granted is the answer to a program whose request is approved.
type granted struct{ access, refresh string }

// begin begins a user's session with its first access token. store.ErrNotFound: the user has gone.
func (s *Service) begin(tx store.Tx, userID model.ID, now time.Time) (out granted, err error) {
	u, err := state.Users.Get(tx, userID)
	if err != nil {
		return out, err
	}
	older, err := Sessions.List(tx, store.Query{Index: "user", Prefix: []string{u.ID}})
	if err != nil {
		return out, err
	}
	for i := range len(older) - maxSessions + 1 {
		if err := older[i].end(tx); err != nil {
			return out, err
		}
	}
	out.refresh = bearer.Text()
	l := &Session{ID: model.NewID(), UserID: u.ID, Refresh: bearer.Hash(out.refresh), Begun: now, Expires: now.Add(sessionLife)}
	if err := Sessions.Put(tx, l); err != nil {
		return out, err
	}
	out.access, err = s.issue(tx, l, u, now)
	return out, err
}

// issue makes an access token of a session.
func (s *Service) issue(tx store.Tx, l *Session, u *model.CloudUser, now time.Time) (string, error) {
	live, err := state.Tokens.List(tx, state.TokensOf(l.ID))
	if err != nil {
		return "", err
	}
	for i, t := range live {
		if len(live)-i >= maxTokens || !now.Before(t.Expires) {
			if err := state.Tokens.Delete(tx, t); err != nil {
				return "", err
			}
		}
	}
	expires := now.Add(tokenLife)
	token, err := s.sign(claims{Expires: expires.Unix(), Issued: now.Unix(), Issuer: s.BaseURL(), ID: bearer.Text(), Subject: u.Username})
	if err != nil {
		return "", err
	}
	return token, state.Tokens.Put(tx, &model.Token{Hash: bearer.Hash(token), ClientID: l.ID, UserID: u.ID, Issued: now, Expires: expires})
}

// claims are what programs read in an access token: who is logged in, and until when. The server itself does not read
// them: it accepts a token if it has its hash.
type claims struct {
	Expires int64  `json:"exp"`
	Issued  int64  `json:"iat"`
	Issuer  string `json:"iss"`
	ID      string `json:"jti"`
	Subject string `json:"sub"`
}

// sign writes a token in the form of RFC 7519.
func (s *Service) sign(c claims) (string, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	b64 := base64.RawURLEncoding.EncodeToString
	text := b64([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + b64(body)
	return text + "." + b64(mac(s.Key, text)), nil
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// end ends a session and its tokens.
func (l *Session) end(tx store.Tx) error {
	if err := state.Tokens.DeleteAll(tx, state.TokensOf(l.ID)); err != nil {
		return err
	}
	return Sessions.Delete(tx, l)
}

// Token serves POST .../token.
func (s *Service) Token(w http.ResponseWriter, r *http.Request) {
	f, err := form(w, r, "grant_type")
	var out granted
	switch {
	case err != nil:
	case f.Get("grant_type") == "urn:ietf:params:oauth:grant-type:device_code":
		out, err = s.redeem(r.Context(), f.Get("device_code"))
	case f.Get("grant_type") == "refresh_token":
		out, err = s.refresh(r.Context(), f.Get("refresh_token"))
	default:
		err = errGrant
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"access_token": out.access, "expires_in": int(tokenLife.Seconds()), "refresh_token": out.refresh, "scope": "offline_access", "token_type": "Bearer",
	})
}

// refresh gives a session another access token.
func (s *Service) refresh(ctx context.Context, token string) (out granted, err error) {
	err = s.change(ctx, func(tx store.Tx) error {
		now := time.Now().UTC()
		l, err := Sessions.Find(tx, "refresh", bearer.Hash(token))
		if err == nil && !now.Before(l.Expires) {
			err = store.ErrNotFound
		}
		if err != nil {
			return store.IfMissing(err, errRefresh)
		}
		u, err := state.Users.Get(tx, l.UserID)
		if err != nil {
			return store.IfMissing(err, errRefresh)
		}
		out.refresh = token
		out.access, err = s.issue(tx, l, u, now)
		return err
	})
	return out, err
}

// change runs fn in a view, and again in an update only if it has to write: a caller without a valid token causes no
// commit.
func (s *Service) change(ctx context.Context, fn func(store.Tx) error) error {
	err := s.Store.View(ctx, fn)
	if errors.Is(err, store.ErrReadOnly) {
		return s.Store.Update(ctx, fn)
	}
	return err
}

// Revoke serves POST .../revoke (RFC 7009): a refresh token ends with its session, an access token alone. An unknown
// token is no error.
func (s *Service) Revoke(w http.ResponseWriter, r *http.Request) {
	f, err := form(w, r, "token")
	if err == nil {
		hash := bearer.Hash(f.Get("token"))
		err = s.change(r.Context(), func(tx store.Tx) error { return revoke(tx, hash) })
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func revoke(tx store.Tx, hash string) error {
	l, err := Sessions.Find(tx, "refresh", hash)
	if err == nil {
		return l.end(tx)
	}
	if !store.IsNotFound(err) {
		return err
	}
	t, err := state.Tokens.Get(tx, hash)
	if err == nil && t.UserID == "" {
		err = store.ErrNotFound // a service account's: that goes by another endpoint
	}
	if err != nil {
		return store.IfMissing(err, nil)
	}
	return state.Tokens.Delete(tx, t)
}
