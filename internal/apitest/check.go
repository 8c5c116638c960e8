package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/telamon-db/telamon/internal/server"
)

// Checked is a transport that holds every answer against the OpenAPI document, and calls from an address if given.
func Checked(t *testing.T, address string) http.RoundTripper {
	t.Helper()
	return &checker{t: t, address: address, router: router(t)}
}

type checker struct {
	t       *testing.T
	address string
	router  routers.Router
}

var load = sync.OnceValues(func() (routers.Router, error) {
	raw, err := json.Marshal(server.OpenAPI())
	if err != nil {
		return nil, err
	}
	// The addresses' pattern uses look-ahead, which Go's regexp does not have.
	doc, err := openapi3.NewLoader().LoadFromData(bytes.ReplaceAll(raw, []byte("(?!$)"), nil))
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
})

func router(t *testing.T) routers.Router {
	t.Helper()
	r, err := load()
	if err != nil {
		t.Fatalf("the server's OpenAPI document: %v", err)
	}
	return r
}

func (c *checker) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.address != "" {
		r.Header.Set("X-Forwarded-For", c.address)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	c.check(r, res, body)
	return res, nil
}

// check reports an answer that the document does not describe, or whose links lead nowhere without the server's address.
// Paths that the document does not have must be 404.
func (c *checker) check(r *http.Request, res *http.Response, body []byte) {
	c.t.Helper()
	if bytes.Contains(body, []byte(`"href":"/`)) {
		c.t.Errorf("%s %s: a link has no server: %s", r.Method, r.URL, body)
	}
	route, params, err := c.router.FindRoute(r)
	if err != nil || r.URL.Query().Get("envelope") == "true" || res.StatusCode == http.StatusNotAcceptable {
		return
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 res.StatusCode, Header: res.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	input.Options.ExcludeResponseBody = isText(route, res.StatusCode) // it is no JSON, whatever its type says
	input.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(context.Background(), input); err != nil {
		c.t.Errorf("%s %s: the answer is not what the OpenAPI document says: %v\n%s", r.Method, r.URL, err, body)
	}
}

// isText reports whether an operation answers with a text (api.Verbatim).
func isText(route *routers.Route, status int) bool {
	response := route.Operation.Responses.Status(status)
	if response == nil {
		return false
	}
	for _, media := range response.Value.Content {
		if media.Schema != nil && media.Schema.Value.Type.Is("string") {
			return true
		}
	}
	return false
}
