package apitest

import (
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Password is that of the people whom Join makes.
const Password = "Tr0ub4dor-and-3-horses"

// Invite makes an account that is invited into the organization, as ORG_MEMBER, and returns its id.
func (s *Server) Invite(username string) (id string) {
	s.t.Helper()
	return s.Owner().At("2023-01-01").Post("/users", map[string]any{
		"country": "US", "firstName": "Jane", "lastName": "Doe", "mobileNumber": "2125550179", "password": Password, "username": username,
		"roles": []any{map[string]any{"orgId": s.OrgID, "roleName": "ORG_MEMBER"}},
	}).Want(http.StatusOK).Object()["id"].(string)
}

// Join makes a cloud user who is a member of the organization, and returns its id.
func (s *Server) Join(username string) (id string) {
	s.t.Helper()
	id = s.Invite(username)
	s.Accept(username)
	return id
}

// Accept accepts the last invitation of somebody who has an account.
func (s *Server) Accept(username string) {
	s.t.Helper()
	res, err := http.PostForm(s.LinkTo(username), url.Values{"answer": {"accept"}})
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if page, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%d %s (%v)", res.StatusCode, page, err)
	}
}

var link = regexp.MustCompile(`http://\S+/invitations/\S+`)

// LinkTo is the link in the last letter to username, once everything due is done.
func (s *Server) LinkTo(username string) (found string) {
	s.t.Helper()
	s.Advance(0)
	names, err := filepath.Glob(filepath.Join(s.DataDir, "outbox", "*.eml"))
	if err != nil {
		s.t.Fatal(err)
	}
	var last time.Time
	for _, name := range names {
		to, sent, text := s.letter(name)
		if to == username && !sent.Before(last) {
			last, found = sent, link.FindString(text)
		}
	}
	if found == "" {
		s.t.Fatalf("no letter to %s has a link", username)
	}
	return found
}

// letter reads a mail in a file.
func (s *Server) letter(name string) (to string, sent time.Time, text string) {
	s.t.Helper()
	f, err := os.Open(name)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	m, err := mail.ReadMessage(f)
	if err != nil {
		s.t.Fatal(err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		s.t.Fatal(err)
	}
	address, err := mail.ParseAddress(m.Header.Get("To"))
	if err != nil {
		s.t.Fatal(err)
	}
	if sent, err = m.Header.Date(); err != nil {
		s.t.Fatal(err)
	}
	return address.Address, sent, string(body)
}
