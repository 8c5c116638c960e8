// Package webpage writes the few pages that the server has for people: the answer to an invitation, and logging in.
//
// They are whole without scripts, load nothing from anywhere, sit in no frame and tell nobody their address, which may
// be a secret. Everything on them is escaped.
package webpage

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Page is what a page says, from top to bottom.
type Page struct {
	Title    string
	Sentence string
	Facts    []Fact
	Form     *Form // nil: nothing is asked
}

// Fact is a name and what there is to it.
type Fact struct {
	Name   string
	Values []string
}

// Form asks for something, and sends it to the page's own address.
type Form struct {
	Problem string // why the last answer was not taken; "" at first
	Fields  []Field
	Buttons []Button // the first is the one that Enter presses
}

// Field is one thing that a form asks for. Complete says, in HTML's words, what a browser may fill in.
type Field struct {
	Name, Label, Type, Value, Complete, Hint string
	Optional                                 bool
}

// Button answers a form.
type Button struct {
	Name, Value, Label string
	Alone              bool // needs none of the fields
}

//go:embed page.html
var source string

var layout = template.Must(template.New("page").Parse(source))

// policy lets the page's own style in, by its hash, and nothing else.
var policy = func() string {
	_, rest, _ := strings.Cut(source, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}()

// Write answers with a page.
func Write(w http.ResponseWriter, status int, p Page) {
	var b bytes.Buffer
	if err := layout.Execute(&b, p); err != nil {
		panic(err) // the template fits its data
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the caller has gone; there is nobody to tell
}

// maxForm bounds the body of an answer in bytes.
const maxForm = 16 << 10

// Read reads an answered form. Where it cannot, it has answered with a page that says so, and returns nil: nothing was
// done, and the form can be sent again.
func Read(w http.ResponseWriter, r *http.Request) url.Values {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	if err == nil {
		return r.PostForm
	}
	status := http.StatusBadRequest
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		status = http.StatusRequestEntityTooLarge
	}
	Write(w, status, Page{Title: "Not understood", Sentence: "The answer could not be read. Nothing has changed; go back and try again."})
	return nil
}
