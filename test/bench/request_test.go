package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/telamontest"
)

const latest = "application/vnd.atlas.2025-03-12+json"

// token asks for an access token of the first service account.
func token(b *testing.B, s *telamontest.Server) string {
	b.Helper()
	r, err := http.NewRequest(http.MethodPost, s.URL+"/api/oauth/token", strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		b.Fatal(err)
	}
	r.SetBasicAuth(url.QueryEscape(s.ClientID), url.QueryEscape(s.ClientSecret))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.AccessToken == "" {
		b.Fatalf("%d %v", res.StatusCode, err)
	}
	return answer.AccessToken
}

// users starts a server with a hundred database users, and returns the headers that calls to it need.
func users(b *testing.B) (*telamontest.Server, http.Header) {
	b.Helper()
	s := telamontest.Start(b)
	h := http.Header{"Accept": {latest}, "Authorization": {"Bearer " + token(b, s)}}
	for i := range 100 {
		addUser(b, s, h, i)
	}
	return s, h
}

// addUser adds the i-th database user.
func addUser(b *testing.B, s *telamontest.Server, header http.Header, i int) {
	b.Helper()
	body := fmt.Sprintf(`{"databaseName":"admin","groupId":"%s","username":"user%02d","password":"correct horse %d","roles":[{"databaseName":"db","roleName":"read"}]}`, s.ProjectID, i, i)
	r, err := http.NewRequest(http.MethodPost, s.URL+"/api/atlas/v2/groups/"+s.ProjectID+"/databaseUsers", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header = header.Clone()
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil || res.StatusCode != http.StatusCreated {
		b.Fatalf("%v %v", res, err)
	}
	res.Body.Close()
}

// bare is a handler that writes the same bytes and nothing else.
func bare(b *testing.B, body []byte) string {
	b.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", latest)
		w.Write(body)
	}))
	b.Cleanup(s.Close)
	return s.URL
}

// BenchmarkGetDatabaseUser is one authenticated GET over connections that stay open, against a bare net/http handler.
func BenchmarkGetDatabaseUser(b *testing.B) {
	s, header := users(b)
	path := s.URL + "/api/atlas/v2/groups/" + s.ProjectID + "/databaseUsers/admin/user50"
	body := newCaller(b, 1, path, header).one()
	for _, conns := range []int{1, 16} {
		b.Run(fmt.Sprintf("conns=%d", conns), func(b *testing.B) {
			compare(b, 400, newCaller(b, conns, bare(b, body), header).send, newCaller(b, conns, path, header).send)
		})
	}
}

// BenchmarkListDatabaseUsers is a list of a hundred, against marshalling the same value in a bare handler.
func BenchmarkListDatabaseUsers(b *testing.B) {
	s, header := users(b)
	path := s.URL + "/api/atlas/v2/groups/" + s.ProjectID + "/databaseUsers"
	var value listed
	if err := json.Unmarshal(newCaller(b, 1, path, header).one(), &value); err != nil || len(value.Results) != 100 {
		b.Fatalf("%d users, %v", len(value.Results), err)
	}
	baseline := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		raw, err := json.Marshal(value)
		if err != nil {
			b.Error(err)
		}
		w.Header().Set("Content-Type", latest)
		w.Write(raw)
	}))
	b.Cleanup(baseline.Close)
	compare(b, 50, newCaller(b, 1, baseline.URL, header).send, newCaller(b, 1, path, header).send)
}

// listed has the shape of the list in Go types, as a program that serves it would have.
type listed struct {
	Links   []link `json:"links"`
	Results []struct {
		AWSIAMType   string `json:"awsIAMType"`
		DatabaseName string `json:"databaseName"`
		GroupID      string `json:"groupId"`
		Labels       []any  `json:"labels"`
		LDAPAuthType string `json:"ldapAuthType"`
		Links        []link `json:"links"`
		OIDCAuthType string `json:"oidcAuthType"`
		Roles        []role `json:"roles"`
		Scopes       []any  `json:"scopes"`
		Username     string `json:"username"`
		X509Type     string `json:"x509Type"`
	} `json:"results"`
	TotalCount int `json:"totalCount"`
}

type link struct {
	Href string `json:"href"`
	Rel  string `json:"rel"`
}

type role struct {
	DatabaseName string `json:"databaseName"`
	RoleName     string `json:"roleName"`
}
