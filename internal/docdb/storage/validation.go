package storage

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Validation says which documents a collection accepts. Source: MongoDB manual, "Schema Validation".
type Validation struct {
	Validator bson.Raw `bson:"validator,omitempty"`        // a filter that documents must match
	Level     string   `bson:"validationLevel,omitempty"`  // off; strict; or moderate: an update of a document that does not match is not checked
	Action    string   `bson:"validationAction,omitempty"` // error; or warn: documents that do not match are accepted
}

// Describe returns the validation as listCollections shows it.
func (v *Validation) Describe() bson.D {
	if v == nil {
		return bson.D{}
	}
	d := bson.D{}
	if v.Validator != nil {
		d = append(d, bson.E{Key: "validator", Value: v.Validator})
	}
	return append(d, bson.E{Key: "validationLevel", Value: v.Level}, bson.E{Key: "validationAction", Value: v.Action})
}

// readValidation reads a validation in the form of Describe from a document; nil if it has none.
func readValidation(doc bson.Raw) (*Validation, error) {
	if doc.Lookup("validationLevel").Type == 0 {
		return nil, nil
	}
	v := new(Validation)
	return v, bson.Unmarshal(doc, v)
}

// SetValidation changes which documents the collection accepts. Existing documents are not checked.
func (t *Tx) SetValidation(v *Validation) error {
	if err := t.alone(); err != nil {
		return err
	}
	next := *t.Coll
	next.Validation = v
	if err := t.setCollection(&next); err != nil {
		return err
	}
	return t.logCommand(append(bson.D{{Key: "collMod", Value: t.NS.Coll}}, v.Describe()...))
}

// ChangeIndex changes whether queries use an index, and the lifetime that a TTL index gives to documents.
func (t *Tx) ChangeIndex(name string, hidden bool, expire *int64) error {
	if err := t.alone(); err != nil {
		return err
	}
	next := *t.Coll
	next.Indexes = append([]Index(nil), next.Indexes...)
	for i, ix := range next.Indexes {
		if ix.Name != name {
			continue
		}
		next.Indexes[i].Hidden, next.Indexes[i].Expire = hidden, expire
		if err := t.setCollection(&next); err != nil {
			return err
		}
		change := bson.D{{Key: "name", Value: name}, {Key: "hidden", Value: hidden}}
		if expire != nil {
			change = append(change, bson.E{Key: "expireAfterSeconds", Value: *expire})
		}
		return t.logCommand(bson.D{{Key: "collMod", Value: t.NS.Coll}, {Key: "index", Value: change}})
	}
	return errNotThere
}

// redoCollMod replays a change of a collection from the oplog.
func (t *Tx) redoCollMod(c Change) error {
	if keep, ok := c.O.Lookup("changeStreamPreAndPostImages", "enabled").BooleanOK(); ok {
		return t.KeepPreImages(keep)
	}
	if index, ok := c.O.Lookup("index").DocumentOK(); ok {
		var of struct {
			Name   string `bson:"name"`
			Hidden bool   `bson:"hidden"`
			Expire *int64 `bson:"expireAfterSeconds"`
		}
		if err := bson.Unmarshal(index, &of); err != nil {
			return err
		}
		return t.ChangeIndex(of.Name, of.Hidden, of.Expire)
	}
	v, err := readValidation(c.O)
	if err == nil && v == nil {
		err = fmt.Errorf("unknown change of a collection %s", c.O)
	}
	if err != nil {
		return err
	}
	return t.SetValidation(v)
}
