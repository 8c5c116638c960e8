package delta

import (
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// A Description is what a change stream tells of an update. Paths are joined by dots.
type Description struct {
	Updated   []Update
	Removed   []string
	Truncated []Truncation
}

// Update is a path and the value that it has now.
type Update struct {
	Path  string
	Value bson.RawValue
}

// Truncation is an array and its new length.
type Truncation struct {
	Path string
	Size int
}

// Describe is the description of the update that a delta is of.
func Describe(diff bson.Raw) (Description, error) {
	var d Description
	return d, d.document("", diff, 0)
}

func (d *Description) document(prefix string, diff []byte, depth int) error {
	changes, appended, err := read(diff, depth)
	if err != nil {
		return err
	}
	for section, v := range keys.Elements(diff) { // in their order
		switch name := string(section); {
		case name == "d" || name == "u":
			for f := range keys.Elements(v.Value) {
				if err := d.change(prefix+string(f), changes[string(f)], depth); err != nil {
					return err
				}
			}
		case name == "i":
			for _, f := range appended {
				d.Updated = append(d.Updated, Update{prefix + string(f.name), f.v})
			}
		default:
			if err := d.change(prefix+name[1:], changes[name[1:]], depth); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Description) change(path string, c change, depth int) error {
	switch {
	case c.gone:
		d.Removed = append(d.Removed, path)
	case c.v.Type != 0:
		d.Updated = append(d.Updated, Update{path, c.v})
	case keys.Lookup(c.nested, "a").Type == bson.TypeBoolean: // the sections of a document are documents
		return d.array(path, c.nested, depth+1)
	default:
		return d.document(path+".", c.nested, depth+1)
	}
	return nil
}

func (d *Description) array(path string, diff []byte, depth int) error {
	read, err := readArray(diff, depth)
	if err != nil {
		return err
	}
	if read.length >= 0 {
		d.Truncated = append(d.Truncated, Truncation{path, read.length})
	}
	for _, c := range read.changes {
		if err := d.change(path+"."+strconv.Itoa(c.at), c.change, depth); err != nil {
			return err
		}
	}
	return nil
}
