package value

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// Fields are those of a document that is being made. Each stays where it was set first. The zero value has none.
type Fields struct {
	names  []string
	values map[string]bson.RawValue
}

// Set gives a field a value.
func (f *Fields) Set(name string, v bson.RawValue) {
	if _, known := f.values[name]; !known {
		f.names = append(f.names, name)
	}
	if f.values == nil {
		f.values = map[string]bson.RawValue{}
	}
	f.values[name] = v
}

// Merge sets all fields of a document.
func (f *Fields) Merge(doc []byte) {
	for name, v := range keys.Elements(doc) {
		f.Set(string(name), v)
	}
}

// Document is the document that has the fields.
func (f *Fields) Document() bson.RawValue {
	b := NewBuilder()
	for _, name := range f.names {
		b.Add(name, f.values[name])
	}
	return b.Document()
}
