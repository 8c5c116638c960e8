package value

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

// Tree is a value that is being changed. Documents and arrays are taken apart only along the paths that changes follow;
// everything else keeps its bytes.
type Tree struct {
	name   string
	raw    bson.RawValue
	kids   []*Tree // the contents, once open
	open   bool
	byName map[string]*Tree // kids of a document by name, once there are many
	room   *room            // of the whole document
}

// room is how far a document may still grow while it is changed.
type room struct {
	nulls int // that may be filled into arrays
	bytes int
}

// NewTree begins to change v.
func NewTree(v bson.RawValue) *Tree {
	return &Tree{raw: v, room: &room{maxArrayPadding, maxGrowth}}
}

// grow makes a child of t.
func (t *Tree) grow(name string, v bson.RawValue) *Tree {
	return &Tree{name: name, raw: v, room: t.room}
}

// IsArray reports whether t is an array.
func (t *Tree) IsArray() bool { return t.raw.Type == bson.TypeArray }

func (t *Tree) isContainer() bool { return t.IsArray() || t.raw.Type == bson.TypeEmbeddedDocument }

// Contents are the parts of a document or an array. They may be changed, but none added or taken away.
func (t *Tree) Contents() []*Tree { return t.contents() }

// Oversize is BSONObjectTooLarge when changes have added far more to the document than any may hold.
func (t *Tree) Oversize() error {
	if t.room.bytes < 0 {
		return wire.Errorf(wire.BSONObjectTooLarge, "the update adds more than %d bytes to a document", maxGrowth)
	}
	return nil
}

// contents opens a document or array.
func (t *Tree) contents() []*Tree {
	if !t.open {
		t.open = true
		for name, v := range keys.Elements(t.raw.Value) {
			t.kids = append(t.kids, t.grow(string(name), v))
		}
	}
	return t.kids
}

// Value returns the current value.
func (t *Tree) Value() bson.RawValue {
	if !t.open {
		return t.raw
	}
	b := NewBuilder()
	for i, kid := range t.kids {
		name := kid.name
		if t.IsArray() {
			name = indexName(i)
		}
		b.Add(name, kid.Value())
	}
	return bson.RawValue{Type: t.raw.Type, Value: b.Bytes()}
}

// Assign gives t a new value.
func (t *Tree) Assign(v bson.RawValue) {
	t.room.bytes -= len(v.Value) - len(t.raw.Value)
	t.raw, t.kids, t.byName, t.open = v, nil, nil, false
}

// gone reports whether t has been removed: its value is missing and will not be written.
func (t *Tree) gone() bool { return t.raw.Type == 0 }

// child returns the part of a document or array that a path component names, or nil.
func (t *Tree) child(part string) *Tree {
	var kid *Tree
	switch {
	case !t.isContainer():
		return nil
	case t.IsArray():
		if i, ok := Position(part); ok && i < len(t.contents()) {
			kid = t.kids[i]
		}
	default:
		kid = t.named(part)
	}
	if kid == nil || kid.gone() {
		return nil
	}
	return kid
}

// named finds a document's field; of two with one name the first.
func (t *Tree) named(name string) *Tree {
	const many = 32 // from here on a map pays, for updates with many paths
	if t.byName == nil && len(t.contents()) < many {
		i := slices.IndexFunc(t.kids, func(kid *Tree) bool { return kid.name == name && !kid.gone() })
		if i < 0 {
			return nil
		}
		return t.kids[i]
	}
	if t.byName == nil {
		t.byName = make(map[string]*Tree, len(t.kids))
		for _, kid := range slices.Backward(t.kids) {
			t.byName[kid.name] = kid
		}
	}
	return t.byName[name]
}

// Find returns what is at path, or nil.
func (t *Tree) Find(path []string) *Tree {
	for _, part := range path {
		if t = t.child(part); t == nil {
			return nil
		}
	}
	return t
}

// Make returns what is at path, and creates it as missing if there is nothing, with documents on the way. It answers
// PathNotViable where a scalar, or a name below an array, is in the way.
func (t *Tree) Make(path []string) (*Tree, error) {
	for i, part := range path {
		next := t.child(part)
		if next == nil {
			var err error
			if next, err = t.create(part, path[:i]); err != nil {
				return nil, err
			}
			if i < len(path)-1 {
				next.raw = Document(EmptyDoc)
			}
		}
		t = next
	}
	return t, nil
}

// Viable answers PathNotViable if there is nothing at path and Make could not create it.
func (t *Tree) Viable(path []string) error {
	for i, part := range path {
		next := t.child(part)
		if next == nil && !t.takes(part) {
			return wire.Errorf(pathNotViable, "Cannot use the part (%s) of (%s) to traverse the element '%s' of type %s", part, strings.Join(path, "."), strings.Join(path[:i], "."), TypeName(t.raw))
		} else if next == nil {
			return nil
		}
		t = next
	}
	return nil
}

// takes reports whether there can be a child of the name.
func (t *Tree) takes(part string) bool {
	_, isPosition := Position(part)
	return t.isContainer() && (!t.IsArray() || isPosition)
}

// create adds an empty child. path leads to t, for the message.
func (t *Tree) create(part string, path []string) (*Tree, error) {
	if !t.takes(part) {
		return nil, wire.Errorf(pathNotViable, "Cannot create field '%s' in element '%s' of type %s", part, strings.Join(path, "."), TypeName(t.raw))
	}
	kids := t.contents()
	t.room.bytes -= createdBytes + len(part)
	if t.IsArray() {
		i, _ := Position(part)
		if t.room.nulls -= max(0, i-len(kids)); t.room.nulls < 0 {
			return nil, wire.Errorf(wire.BadValue, "an update may fill at most %d elements into arrays", maxArrayPadding)
		}
		for len(t.kids) < i {
			t.kids = append(t.kids, t.grow("", Null))
		}
	}
	kid := t.grow(part, bson.RawValue{})
	t.kids = append(t.kids, kid)
	if t.byName != nil {
		t.byName[part] = kid
	}
	return kid, nil
}

// Set puts v at path.
func (t *Tree) Set(path []string, v bson.RawValue) error {
	at, err := t.Make(path)
	if err != nil {
		return err
	}
	at.Assign(v)
	return nil
}

// Remove takes away what is at path, if anything: a field goes, an array's element becomes null.
func (t *Tree) Remove(path []string) {
	parent := t.Find(path[:len(path)-1])
	if parent == nil {
		return
	}
	kid := parent.child(path[len(path)-1])
	switch {
	case kid == nil:
	case parent.IsArray():
		kid.Assign(Null)
	default:
		kid.Assign(bson.RawValue{})
	}
}

// maxArrayPadding is MongoDB's limit on the nulls that an update fills in when it writes behind an array's end.
const maxArrayPadding = 1_500_000

// How much changes may add to a document before they are refused, lest a few bytes that mean all elements of an array take
// all memory; and what a field counts beside its name and value.
const (
	maxGrowth    = 128 << 20
	createdBytes = 64
)

var pathNotViable = wire.Code{Number: 28, Name: "PathNotViable"}
