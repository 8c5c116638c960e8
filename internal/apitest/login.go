package apitest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
)

const device = "/api/private/unauth/account/device/"

// Device calls an endpoint of programs that let people in: authorize, token or revoke.
func (s *Server) Device(endpoint string, form url.Values) (status int, body map[string]any) {
	s.t.Helper()
	if !form.Has("client_id") {
		form.Set("client_id", "test")
	}
	res, err := http.PostForm(s.URL+device+endpoint, form)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	_ = json.NewDecoder(res.Body).Decode(&body) // the answer to a revocation has no body
	return res.StatusCode, body
}

// Connect fills in the page on which a person lets a program in.
func (s *Server) Connect(code, username, password string) (status int, page string) {
	s.t.Helper()
	res, err := http.PostForm(s.URL+"/account/connect", url.Values{"code": {code}, "username": {username}, "password": {password}})
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

// Login lets a program in for somebody, and returns its tokens.
func (s *Server) Login(username, password string) (access, refresh string) {
	s.t.Helper()
	status, asked := s.Device("authorize", url.Values{})
	if status != http.StatusOK {
		s.t.Fatalf("authorize: %d %v", status, asked)
	}
	if status, page := s.Connect(asked["user_code"].(string), username, password); status != http.StatusOK {
		s.t.Fatalf("connect: %d %s", status, page)
	}
	status, got := s.Device("token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {asked["device_code"].(string)},
	})
	if status != http.StatusOK {
		s.t.Fatalf("token: %d %v", status, got)
	}
	return got["access_token"].(string), got["refresh_token"].(string)
}

// User calls as a cloud user who logs in with Password.
func (s *Server) User(username string) *Caller {
	s.t.Helper()
	access, _ := s.Login(username, Password)
	return s.Bearer("", access)
}
