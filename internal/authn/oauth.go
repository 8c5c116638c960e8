package authn

import (
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"

	"github.com/telamon-db/telamon/internal/clock"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// maxForm bounds the body of a token request in bytes.
const maxForm = 16 << 10

// OAuth serves the token endpoints for service accounts (RFC 6749, section 4.4; RFC 7009). They answer calls from any
// address: access lists apply to the API, not to getting a token. Accounts authenticate by HTTP Basic only, as all the
// service's clients do.
type OAuth struct {
	store store.Store
	clock *clock.Clock
	log   *slog.Logger
}

// NewOAuth returns the token endpoints of a store.
func NewOAuth(st store.Store, c *clock.Clock, log *slog.Logger) *OAuth {
	return &OAuth{store: st, clock: c, log: log}
}

// Token serves POST /api/oauth/token.
func (o *OAuth) Token(w http.ResponseWriter, r *http.Request) {
	form, err := o.read(w, r)
	if err != nil {
		o.refuse(w, err)
		return
	}
	switch form.Get("grant_type") {
	case "client_credentials":
	case "":
		o.refuse(w, problem{http.StatusBadRequest, "invalid_request", "grant_type is missing"})
		return
	default:
		o.refuse(w, problem{http.StatusBadRequest, "unsupported_grant_type", "grant_type must be client_credentials"})
		return
	}
	id, secret, _ := Client(r)
	token, err := o.issue(r.Context(), id, secret)
	if err != nil {
		o.refuse(w, err)
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": token, "expires_in": int(tokenLife.Seconds()), "token_type": "Bearer"})
}

// Revoke serves POST /api/oauth/revoke. Revoking an unknown token, or another account's, is no error and does nothing
// (RFC 7009, section 2.2).
func (o *OAuth) Revoke(w http.ResponseWriter, r *http.Request) {
	form, err := o.read(w, r)
	if err == nil && form.Get("token") == "" {
		err = problem{http.StatusBadRequest, "invalid_request", "token is missing"}
	}
	if err == nil {
		id, _, _ := Client(r)
		err = o.revoke(r.Context(), id, form.Get("token"))
	}
	if err != nil {
		o.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// read authenticates the caller, and then reads the form.
func (o *OAuth) read(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	id, secret, ok := Client(r)
	if !ok {
		return nil, errClient
	}
	if err := o.check(r.Context(), id, secret); err != nil {
		return nil, err
	}
	return form(r)
}

// Client reads the request's Basic credentials, whose parts are form-encoded (RFC 6749, section 2.3.1).
func Client(r *http.Request) (id, secret string, ok bool) {
	id, secret, ok = r.BasicAuth()
	id, err1 := url.QueryUnescape(id)
	secret, err2 := url.QueryUnescape(secret)
	return id, secret, ok && err1 == nil && err2 == nil && id != "" && secret != ""
}

// form reads the request's form. A parameter must not be given more than once (RFC 6749, section 3.2).
func form(r *http.Request) (url.Values, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return nil, problem{http.StatusBadRequest, "invalid_request", "the body must be a form: application/x-www-form-urlencoded"}
	}
	if err := r.ParseForm(); err != nil {
		return nil, problem{http.StatusBadRequest, "invalid_request", "the form cannot be read"}
	}
	for _, values := range r.PostForm {
		if len(values) > 1 {
			return nil, problem{http.StatusBadRequest, "invalid_request", "a parameter is given more than once"}
		}
	}
	return r.PostForm, nil
}

// problem is an error that is sent to the caller, in the shape of RFC 6749, section 5.2.
type problem struct {
	status            int
	code, description string
}

func (p problem) Error() string { return p.code + ": " + p.description }

// errClient does not tell which part of the credentials is wrong.
var errClient = problem{http.StatusUnauthorized, "invalid_client", "the client id or secret is wrong or has expired"}

func (o *OAuth) refuse(w http.ResponseWriter, err error) {
	var p problem
	if !errors.As(err, &p) {
		o.log.Error("authn: a token endpoint failed", "error", err)
		p = problem{http.StatusInternalServerError, "server_error", "the server cannot do this at the moment"}
		if fault.IsUnavailable(err) {
			p.status, p.code = http.StatusServiceUnavailable, "temporarily_unavailable"
		}
	}
	if p.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="`+Realm+`"`)
	}
	answer(w, p.status, map[string]any{"error": p.code, "error_description": p.description})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller has gone; there is nobody to tell
}
