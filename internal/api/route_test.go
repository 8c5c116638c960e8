package api

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// TestRoutes: what each method and path leads to, with the values of its parameters.
func TestRoutes(t *testing.T) {
	var n routes
	for _, pattern := range []string{
		"GET /", "GET /a", "POST /a", "GET /a/{id}", "PATCH /a/{id}", "GET /a/byName/{name}", "POST /a/{id}:stop", "POST /a/all:stop", "GET /a/{id}/b/{b}", "DELETE /a/{id}/b/{b}/c", "GET /a/{id}/logs/{log}.gz",
	} {
		method, path, _ := strings.Cut(pattern, " ")
		n.add(path, &route{op: &Op{Method: method, Path: path}})
	}
	for _, c := range []struct{ ask, want string }{
		{"GET /", "/"},
		{"GET /a", "/a"},
		{"POST /a", "/a"},
		{"PUT /a", ""},
		{"GET /a/", ""}, // nothing at the end is no name
		{"GET /a/x", "/a/{id} x"},
		{"GET /a/x/", ""},
		{"GET /a/a%2Fb", "/a/{id} a%2Fb"},
		{"GET /%61/x", ""}, // an escaped letter is another one
		{"GET /a/byName/x", "/a/byName/{name} x"},
		{"GET /a/byName", "/a/{id} byName"},
		{"GET /a/byName/b/x", "/a/{id}/b/{b} byName x"}, // the text leads nowhere, so it is a parameter's value
		{"POST /a/x:stop", "/a/{id}:stop x"},
		{"POST /a/all:stop", "/a/all:stop"},
		{"POST /a/:stop", "/a/{id}:stop "},
		{"POST /a/x:go", ""},
		{"POST /a/x:y:stop", ""}, // the verb begins at the first colon
		{"GET /a/x:stop", "/a/{id} x:stop"},
		{"GET /a/x/logs/y.gz", "/a/{id}/logs/{log}.gz x y"},
		{"GET /a/x/logs/y.z.gz", "/a/{id}/logs/{log}.gz x y.z"},
		{"GET /a/x/logs/y.zip", ""},
		{"GET /a/x.gz", "/a/{id} x.gz"},
		{"GET /a/x:", "/a/{id} x:"},
		{"GET /a//b/y", "/a/{id}/b/{b}  y"},
		{"GET /a/x/b/y", "/a/{id}/b/{b} x y"},
		{"GET /a/x/b/", ""},
		{"GET /a/x/b/y/c", ""},
		{"DELETE /a/x/b/y/c", "/a/{id}/b/{b}/c x y"},
	} {
		method, path, _ := strings.Cut(c.ask, " ")
		got := ""
		if to, values := n.find(method, path, nil); to != nil {
			got = strings.Join(append([]string{to.op.Path}, values...), " ")
		}
		if got != c.want {
			t.Errorf("%s leads to %q, want %q", c.ask, got, c.want)
		}
	}
	if there := n.methods("/a/x"); !slices.Equal(there, []string{"GET", "PATCH"}) {
		t.Errorf("%v", there)
	}
}

func TestBelow(t *testing.T) {
	for asked, want := range map[string]string{
		Prefix: "", Prefix + "/": "/", Prefix + "/a%2fb?c=d": "/a%2fb", Prefix + "x": "no", "/api": "no",
	} {
		got, ok := below(httptest.NewRequest("GET", asked, nil))
		if !ok {
			got = "no"
		}
		if got != want {
			t.Errorf("%s is %q, want %q", asked, got, want)
		}
	}
}
