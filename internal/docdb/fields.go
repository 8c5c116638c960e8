package docdb

import (
	"strings"

	"github.com/telamon-db/telamon/internal/wire"
)

// field is an argument that a command takes.
type field struct {
	name     string
	kind     kind
	required bool
}

// fieldSet are the arguments that a command, or a part of one, takes.
type fieldSet struct {
	list     []field
	byName   map[string]field
	required []string
	open     bool // others are taken too
}

// fields makes a set of pairs of a name and a kind. A name that ends with an exclamation mark is required.
func fields(pairs ...any) *fieldSet {
	list := make([]field, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, required := strings.CutSuffix(pairs[i].(string), "!")
		list = append(list, field{name, pairs[i+1].(kind), required})
	}
	return newFieldSet(list)
}

// newFieldSet makes a set of a list, of which later fields replace earlier ones of the same name.
func newFieldSet(list []field) *fieldSet {
	s := &fieldSet{list: list, byName: make(map[string]field, len(list))}
	for _, f := range list {
		s.byName[f.name] = f
		if f.required {
			s.required = append(s.required, f.name)
		}
	}
	return s
}

// all are the fields in their order; nil has none.
func (s *fieldSet) all() []field {
	if s == nil {
		return nil
	}
	return s.list
}

// get returns the field of the name.
func (s *fieldSet) get(name []byte) (f field, ok bool) {
	f, ok = s.byName[string(name)]
	if !ok && s.open {
		return field{name: string(name)}, true
	}
	return f, ok
}

// complete refuses arguments that lack a required one.
func (s *fieldSet) complete(where string, a args) error {
	for _, name := range s.required {
		if !a.has(name) {
			return wire.Errorf(wire.MissingField, "BSON field '%s.%s' is missing but a required field", where, name)
		}
	}
	return nil
}
