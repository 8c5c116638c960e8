package invite

import (
	"bytes"
	_ "embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"

	"github.com/telamon-db/telamon/internal/store"
)

// Path is where the pages of links are; the token follows.
const Path = "/invitations/"

// maxForm bounds the body of an answer in bytes.
const maxForm = 1 << 10

// Pages serves the pages that links lead to. They ask for no credentials: the token in the path is one. Reading a page
// changes nothing, so that a program which follows links in mails answers no invitation.
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

// page is what the template shows.
type page struct {
	Title    string
	Sentence string
	Details  *details
	Form     bool
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) {
	var d details
	err := p.Store.View(r.Context(), func(tx store.Tx) error {
		inv, err := find(tx, r.PathValue("token"))
		if err == nil {
			d, err = describe(tx, inv)
		}
		return err
	})
	if err != nil {
		p.refuse(w, r, err)
		return
	}
	write(w, http.StatusOK, page{Title: "You are invited", Sentence: "You decide whether to join.", Details: &d, Form: true})
}

func (p *Pages) answer(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		status := http.StatusBadRequest
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		write(w, status, page{Title: "Not understood", Sentence: "The answer could not be read. The invitation is still open."})
		return
	}
	how, known := map[string]End{"accept": Accepted, "decline": Declined}[r.PostForm.Get("answer")]
	if !known {
		write(w, http.StatusBadRequest, page{Title: "Not understood", Sentence: "The answer must be accept or decline. The invitation is still open."})
		return
	}
	d, err := answer(r.Context(), p.Store, r.PathValue("token"), how, p.Address(r))
	switch {
	case err != nil:
		p.refuse(w, r, err)
	case how == Accepted:
		write(w, http.StatusOK, page{Title: "Welcome", Sentence: "You have joined.", Details: &d})
	default:
		write(w, http.StatusOK, page{Title: "Declined", Sentence: "You have declined the invitation. Nothing more will happen."})
	}
}

// refuse says why a link leads nowhere.
func (p *Pages) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var ended *endedError
	switch {
	case errors.As(err, &ended) && ended.how == Expired:
		write(w, http.StatusGone, page{Title: "Too late", Sentence: "This invitation has expired. Ask whoever invited you for another one."})
	case errors.As(err, &ended):
		write(w, http.StatusGone, page{Title: "Already answered", Sentence: "This invitation was " + string(ended.how) + " before. Its link works once only."})
	case store.IsNotFound(err):
		write(w, http.StatusNotFound, page{Title: "No such invitation", Sentence: "There is no invitation behind this link. See that you have copied it whole."})
	default:
		p.Log.ErrorContext(r.Context(), "invite: cannot serve an invitation's page", "method", r.Method, "error", err)
		write(w, http.StatusInternalServerError, page{Title: "Something went wrong", Sentence: "The server could not do this. Try again later."})
	}
}

//go:embed page.html
var source string

var layout = template.Must(template.New("page").Parse(source))

// write answers with a page that runs no scripts, loads nothing, sits in no frame, and tells nobody its address.
func write(w http.ResponseWriter, status int, content page) {
	var b bytes.Buffer
	if err := layout.Execute(&b, content); err != nil {
		panic(err) // the template fits its data
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the caller has gone; there is nobody to tell
}
