package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/fault"
)

// When says for which values of another member of the same object, its discriminator, a member is allowed.
type When struct {
	Field  string
	Values []string
}

// readWhen reads FIELD=A|B.
func readWhen(text string) (*When, error) {
	field, values, ok := strings.Cut(text, "=")
	if !ok {
		return nil, fmt.Errorf("when=%s must be when=FIELD=VALUE", text)
	}
	return &When{field, strings.Split(values, "|")}, nil
}

// fits reports whether the member is allowed for the discriminator's value.
func (n *Node) fits(value string) bool { return n.When == nil || slices.Contains(n.When.Values, value) }

// Alternative is one of the shapes that an object has, depending on its discriminator.
type Alternative struct {
	Values []string // of the discriminator
	Props  []Prop
}

// Discriminator is the member on whose value the object's shape depends; nil where it has one shape.
func (n *Node) Discriminator() *Prop {
	for _, p := range n.Props {
		if p.Node.When != nil {
			return n.prop(p.Node.When.Field)
		}
	}
	return nil
}

// Alternatives are the shapes of an object with a discriminator, in the order of the discriminator's values. Values with
// the same members are one alternative.
func (n *Node) Alternatives() (all []Alternative) {
	for _, value := range n.Discriminator().Node.Enum {
		var props []Prop
		for _, p := range n.Props {
			if p.Node.fits(value) {
				props = append(props, p)
			}
		}
		same := slices.IndexFunc(all, func(a Alternative) bool {
			return slices.EqualFunc(a.Props, props, func(x, y Prop) bool { return x.Name == y.Name })
		})
		if same < 0 {
			all = append(all, Alternative{Props: props})
			same = len(all) - 1
		}
		all[same].Values = append(all[same].Values, value)
	}
	return all
}

// verifyAlternatives refuses members that depend on a member which is no discriminator, or on values that it does not
// have.
func (n *Node) verifyAlternatives() error {
	d := n.Discriminator()
	for _, p := range n.Props {
		w := p.Node.When
		switch {
		case w == nil:
		case d == nil || d.Name != w.Field || d.Node.Open || d.Node.When != nil:
			return fmt.Errorf("%s depends on %s, which cannot tell alternatives apart", p.Name, w.Field)
		case slices.ContainsFunc(w.Values, func(v string) bool { return !slices.Contains(d.Node.Enum, v) }):
			return fmt.Errorf("%s depends on values that %s does not have", p.Name, w.Field)
		}
	}
	return nil
}

// alternative checks a member of n that is allowed for some values of the discriminator only. If a partial request does
// not name the discriminator, Merge makes the check, when the object is known.
func (c *checker) alternative(n *Node, p Prop, path string, m map[string]any) {
	w := p.Node.When
	value, told := m[w.Field].(string)
	switch {
	case !told || !slices.Contains(n.prop(w.Field).Node.Enum, value):
		p.Required = false
		c.member(p, path, m)
	case p.Node.fits(value):
		c.member(p, path, m)
	case m[p.Name] != nil && !p.Node.ReadOnly:
		c.say(join(path, p.Name), "%s", w.rule())
	default:
		delete(m, p.Name)
	}
}

func (w *When) rule() string { return fmt.Sprintf("goes with %s %s only", w.Field, list(w.Values)) }

// Merge checks the alternatives of an object to which a partial change has been applied: named are the members that the
// change names. It refuses named members of another alternative, and drops members of another alternative that were
// there before.
func (n *Node) Merge(m map[string]json.RawMessage, named func(member string) bool) (found []fault.Violation) {
	d := n.Discriminator()
	if d == nil {
		return nil
	}
	var value string
	if json.Unmarshal(m[d.Name], &value) != nil || value == "" {
		return nil
	}
	for _, p := range n.Props {
		_, there := m[p.Name]
		switch fits := p.Node.fits(value); {
		case !fits && named(p.Name) && !p.Node.ReadOnly:
			found = append(found, fault.Violation{Field: p.Name, Description: p.Node.When.rule()})
		case !fits:
			delete(m, p.Name)
		case p.Node.When != nil && p.Required && !there:
			found = append(found, fault.Violation{Field: p.Name, Description: "is required"})
		}
	}
	return found
}
