package apitest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// Token gets an access token with a service account's secret, or "" if it is refused.
func (s *Server) Token(clientID, secret string) string {
	s.t.Helper()
	status, body := s.oauth("token", clientID, secret, url.Values{"grant_type": {"client_credentials"}})
	if status != http.StatusOK && status != http.StatusUnauthorized {
		s.t.Fatalf("token: %d %v", status, body)
	}
	token, _ := body["access_token"].(string)
	return token
}

// Revoke ends an access token.
func (s *Server) Revoke(clientID, secret, token string) {
	s.t.Helper()
	if status, body := s.oauth("revoke", clientID, secret, url.Values{"token": {token}}); status != http.StatusOK {
		s.t.Fatalf("revoke: %d %v", status, body)
	}
}

func (s *Server) oauth(endpoint, clientID, secret string, form url.Values) (status int, body map[string]any) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL+"/api/oauth/"+endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	req.SetBasicAuth(clientID, secret)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	_ = json.NewDecoder(res.Body).Decode(&body) // the answer to a revocation has no body
	return res.StatusCode, body
}

// Bearer calls with an access token, from an address unless it is "".
func (s *Server) Bearer(address, token string) *Caller {
	return &Caller{s.t, s.URL, &http.Client{Transport: bearer{token, Checked(s.t, address)}}, Latest}
}

// bearer adds an access token to requests.
type bearer struct {
	token string
	next  http.RoundTripper
}

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.next.RoundTrip(r)
}
