package docdb

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// ambiguousPattern is MongoDB's code for a key pattern that several indexes have.
var ambiguousPattern = wire.Code{Number: 181, Name: "AmbiguousIndexKeyPattern"}

func runDropIndexes(c *call) (bson.D, error) {
	return c.write(func(t *storage.Tx) (bson.D, error) {
		if t.Coll == nil {
			return nil, storage.NoNamespace(t.NS)
		}
		chosen, err := chooseIndexes(t.Coll, c.Get("index"))
		if err != nil {
			return nil, err
		}
		before := len(t.Coll.AllIndexes())
		for _, ix := range chosen {
			if err := t.DropIndex(ix); err != nil {
				return nil, err
			}
		}
		return bson.D{{Key: "nIndexesWas", Value: int32(before)}}, nil
	})
}

// chooseIndexes finds the indexes that dropIndexes means: all by "*", else by name, by key pattern or by a list of names.
func chooseIndexes(c *storage.Collection, v bson.RawValue) ([]storage.Index, error) {
	if name, ok := v.StringValueOK(); ok && name == "*" {
		return c.Indexes, nil
	}
	wanted := []bson.RawValue{v}
	if v.Type == bson.TypeArray {
		var err error
		if wanted, err = v.Array().Values(); err != nil {
			return nil, errMalformed
		}
	}
	var chosen []storage.Index
	for _, w := range wanted {
		meant := slices.DeleteFunc(slices.Clone(c.Indexes), func(ix storage.Index) bool { return !ix.AnswersTo(w) })
		switch {
		case storage.IDIndex.AnswersTo(w):
			return nil, wire.Errorf(wire.InvalidOptions, "cannot drop _id index")
		case len(meant) == 0 || slices.ContainsFunc(chosen, func(ix storage.Index) bool { return ix.ID == meant[0].ID }):
			return nil, wire.Errorf(wire.IndexNotFound, "index not found: %s", w)
		case len(meant) > 1:
			return nil, wire.Errorf(ambiguousPattern, "%d indexes have the key pattern %s; name the one that is meant", len(meant), w)
		}
		chosen = append(chosen, meant[0])
	}
	return chosen, nil
}
