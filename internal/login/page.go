package login

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/password"
	"github.com/telamon-db/telamon/internal/ratelimit"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/webpage"
)

// How often passwords may be tried, right or wrong: so many at once, and so many a minute from then on. Tries at a user
// are not counted across addresses, or strangers could lock out a user whose name they know.
var (
	triesOfAddress = &ratelimit.Set{Limit: ratelimit.Limit{Capacity: 30, Refill: 20}}
	triesOfOneAt   = &ratelimit.Set{Limit: ratelimit.Limit{Capacity: 5, Refill: 2}} // from one address at one user
)

// Page serves the page on which a person approves what a program has asked for.
func (s *Service) Page() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+PagePath, func(w http.ResponseWriter, _ *http.Request) { ask(w, http.StatusOK, "", "", "") })
	mux.HandleFunc("POST "+PagePath, s.approve)
	return mux
}

// ask asks for the code, a username and a password, again if there is a problem with the last answer.
func ask(w http.ResponseWriter, status int, code, username, problem string) {
	webpage.Write(w, status, webpage.Page{
		Title: "Log a program in",
		Sentence: "A program on your machine, such as the Atlas CLI, has shown you a code. Enter it here, and the program can act for you. " +
			"Never enter a code that somebody else has given you.",
		Form: &webpage.Form{
			Problem: problem,
			Fields: []webpage.Field{
				{Name: "code", Label: "Code", Type: "text", Value: code, Complete: "off", Hint: "eight letters"},
				{Name: "username", Label: "Username", Type: "email", Value: username, Complete: "username"},
				{Name: "password", Label: "Password", Type: "password", Complete: "current-password"},
			},
			Buttons: []webpage.Button{{Name: "answer", Value: "approve", Label: "Log in and approve"}},
		},
	})
}

func (s *Service) approve(w http.ResponseWriter, r *http.Request) {
	f := webpage.Read(w, r)
	if f == nil {
		return
	}
	code, username := f.Get("code"), f.Get("username")
	if code == "" || username == "" || f.Get("password") == "" || len(username) > maxUsername {
		ask(w, http.StatusBadRequest, code, "", "Code, username and password are all needed.")
		return
	}
	if !s.mayTry(r, username) {
		w.Header().Set("Retry-After", "60")
		ask(w, http.StatusTooManyRequests, code, username, "Too many tries. Wait a minute.")
		return
	}
	u, err := s.know(password.From(r.Context(), s.Address(r)), username, f.Get("password"))
	if err == nil && u == nil {
		s.Log.WarnContext(r.Context(), "login: a username or password is wrong", "address", s.Address(r).String())
		ask(w, http.StatusForbidden, code, username, "The username or the password is wrong.")
		return
	}
	var from string
	if err == nil {
		from, err = s.let(r.Context(), u.ID, canonical(code))
	}
	switch {
	case err == nil:
		webpage.Write(w, http.StatusOK, webpage.Page{
			Title: "Logged in", Sentence: "The program can act for you now. Go back to it; you can close this page.",
			Facts: []webpage.Fact{{Name: "You are", Values: []string{u.Username}}, {Name: "The program runs at", Values: []string{from}}},
		})
	case errors.Is(err, errNowhere):
		ask(w, http.StatusForbidden, code, username, "You are in no organization. Accept an invitation into one first.")
	case errors.Is(err, errUsed):
		ask(w, http.StatusConflict, "", username, "This code has been used. Let the program show you another one.")
	case store.IsNotFound(err):
		ask(w, http.StatusNotFound, code, username, "There is no such code, or it has expired: one is good for ten minutes.")
	default:
		s.Log.ErrorContext(r.Context(), "login: cannot serve the page", "error", err)
		webpage.Write(w, failure(err), webpage.Page{Title: "Something went wrong", Sentence: "The server could not do this. Try again later."})
	}
}

// maxUsername is the longest that an e-mail address can be, in bytes (RFC 5321, section 4.5.3.1.3).
const maxUsername = 254

// mayTry counts a try.
func (s *Service) mayTry(r *http.Request, username string) bool {
	from, at := s.Subnet(s.Address(r)), state.FoldUsername(username)
	return s.tries.Take(triesOfAddress, from).OK && s.tries.TakeAt(triesOfOneAt, from, at).OK
}

// know returns the user with that name and password, or nil. It takes the same time whether or not there is such a
// user.
func (s *Service) know(ctx context.Context, username, secret string) (u *model.CloudUser, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		u, err = state.UserNamed(tx, username)
		return store.IfMissing(err, nil)
	})
	if err != nil {
		return nil, err
	}
	hash := ""
	if u != nil {
		hash = u.PasswordHash
	}
	if len(secret) > password.Longest {
		secret = secret[:password.Longest+1] // nobody has one as long
	}
	right, err := password.Verify(ctx, hash, secret)
	if err != nil || !right {
		return nil, err
	}
	return u, nil
}

var (
	errUsed    = errors.New("login: the code has been used")
	errNowhere = errors.New("login: the user is in no organization")
)

// let approves the request with that code in a user's name, and returns the address from which the request came.
func (s *Service) let(ctx context.Context, userID model.ID, code string) (from string, err error) {
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		q, err := Requests.Find(tx, "code", code)
		if err == nil && !time.Now().Before(q.Expires) {
			err = store.ErrNotFound
		}
		if err != nil {
			return err
		}
		if q.UserID != "" {
			return errUsed
		}
		u, err := state.Users.Get(tx, userID)
		if err != nil {
			return err
		}
		roles, err := state.GrantsOf(tx, u.ID)
		if err != nil {
			return err
		}
		if len(roles) == 0 { // who made the account may know its password: nobody has shown yet to be the person
			return errNowhere
		}
		q.UserID, from, u.LastAuth = u.ID, q.From, tx.Now()
		if err := state.Users.Put(tx, u); err != nil {
			return err
		}
		return Requests.Put(tx, q)
	})
	return from, err
}
