package openapi

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/telamon-db/telamon/internal/api/schema"
)

// schema renders n; a named object becomes a component and a reference to it.
func (d *document) schema(n *schema.Node) object {
	if n.Name == "" {
		return d.inline(n)
	}
	ref := object{"$ref": "#/components/schemas/" + n.Name}
	shape := d.shape(n)
	if owner, known := d.owners[n.Name]; !known {
		d.owners[n.Name] = n.Go
		d.schemas[n.Name] = object{} // ends recursion
		d.schemas[n.Name] = d.withProps(shape, n)
	} else if owner != n.Go {
		panic(fmt.Sprintf("openapi: %v and %v are both called %s", owner, n.Go, n.Name))
	}
	if n.Doc == "" && !n.ReadOnly {
		return ref
	}
	// Siblings of $ref are ignored in OpenAPI 3.0.
	o := object{"allOf": []any{ref}}
	annotate(o, n)
	return o
}

func (d *document) inline(n *schema.Node) object { return d.withProps(d.shape(n), n) }

func (d *document) shape(n *schema.Node) object {
	o := object{}
	set(o, "type", n.Type)
	set(o, "format", n.Format)
	set(o, "pattern", n.Pattern)
	setPtr(o, "minimum", n.Min)
	setPtr(o, "maximum", n.Max)
	setPtr(o, "minLength", n.MinLen)
	setPtr(o, "maxLength", n.MaxLen)
	setPtr(o, "minItems", n.MinItems)
	setPtr(o, "maxItems", n.MaxItems)
	switch {
	case n.Open:
		delete(o, "type")
		o["anyOf"] = []any{object{"type": n.Type, "enum": enum(n)}, object{"type": n.Type}}
	case len(n.Enum) > 0:
		o["enum"] = enum(n)
	}
	if n.Default != nil {
		o["default"] = n.Default
	}
	if n.Unique {
		o["uniqueItems"] = true
	}
	if n.Name == "" {
		annotate(o, n)
	}
	if n.Items != nil {
		o["items"] = d.schema(n.Items)
	}
	if n.Additional != nil {
		o["additionalProperties"] = d.schema(n.Additional)
	}
	return o
}

func annotate(o object, n *schema.Node) {
	set(o, "description", n.Doc)
	for name, on := range map[string]bool{"readOnly": n.ReadOnly, "writeOnly": n.WriteOnly, "deprecated": n.Deprecated, "nullable": n.Nullable} {
		if on {
			o[name] = true
		}
	}
}

// withProps adds the members of an object, or its alternatives, each a component of its own.
func (d *document) withProps(o object, n *schema.Node) object {
	by := n.Discriminator()
	if by == nil {
		return d.withMembers(o, n.Props)
	}
	var refs []any
	mapping := object{}
	for _, a := range n.Alternatives() {
		only := *by.Node
		only.Enum = a.Values
		if text, ok := only.Default.(string); ok && !slices.Contains(a.Values, text) {
			only.Default = nil
		}
		props := slices.Clone(a.Props)
		props[slices.IndexFunc(props, func(p schema.Prop) bool { return p.Name == by.Name })] = schema.Prop{Name: by.Name, Required: true, Node: &only}
		name := n.Name + "_" + a.Values[0]
		d.schemas[name] = d.withMembers(object{"type": "object"}, props)
		refs = append(refs, object{"$ref": "#/components/schemas/" + name})
		for _, value := range a.Values {
			mapping[value] = "#/components/schemas/" + name
		}
	}
	o["oneOf"], o["discriminator"] = refs, object{"propertyName": by.Name, "mapping": mapping}
	return o
}

func (d *document) withMembers(o object, members []schema.Prop) object {
	if len(members) == 0 {
		return o
	}
	props := object{}
	var required []string
	for _, p := range members {
		props[p.Name] = d.schema(p.Node)
		if p.Required {
			required = append(required, p.Name)
		}
	}
	o["properties"] = props
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

func set(o object, name, value string) {
	if value != "" {
		o[name] = value
	}
}

func setPtr[T any](o object, name string, value *T) {
	if value != nil {
		o[name] = *value
	}
}

// enum returns the values of an enumeration, whole numbers as such.
func enum(n *schema.Node) any {
	if n.Type != "integer" {
		return n.Enum
	}
	out := make([]json.Number, len(n.Enum))
	for i, v := range n.Enum {
		out[i] = json.Number(v)
	}
	return out
}
