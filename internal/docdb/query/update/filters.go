package update

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// chosen are the elements of arrays that "$[identifier]" means.
type chosen struct {
	is   match.Element
	used bool // in a path
}

// chosenBy are the filters of an update by their identifiers.
type chosenBy map[string]*chosen

// parseFilters reads arrayFilters: filters of which each is about one name, its identifier.
func parseFilters(p *expression.Parser, filters bson.RawValue) (chosenBy, error) {
	by := chosenBy{}
	for _, v := range keys.Elements(filters.Value) {
		if !value.IsDocument(v) {
			return nil, wire.Errorf(wire.TypeMismatch, "an element of arrayFilters must be an object, not %s", value.TypeName(v))
		}
		name, is, err := match.ParseNamed(p, v.Value)
		if err != nil {
			return nil, err
		}
		if by[name] != nil {
			return nil, wire.Errorf(wire.FailedToParse, "Found multiple array filters with the same top-level field name %s", name)
		}
		by[name] = &chosen{is: is}
	}
	return by, nil
}

// of is the filter that a part of a path asks for; nil if it asks for none.
func (by chosenBy) of(part string, path []string) (*chosen, error) {
	if !isEach(part) || part == "$[]" {
		return nil, nil
	}
	name := part[2 : len(part)-1]
	c := by[name]
	if c == nil {
		return nil, wire.Errorf(wire.BadValue, "No array filter found for identifier '%s' in path '%s'", name, strings.Join(path, "."))
	}
	c.used = true
	return c, nil
}

// allUsed refuses filters that no path asks for.
func (by chosenBy) allUsed(update bson.RawValue) error {
	for name, c := range by {
		if !c.used {
			return wire.Errorf(wire.FailedToParse, "The array filter for identifier '%s' was not used in the update %s", name, update)
		}
	}
	return nil
}

// isEach reports whether a part of a path means elements of an array: "$[]" or "$[identifier]".
func isEach(part string) bool { return strings.HasPrefix(part, "$[") && strings.HasSuffix(part, "]") }
