package docdb

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// maxParts is how many paths an index has at most. Source: MongoDB Limits and Thresholds, "Indexes".
const maxParts = 32

var indexFields = fields("key!", isObject, "name", isString, "unique", isBool, "v", isInt, "background", isBool,
	"sparse", isBool, "hidden", isBool, "partialFilterExpression", isObject, "expireAfterSeconds", isInt, "collation", isObject,
	"storageEngine", isObject, "weights", isObject, "default_language", isString, "language_override", isString,
	"textIndexVersion", isInt, "2dsphereIndexVersion", isInt, "bits", isInt, "min", isInt, "max", isInt,
	"wildcardProjection", isObject, "clustered", isBool, "prepareUnique", isBool, "ns", isString)

// invalidOption is MongoDB's code for an option of an index that there is not.
var invalidOption = wire.Code{Number: 197, Name: "InvalidIndexSpecificationOption"}

// parseIndex reads one member of createIndexes' list. Options that are unknown are refused, or passed over if lenient.
func parseIndex(doc bson.Raw, lenient bool) (storage.Index, error) {
	known := *indexFields
	known.Open = true
	a, err := field.Read("createIndexes.indexes", &known, doc)
	if err != nil {
		return storage.Index{}, err
	}
	for _, option := range a {
		if !lenient && !known.Declared(option.Name) {
			return storage.Index{}, wire.Errorf(invalidOption, "The field '%s' is not valid for an index specification.", option.Name)
		}
	}
	if err := a.Refuse("weights", "wildcardProjection", "clustered", "prepareUnique"); err != nil {
		return storage.Index{}, wire.Errorf(wire.CannotCreateIndex, "%s", err.(*wire.Error).Message)
	}
	if err := a.RefuseCollation(); err != nil {
		return storage.Index{}, wire.Errorf(wire.CannotCreateIndex, "index collations are not supported")
	}
	ix := storage.Index{Unique: a.Bool("unique", false), Sparse: a.Bool("sparse", false), Hidden: a.Bool("hidden", false)}
	if ix.Parts, err = parseIndexKey(a.Doc("key")); err != nil {
		return storage.Index{}, err
	}
	if err := parseName(&ix, a); err != nil {
		return storage.Index{}, err
	}
	if a.Has("partialFilterExpression") {
		if err := ix.SetFilter(a.Doc("partialFilterExpression")); err != nil {
			return storage.Index{}, err
		}
	}
	if ix.Unique && slices.ContainsFunc(ix.Parts, func(p storage.Part) bool { return p.Hashed }) {
		return ix, wire.Errorf(wire.Code{Number: 16764, Name: "Location16764"}, "Currently hashed indexes cannot guarantee uniqueness. Use a regular index.")
	}
	return ix, parseExpiry(&ix, a)
}

// parseName reads the name of an index, or makes it of the key pattern.
func parseName(ix *storage.Index, a args) error {
	ix.Name = a.Text("name")
	if !a.Has("name") {
		var words []string
		for _, p := range ix.Parts {
			words = append(words, fmt.Sprintf("%s_%v", p.Path, p.Shown()))
		}
		ix.Name = strings.Join(words, "_")
	}
	onID := slices.Equal(ix.Parts, storage.IDIndex.Parts)
	switch {
	case ix.Name == "":
		return wire.Errorf(wire.CannotCreateIndex, "The index name cannot be empty")
	case ix.Name == "*" || strings.Contains(ix.Name, "\x00"):
		return wire.Errorf(wire.BadValue, "The index name '%s' is not valid", ix.Name)
	case onID && (a.Has("unique") || ix.Sparse || a.Has("expireAfterSeconds")):
		return wire.Errorf(storage.BadIDOption, "the index on _id takes no options: it is unique and holds every document")
	case onID && ix.Hidden:
		return wire.Errorf(wire.BadValue, "can't hide _id index")
	case !onID && ix.Name == storage.IDIndex.Name:
		return wire.Errorf(wire.BadValue, "The index name '_id_' is reserved for the _id index")
	}
	return nil
}

// parseExpiry reads expireAfterSeconds. Source: MongoDB manual, "TTL Indexes", restrictions.
func parseExpiry(ix *storage.Index, a args) error {
	if !a.Has("expireAfterSeconds") {
		return nil
	}
	seconds := a.Int("expireAfterSeconds", 0)
	switch {
	case len(ix.Parts) > 1:
		return wire.Errorf(wire.CannotCreateIndex, "TTL indexes are single-field indexes, compound indexes do not support TTL")
	case ix.Parts[0].Hashed:
		return wire.Errorf(wire.CannotCreateIndex, "TTL indexes are of dates, which a hashed index does not have")
	case ix.Parts[0].Path == "_id":
		return wire.Errorf(storage.BadIDOption, "an index on _id does not support TTL")
	case seconds < 0 || seconds > math.MaxInt32:
		return wire.Errorf(wire.CannotCreateIndex, "expireAfterSeconds must be between 0 and %d", math.MaxInt32)
	}
	ix.Expire = &seconds
	return nil
}

// parseIndexKey reads a key pattern.
func parseIndexKey(key bson.Raw) ([]storage.Part, error) {
	elements, err := key.Elements()
	switch {
	case err != nil:
		return nil, errMalformed
	case len(elements) == 0:
		return nil, wire.Errorf(wire.CannotCreateIndex, "Index keys cannot be an empty document")
	case len(elements) > maxParts:
		return nil, wire.Errorf(wire.CannotCreateIndex, "an index has at most %d fields, this one has %d", maxParts, len(elements))
	}
	var parts []storage.Part
	for _, el := range elements {
		p, err := parsePart(el.Key(), el.Value())
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(parts, func(q storage.Part) bool { return q.Path == p.Path }) {
			return nil, wire.Errorf(wire.CannotCreateIndex, "the path '%s' is in the index twice", p.Path)
		}
		parts = append(parts, p)
	}
	if n := len(slices.DeleteFunc(slices.Clone(parts), func(p storage.Part) bool { return !p.Hashed })); n > 1 {
		return nil, wire.Errorf(wire.Code{Number: 31303, Name: "Location31303"}, "A maximum of one index field is allowed to be hashed but found %d", n)
	}
	return parts, nil
}

func parsePart(path string, v bson.RawValue) (storage.Part, error) {
	p, ok := storage.ParsePart(path, v)
	if kind, isText := v.StringValueOK(); isText && !ok {
		return p, wire.Errorf(wire.CannotCreateIndex, "indexes of kind '%s' are not supported", kind)
	}
	if !ok {
		return p, wire.Errorf(wire.CannotCreateIndex, "Values in v:2 index key pattern must be numbers other than 0, or the kind of a special index")
	}
	if strings.Contains(path, "$**") {
		return p, wire.Errorf(wire.CannotCreateIndex, "wildcard indexes are not supported")
	}
	if !value.ValidPath(path) {
		return p, wire.Errorf(wire.CannotCreateIndex, "the path '%s' cannot be indexed", path)
	}
	return p, nil
}
