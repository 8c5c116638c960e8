package insight

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

// Part is a field of an index or a sort, with its direction: 1 or -1.
type Part struct {
	Field string `json:"field"`
	Dir   int    `json:"dir"`
}

// Fields are those that a query asks for, by how.
type Fields struct {
	Equal []string `json:"equal,omitempty"` // it gives their values
	Sort  []Part   `json:"sort,omitempty"`
	Range []string `json:"range,omitempty"` // it bounds them in another way

	Lookup  bool `json:"lookup,omitempty"`  // it joins another collection
	NoCase  bool `json:"noCase,omitempty"`  // it has a regular expression without regard to case
	Special bool `json:"special,omitempty"` // it has what no ordinary index serves, such as $text
}

// maxFields is how many fields of a query are noted.
const maxFields = 16

// fieldsOf are the fields of a command with a shape.
func fieldsOf(m *wire.Msg) (f Fields) {
	of := shaped[m.Name()]
	for key, v := range keys.Elements(statement(m, of.statements)) {
		switch {
		case !among(of.fields, key) || string(key) == "key":
		case string(key) == "sort":
			f.order(v)
		case string(key) == "pipeline":
			f.pipeline(v)
		default:
			f.filter(v)
		}
	}
	return f
}

// pipeline notes the fields of the stages that an index can serve, which lead.
func (f *Fields) pipeline(v bson.RawValue) {
	leads := true
	for _, stage := range keys.Elements(v.Value) {
		for key, v := range keys.Elements(stage.Value) {
			switch name := string(key); {
			case name == "$match" && leads:
				f.filter(v)
			case name == "$sort" && leads:
				f.order(v)
				leads = false
			default:
				f.Lookup = f.Lookup || name == "$lookup" || name == "$graphLookup"
				leads = false
			}
			break // a stage has one field
		}
	}
}

func (f *Fields) order(v bson.RawValue) {
	for key, v := range keys.Elements(v.Value) {
		n, ok := wire.Integer(v)
		if !ok || n != 1 && n != -1 || strings.HasPrefix(string(key), "$") || len(f.Sort) == maxFields {
			f.Special = true
			return
		}
		f.Sort = append(f.Sort, Part{string(key), int(n)})
	}
}

// filter notes the fields of a query. Those of alternatives are ranges at most, because an index that begins with another
// field serves none of them; they are left out.
func (f *Fields) filter(v bson.RawValue) {
	for key, v := range keys.Elements(v.Value) {
		switch name := string(key); {
		case name == "$and":
			for _, each := range keys.Elements(v.Value) {
				f.filter(each)
			}
		case strings.HasPrefix(name, "$"):
			f.Special = f.Special || name == "$text"
		default:
			f.field(name, v)
		}
	}
}

func (f *Fields) field(name string, v bson.RawValue) {
	if v.Type == bson.TypeRegex {
		_, options := v.Regex()
		f.NoCase = f.NoCase || strings.Contains(options, "i")
		f.add(&f.Range, name)
		return
	}
	if v.Type != bson.TypeEmbeddedDocument || !operators(v) {
		f.add(&f.Equal, name)
		return
	}
	for op, v := range keys.Elements(v.Value) {
		switch string(op) {
		case "$eq":
			f.add(&f.Equal, name)
		case "$near", "$nearSphere", "$geoWithin", "$geoIntersects":
			f.Special = true
		case "$options":
			text, _ := v.StringValueOK()
			f.NoCase = f.NoCase || strings.Contains(text, "i")
		case "$elemMatch":
			f.within(name, v)
		default: // $in too: with a sort behind it, it is a range. Source: MongoDB manual, "The ESR Guideline".
			f.add(&f.Range, name)
		}
	}
}

// within notes the fields of $elemMatch below a field.
func (f *Fields) within(name string, v bson.RawValue) {
	if operators(v) {
		f.add(&f.Range, name)
		return
	}
	var in Fields
	in.filter(v)
	for _, one := range in.Equal {
		f.add(&f.Equal, name+"."+one)
	}
	for _, one := range in.Range {
		f.add(&f.Range, name+"."+one)
	}
}

func (f *Fields) add(to *[]string, name string) {
	if !slices.Contains(*to, name) && len(f.Equal)+len(f.Range) < maxFields {
		*to = append(*to, name)
	}
}

// Index are the parts of the index that serves the query best, or nil: what is given, then the order, then what is bounded.
// Source: MongoDB manual, "The ESR (Equality, Sort, Range) Guideline".
func (f Fields) Index() (parts []Part) {
	add := func(p Part) {
		if !slices.ContainsFunc(parts, func(known Part) bool { return known.Field == p.Field }) {
			parts = append(parts, p)
		}
	}
	if f.Special {
		return nil
	}
	for _, name := range f.Equal {
		add(Part{name, 1})
	}
	for _, p := range f.Sort {
		if !slices.Contains(f.Equal, p.Field) {
			add(p)
		}
	}
	for _, name := range f.Range {
		add(Part{name, 1})
	}
	return parts
}
