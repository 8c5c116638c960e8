package schema

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/telamon-db/telamon/internal/fault"
)

// Check validates v, which Decode has returned, by the schema of a request, and returns it without read-only members
// and without nulls of optional members that are not nullable, and with the defaults of absent members. It reports
// every violation, and never a value.
//
// In a partial request, which changes an existing object, absent members stay absent, even required ones of the object
// itself.
func (n *Node) Check(v any, partial bool) (any, []fault.Violation) {
	c := checker{partial: partial}
	return c.value(n, "", v), c.found
}

type checker struct {
	partial bool
	found   []fault.Violation
}

func (c *checker) say(path, format string, args ...any) {
	if path == "" {
		path = "body"
	}
	if len(c.found) < fault.MaxViolations {
		c.found = append(c.found, fault.Violation{Field: path, Description: fmt.Sprintf(format, args...)})
	}
}

func (c *checker) value(n *Node, path string, v any) any {
	if v == nil {
		if !n.Nullable && n.Type != "" {
			c.say(path, "must not be null")
		}
		return v
	}
	switch n.Type {
	case "object":
		return c.object(n, path, v)
	case "array":
		return c.array(n, path, v)
	case "string":
		if s, ok := v.(string); ok {
			c.text(n, path, s)
		} else {
			c.say(path, "must be a string")
		}
	case "integer", "number":
		return c.number(n, path, v)
	case "boolean":
		if _, ok := v.(bool); !ok {
			c.say(path, "must be true or false")
		}
	}
	return v
}

func (c *checker) object(n *Node, path string, v any) any {
	if l, ok := v.([]any); ok && n.Listed && len(l) == 1 {
		v = l[0]
	}
	m, ok := v.(map[string]any)
	if !ok {
		c.say(path, "must be an object")
		return v
	}
	if n.Additional != nil {
		for _, k := range sortedKeys(m) {
			if !isText(k) {
				c.say(path, "must not have a name with the character U+0000")
			}
			m[k] = c.value(n.Additional, join(path, k), m[k])
		}
	}
	if n.Props == nil {
		return m
	}
	for _, k := range sortedKeys(m) {
		if n.prop(k) == nil {
			c.say(join(path, printable(k)), "is not a field of this request")
		}
	}
	for _, p := range n.Props {
		if p.Node.When == nil {
			c.member(p, path, m)
		}
	}
	for _, p := range n.Props {
		if p.Node.When != nil {
			c.alternative(n, p, path, m)
		}
	}
	return m
}

func (c *checker) member(p Prop, path string, m map[string]any) {
	at := join(path, p.Name)
	v, present := m[p.Name]
	switch {
	case p.Node.ReadOnly:
		delete(m, p.Name)
	case p.Required && !present && p.Node.Default == nil && (!c.partial || path != ""):
		c.say(at, "is required")
	case p.Required && present && v == nil:
		c.say(at, "must not be null")
	case v == nil && present && p.Node.Nullable:
		return
	case v != nil:
		m[p.Name] = c.value(p.Node, at, v)
	default:
		delete(m, p.Name)
		if !c.partial && p.Node.Default != nil {
			m[p.Name] = p.Node.Default
		}
	}
}

func (c *checker) array(n *Node, path string, v any) any {
	list, ok := v.([]any)
	if !ok {
		c.say(path, "must be an array")
		return v
	}
	if n.MinItems != nil && len(list) < *n.MinItems {
		c.say(path, "must have at least %d items", *n.MinItems)
	}
	if n.MaxItems != nil && len(list) > *n.MaxItems {
		c.say(path, "must have at most %d items", *n.MaxItems)
		return v
	}
	for i := range list {
		list[i] = c.value(n.Items, path+"["+strconv.Itoa(i)+"]", list[i])
	}
	return list
}

// CheckText is Check for a text whose schema is that of a string.
func (n *Node) CheckText(s string) []fault.Violation {
	c := checker{}
	c.text(n, "", s)
	return c.found
}

func (c *checker) text(n *Node, path, s string) {
	if !isText(s) {
		c.say(path, "must be UTF-8 without the character U+0000")
		return
	}
	if len(n.Enum) > 0 && !n.Open && !slices.Contains(n.Enum, s) {
		c.say(path, "must be one of %s", list(n.Enum))
		return
	}
	length := utf8.RuneCountInString(s)
	if n.MinLen != nil && length < *n.MinLen {
		c.say(path, "must have at least %d characters", *n.MinLen)
	}
	if n.MaxLen != nil && length > *n.MaxLen {
		c.say(path, "must have at most %d characters", *n.MaxLen)
		return
	}
	if n.Rule != nil && !n.Rule.OK(s) {
		c.say(path, "%s", n.Rule.Says)
	}
}

// isText reports whether s can be stored as text everywhere: databases and C programs end strings at U+0000, and
// parameters, unlike bodies, may be any bytes.
func isText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// number returns whole numbers as int64, however they were written (1e2, 3.0).
func (c *checker) number(n *Node, path string, v any) any {
	f, ok := toFloat(v)
	if !ok {
		c.say(path, "must be a number")
		return v
	}
	if n.Type == "integer" {
		bits, limit := 32, float64(math.MaxInt32)
		if n.Format == "int64" {
			bits, limit = 64, 1<<53
		}
		if f != math.Trunc(f) || math.Abs(f) > limit {
			c.say(path, "must be a whole number of at most %d bits", bits)
			return v
		}
		v = int64(f)
		if len(n.Enum) > 0 && !slices.Contains(n.Enum, plain(f)) {
			c.say(path, "must be one of %s", list(n.Enum))
		}
	}
	if n.Min != nil && f < *n.Min {
		c.say(path, "must be at least %s", plain(*n.Min))
	}
	if n.Max != nil && f > *n.Max {
		c.say(path, "must be at most %s", plain(*n.Max))
	}
	return v
}

func (n *Node) prop(name string) *Prop {
	i, ok := slices.BinarySearchFunc(n.Props, name, func(p Prop, s string) int { return strings.Compare(p.Name, s) })
	if !ok {
		return nil
	}
	return &n.Props[i]
}

func toFloat(v any) (float64, bool) {
	switch x := v.(type) {
	case json.Number:
		f, err := x.Float64()
		return f, err == nil
	case int64:
		return float64(x), true
	case float64:
		return x, true
	}
	return 0, false
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// list returns the values of an enumeration as text, or the first ones of a long one.
func list(values []string) string {
	if len(values) > 30 {
		return strings.Join(values[:30], ", ") + " and others"
	}
	return strings.Join(values, ", ")
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// printable shortens a field name that a stranger has sent.
func printable(s string) string {
	if utf8.RuneCountInString(s) > 64 {
		return string([]rune(s)[:64]) + "…"
	}
	return s
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
