package field

import (
	"strings"

	"github.com/telamon-db/telamon/internal/wire"
)

// Field is an argument that a command takes.
type Field struct {
	Name     string
	Kind     Kind
	Use      Use
	required bool
}

// Use is what an engine does with an argument.
type Use int

// Uses of arguments.
const (
	Acts    Use = iota
	Idle        // it is taken and has no effect
	Refused     // it would change what the command means, and is refused if it asks for something
)

// marks stand behind names in the pairs of Of.
var marks = map[byte]Use{'~': Idle, '-': Refused}

// Set are the arguments that a command, or a part of one, takes.
type Set struct {
	Open bool // others are taken too

	list     []Field
	byName   map[string]Field
	required []string
}

// Of makes a set of pairs of a name and a kind. A name that ends with "!" is required; "~" says that the
// argument has no effect, "-" that it is refused.
func Of(pairs ...any) *Set {
	list := make([]Field, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, required := strings.CutSuffix(pairs[i].(string), "!")
		use := marks[name[len(name)-1]]
		if use != Acts {
			name = name[:len(name)-1]
		}
		list = append(list, Field{name, pairs[i+1].(Kind), use, required})
	}
	return NewSet(list)
}

// NewSet makes a set of a list, of which later fields replace earlier ones of the same name.
func NewSet(list []Field) *Set {
	s := &Set{list: list, byName: make(map[string]Field, len(list))}
	for _, f := range list {
		s.byName[f.Name] = f
		if f.required {
			s.required = append(s.required, f.Name)
		}
	}
	return s
}

// All are the fields in their order; nil has none.
func (s *Set) All() []Field {
	if s == nil {
		return nil
	}
	return s.list
}

// Declared reports whether the set has a field of the name, whatever others it takes.
func (s *Set) Declared(name string) bool {
	_, ok := s.byName[name]
	return ok
}

// Get returns the field of the name.
func (s *Set) Get(name []byte) (f Field, ok bool) {
	f, ok = s.byName[string(name)]
	if !ok && s.Open {
		return Field{Name: string(name)}, true
	}
	return f, ok
}

// Complete refuses arguments that lack a required one.
func (s *Set) Complete(where string, has func(name string) bool) error {
	for _, name := range s.required {
		if !has(name) {
			return wire.Errorf(wire.MissingField, "BSON field '%s.%s' is missing but a required field", where, name)
		}
	}
	return nil
}
