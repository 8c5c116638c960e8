// Package apitest drives a real server in scenarios. Every exchange with the API is held against the server's own
// OpenAPI document on the way.
package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/mongodb-forks/digest"
	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/store/recall"
	"github.com/telamon-db/telamon/telamontest"
)

func init() { recall.Twice = true }

// Latest is the newest version date, as the reference pages call the API.
const Latest = "2025-03-12"

// Server is a server under test.
type Server struct {
	*telamontest.Server
	t *testing.T
}

// Start runs a server that believes X-Forwarded-For from the loopback interface, so that a scenario can call from
// any address.
func Start(t *testing.T, opts ...telamontest.Option) *Server {
	t.Helper()
	opts = append(opts, telamontest.TrustProxies(netip.MustParsePrefix("127.0.0.0/8")))
	return &Server{telamontest.Start(t, opts...), t}
}

// Caller calls the API with certain credentials, from a certain address, asking for a certain version.
type Caller struct {
	t       *testing.T
	url     string
	client  *http.Client
	version string
}

// Owner calls with the API key that owns the organization.
func (s *Server) Owner() *Caller { return s.As(s.PublicKey, s.PrivateKey) }

// As calls with an API key.
func (s *Server) As(publicKey, privateKey string) *Caller {
	return &Caller{s.t, s.URL, &http.Client{Transport: s.digest(publicKey, privateKey, "")}, Latest}
}

// From calls with an API key from an address.
func (s *Server) From(address, publicKey, privateKey string) *Caller {
	return &Caller{s.t, s.URL, &http.Client{Transport: s.digest(publicKey, privateKey, address)}, Latest}
}

// Anonymous calls without credentials.
func (s *Server) Anonymous() *Caller {
	return &Caller{s.t, s.URL, &http.Client{Transport: Checked(s.t, "")}, Latest}
}

func (s *Server) digest(publicKey, privateKey, address string) http.RoundTripper {
	return &digest.Transport{Username: publicKey, Password: privateKey, Transport: Checked(s.t, address)}
}

// At asks for another version, such as 2023-01-01, or for one in another format than JSON, such as 2023-02-01+gzip.
func (c *Caller) At(version string) *Caller {
	d := *c
	d.version = version
	return &d
}

// Answer is what the API answered.
type Answer struct {
	t      *testing.T
	Status int
	Header http.Header
	Body   []byte
}

// Do sends a request; path is below /api/atlas/v2, body is nil, a string of JSON, or a value to encode.
func (c *Caller) Do(method, path string, body any) *Answer {
	c.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			c.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+"/api/atlas/v2"+path, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	version := c.version
	if !strings.Contains(version, "+") {
		version += "+json"
	}
	req.Header.Set("Accept", "application/vnd.atlas."+version)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.client.Do(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return &Answer{c.t, res.StatusCode, res.Header, raw}
}

// Get, Post, Patch and Delete are Do with their methods.
func (c *Caller) Get(path string) *Answer { c.t.Helper(); return c.Do(http.MethodGet, path, nil) }

// Post sends a body.
func (c *Caller) Post(path string, body any) *Answer {
	c.t.Helper()
	return c.Do(http.MethodPost, path, body)
}

// Patch sends a change.
func (c *Caller) Patch(path string, body any) *Answer {
	c.t.Helper()
	return c.Do(http.MethodPatch, path, body)
}

// Delete removes.
func (c *Caller) Delete(path string) *Answer { c.t.Helper(); return c.Do(http.MethodDelete, path, nil) }

// Want fails the test unless the answer has the status.
func (a *Answer) Want(status int) *Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	return a
}

// WantError fails the test unless the answer is the error, and returns the names of the fields that it complains of.
func (a *Answer) WantError(status int, code string) (fields []string) {
	a.t.Helper()
	a.Want(status)
	var e struct {
		ErrorCode string
		Detail    struct {
			Fields []struct{ Field string }
		} `json:"badRequestDetail"`
	}
	if err := json.Unmarshal(a.Body, &e); err != nil || e.ErrorCode != code {
		a.t.Fatalf("error code %q, want %q: %s (%v)", e.ErrorCode, code, a.Body, err)
	}
	for _, f := range e.Detail.Fields {
		fields = append(fields, f.Field)
	}
	return fields
}

// JSON decodes the body into v.
func (a *Answer) JSON(v any) *Answer {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("%v: %s", err, a.Body)
	}
	return a
}

// Object is the body as a map.
func (a *Answer) Object() map[string]any {
	a.t.Helper()
	m := map[string]any{}
	a.JSON(&m)
	return m
}

// Results are the items of a page.
func (a *Answer) Results() []map[string]any {
	a.t.Helper()
	var page struct{ Results []map[string]any }
	a.JSON(&page)
	return page.Results
}

// EventTypes are the types of the project's events, newest first.
func (s *Server) EventTypes(groupID string) []string {
	s.t.Helper()
	var types []string
	for _, e := range s.Owner().Get("/groups/" + groupID + "/events?itemsPerPage=500").Want(http.StatusOK).Results() {
		types = append(types, e["eventTypeName"].(string))
	}
	return types
}

// SDK is MongoDB's Go SDK of the reference pages' generation, with digest.
func (s *Server) SDK() *admin.APIClient {
	s.t.Helper()
	return s.sdk(admin.UseHTTPClient(&http.Client{Transport: s.digest(s.PublicKey, s.PrivateKey, "")}))
}

// OAuthSDK is the SDK with a service account.
func (s *Server) OAuthSDK(ctx context.Context) *admin.APIClient {
	s.t.Helper()
	return s.sdk(admin.UseOAuthAuth(ctx, s.ClientID, s.ClientSecret))
}

func (s *Server) sdk(auth admin.ClientModifier) *admin.APIClient {
	s.t.Helper()
	client, err := admin.NewClient(admin.UseBaseURL(s.URL), auth)
	if err != nil {
		s.t.Fatal(err)
	}
	return client
}
