package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/schema"
)

// TestEveryWrongParameterIsRefused makes each parameter of each operation wrong in each way. The answer names it and no
// other.
func TestEveryWrongParameterIsRefused(t *testing.T) {
	m := newScene(t)
	m.each(t, func(t *testing.T, op *api.Op) {
		for _, p := range op.Params(newest(op)) {
			for _, text := range wrongParam(p.Schema) {
				m.refusedParam(t, op, p.Name, m.uri(op, p.Name, text))
			}
			if p.In == "query" && p.Schema.Type != "array" {
				uri := m.uri(op, p.Name, example(p.Schema))
				m.refusedParam(t, op, p.Name, uri+"&"+p.Name+"="+example(p.Schema))
			}
		}
		for _, query := range []string{"pageNum=%zz", "pageNum=%", "a=1;b=2", "%=1", "x=%f"} {
			m.refusedParam(t, op, "query", also(m.uri(op), query))
		}
	})
}

// TestNamesAreNotGuessed: parameters that an operation does not have are no parameters, even if only the case differs.
func TestNamesAreNotGuessed(t *testing.T) {
	m := newScene(t)
	m.operations(t, func(t *testing.T, op *api.Op) {
		uri := m.uri(op)
		want := m.to(op, m.owner, uri).Code
		if got := m.to(op, m.owner, also(uri, "PAGENUM=x&Pretty=x&envelope%20=x&=&")).Code; got != want {
			t.Errorf("%d, without them %d", got, want)
		}
	})
}

// TestFarPagesAreEmpty: the last page that can be asked for costs no more than another, and is empty.
func TestFarPagesAreEmpty(t *testing.T) {
	m := newScene(t)
	m.each(t, func(t *testing.T, op *api.Op) {
		if !slices.ContainsFunc(op.Params(newest(op)), func(p api.Param) bool { return p.Name == "pageNum" }) {
			return
		}
		a := m.to(op, m.owner, m.uri(op, "pageNum", "2147483647", "itemsPerPage", "500"))
		if a.Code >= http.StatusInternalServerError || a.Code == http.StatusOK && !strings.Contains(a.Body.String(), `"results":[]`) {
			t.Errorf("%d %s", a.Code, a.Body)
		}
	})
}

// TestUnknownVersionsAreRefused: 406, whatever the operation.
func TestUnknownVersionsAreRefused(t *testing.T) {
	m := newScene(t)
	m.each(t, func(t *testing.T, op *api.Op) {
		for _, accept := range []string{
			"", "*/*", "application/json", "application/vnd.atlas.+json", "application/vnd.atlas.2025-03-13+json", "application/vnd.atlas.2020-01-01+json",
			"application/vnd.atlas.2025-03-12", "application/vnd.atlas.2025-03-12+xml", "application/vnd.atlas.2025-3-12+json",
			"application/vnd.atlas.9999-99-99+json", ",;,;q=,", strings.Repeat("application/json,", 500), "\x00\xff",
		} {
			h := http.Header{"Accept": {accept}, "Content-Type": {"application/json"}}
			m.sendAs(m.owner, op.Method, m.uri(op), h, wrongBody(op)).refused(t, http.StatusNotAcceptable, "INVALID_VERSION_DATE")
		}
	})
}

// TestLongPathsAreNotFound: no parameter in a path is so long that the server stumbles.
func TestLongPathsAreNotFound(t *testing.T) {
	m := newScene(t)
	m.each(t, func(t *testing.T, op *api.Op) {
		for _, p := range op.Params(newest(op)) {
			if p.In != "path" {
				continue
			}
			for _, text := range []string{strings.Repeat("x", 60_000), strings.Repeat("%", 10_000), "../..", "a/b?c#d", "é\u202e🦊", "'; DROP TABLE projects; --"} {
				if a := m.to(op, m.owner, m.uri(op, p.Name, text)); a.Code < 400 || a.Code >= 500 {
					t.Errorf("%s = %.20q: %d %s", p.Name, text, a.Code, a.Body)
				}
			}
		}
	})
}

// each calls fn for every operation, and fails the test if something has been stored.
func (m *scene) each(t *testing.T, fn func(t *testing.T, op *api.Op)) {
	t.Helper()
	before := m.digest(t)
	m.operations(t, fn)
	if m.digest(t) != before {
		t.Error("something has been stored")
	}
}

// operations calls fn for every operation. Those without a body may act.
func (m *scene) operations(t *testing.T, fn func(t *testing.T, op *api.Op)) {
	t.Helper()
	for _, op := range m.server.engine.Operations() {
		t.Run(op.ID, func(t *testing.T) { fn(t, &op) })
	}
}

func (m *scene) refusedParam(t *testing.T, op *api.Op, name, uri string) {
	t.Helper()
	a := m.to(op, m.owner, uri)
	if fields := a.refused(t, http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(slices.Compact(fields), []string{name}) {
		t.Errorf("%s: %.200s: %d names %q", name, uri, a.Code, fields)
	}
}

// uri is op's URI in the scene, with the given parameters: names and values in turn.
func (m *scene) uri(op *api.Op, pairs ...string) string {
	inPath, inQuery := m.ids(), map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		inPath[pairs[i]], inQuery[pairs[i]] = pairs[i+1], pairs[i+1]
	}
	return target(op, inPath, inQuery)
}

func also(uri, query string) string {
	if strings.Contains(uri, "?") {
		return uri + "&" + query
	}
	return uri + "?" + query
}

// wrongParam are texts that a parameter refuses.
func wrongParam(n *schema.Node) []string {
	if n.Type == "array" {
		n = n.Items
	}
	out := []string{"\x00", "a\x00b", "\xff", "\xc3\x28"}
	switch n.Type {
	case "boolean":
		return append(out, "yes", "TRUE", "1", "true,true")
	case "integer":
		out = append(out, "x", "1.5", "1e3", "0x10", "99999999999999999999", "-99999999999999999999", "１", "1 ")
		for _, v := range beyond(n) {
			out = append(out, fmt.Sprintf("%.0f", v))
		}
		return out
	}
	for _, v := range wrongText(n) {
		out = append(out, v.(string))
	}
	return out
}
