package query

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

// tree is a value that is being changed. Documents and arrays are taken apart only along the paths that changes follow;
// everything else keeps its bytes.
type tree struct {
	name   string
	raw    bson.RawValue
	kids   []*tree // the contents, once open
	open   bool
	byName map[string]*tree // kids of a document by name, once there are many
	room   *int             // how many nulls may still be filled into arrays of the whole document
}

func newTree(v bson.RawValue) *tree {
	room := maxArrayPadding
	return &tree{raw: v, room: &room}
}

// grow makes a child of t.
func (t *tree) grow(name string, v bson.RawValue) *tree {
	return &tree{name: name, raw: v, room: t.room}
}

func (t *tree) isArray() bool { return t.raw.Type == bson.TypeArray }

func (t *tree) isContainer() bool { return t.isArray() || t.raw.Type == bson.TypeEmbeddedDocument }

// contents opens a document or array.
func (t *tree) contents() []*tree {
	if !t.open {
		t.open = true
		for name, v := range keys.Elements(t.raw.Value) {
			t.kids = append(t.kids, t.grow(string(name), v))
		}
	}
	return t.kids
}

// value returns the current value.
func (t *tree) value() bson.RawValue {
	if !t.open {
		return t.raw
	}
	b := newBuilder()
	for i, kid := range t.kids {
		name := kid.name
		if t.isArray() {
			name = indexName(i)
		}
		b.add(name, kid.value())
	}
	return bson.RawValue{Type: t.raw.Type, Value: b.bytes()}
}

// assign gives t a new value.
func (t *tree) assign(v bson.RawValue) { t.raw, t.kids, t.byName, t.open = v, nil, nil, false }

// gone reports whether t has been removed: its value is missing and will not be written.
func (t *tree) gone() bool { return t.raw.Type == 0 }

// child returns the part of a document or array that a path component names, or nil.
func (t *tree) child(part string) *tree {
	var kid *tree
	switch {
	case !t.isContainer():
		return nil
	case t.isArray():
		if i, ok := position(part); ok && i < len(t.contents()) {
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
func (t *tree) named(name string) *tree {
	const many = 32 // from here on a map pays, for updates with many paths
	if t.byName == nil && len(t.contents()) < many {
		i := slices.IndexFunc(t.kids, func(kid *tree) bool { return kid.name == name && !kid.gone() })
		if i < 0 {
			return nil
		}
		return t.kids[i]
	}
	if t.byName == nil {
		t.byName = make(map[string]*tree, len(t.kids))
		for _, kid := range slices.Backward(t.kids) {
			t.byName[kid.name] = kid
		}
	}
	return t.byName[name]
}

// find returns what is at path, or nil.
func (t *tree) find(path []string) *tree {
	for _, part := range path {
		if t = t.child(part); t == nil {
			return nil
		}
	}
	return t
}

// make returns what is at path, and creates it as missing if there is nothing, with documents on the way. It answers
// PathNotViable where a scalar, or a name below an array, is in the way.
func (t *tree) make(path []string) (*tree, error) {
	for i, part := range path {
		next := t.child(part)
		if next == nil {
			var err error
			if next, err = t.create(part, path[:i]); err != nil {
				return nil, err
			}
			if i < len(path)-1 {
				next.raw = documentValue(emptyDoc)
			}
		}
		t = next
	}
	return t, nil
}

// create adds an empty child. path leads to t, for the message.
func (t *tree) create(part string, path []string) (*tree, error) {
	i, isPosition := position(part)
	if !t.isContainer() || t.isArray() && !isPosition {
		return nil, wire.Errorf(pathNotViable, "Cannot create field '%s' in element '%s' of type %s", part, strings.Join(path, "."), typeName(t.raw))
	}
	kids := t.contents()
	if t.isArray() {
		if *t.room -= max(0, i-len(kids)); *t.room < 0 {
			return nil, wire.Errorf(wire.BadValue, "an update may fill at most %d elements into arrays", maxArrayPadding)
		}
		for len(t.kids) < i {
			t.kids = append(t.kids, t.grow("", nullValue))
		}
	}
	kid := t.grow(part, bson.RawValue{})
	t.kids = append(t.kids, kid)
	if t.byName != nil {
		t.byName[part] = kid
	}
	return kid, nil
}

// set puts v at path.
func (t *tree) set(path []string, v bson.RawValue) error {
	at, err := t.make(path)
	if err != nil {
		return err
	}
	at.assign(v)
	return nil
}

// remove takes away what is at path, if anything: a field goes, an array's element becomes null.
func (t *tree) remove(path []string) {
	parent := t.find(path[:len(path)-1])
	if parent == nil {
		return
	}
	kid := parent.child(path[len(path)-1])
	switch {
	case kid == nil:
	case parent.isArray():
		kid.assign(nullValue)
	default:
		kid.assign(bson.RawValue{})
	}
}
