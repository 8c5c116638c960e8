package insight

import (
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

// Bounds of the text of a shape. A larger query has none.
const (
	maxShape = 2 << 10 // bytes
	maxDepth = 20      // documents within documents
)

// shaped are the commands that have a shape, with the fields that it is made of. Those with an array of statements have
// the shape of the first.
var shaped = map[string]struct{ statements, fields string }{
	"find":          {fields: "filter sort"},
	"count":         {fields: "query"},
	"distinct":      {fields: "key query"},
	"aggregate":     {fields: "pipeline"},
	"findAndModify": {fields: "query sort"},
	"update":        {statements: "updates", fields: "q"},
	"delete":        {statements: "deletes", fields: "q"},
}

// statement is the document that has the fields of a command's shape.
func statement(m *wire.Msg, array string) bson.Raw {
	if array == "" {
		return m.Body
	}
	for _, s := range m.Sequences {
		if s.ID == array && len(s.Docs) > 0 {
			return s.Docs[0]
		}
	}
	first, _ := m.Body.Lookup(array, "0").DocumentOK()
	return first
}

// writer writes a query without its values, as JSON.
type writer struct {
	out   []byte
	depth int
}

// shape appends the shape of a command: its name, its namespace, and the fields that matter with types in place of values.
// It fails for a command without a shape, or one whose shape is too large. Source: MongoDB manual, "Query Shapes".
func (w *writer) shape(m *wire.Msg) bool {
	name := m.Name()
	of, ok := shaped[name]
	coll := m.Collection()
	if !ok || coll == "" {
		return false
	}
	w.out = append(append(append(append(append(w.out[:0], name...), 0), m.DB()...), '.'), coll...)
	w.out, w.depth = append(w.out, 0, '{'), 0
	first := true
	for key, v := range keys.Elements(statement(m, of.statements)) {
		if !among(of.fields, key) {
			continue
		}
		w.name(&first, key)
		switch string(key) {
		case "key":
			w.text(v)
		case "sort":
			w.order(v)
		case "pipeline":
			w.pipeline(v)
		default:
			w.filter(v)
		}
	}
	w.out = append(w.out, '}')
	return len(w.out) <= maxShape && w.depth == 0
}

// among reports whether a word is one of those in a text.
func among(words string, word []byte) bool {
	for len(words) > 0 {
		end := 0
		for end < len(words) && words[end] != ' ' {
			end++
		}
		if words[:end] == string(word) {
			return true
		}
		words = words[min(end+1, len(words)):]
	}
	return false
}

func (w *writer) name(first *bool, key []byte) {
	if !*first {
		w.out = append(w.out, ',')
	}
	*first = false
	w.out = append(strconv.AppendQuote(w.out, string(key)), ':')
}

// within writes the elements of a document or array, unless they are too many or too deep.
func (w *writer) within(v bson.RawValue, element func(key []byte, v bson.RawValue)) {
	open, end := byte('{'), byte('}')
	if v.Type == bson.TypeArray {
		open, end = '[', ']'
	}
	w.out = append(w.out, open)
	if w.depth++; w.depth > maxDepth {
		return // depth does not come back to 0
	}
	first := true
	for key, v := range keys.Elements(v.Value) {
		if len(w.out) > maxShape {
			break
		}
		if open == '{' {
			w.name(&first, key)
		} else if !first {
			w.out = append(w.out, ',')
		}
		first = false
		element(key, v)
	}
	w.depth--
	w.out = append(w.out, end)
}

// filter writes a query.
func (w *writer) filter(v bson.RawValue) {
	if v.Type != bson.TypeEmbeddedDocument {
		w.value(v)
		return
	}
	w.within(v, func(key []byte, v bson.RawValue) {
		switch {
		case v.Type == bson.TypeArray && (string(key) == "$and" || string(key) == "$or" || string(key) == "$nor"):
			w.within(v, func(_ []byte, v bson.RawValue) { w.filter(v) })
		case v.Type == bson.TypeEmbeddedDocument && (operators(v) || string(key) == "$elemMatch" || string(key) == "$not"):
			w.filter(v)
		case string(key) == "$options":
			w.text(v)
		case string(key) == "$expr":
			w.expression(v)
		default:
			w.value(v)
		}
	})
}

// operators reports whether a document is made of operators.
func operators(v bson.RawValue) bool { return len(v.Value) > 6 && v.Value[5] == '$' }

// order writes a sort with its directions.
func (w *writer) order(v bson.RawValue) {
	if v.Type != bson.TypeEmbeddedDocument {
		w.value(v)
		return
	}
	w.within(v, func(_ []byte, v bson.RawValue) {
		if n, ok := wire.Integer(v); ok {
			w.out = strconv.AppendInt(w.out, n, 10)
			return
		}
		w.value(v)
	})
}

func (w *writer) pipeline(v bson.RawValue) {
	if v.Type != bson.TypeArray {
		w.value(v)
		return
	}
	w.within(v, func(_ []byte, stage bson.RawValue) {
		if stage.Type != bson.TypeEmbeddedDocument {
			w.value(stage)
			return
		}
		w.within(stage, func(key []byte, v bson.RawValue) {
			switch string(key) {
			case "$match":
				w.filter(v)
			case "$sort":
				w.order(v)
			default:
				w.expression(v)
			}
		})
	})
}

// expression writes a document whose strings may name fields, collections or variables, as those with a dollar do.
func (w *writer) expression(v bson.RawValue) {
	switch text, _ := v.StringValueOK(); {
	case v.Type == bson.TypeEmbeddedDocument || v.Type == bson.TypeArray:
		w.within(v, func(_ []byte, v bson.RawValue) { w.expression(v) })
	case len(text) > 0 && text[0] == '$':
		w.out = strconv.AppendQuote(w.out, text)
	default:
		w.value(v)
	}
}

// text writes a value that is part of the shape.
func (w *writer) text(v bson.RawValue) {
	text, _ := v.StringValueOK()
	w.out = strconv.AppendQuote(w.out, text)
}

// value writes the type of a value.
func (w *writer) value(v bson.RawValue) {
	w.out = append(w.out, '"', '?')
	switch v.Type {
	case bson.TypeDouble, bson.TypeInt32, bson.TypeInt64, bson.TypeDecimal128:
		w.out = append(w.out, "number"...)
	case bson.TypeEmbeddedDocument:
		w.out = append(w.out, "object"...)
	case bson.TypeBoolean:
		w.out = append(w.out, "bool"...)
	case bson.TypeDateTime:
		w.out = append(w.out, "date"...)
	case bson.TypeObjectID:
		w.out = append(w.out, "objectId"...)
	default:
		w.out = append(w.out, v.Type.String()...)
	}
	w.out = append(w.out, '"')
}
