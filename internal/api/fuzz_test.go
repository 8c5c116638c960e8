package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/telamon-db/telamon/internal/authz"
)

// echoes has operations that fit into each other's paths, and answer with who they are and what they were given.
var echoes = Operations{
	echo("plain", http.MethodGet, "/things/{name}"),
	echo("action", http.MethodPost, "/things/{name}:poke"),
	echo("below", http.MethodGet, "/things/{name}/parts"),
	echo("fixed", http.MethodGet, "/things/byName/{name}"),
	echo("create", http.MethodPost, "/things/{name}"),
}

type echoIn struct {
	Name string `path:"name"`
}

type echoed struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func echo(id, method, path string) Op {
	return Op{
		ID: id, Method: method, Path: path, Tag: "Echoes", Summary: "Echo", Roles: authz.Authenticated, Status: http.StatusOK, Level: Real,
		Versions: []Version{At("2023-01-01", func(_ context.Context, in echoIn) (echoed, error) { return echoed{id, in.Name}, nil })},
	}
}

func ask(e *Engine, method string, u *url.URL) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Method, r.URL, r.RequestURI = method, u, u.RequestURI()
	r.Header = http.Header{"Who": {"owner"}, "Accept": {"application/vnd.atlas.2025-03-12+json"}}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

// FuzzRoute: any name in a path comes to the operation that the path names, whole and decoded once; any other path gets
// 404 or 405.
func FuzzRoute(f *testing.F) {
	for _, name := range []string{"a", "a/b", "a%2Fb", "a:poke", ":poke", "byName", "parts", "..", ".", "a?b#c", "é 🦊", "{name}", "*", "%00", "%", "a;b=c", "+"} {
		f.Add(http.MethodGet, "/things/"+name, name)
	}
	f.Add("get", "//things//x/", "x")
	f.Add("PROPFIND", "/%74hings/%2e%2e", "x")
	e, err := New(echoes, config)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, path, name string) {
		if u, err := url.Parse("http://telamon.example" + Prefix + path); err == nil {
			if w := ask(e, method, u); !slices.Contains([]int{http.StatusOK, http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed}, w.Code) {
				t.Errorf("%s %q: %d %s", method, path, w.Code, w.Body)
			}
		}
		if name == "" || !utf8.ValidString(name) || strings.Contains(name, "\x00") {
			return
		}
		for _, op := range echoes {
			if name == "byName" && (op.ID == "plain" || op.ID == "below") || strings.Contains(name, ":") && op.Method == http.MethodPost {
				continue // the other's: what stands before or after a verb has no colon
			}
			u, err := url.Parse("http://telamon.example" + Prefix + strings.Replace(op.Path, "{name}", url.PathEscape(name), 1))
			if err != nil {
				t.Fatal(err)
			}
			want, err := encode(echoed{op.ID, name})
			if w := ask(e, op.Method, u); err != nil || w.Body.String() != string(want) {
				t.Errorf("%s %q: %d %s, want %s", op.Method, u.EscapedPath(), w.Code, w.Body, want)
			}
		}
	})
}

type queryIn struct {
	Paging
	Flag  *bool    `query:"flag"`
	Name  string   `query:"name" api:"maxLen=5"`
	Types []string `query:"type" api:"enum=a|b"`
	Size  float64  `query:"size" api:"min=0,max=1"`
}

// FuzzQuery: what a query gives to an operation keeps the operation's rules, and what does not is a 400.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		"pageNum=2&itemsPerPage=500", "type=a&type=b", "flag=true&flag=true", "pageNum=%zz", "a;b", "size=NaN", "size=1e-400", "pageNum=-0", "name=%ff",
		"itemsPerPage=501", "pageNum=9223372036854775808", "includeCount=", "=&&=", "name=%00", "size=0x1p-2", "pageNum=+1", "envelope=true&pretty=true",
	} {
		f.Add(s)
	}
	var got *queryIn
	ops := Operations{{
		ID: "ask", Method: http.MethodGet, Path: "/ask", Tag: "Echoes", Summary: "Ask", Roles: authz.Authenticated, Status: http.StatusNoContent, Level: Real,
		Versions: []Version{At("2023-01-01", func(_ context.Context, in queryIn) (None, error) { got = &in; return None{}, nil })},
	}}
	e, err := New(ops, config)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query string) {
		got = nil
		w := ask(e, http.MethodGet, &url.URL{Scheme: "http", Host: "telamon.example", Path: Prefix + "/ask", RawQuery: query})
		switch {
		case w.Code == http.StatusBadRequest && got == nil:
		case w.Code != http.StatusNoContent || got == nil:
			t.Errorf("%q: %d %s, %+v", query, w.Code, w.Body, got)
		case got.PageNum < 1 || got.ItemsPerPage < 1 || got.ItemsPerPage > 500 || got.Offset() < 0 || utf8.RuneCountInString(got.Name) > 5 ||
			!utf8.ValidString(got.Name) || !(got.Size >= 0 && got.Size <= 1) || slices.ContainsFunc(got.Types, func(s string) bool { return s != "a" && s != "b" }):
			t.Errorf("%q: %+v", query, got)
		}
	})
}
