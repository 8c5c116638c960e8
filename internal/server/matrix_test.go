package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/schema"
)

// TestRoleMatrix calls every operation with every role, and as a stranger of every kind, and holds the answers against
// testdata/roles.tsv and the rules of inclusion in rolerules_test.go. Neither knows what the operations declare.
func TestRoleMatrix(t *testing.T) {
	m := newScene(t)
	table := readRoles(t)
	callers := m.callers()
	for _, op := range m.server.engine.Operations() {
		want, listed := table[route(op.Method, op.Path)]
		if !listed {
			t.Errorf("%s: testdata/roles.tsv has no line for %s %s", op.ID, op.Method, op.Path)
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			for _, c := range callers {
				m.hold(t, &op, c, want)
			}
			m.strangers(t, &op, want)
			m.nowhere(t, &op)
		})
	}
	m.stillStands(t)
}

// hold calls op as c and says where the answer is not what the table wants.
func (m *scene) hold(t *testing.T, op *api.Op, c *caller, want access) {
	t.Helper()
	m.judge(t, op, c, m.call(op, c, m.ids()), want.admits(c, scopeOf(op)))
	if want.self != "" {
		ids := m.ids()
		ids[want.self] = c.id
		m.judge(t, op, c, m.call(op, c, ids), want.admits(c, scopeOf(op)) || c.writes())
	}
}

// judge: who lacks the role is refused with 403; who has it gets past it, even if only to be told that the body is wrong.
func (m *scene) judge(t *testing.T, op *api.Op, c *caller, a *answer, admitted bool) {
	t.Helper()
	switch {
	case !admitted && (a.Code != http.StatusForbidden || a.code() != "USER_UNAUTHORIZED"):
		t.Errorf("%s may not, and is answered with %d %s", c.name, a.Code, a.Body)
	case admitted && (a.Code == http.StatusUnauthorized || a.Code == http.StatusForbidden || a.Code >= http.StatusInternalServerError):
		t.Errorf("%s may, and is answered with %d %s", c.name, a.Code, a.Body)
	case admitted && hasBody(op) && a.Code != http.StatusBadRequest:
		t.Errorf("%s sends a wrong body and is answered with %d %s", c.name, a.Code, a.Body)
	case admitted && c.foreign && (m.names(a, m.org) || m.names(a, m.project)):
		t.Errorf("%s is shown what is not theirs: %s", c.name, a.Body)
	}
}

// strangers have no credentials or wrong ones: 401 with a challenge, whatever they call.
func (m *scene) strangers(t *testing.T, op *api.Op, want access) {
	t.Helper()
	for name, c := range m.unknown {
		a := m.call(op, c, m.ids())
		switch {
		case want.public:
			if a.Code != http.StatusOK {
				t.Errorf("%s calls what is public, and is answered with %d", name, a.Code)
			}
		case a.Code != http.StatusUnauthorized || !strings.HasPrefix(a.Header().Get("WWW-Authenticate"), "Digest ") || a.code() != "":
			t.Errorf("%s: %d, challenge %q, code %q", name, a.Code, a.Header().Get("WWW-Authenticate"), a.code())
		}
	}
}

// nowhere: a scope that does not exist is 404, for those who might have the role there too.
func (m *scene) nowhere(t *testing.T, op *api.Op) {
	t.Helper()
	if scope := scopeOf(op); scope != "" {
		ids := m.ids()
		ids[scope] = invented
		if a := m.call(op, m.owner, ids); a.Code != http.StatusNotFound {
			t.Errorf("in a %s that does not exist: %d %s", scope, a.Code, a.Body)
		}
	}
}

// scopeOf is the path parameter that names the scope of op, or "".
func scopeOf(op *api.Op) string {
	for _, name := range []string{"groupId", "orgId"} {
		if strings.Contains(op.Path, "{"+name+"}") {
			return name
		}
	}
	return ""
}

// newest is the newest version of op.
func newest(op *api.Op) *api.Version { return &op.Versions[len(op.Versions)-1] }

// bodyOf is the schema of op's newest body, or nil.
func bodyOf(op *api.Op) *schema.Node {
	body, _ := newest(op).RequestBody()
	return body
}

func hasBody(op *api.Op) bool { return bodyOf(op) != nil }

// invented is an id of nothing.
const invented = "0123456789abcdef01234567"

// example is a value that a path or query parameter takes.
func example(n *schema.Node) string {
	if n.Type == "array" {
		n = n.Items
	}
	switch n.Type {
	case "boolean":
		return "false"
	case "integer", "number":
		return "1"
	}
	return sampleText(n)
}

// target is op's URI with the given path and query parameters, and examples for what else it needs.
func target(op *api.Op, inPath, inQuery map[string]string) string {
	path, query := op.Path, url.Values{}
	for _, p := range op.Params(newest(op)) {
		given := inPath
		if p.In == "query" {
			given = inQuery
		}
		value, ok := given[p.Name]
		if !ok {
			value = example(p.Schema)
		}
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case p.Required || ok:
			query.Set(p.Name, value)
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return api.Prefix + path
}
