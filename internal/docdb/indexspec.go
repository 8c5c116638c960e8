package docdb

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query"
	"github.com/telamon-db/telamon/internal/wire"
)

// Source: MongoDB Limits and Thresholds, "Indexes".
const (
	maxIndexes = 64 // of a collection
	maxParts   = 32 // of an index
)

// badIDOption is MongoDB's code for an option that the index on _id does not take.
var badIDOption = wire.Code{Number: 197, Name: "InvalidIndexSpecificationOption"}

var indexFields = fields("key!", isObject, "name", isString, "unique", isBool, "v", isInt, "background", isBool,
	"sparse", isBool, "hidden", isBool, "partialFilterExpression", isObject, "expireAfterSeconds", isInt, "collation", isObject,
	"storageEngine", isObject, "weights", isObject, "default_language", isString, "language_override", isString,
	"textIndexVersion", isInt, "2dsphereIndexVersion", isInt, "bits", isInt, "min", isInt, "max", isInt,
	"wildcardProjection", isObject, "clustered", isBool, "prepareUnique", isBool, "ns", isString)

// parseIndex reads one member of createIndexes' list.
func parseIndex(doc bson.Raw) (index, error) {
	a, err := statement("createIndexes.indexes", indexFields, doc)
	if err != nil {
		return index{}, err
	}
	if err := a.refuse("hidden", "weights", "wildcardProjection", "clustered", "prepareUnique"); err != nil {
		return index{}, wire.Errorf(wire.CannotCreateIndex, "%s", err.(*wire.Error).Message)
	}
	if err := a.refuseCollation(); err != nil {
		return index{}, wire.Errorf(wire.CannotCreateIndex, "index collations are not supported")
	}
	ix := index{Unique: a.bool("unique", false), Sparse: a.bool("sparse", false)}
	if ix.Parts, err = parseIndexKey(a.doc("key")); err != nil {
		return index{}, err
	}
	if err := ix.parseName(a); err != nil {
		return index{}, err
	}
	if a.has("partialFilterExpression") {
		if err := ix.parsePartial(a.doc("partialFilterExpression")); err != nil {
			return index{}, err
		}
	}
	return ix, ix.parseExpiry(a)
}

// parseName reads the name of an index, or makes it of the key pattern.
func (ix *index) parseName(a args) error {
	ix.Name = a.string("name")
	if !a.has("name") {
		var words []string
		for _, p := range ix.Parts {
			words = append(words, fmt.Sprintf("%s_%d", p.Path, p.Dir))
		}
		ix.Name = strings.Join(words, "_")
	}
	onID := slices.Equal(ix.Parts, idIndex.Parts)
	switch {
	case ix.Name == "":
		return wire.Errorf(wire.CannotCreateIndex, "The index name cannot be empty")
	case ix.Name == "*" || strings.Contains(ix.Name, "\x00"):
		return wire.Errorf(wire.BadValue, "The index name '%s' is not valid", ix.Name)
	case onID && (a.has("unique") || ix.Sparse || a.has("expireAfterSeconds")):
		return wire.Errorf(badIDOption, "the index on _id takes no options: it is unique and holds every document")
	case !onID && ix.Name == idIndex.Name:
		return wire.Errorf(wire.BadValue, "The index name '_id_' is reserved for the _id index")
	}
	return nil
}

// parsePartial reads the filter of the documents that the index holds. Source: MongoDB manual, "Partial Indexes".
func (ix *index) parsePartial(raw bson.Raw) (err error) {
	switch {
	case ix.Sparse:
		return wire.Errorf(wire.CannotCreateIndex, "cannot mix 'partialFilterExpression' and 'sparse' options")
	case slices.Equal(ix.Parts, idIndex.Parts):
		return wire.Errorf(badIDOption, "the index on _id holds every document")
	}
	ix.Partial = bytes.Clone(raw)
	if ix.partial, err = query.ParseFilter(ix.Partial); err != nil {
		return wire.Errorf(wire.CannotCreateIndex, "partialFilterExpression: %s", err.(*wire.Error).Message)
	}
	return ix.partial.CheckPartial()
}

// parseExpiry reads expireAfterSeconds. Source: MongoDB manual, "TTL Indexes", restrictions.
func (ix *index) parseExpiry(a args) error {
	if !a.has("expireAfterSeconds") {
		return nil
	}
	seconds := a.int("expireAfterSeconds", 0)
	switch {
	case len(ix.Parts) > 1:
		return wire.Errorf(wire.CannotCreateIndex, "TTL indexes are single-field indexes, compound indexes do not support TTL")
	case ix.Parts[0].Path == "_id":
		return wire.Errorf(badIDOption, "an index on _id does not support TTL")
	case seconds < 0 || seconds > math.MaxInt32:
		return wire.Errorf(wire.CannotCreateIndex, "expireAfterSeconds must be between 0 and %d", math.MaxInt32)
	}
	ix.Expire = &seconds
	return nil
}

// parseIndexKey reads a key pattern.
func parseIndexKey(key bson.Raw) ([]part, error) {
	elements, err := key.Elements()
	switch {
	case err != nil:
		return nil, errMalformed
	case len(elements) == 0:
		return nil, wire.Errorf(wire.CannotCreateIndex, "Index keys cannot be an empty document")
	case len(elements) > maxParts:
		return nil, wire.Errorf(wire.CannotCreateIndex, "an index has at most %d fields, this one has %d", maxParts, len(elements))
	}
	var parts []part
	for _, el := range elements {
		p, err := parsePart(el.Key(), el.Value())
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(parts, func(q part) bool { return q.Path == p.Path }) {
			return nil, wire.Errorf(wire.CannotCreateIndex, "the path '%s' is in the index twice", p.Path)
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func parsePart(path string, v bson.RawValue) (part, error) {
	if kind, ok := v.StringValueOK(); ok {
		return part{}, wire.Errorf(wire.CannotCreateIndex, "indexes of kind '%s' are not supported", kind)
	}
	dir, ok := integer(v)
	if !ok || dir != 1 && dir != -1 {
		return part{}, wire.Errorf(wire.CannotCreateIndex, "an index key must be 1 or -1")
	}
	if strings.Contains(path, "$**") {
		return part{}, wire.Errorf(wire.CannotCreateIndex, "wildcard indexes are not supported")
	}
	if !query.ValidPath(path) {
		return part{}, wire.Errorf(wire.CannotCreateIndex, "the path '%s' cannot be indexed", path)
	}
	return part{path, int32(dir)}, nil
}

// sameKind reports whether two indexes differ in name and lifetime at most; a collection has one of a kind.
// Source: MongoDB manual, "createIndexes", behaviour with existing indexes.
func (ix index) sameKind(other index) bool {
	return slices.Equal(ix.Parts, other.Parts) && ix.Unique == other.Unique && ix.Sparse == other.Sparse &&
		bytes.Equal(ix.Partial, other.Partial)
}

func (ix index) sameExpiry(other index) bool {
	return ix.Expire == other.Expire || ix.Expire != nil && other.Expire != nil && *ix.Expire == *other.Expire
}

// hasIndex reports whether the collection has ix already. An index that is like it only in part is a conflict.
func (c *collection) hasIndex(ix index) (bool, error) {
	if slices.Equal(ix.Parts, idIndex.Parts) {
		return true, nil
	}
	for _, old := range c.indexes {
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
