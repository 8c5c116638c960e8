package server

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
)

// olderPrefix is that of the API's version 1.0.
const olderPrefix = "/api/atlas/v1.0"

// olderCalls are the calls of version 1.0 that the Terraform provider still makes, by method: to remove an integration, to
// import a private endpoint service, and for its resource mongodbatlas_cluster. Their bodies are those of the oldest version
// since then.
var olderCalls = map[string][]string{
	http.MethodGet: {
		"/groups/*/privateEndpoint/*/endpointService/*", "/groups/*/clusters/*", "/groups/*/clusters/*/backup/schedule", "/groups/*/containers",
	},
	http.MethodPost:   {"/groups/*/clusters", "/groups/*/clusters/tenantUpgrade"},
	http.MethodPatch:  {"/groups/*/clusters/*", "/groups/*/clusters/*/backup/schedule"},
	http.MethodDelete: {"/groups/*/integrations/*", "/groups/*/clusters/*"},
}

// newer is the request of the oldest version that stands for a call of version 1.0; any other request is returned as it is.
func newer(r *http.Request) *http.Request {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), olderPrefix)
	fits := func(pattern string) bool { ok, err := path.Match(pattern, rest); return err == nil && ok }
	if !ok || !slices.ContainsFunc(olderCalls[r.Method], fits) {
		return r
	}
	c := r.Clone(r.Context())
	c.URL.Path = api.Prefix + strings.TrimPrefix(r.URL.Path, olderPrefix)
	if r.URL.RawPath != "" {
		c.URL.RawPath = api.Prefix + rest
	}
	c.Header.Set("Accept", api.KnownDates[0].MediaType())
	return c
}
