package storage

import (
	"bytes"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/wire"
)

// maxIndexes is how many indexes a collection may have. Source: MongoDB Limits and Thresholds, "Indexes".
const maxIndexes = 64

// BadIDOption is MongoDB's code for an option that the index on _id does not take.
var BadIDOption = wire.Code{Number: 197, Name: "InvalidIndexSpecificationOption"}

// SetFilter sets the filter of a partial index. Source: MongoDB manual, "Partial Indexes".
func (ix *Index) SetFilter(raw bson.Raw) (err error) {
	switch {
	case ix.Sparse:
		return wire.Errorf(wire.CannotCreateIndex, "cannot mix 'partialFilterExpression' and 'sparse' options")
	case slices.Equal(ix.Parts, IDIndex.Parts):
		return wire.Errorf(BadIDOption, "the index on _id holds every document")
	}
	ix.Partial = bytes.Clone(raw)
	if ix.Filter, err = match.Parse(nil, ix.Partial); err != nil {
		return wire.Errorf(wire.CannotCreateIndex, "partialFilterExpression: %s", err.(*wire.Error).Message)
	}
	return ix.Filter.CheckPartial()
}

// Describe returns the index in the form of listIndexes.
func (ix Index) Describe() bson.D {
	d := bson.D{{Key: "v", Value: int32(2)}, {Key: "key", Value: ix.Pattern()}, {Key: "name", Value: ix.Name}}
	if ix.Unique && ix.ID != IDIndex.ID {
		d = append(d, bson.E{Key: "unique", Value: true})
	}
	if ix.Sparse {
		d = append(d, bson.E{Key: "sparse", Value: true})
	}
	if ix.Filter != nil {
		d = append(d, bson.E{Key: "partialFilterExpression", Value: ix.Partial})
	}
	if ix.Hidden {
		d = append(d, bson.E{Key: "hidden", Value: true})
	}
	if ix.Expire != nil {
		d = append(d, bson.E{Key: "expireAfterSeconds", Value: int32(*ix.Expire)})
	}
	return d
}

// readIndex reads an index in the form of Describe.
func readIndex(doc bson.Raw) (ix Index, err error) {
	var shown struct {
		Key     bson.Raw `bson:"key"`
		Name    string   `bson:"name"`
		Unique  bool     `bson:"unique"`
		Sparse  bool     `bson:"sparse"`
		Hidden  bool     `bson:"hidden"`
		Partial bson.Raw `bson:"partialFilterExpression"`
		Expire  *int64   `bson:"expireAfterSeconds"`
	}
	if err := bson.Unmarshal(doc, &shown); err != nil {
		return ix, err
	}
	ix = Index{Name: shown.Name, Unique: shown.Unique, Sparse: shown.Sparse, Hidden: shown.Hidden, Expire: shown.Expire}
	elements, err := shown.Key.Elements()
	if err != nil {
		return ix, err
	}
	for _, el := range elements {
		part, ok := ParsePart(el.Key(), el.Value())
		if !ok {
			return ix, fmt.Errorf("index %s: the direction of %s is not valid", ix.Name, el.Key())
		}
		ix.Parts = append(ix.Parts, part)
	}
	if len(ix.Parts) == 0 {
		return ix, fmt.Errorf("index %s has no path", ix.Name)
	}
	if shown.Partial != nil {
		err = ix.SetFilter(shown.Partial)
	}
	return ix, err
}

// sameKind reports whether two indexes differ in nothing but name and expiry. A collection has at most one of a kind.
// Source: MongoDB manual, "createIndexes", behaviour with existing indexes.
func (ix Index) sameKind(other Index) bool {
	return slices.Equal(ix.Parts, other.Parts) && ix.Unique == other.Unique && ix.Sparse == other.Sparse &&
		bytes.Equal(ix.Partial, other.Partial)
}

func (ix Index) sameExpiry(other Index) bool {
	return ix.Expire == other.Expire || ix.Expire != nil && other.Expire != nil && *ix.Expire == *other.Expire
}

// hasIndex reports whether the collection has ix already. The error says that it has another index of the same name or
// kind.
func (c *Collection) hasIndex(ix Index) (bool, error) {
	if slices.Equal(ix.Parts, IDIndex.Parts) {
		return true, nil
	}
	for _, old := range c.Indexes {
		same := old.sameKind(ix)
		switch {
		case same && old.Name == ix.Name && old.sameExpiry(ix):
			return true, nil
		case same && old.Name == ix.Name:
			return false, wire.Errorf(wire.IndexOptionsConflict, "An equivalent index already exists with the same name but different options: %s", ix.Name)
		case old.Name == ix.Name:
			return false, wire.Errorf(wire.IndexKeySpecsConflict, "An existing index has the same name as the requested index but differs in its specification: %s", ix.Name)
		case same:
			return false, wire.Errorf(wire.IndexOptionsConflict, "Index already exists with a different name: %s", old.Name)
		}
	}
	return false, nil
}
