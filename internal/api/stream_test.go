package api

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
)

// reports are a family whose one operation answers as JSON, as a table, and compressed.
var reports = Operations{{
	ID: "getReport", Method: http.MethodGet, Path: "/groups/{groupId}/reports/{name}", Tag: "Reports", Summary: "Get",
	Roles: authz.Any(authz.GroupReadOnly), Status: 200, Level: Real, Errors: fault.Kinds{fault.ClusterNotFound},
	Versions: []Version{
		At("2023-01-01", func(_ context.Context, in thingIn) (thing, error) { return thing{Name: in.Name}, nil }),
		Streamed("2023-01-01", CSV, func(_ context.Context, in thingIn) (Stream, error) {
			if in.Name == "none" {
				return Stream{}, fault.ClusterNotFound.With(in.Name)
			}
			return Stream{Write: func(w io.Writer) error {
				if _, err := io.WriteString(w, "name\n"+in.Name+"\n"); err != nil || in.Name != "torn" {
					return err
				}
				return errors.New("the source broke off")
			}}, nil
		}),
		Streamed("2023-02-01", Gzip, func(_ context.Context, in thingIn) (Stream, error) {
			return Stream{"report 1.gz", func(w io.Writer) error {
				z := gzip.NewWriter(w)
				_, err := io.WriteString(z, in.Name)
				return errors.Join(err, z.Close())
			}}, nil
		}),
	},
}}

func reportServer(t *testing.T) *httptest.Server {
	e, err := New(reports, Config{Auth: theirs{}, Scopes: oneProject{}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	return s
}

// fetch gets a report in the form that accept names.
func fetch(t *testing.T, s *httptest.Server, name, accept string) (status int, media, body string, cut error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+Prefix+"/groups/"+group+"/reports/"+name, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Who", "owner")
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Encoding", "identity")
	res, err := s.Client().Do(r)
	if err != nil {
		return 0, "", "", err
	}
	defer res.Body.Close()
	raw, cut := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Content-Type"), string(raw), cut
}

// The caller chooses the form of the answer; the newest version in that form answers.
func TestAnswersThatAreNoJSON(t *testing.T) {
	s := reportServer(t)
	for _, c := range []struct {
		name, accept string
		status       int
		media, body  string // body is how it begins
	}{
		{"a", "application/vnd.atlas.2023-01-01+json", 200, "application/vnd.atlas.2023-01-01+json;charset=utf-8", `{"name":"a"}`},
		{"a", "application/vnd.atlas.2024-08-05+csv", 200, "application/vnd.atlas.2023-01-01+csv", "name\na\n"},
		{"a", "application/vnd.atlas.2023-02-01+gzip", 200, "application/vnd.atlas.2023-02-01+gzip", "\x1f\x8b"},
		{"a", "application/vnd.atlas.2023-01-01+gzip", 406, "application/json", `{`},
		{"a", "application/vnd.atlas.2023-01-01+xml", 406, "application/json", `{`},
		{"a", "application/vnd.atlas.2023-01-01+odt", 406, "application/json", `{`},
		{"none", "application/vnd.atlas.2023-01-01+csv", 404, "application/json", `{`},
	} {
		status, media, body, err := fetch(t, s, c.name, c.accept)
		if err != nil || status != c.status || media != c.media || !strings.HasPrefix(body, c.body) {
			t.Errorf("%s as %s: %d %s %q (%v)", c.name, c.accept, status, media, body, err)
		}
	}
}

// Nobody takes an answer for whole that could not be written to its end.
func TestAnAnswerThatBreaksOff(t *testing.T) {
	if _, _, body, err := fetch(t, reportServer(t), "torn", "application/vnd.atlas.2023-01-01+csv"); err == nil {
		t.Errorf("%q came as if it were whole", body)
	}
}

func TestFormatsAreDeclaredAsTheyAre(t *testing.T) {
	for what, v := range map[string]Version{
		"a stream as JSON": Streamed("2023-01-01", JSON, func(context.Context, thingIn) (Stream, error) { return Stream{}, nil }),
		"unknown":          Streamed("2023-01-01", "odt", func(context.Context, thingIn) (Stream, error) { return Stream{}, nil }),
	} {
		op := reports[0]
		op.Versions = []Version{v}
		if _, err := New(Operations{op}, Config{Auth: theirs{}, Scopes: oneProject{}}); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}
