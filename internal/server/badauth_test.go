package server

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/api"
)

// TestBrokenCredentials breaks a right answer to the digest challenge everywhere, one place at a time, and tries what is
// no answer at all. Nothing of it authenticates.
func TestBrokenCredentials(t *testing.T) {
	m := newScene(t)
	const uri = api.Prefix + "/groups"
	header := func() string { return m.authorize(m.owner, http.MethodGet, uri) }
	if a := m.sendAs(&caller{authorization: header()}, http.MethodGet, uri, accepting(), ""); a.Code != http.StatusOK {
		t.Fatalf("the header is not right to begin with: %d %s", a.Code, a.Body)
	}
	broken := []string{
		"Digest", "Digest ", "digest realm", "Bearer", "Bearer ", "Bearer \x00", "Bearer " + strings.Repeat("a", 60_000), "Basic eDp5", "Basic ===",
		"Negotiate abc", " ", ",", "Digest ,,,,", `Digest username="`, "Digest " + strings.Repeat("=", 9000), "Digest " + strings.Repeat(`a="b",`, 2000), "\xff\xfe",
	}
	for i, part := range digestParts(header()) {
		if strings.HasPrefix(part, "algorithm=") {
			continue // may be left out
		}
		name, value, _ := strings.Cut(part, "=")
		for _, worse := range []string{"", name, name + "=", name + `=""`, name + `="` + strings.Trim(value, `"`), name + "=" + value + "x", "x" + part, name + "\x00=" + value} {
			parts := digestParts(header())
			parts[i] = worse
			broken = append(broken, "Digest "+strings.Join(parts, ", "))
		}
	}
	for _, authorization := range broken {
		a := m.sendAs(&caller{authorization: authorization}, http.MethodGet, uri, accepting(), "")
		if a.Code != http.StatusUnauthorized || !strings.HasPrefix(a.Header().Get("WWW-Authenticate"), "Digest ") || a.code() != "" {
			t.Errorf("%.120q: %d", authorization, a.Code)
		}
	}
}

func accepting() http.Header { return http.Header{"Accept": {"application/vnd.atlas.2025-03-12+json"}} }

func digestParts(header string) []string {
	return strings.Split(strings.TrimPrefix(header, "Digest "), ", ")
}

// TestBrokenTokenRequests: the token endpoints answer every nonsense with the error of RFC 6749, and give no token.
func TestBrokenTokenRequests(t *testing.T) {
	s := open(t)
	b := s.Bootstrap()
	right := basic(b.ClientID, b.ClientSecret)
	const form, grant = "application/x-www-form-urlencoded", "grant_type=client_credentials"
	for _, c := range []struct {
		authorization, kind, body string
		status                    int
	}{
		{"", form, grant, 401},
		{"Basic", form, grant, 401},
		{"Basic !!!", form, grant, 401},
		{"Basic " + base64.StdEncoding.EncodeToString([]byte("no colon")), form, grant, 401},
		{basic(b.ClientID, "%zz"), form, grant, 401},
		{basic(b.ClientID, ""), form, grant, 401},
		{basic("\x00", "\x00"), form, grant, 401},
		{basic(strings.Repeat("a", 50_000), b.ClientSecret), form, grant, 401},
		{"Bearer " + b.ClientSecret, form, grant, 401},
		{right, form, "", 400},
		{right, form, "grant_type", 400},
		{right, form, "grant_type=password", 400},
		{right, form, "grant_type=%zz", 400},
		{right, form, "%=&;=&&", 400},
		{right, form, grant + "&x=" + strings.Repeat("a", 1<<20), 400},
		{right, "", grant, 400},
		{right, "application/json", `{"grant_type":"client_credentials"}`, 400},
		{right, "multipart/form-data", grant, 400},
		{right, "multipart/form-data; boundary=x", "--x\r\n", 400},
		{right, "\xff", grant, 400},
	} {
		r := httptest.NewRequest(http.MethodPost, "/api/oauth/token", strings.NewReader(c.body))
		r.Header.Set("Authorization", c.authorization)
		r.Header.Set("Content-Type", c.kind)
		w := httptest.NewRecorder()
		s.handler().ServeHTTP(w, r)
		var e struct {
			Error       string `json:"error"`
			Description string `json:"error_description"`
			Token       string `json:"access_token"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || w.Code != c.status || e.Error == "" || e.Description == "" || e.Token != "" {
			t.Errorf("%.60q %q %.60q: %d %s, want %d (%v)", c.authorization, c.kind, c.body, w.Code, w.Body, c.status, err)
		}
	}
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

// TestBrokenRequestsElsewhere: what is not the API keeps its countenance too.
func TestBrokenRequestsElsewhere(t *testing.T) {
	s := open(t)
	large := strings.Repeat("[", 10<<20)
	for _, c := range []struct {
		handler            http.Handler
		method, path, body string
		status             int
	}{
		{s.handler(), "POST", "/api/private/v1.0/telemetry/events", large, 200},
		{s.handler(), "POST", "/api/private/unauth/telemetry/events", "{", 200},
		{s.handler(), "GET", "/invitations/" + url.PathEscape("\x00/../../x"), "", 404},
		{s.handler(), "POST", "/invitations/none", "answer=accept", 404},
		{s.handler(), "POST", "/invitations/none", "answer=%zz", 400},
		{s.handler(), "POST", "/invitations/none", large, 413},
		{s.handler(), "POST", "/api/oauth/revoke", large, 401},
		{s.handler(), "GET", "/api/oauth/token", "", 401},
		{s.handler(), "PUT", "/api/private/ipinfo", "", 401},
		{s.handler(), "GET", "/..%2f..%2fetc/passwd", "", 401},
		{s.management(), "POST", "/clock", "{", 400},
		{s.management(), "POST", "/clock", `{"advance":"-1h"}`, 400},
		{s.management(), "POST", "/clock", `{"advance":"9999999h"}`, 400},
		{s.management(), "POST", "/clock", `{"advance":7}`, 400},
		{s.management(), "POST", "/clock", large, 400},
		{s.management(), "DELETE", "/clock", "", 405},
		{s.management(), "GET", "/" + url.PathEscape("\x00"), "", 404},
	} {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		r.Host = "127.0.0.1" // the management listener answers to its own names only
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if c.path == "/clock" {
			r.Header.Set("Authorization", "Bearer "+s.bootstrap.ManagementSecret)
		}
		w := httptest.NewRecorder()
		c.handler.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s %s %.30q: %d %s, want %d", c.method, c.path, c.body, w.Code, w.Body, c.status)
		}
	}
}
