package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/api/schema"
)

// mutation is a request's body with one thing wrong in it.
type mutation struct {
	what  string
	body  string
	field string // that must be named, and no other
}

// mutator makes mutations of a body that keeps its schema.
type mutator struct {
	t       *testing.T
	root    any
	partial bool // the body of a PATCH, whose outermost fields may all be absent
	made    []mutation
}

// mutations are a body of n with every field of it wrong in every way, one at a time.
func mutations(t *testing.T, n *schema.Node, partial bool) []mutation {
	t.Helper()
	m := &mutator{t: t, root: sample(n), partial: partial}
	for _, v := range wrong(n) {
		m.made = append(m.made, mutation{"the whole body is wrong", encode(t, v), "body"})
	}
	m.value(n, "", m.root)
	return m.made
}

// value mutates what is inside of v.
func (m *mutator) value(n *schema.Node, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		m.object(n, path, v)
	case []any:
		for i := range v {
			m.each(n.Items, fmt.Sprintf("%s[%d]", path, i), func(x any) { v[i] = x }, v[i])
		}
	}
}

func (m *mutator) object(n *schema.Node, path string, v map[string]any) {
	if n.Additional != nil {
		for _, k := range slices.Collect(maps.Keys(v)) {
			m.each(n.Additional, dot(path, k), func(x any) { v[k] = x }, v[k])
		}
		return
	}
	for _, p := range props(n) {
		at, was := dot(path, p.Name), v[p.Name]
		if p.Node.ReadOnly {
			m.readOnly(p.Name, path, v)
			continue
		}
		if p.Required && p.Node.Default == nil && (!m.partial || path != "") {
			delete(v, p.Name)
			m.add("a required field is absent", at)
		}
		if p.Required {
			v[p.Name] = nil
			m.add("a required field is null", at)
		}
		v[p.Name] = was
		m.each(p.Node, at, func(x any) { v[p.Name] = x }, was)
	}
	for _, name := range m.strange(n) {
		v[name] = 1
		m.add("an unknown field", dot(path, name))
		delete(v, name)
	}
}

// props are the members of n; of several alternatives, those of the first.
func props(n *schema.Node) []schema.Prop {
	if n.Discriminator() == nil {
		return n.Props
	}
	return n.Alternatives()[0].Props
}

// strange are names of fields that n does not have: any, and one that differs by its case alone.
func (m *mutator) strange(n *schema.Node) []string {
	if n.Props == nil {
		return nil
	}
	names := []string{"notAField"}
	for _, p := range n.Props {
		if other := strings.ToUpper(p.Name[:1]) + p.Name[1:]; other != p.Name {
			return append(names, other)
		}
	}
	return names
}

// readOnly: a read-only field is ignored whatever it holds, and only the field beside it is wrong.
func (m *mutator) readOnly(name, path string, v map[string]any) {
	v[name], v["notAField"] = map[string]any{"any": []any{"thing"}}, 1
	m.add("a read-only field has a wrong value, which nobody looks at, and another is unknown", dot(path, "notAField"))
	delete(v, name)
	delete(v, "notAField")
}

// each makes the value at path wrong, and what is inside of it.
func (m *mutator) each(n *schema.Node, path string, set func(any), was any) {
	for _, v := range wrong(n) {
		set(v)
		m.add("a wrong value", path)
	}
	set(was)
	m.value(n, path, was)
}

func (m *mutator) add(what, field string) {
	m.made = append(m.made, mutation{what, encode(m.t, m.root), field})
}

// wrong are values that n refuses.
func wrong(n *schema.Node) []any {
	switch n.Type {
	case "object":
		return []any{"text", []any{}}
	case "array":
		if n.MaxItems != nil && *n.MaxItems < 1000 {
			return []any{"text", map[string]any{}, slices.Repeat([]any{sample(n.Items)}, *n.MaxItems+1)}
		}
		return []any{"text", map[string]any{}}
	case "boolean":
		return []any{"true", 0}
	case "integer":
		return append(beyond(n), "1", 1.5, 1e300)
	case "number":
		return append(beyond(n), "1")
	case "string":
		return append(wrongText(n), 7, map[string]any{})
	}
	return nil // anything goes
}

func beyond(n *schema.Node) (out []any) {
	if n.Min != nil {
		out = append(out, *n.Min-1)
	}
	if n.Max != nil {
		out = append(out, *n.Max+1)
	}
	return out
}

func wrongText(n *schema.Node) []any {
	out := []any{"\x00"}
	if n.MaxLen != nil {
		out = append(out, strings.Repeat("x", *n.MaxLen+1))
	}
	if len(n.Enum) > 0 && !n.Open {
		out = append(out, "none of them")
	}
	if n.Rule != nil {
		out = append(out, "\n!")
	}
	return out
}

// sample is a value that keeps n's schema, with every field that a request may have.
func sample(n *schema.Node) any {
	switch n.Type {
	case "object":
		m := map[string]any{}
		if n.Additional != nil {
			m["key"] = sample(n.Additional)
		}
		for _, p := range props(n) {
			if !p.Node.ReadOnly {
				m[p.Name] = sample(p.Node)
			}
		}
		return m
	case "array":
		count := 1
		if n.MinItems != nil {
			count = max(count, *n.MinItems)
		}
		list := make([]any, count)
		for i := range list {
			list[i] = sample(n.Items)
		}
		return list
	case "boolean":
		return true
	case "integer", "number":
		return sampleNumber(n)
	case "string":
		return sampleText(n)
	}
	return "anything"
}

func sampleNumber(n *schema.Node) any {
	switch {
	case len(n.Enum) > 0:
		return json.Number(n.Enum[0])
	case n.Min != nil:
		return *n.Min
	case n.Max != nil:
		return *n.Max
	}
	return 1
}

// texts are strings of every form that the schemas ask for.
var texts = []string{
	invented, "admin", "DE", "192.0.2.7", "192.0.2.0/24", "nobody@telamon.example", "2031-05-04T09:42:00Z", "2125550179", "8.0.1", "abcdefgh",
	"vpce-0123456789abcdef0", "01234567-89ab-cdef-0123-456789abcdef", "sg-01234567", "mdb_sa_id_" + invented, "a long text", "123456789012", "vpc-0123456789abcdef0", "https://telamon.example/hook", strings.Repeat("x", 40),
}

func sampleText(n *schema.Node) string {
	tries := slices.Concat(n.Enum, texts)
	if n.MinLen != nil {
		tries = append(tries, strings.Repeat("x", *n.MinLen))
	}
	for _, text := range tries {
		if _, found := n.Check(text, true); len(found) == 0 {
			return text
		}
	}
	return ""
}

func dot(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func encode(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
