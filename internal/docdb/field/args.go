package field

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

// EmptyDoc is the document {}.
var EmptyDoc = bson.Raw{5, 0, 0, 0, 0}

// Args are checked named values. There are few: to look through them is faster than a map.
type Args []Arg

// Arg is one of them.
type Arg struct {
	Name  string
	Value bson.RawValue
}

// Read checks the values of a document that is part of a command.
func Read(where string, known *Set, doc bson.Raw) (Args, error) {
	a := make(Args, 0, 8)
	for name, value := range keys.Elements(doc) {
		if err := a.Add(where, known, name, value); err != nil {
			return nil, err
		}
	}
	return a, known.Complete(where, a.Has)
}

// Add adds a value. It refuses one that is unknown, given twice, or of the wrong type.
func (a *Args) Add(where string, known *Set, name []byte, v bson.RawValue) error {
	f, ok := known.Get(name)
	if !ok {
		return wire.Errorf(wire.UnknownField, "BSON field '%s.%s' is an unknown field.", where, name)
	}
	if a.Get(f.Name).Type != 0 {
		return wire.Errorf(wire.DuplicateField, "BSON field '%s.%s' is a duplicate field", where, name)
	}
	*a = append(*a, Arg{f.Name, v})
	if err := f.Kind.Check(where, f.Name, v); err != nil || f.Use != Refused {
		return err
	}
	return a.Refuse(f.Name)
}

// Get returns a value, which has no type if there is none of the name.
func (a Args) Get(name string) bson.RawValue {
	for _, x := range a {
		if x.Name == name {
			return x.Value
		}
	}
	return bson.RawValue{}
}

// Has reports whether there is a value of the name other than null.
func (a Args) Has(name string) bool { return wire.Given(a.Get(name)) }

// Int returns a whole number, or absent.
func (a Args) Int(name string, absent int64) int64 {
	if n, ok := wire.Integer(a.Get(name)); ok {
		return n
	}
	return absent
}

// Bool returns a truth value, or absent.
func (a Args) Bool(name string, absent bool) bool {
	if !a.Has(name) {
		return absent
	}
	set, _ := wire.Flag(a.Get(name)) // its kind allows no other type
	return set
}

// Text returns a string, which is empty if it is absent.
func (a Args) Text(name string) string {
	s, _ := a.Get(name).StringValueOK()
	return s
}

// Doc returns a document, which is empty if it is absent.
func (a Args) Doc(name string) bson.Raw {
	if doc, ok := a.Get(name).DocumentOK(); ok {
		return doc
	}
	return EmptyDoc
}

// Texts returns an array of strings, which is empty if it is absent.
func (a Args) Texts(name string) (texts []string, err error) {
	array, ok := a.Get(name).ArrayOK()
	if !ok {
		return nil, nil
	}
	for _, v := range keys.Elements(array) {
		text, ok := v.StringValueOK()
		if !ok {
			return nil, wire.Errorf(wire.BadValue, "an entry of '%s' must be a string", name)
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// Scale is the unit of sizes, in bytes. Source: MongoDB manual, "collStats".
func (a Args) Scale() (int64, error) {
	n := a.Int("scale", 1)
	if n <= 0 {
		return 0, wire.Errorf(wire.BadValue, "scale has to be a number greater than or equal to 1")
	}
	return n, nil
}

// Refuse names arguments that change what a command means and that the engine does not support.
func (a Args) Refuse(names ...string) error {
	for _, name := range names {
		if Asks(a.Get(name)) {
			return wire.Errorf(wire.NotImplemented, "the option '%s' is not supported", name)
		}
	}
	return nil
}

// RefuseCollation accepts only the binary comparison, which is the engine's.
func (a Args) RefuseCollation() error {
	if locale, ok := a.Doc("collation").Lookup("locale").StringValueOK(); ok && locale == "simple" {
		return nil
	}
	return a.Refuse("collation")
}

// Asks reports whether v is an option that is used: empty documents, empty arrays and false ask for nothing.
func Asks(v bson.RawValue) bool {
	switch v.Type {
	case 0, bson.TypeNull:
		return false
	case bson.TypeBoolean:
		return v.Boolean()
	case bson.TypeEmbeddedDocument, bson.TypeArray:
		return len(v.Value) > len(EmptyDoc)
	}
	return true
}
