package server

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/api"
)

// FuzzAPI sends what a stranger with an owner's credentials may send to every operation that there is: nothing may
// be answered with a 500. {groupId} and the like in a path stand for what is there. The reconcilers do not run.
func FuzzAPI(f *testing.F) {
	m := newScene(f)
	s, token := m.server, ownerToken(f, m.server)
	ids := strings.NewReplacer("{groupId}", s.bootstrap.ProjectID, "{orgId}", s.bootstrap.OrgID, "{userId}", s.bootstrap.OwnerUserID)
	for _, op := range s.engine.Operations() {
		path, bodies := op.Path, []string{""}
		for _, p := range op.Params(newest(&op)) {
			if name := "{" + p.Name + "}"; ids.Replace(name) == name {
				path = strings.ReplaceAll(path, name, url.PathEscape(example(p.Schema)))
			}
		}
		if hasBody(&op) {
			bodies = []string{"{}", "[{}]", `{"name":"a","roles":[{}],"replicationSpecs":[{"regionConfigs":[{}]}]}`, encode(f, sample(bodyOf(&op)))}
		}
		for _, body := range bodies {
			f.Add(op.Method, path, "pageNum=2&itemsPerPage=1&enable=true", body)
		}
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		u, err := url.Parse("http://telamon.example" + api.Prefix + ids.Replace(path))
		if err != nil || !httpToken(method) {
			return
		}
		u.RawQuery = query
		r := httptest.NewRequest(http.MethodGet, "http://telamon.example/", strings.NewReader(body))
		r.Method, r.URL, r.RequestURI = method, u, u.RequestURI()
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Accept", "application/vnd.atlas.2025-03-12+json")
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		m.handler.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s %q: %d %s", method, u, body, w.Code, w.Body)
		}
	})
}

// ownerToken gets an access token for the service account that the store began with.
func ownerToken(t testing.TB, s *Server) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/api/oauth/token", strings.NewReader("grant_type=client_credentials"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(s.bootstrap.ClientID, s.bootstrap.ClientSecret)
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, r)
	_, rest, _ := strings.Cut(w.Body.String(), `"access_token":"`)
	token, _, found := strings.Cut(rest, `"`)
	if !found {
		t.Fatalf("no token: %s", w.Body)
	}
	return token
}

// httpToken reports whether s could be a method in a request (RFC 9110, section 5.6.2).
func httpToken(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
