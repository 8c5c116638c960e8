package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// ParseElement reads what $pull removes: operators on the element, a filter on elements that are documents, or a value.
func ParseElement(arg bson.RawValue) (func(bson.RawValue) bool, error) {
	switch {
	case isOperators(arg):
		name, _ := value.FirstName(arg)
		if _, isLogical := logicalOperators[name]; isLogical {
			return documentTest(arg)
		}
		tests, err := parseOperators(arg.Value, 0)
		return several(tests).holds, err
	case value.IsDocument(arg):
		return documentTest(arg)
	case arg.Type == bson.TypeRegex:
		re, err := regexAtom(arg)
		if err != nil {
			return nil, err
		}
		return re.test, nil
	}
	return equalTest(arg), nil
}

func documentTest(arg bson.RawValue) (func(bson.RawValue) bool, error) {
	f, err := Parse(arg.Value)
	return func(v bson.RawValue) bool { return value.IsDocument(v) && f.Match(v.Value) }, err
}
