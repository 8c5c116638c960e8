package docdb

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// ambiguousPattern is MongoDB's code for a key pattern that several indexes have.
var ambiguousPattern = wire.Code{Number: 181, Name: "AmbiguousIndexKeyPattern"}

func runDropIndexes(c *call) (bson.D, error) {
	return c.write(func(t *tx) (bson.D, error) {
		if t.coll == nil {
			return nil, noNamespace(t.ns)
		}
		chosen, err := t.coll.chooseIndexes(c.get("index"))
		if err != nil {
			return nil, err
		}
		before := len(t.coll.allIndexes())
		for _, ix := range chosen {
			if err := t.dropIndex(ix); err != nil {
				return nil, err
			}
		}
		return bson.D{{Key: "nIndexesWas", Value: int32(before)}}, nil
	})
}

// chooseIndexes finds the indexes that dropIndexes means: all by "*", else by name, by key pattern or by a list of names.
func (c *collection) chooseIndexes(v bson.RawValue) ([]index, error) {
	if name, ok := v.StringValueOK(); ok && name == "*" {
		return c.indexes, nil
	}
	wanted := []bson.RawValue{v}
	if v.Type == bson.TypeArray {
		var err error
		if wanted, err = v.Array().Values(); err != nil {
			return nil, errMalformed
		}
	}
	var chosen []index
	for _, w := range wanted {
		meant := slices.DeleteFunc(slices.Clone(c.indexes), func(ix index) bool { return !ix.answersTo(w) })
		switch {
		case idIndex.answersTo(w):
			return nil, wire.Errorf(wire.InvalidOptions, "cannot drop _id index")
		case len(meant) == 0 || slices.ContainsFunc(chosen, func(ix index) bool { return ix.ID == meant[0].ID }):
			return nil, wire.Errorf(wire.IndexNotFound, "index not found: %s", w)
		case len(meant) > 1:
			return nil, wire.Errorf(ambiguousPattern, "%d indexes have the key pattern %s; name the one that is meant", len(meant), w)
		}
		chosen = append(chosen, meant[0])
	}
	return chosen, nil
}

func (t *tx) dropIndex(ix index) error {
	next := *t.coll
	next.indexes = slices.DeleteFunc(slices.Clone(next.indexes), func(x index) bool { return x.ID == ix.ID })
	if err := t.deleteAll(idPrefix(spaceIndex, ix.ID)); err != nil {
		return err
	}
	if err := t.setCollection(&next); err != nil {
		return err
	}
	if ix.Building {
		return nil // of which the oplog has not told yet
	}
	return t.logCommand(bson.D{{Key: "dropIndexes", Value: t.ns.coll}, {Key: "index", Value: ix.Name}})
}
