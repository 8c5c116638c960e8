package invite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/telamon-db/telamon/internal/password"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/webpage"
)

// Path is the path of the links' pages; the token follows it.
const Path = "/invitations/"

// Pages serves the pages that links lead to. They ask for no credentials: the token in the path is one. A GET changes
// nothing, so that a program which follows links in mails answers no invitation.
type Pages struct {
	Store   store.Store
	Address func(*http.Request) netip.Addr // where a request comes from
	Log     *slog.Logger
}

// Handler serves everything below Path.
func (p *Pages) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"{token}", p.show)
	mux.HandleFunc("POST "+Path+"{token}", p.answer)
	return mux
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) {
	d, err := p.look(r.Context(), r.PathValue("token"))
	if err != nil {
		p.refuse(w, r, err)
		return
	}
	ask(w, http.StatusOK, d, nil, "")
}

// look is what is behind a link.
func (p *Pages) look(ctx context.Context, token string) (d details, err error) {
	err = p.Store.View(ctx, func(tx store.Tx) error {
		inv, err := find(tx, token)
		if err == nil {
			d, err = describe(tx, inv)
		}
		return err
	})
	return d, err
}

// ask asks for an answer, again if there is a problem with the last one. The form keeps the names of the last answer,
// and no password.
func ask(w http.ResponseWriter, status int, d details, last url.Values, problem string) {
	form := &webpage.Form{Problem: problem, Buttons: []webpage.Button{
		{Name: "answer", Value: "accept", Label: "Accept"}, {Name: "answer", Value: "decline", Label: "Decline", Alone: true},
	}}
	sentence := "You decide whether to join."
	if d.Stranger {
		sentence = "You decide whether to join. You have no account yet: accepting makes one, with the password that you choose here."
		form.Fields = []webpage.Field{
			{Name: "firstName", Label: "First name", Type: "text", Value: last.Get("firstName"), Complete: "given-name"},
			{Name: "lastName", Label: "Last name", Type: "text", Value: last.Get("lastName"), Complete: "family-name"},
			{Name: "password", Label: "Password", Type: "password", Complete: "new-password", Hint: fmt.Sprintf("at least %d characters", password.Shortest)},
			{Name: "again", Label: "The password again", Type: "password", Complete: "new-password"},
		}
	}
	webpage.Write(w, status, webpage.Page{Title: "You are invited", Sentence: sentence, Facts: d.facts(), Form: form})
}

func (d *details) facts() []webpage.Fact {
	facts := []webpage.Fact{{Name: "Organization", Values: []string{d.Organization}}}
	if len(d.Projects) > 0 {
		facts = append(facts, webpage.Fact{Name: "Projects", Values: d.Projects})
	}
	return append(facts, webpage.Fact{Name: "Invited by", Values: []string{d.Inviter}}, webpage.Fact{Name: "Your username", Values: []string{d.Username}})
}

func (p *Pages) answer(w http.ResponseWriter, r *http.Request) {
	form := webpage.Read(w, r)
	if form == nil {
		return
	}
	how, known := map[string]End{"accept": Accepted, "decline": Declined}[form.Get("answer")]
	if !known {
		webpage.Write(w, http.StatusBadRequest, webpage.Page{Title: "Not understood", Sentence: "The answer must be accept or decline. The invitation is still open."})
		return
	}
	token := r.PathValue("token")
	d, err := p.look(r.Context(), token)
	if err != nil {
		p.refuse(w, r, err)
		return
	}
	a, status, problem := answer{how: how}, http.StatusBadRequest, ""
	switch {
	case how == Accepted && d.Stranger:
		a, problem, err = account(password.From(r.Context(), p.Address(r)), form, d.Username)
	case how == Accepted && form.Has("password"): // the page has been open since before there was an account
		status, problem = http.StatusConflict, "You have an account by now. Its password stays the one that you set there; to join, accept again."
	}
	if problem != "" {
		ask(w, status, d, form, problem)
		return
	}
	if err == nil {
		d, err = a.give(r.Context(), p.Store, token, p.Address(r))
	}
	switch {
	case err != nil:
		p.refuse(w, r, err)
	case how == Accepted:
		webpage.Write(w, http.StatusOK, webpage.Page{Title: "Welcome", Sentence: "You have joined.", Facts: d.facts()})
	default:
		webpage.Write(w, http.StatusOK, webpage.Page{Title: "Declined", Sentence: "You have declined the invitation. Nothing more will happen."})
	}
}

// longestName bounds a name in characters. It is no rule of the API.
const longestName = 256

// account reads the parts of a new account, or returns what is wrong with them.
func account(ctx context.Context, form url.Values, username string) (a answer, problem string, err error) {
	a = answer{how: Accepted, firstName: strings.TrimSpace(form.Get("firstName")), lastName: strings.TrimSpace(form.Get("lastName"))}
	secret := form.Get("password")
	switch why := password.Weak(secret, username); {
	case !named(a.firstName) || !named(a.lastName):
		return a, "Both names are needed, in printable characters.", nil
	case why != "":
		return a, "The password " + why + ".", nil
	case secret != form.Get("again"):
		return a, "The two passwords are not the same.", nil
	}
	a.hash, err = password.Hash(ctx, secret)
	return a, "", err
}

func named(name string) bool {
	return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= longestName &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}

// refuse tells the caller why a link cannot be used.
func (p *Pages) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var ended *endedError
	switch {
	case errors.As(err, &ended) && ended.how == Expired:
		webpage.Write(w, http.StatusGone, webpage.Page{Title: "Too late", Sentence: "This invitation has expired. Ask whoever invited you for another one."})
	case errors.As(err, &ended) && ended.how == Withdrawn:
		webpage.Write(w, http.StatusGone, webpage.Page{Title: "Withdrawn", Sentence: "This invitation does not hold any more. Ask whoever invited you for another one."})
	case errors.As(err, &ended):
		webpage.Write(w, http.StatusGone, webpage.Page{Title: "Already answered", Sentence: "This invitation was " + string(ended.how) + " before. Its link works once only."})
	case errors.Is(err, errChanged):
		webpage.Write(w, http.StatusConflict, webpage.Page{Title: "Try again", Sentence: "Your account has changed meanwhile. The invitation is still open: open its link again."})
	case store.IsNotFound(err):
		webpage.Write(w, http.StatusNotFound, webpage.Page{Title: "No such invitation", Sentence: "There is no invitation behind this link. See that you have copied it whole."})
	default:
		p.Log.ErrorContext(r.Context(), "invite: cannot serve an invitation's page", "method", r.Method, "error", err)
		webpage.Write(w, http.StatusInternalServerError, webpage.Page{Title: "Something went wrong", Sentence: "The server could not do this. Try again later."})
	}
}
