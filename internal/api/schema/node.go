// Package schema turns Go types with struct tags into JSON schemas, and validates values by them.
//
// A field's rules are in its `api` tag, its meaning is in its `doc` tag:
//
//	Name string `json:"name" api:"required,is=clusterName,maxLen=64" doc:"..."`
//
// The words are: required, readonly (ignored in requests), writeonly (never in responses), deprecated, is=RULE (a named
// rule of this package), enum=A|B, open (other values than the enum's are allowed too), min=, max=, minLen=, maxLen=,
// minItems=, maxItems=, unique, default=, nullable, and when=FIELD=A|B: the member goes with these values of the
// enumerated member FIELD of the same object. The same schema serves validation, which reports every violation at once,
// and the OpenAPI document.
package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Node is the schema of one value.
type Node struct {
	Name       string // component name of a struct type; "" for others
	Go         reflect.Type
	Type       string // string, integer, number, boolean, array, object; "" is anything
	Format     string
	Doc        string
	Rule       *Rule
	Enum       []string
	Open       bool // the values of Enum are those that are known beforehand, not all
	Pattern    string
	Min, Max   *float64
	MinLen     *int
	MaxLen     *int
	MinItems   *int
	MaxItems   *int
	Unique     bool
	Default    any
	ReadOnly   bool
	WriteOnly  bool
	Deprecated bool
	Nullable   bool
	When       *When // of a member that not all alternatives of its object have; nil for others
	Listed     bool  // an object that may also come as the only item of a list
	Items      *Node
	Props      []Prop // of an object; nil with Type object is a free object
	Additional *Node  // of a map
}

// Prop is a named member of an object.
type Prop struct {
	Name     string
	Required bool
	Node     *Node
}

// Enumerated is implemented by string types with a fixed set of values.
type Enumerated interface{ Values() []string }

// Described is implemented by types that return their own schema.
type Described interface{ Schema() *Node }

var cache sync.Map // reflect.Type -> *Node

// Of returns the schema of t. It panics on a tag that it cannot read: declarations are checked at start-up.
func Of(t reflect.Type) *Node {
	if n, ok := cache.Load(t); ok {
		return n.(*Node)
	}
	n := build(t)
	cache.Store(t, n)
	return n
}

var timeType = reflect.TypeFor[time.Time]()

func build(t reflect.Type) *Node {
	if t.Kind() == reflect.Pointer {
		n := *Of(t.Elem())
		return &n
	}
	if t.Implements(reflect.TypeFor[Described]()) {
		return reflect.Zero(t).Interface().(Described).Schema()
	}
	if t == timeType {
		return &Node{Type: "string", Format: "date-time", Rule: rules["dateTime"]}
	}
	switch t.Kind() {
	case reflect.String:
		n := &Node{Type: "string"}
		if e, ok := reflect.Zero(t).Interface().(Enumerated); ok {
			n.Enum = e.Values()
		}
		return n
	case reflect.Bool:
		return &Node{Type: "boolean"}
	case reflect.Int, reflect.Int32:
		return &Node{Type: "integer", Format: "int32"}
	case reflect.Int64:
		return &Node{Type: "integer", Format: "int64"}
	case reflect.Float64:
		return &Node{Type: "number", Format: "double"}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return &Node{} // json.RawMessage: anything
		}
		return &Node{Type: "array", Items: Of(t.Elem())}
	case reflect.Map:
		return &Node{Type: "object", Additional: Of(t.Elem())}
	case reflect.Interface:
		return &Node{}
	case reflect.Struct:
		return object(t)
	}
	panic(fmt.Sprintf("schema: %v has no JSON form", t))
}

func object(t reflect.Type) *Node {
	n := &Node{Name: componentName(t), Go: t, Type: "object", Props: []Prop{}}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !f.IsExported() || name == "-" || name == "" {
			continue
		}
		p := Prop{Name: name, Node: field(t, f)}
		p.Required = slices.Contains(strings.Split(f.Tag.Get("api"), ","), "required")
		n.Props = append(n.Props, p)
	}
	slices.SortFunc(n.Props, func(a, b Prop) int { return strings.Compare(a.Name, b.Name) })
	if err := n.verifyAlternatives(); err != nil {
		panic(fmt.Sprintf("schema: %v: %v", t, err))
	}
	return n
}

// Field is the schema of a struct field with its tags, for query and path parameters.
func Field(t reflect.Type, f reflect.StructField) *Node { return field(t, f) }

func field(t reflect.Type, f reflect.StructField) *Node {
	c := *Of(f.Type)
	n := &c
	n.Doc = f.Tag.Get("doc")
	for word := range strings.SplitSeq(f.Tag.Get("api"), ",") {
		if word == "" {
			continue
		}
		key, value, _ := strings.Cut(word, "=")
		if err := n.apply(key, value); err != nil {
			panic(fmt.Sprintf("schema: %v.%s: %v", t, f.Name, err))
		}
	}
	return n
}

// apply sets one word of a tag. In an array's tag, words about a string's form are for the items.
func (n *Node) apply(key, value string) error {
	if n.Type == "array" && slices.Contains([]string{"is", "enum", "minLen", "maxLen"}, key) {
		c := *n.Items
		n.Items = &c
		return c.apply(key, value)
	}
	var err error
	switch key {
	case "required", "optional":
	case "readonly":
		n.ReadOnly = true
	case "writeonly":
		n.WriteOnly = true
	case "deprecated":
		n.Deprecated = true
	case "nullable":
		n.Nullable = true
	case "listed":
		n.Listed = true
	case "unique":
		n.Unique = true
	case "open":
		n.Open = true
	case "enum":
		n.Enum = strings.Split(value, "|")
	case "when":
		n.When, err = readWhen(value)
	case "is":
		err = n.obey(value)
	case "format":
		n.Format = value
	case "default":
		n.Default, err = n.parse(value)
	case "min":
		n.Min, err = number(value)
	case "max":
		n.Max, err = number(value)
	case "minLen":
		n.MinLen, err = whole(value)
	case "maxLen":
		n.MaxLen, err = whole(value)
	case "minItems":
		n.MinItems, err = whole(value)
	case "maxItems":
		n.MaxItems, err = whole(value)
	default:
		err = fmt.Errorf("unknown word %q", key)
	}
	return err
}

func (n *Node) obey(name string) error {
	r, ok := rules[name]
	if !ok {
		return fmt.Errorf("unknown rule %q", name)
	}
	n.Rule, n.Pattern = r, r.Pattern
	if r.Format != "" {
		n.Format = r.Format
	}
	return nil
}

// parse reads a scalar that is given as text in a tag or a query.
func (n *Node) parse(text string) (any, error) {
	switch n.Type {
	case "boolean":
		return strconv.ParseBool(text)
	case "integer":
		return strconv.ParseInt(text, 10, 64)
	case "number":
		return strconv.ParseFloat(text, 64)
	}
	return text, nil
}

func number(s string) (*float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	return &f, err
}

func whole(s string) (*int, error) {
	i, err := strconv.Atoi(s)
	return &i, err
}

// componentName returns the type's name, with the element's for generic types: PageOfUser for Page[User].
func componentName(t reflect.Type) string {
	name, arg, generic := strings.Cut(t.Name(), "[")
	if !generic {
		return name
	}
	arg = strings.TrimSuffix(arg, "]")
	return name + "Of" + arg[strings.LastIndexAny(arg, "./")+1:]
}
