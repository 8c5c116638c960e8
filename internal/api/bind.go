package api

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"sync"

	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/fault"
)

// input is a field of an In struct: a path or query parameter, or the body.
type input struct {
	in       string // path, query, body
	name     string
	index    []int
	required bool
	node     *schema.Node
}

var inputCache sync.Map // reflect.Type -> []input

// inputs returns the fields that a request fills, including those of embedded structs and of fields tagged in:"path",
// which replace embedding for type parameters.
func inputs(t reflect.Type) []input {
	if v, ok := inputCache.Load(t); ok {
		return v.([]input)
	}
	var list []input
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		switch {
		case f.Tag.Get("path") != "":
			list = append(list, input{"path", f.Tag.Get("path"), f.Index, true, schema.Field(t, f)})
		case f.Tag.Get("query") != "":
			list = append(list, input{"query", f.Tag.Get("query"), f.Index, hasWord(f, "required"), schema.Field(t, f)})
		case f.Tag.Get("in") == "path":
			for _, in := range inputs(f.Type) {
				in.index = append(slices.Clone(f.Index), in.index...)
				list = append(list, in)
			}
		case f.Name == "Body":
			list = append(list, input{"body", "", f.Index, !hasWord(f, "optional"), schema.Field(t, f)})
		}
	}
	inputCache.Store(t, list)
	return list
}

// binding is a request on its way into an In struct. Parameters are checked before roles, the body after them.
type binding struct {
	r      *http.Request
	route  *route
	values []string // of the path's parameters, as they were written
	v      *Version
	inputs []input
	texts  [][]string // of each input that is a parameter, checked
}

// parameters checks path and query parameters, all at once.
func (b *binding) parameters() error {
	var query url.Values
	if raw := b.r.URL.RawQuery; raw != "" {
		var err error
		if query, err = url.ParseQuery(raw); err != nil {
			return fault.Invalid(fault.Violation{Field: "query", Description: "is not properly encoded"})
		}
	}
	b.inputs = inputs(b.v.In)
	b.texts = make([][]string, len(b.inputs))
	room := make([]string, len(b.inputs)) // for the texts of parameters that are given once
	var found []fault.Violation
	for i := range b.inputs {
		texts, violations := b.parameter(&b.inputs[i], query, room[i:i:i+1])
		b.texts[i], found = texts, append(found, violations...)
	}
	if len(query) > 0 {
		for _, in := range sharedBy(b.route.op) {
			_, violations := b.parameter(&in, query, nil)
			found = append(found, violations...)
		}
	}
	if len(found) > 0 {
		return fault.Invalid(found...)
	}
	return nil
}

// parameter reads and checks one parameter. room has space for its text, to save an allocation.
func (b *binding) parameter(in *input, query url.Values, room []string) (texts []string, found []fault.Violation) {
	switch in.in {
	case "path":
		text, err := url.PathUnescape(b.values[slices.Index(b.route.params, in.name)]) // it is there: see Op.verify
		if err != nil {
			return nil, []fault.Violation{{Field: in.name, Description: "is not properly encoded"}}
		}
		texts = present(append(room, text)) // nothing before a verb is no name
	case "query":
		texts = present(query[in.name])
	default:
		return nil, nil
	}
	return texts, in.check(texts)
}

// path returns a checked path parameter, or "" if the operation has none of that name.
func (b *binding) path(name string) string {
	for i := range b.inputs {
		if in := &b.inputs[i]; in.in == "path" && in.name == name && len(b.texts[i]) > 0 {
			return b.texts[i][0]
		}
	}
	return ""
}

// present drops empty values: clients send ?name= for "not given".
func present(values []string) []string {
	return slices.DeleteFunc(values, func(v string) bool { return v == "" })
}

func (in *input) check(texts []string) []fault.Violation {
	if len(texts) == 0 {
		if in.required {
			return []fault.Violation{{Field: in.name, Description: "is required"}}
		}
		return nil
	}
	node := in.node
	if node.Type == "array" {
		node = node.Items
	} else if len(texts) > 1 {
		return []fault.Violation{{Field: in.name, Description: "must be given once"}}
	}
	var found []fault.Violation
	for _, text := range texts {
		if node.Type == "string" {
			found = append(found, about(in.name, node.CheckText(text))...)
			continue
		}
		value, ok := scalar(node, text)
		if !ok {
			found = append(found, fault.Violation{Field: in.name, Description: "must be " + article(node.Type)})
			continue
		}
		_, wrong := node.Check(value, true)
		found = append(found, about(in.name, wrong)...)
	}
	return found
}

// about are violations of a parameter.
func about(name string, found []fault.Violation) []fault.Violation {
	for i := range found {
		found[i].Field = name
	}
	return found
}

// scalar reads a parameter's text as a JSON value of the type in its schema.
func scalar(n *schema.Node, text string) (any, bool) {
	switch n.Type {
	case "boolean":
		return text == "true", text == "true" || text == "false"
	case "integer":
		i, err := strconv.ParseInt(text, 10, 64)
		return i, err == nil
	case "number":
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) // ParseFloat reads both, JSON has neither
	}
	return text, true
}

func article(kind string) string {
	switch kind {
	case "boolean":
		return "true or false"
	case "integer":
		return "a whole number"
	}
	return "a " + kind
}

// into fills the fields of an In struct from the checked parameters and the body.
func (b *binding) into(v reflect.Value) error {
	for i := range b.inputs {
		in := &b.inputs[i]
		field := v.FieldByIndex(in.index)
		if in.in == "body" {
			if err := b.body(in, field); err != nil {
				return err
			}
			continue
		}
		if err := in.fill(field, b.texts[i]); err != nil {
			return err
		}
	}
	return nil
}

// fill sets a parameter's field, or its default.
func (in *input) fill(field reflect.Value, texts []string) error {
	var value any
	switch {
	case len(texts) == 0 && in.node.Default == nil:
		return nil
	case len(texts) == 1 && field.Kind() == reflect.String: // as most are
		field.SetString(texts[0])
		return nil
	case len(texts) == 0:
		value = in.node.Default
	case in.node.Type == "array":
		value = texts
	default:
		value, _ = scalar(in.node, texts[0])
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, field.Addr().Interface())
}
