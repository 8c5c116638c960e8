package apitest

import (
	"io"
	"net/http"
	"net/url"

	"github.com/telamon-db/telamon/internal/apitest/outbox"
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

// LinkTo is the link in the last letter to username, once everything due is done.
func (s *Server) LinkTo(username string) string {
	s.t.Helper()
	s.Advance(0)
	link, err := outbox.LinkTo(s.DataDir, username)
	if err != nil {
		s.t.Fatal(err)
	}
	return link
}
