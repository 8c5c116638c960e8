// Package login lets people in, as the Atlas CLI and MongoDB's other programs do it: by the device authorization grant
// (RFC 8628). A program asks for a code; a person opens a page of this server, enters the code with username and
// password, and thereby approves; the program, which has been asking all the while, gets an access token, and a refresh
// token for further ones. The program never sees the password.
//
// Errors have the shape of the API's errors, with the codes that those programs look for, in place of RFC 6749's.
package login

import (
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/netip"
	"net/url"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/ratelimit"
	"github.com/telamon-db/telamon/internal/store"
)

// Endpoints of programs, and the page of people.
const (
	device        = "/api/private/unauth/account/device"
	AuthorizePath = device + "/authorize"
	TokenPath     = device + "/token"
	RevokePath    = device + "/revoke"
	PagePath      = "/account/connect"
)

// Service serves them.
type Service struct {
	Store   store.Store
	Key     []byte                         // a secret, the same on every node
	BaseURL func() string                  // under which people reach this server
	Address func(*http.Request) netip.Addr // where a request comes from
	Subnet  func(netip.Addr) string        // whose tries count together
	Log     *slog.Logger

	tries *ratelimit.Limits
}

// New completes a Service.
func New(s Service) (*Service, error) {
	var err error
	s.Key = mac(s.Key, "access tokens")
	s.tries, err = ratelimit.New(nil)
	return &s, err
}

// Tables are the tables of logins.
func Tables() []*store.Schema {
	return []*store.Schema{Requests.Schema(), Sessions.Schema()}
}

// problem is an error that is sent to a program.
type problem struct{ code, detail string }

func (p problem) Error() string { return p.code }

// The codes that programs look for, with their names in RFC 6749 and RFC 8628.
var (
	errPending = problem{"DEVICE_AUTHORIZATION_PENDING", "Nobody has approved the login yet."}                                          // authorization_pending
	errExpired = problem{"DEVICE_AUTHORIZATION_EXPIRED", "The code has expired, or there never was one."}                               // expired_token
	errHasty   = problem{"DEVICE_AUTHORIZATION_SLOW_DOWN", "Ask less often: five seconds longer apart than before."}                    // slow_down
	errRefresh = problem{"INVALID_REFRESH_TOKEN", "The refresh token has expired, was revoked, or there never was one."}                // invalid_grant
	errGrant   = problem{"UNSUPPORTED_GRANT_TYPE", "grant_type must be a device code's or refresh_token."}                              // unsupported_grant_type
	errRequest = problem{"INVALID_REQUEST", "The body must be a form that has each parameter that is needed, and none more than once."} // invalid_request
)

// refuse tells a program what is wrong. An error that is not a problem is unexpected: its cause goes to the log only.
func (s *Service) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, p := http.StatusBadRequest, problem{"UNEXPECTED_ERROR", "Something went wrong on the server. Its log has the cause."}
	if !errors.As(err, &p) {
		status = failure(err)
		s.Log.ErrorContext(r.Context(), "login: cannot answer a program", "path", r.URL.Path, "error", err)
	}
	w.Header().Set("X-Error-Code", p.code)
	answer(w, status, map[string]any{
		"detail": p.detail, "error": status, "errorCode": p.code, "parameters": []string{}, "reason": http.StatusText(status),
	})
}

// failure is the status of an error that the caller has not caused.
func failure(err error) int {
	if fault.IsUnavailable(err) {
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller has gone; there is nobody to tell
}

// maxForm bounds the body of a program's request in bytes.
const maxForm = 16 << 10

// form reads a program's request, which must have every parameter that is needed.
func form(w http.ResponseWriter, r *http.Request, needed ...string) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" || r.ParseForm() != nil {
		return nil, errRequest
	}
	for _, values := range r.PostForm {
		if len(values) > 1 { // RFC 6749, section 3.2
			return nil, errRequest
		}
	}
	for _, name := range append(needed, "client_id") {
		if r.PostForm.Get(name) == "" {
			return nil, errRequest
		}
	}
	return r.PostForm, nil
}
