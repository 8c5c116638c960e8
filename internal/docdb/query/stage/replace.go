package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Replace replaces each document by what an expression makes of it: $replaceRoot and $replaceWith.
type Replace struct {
	named
	by expression.Expression
}

// parseReplaceRoot reads {newRoot: expression}.
func parseReplaceRoot(p *expression.Parser, n named) (Stage, error) {
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(wire.Code{Number: 40229, Name: "Location40229"}, "expected an object as specification for $replaceRoot stage, got %s", value.TypeName(n.spec))
	}
	for name := range keys.Elements(n.spec.Value) {
		if string(name) != "newRoot" {
			return nil, wire.Errorf(wire.Code{Number: 40230, Name: "Location40230"}, "unrecognized option to $replaceRoot stage: %s, only valid option is 'newRoot'.", name)
		}
	}
	root := keys.Lookup(n.spec.Value, "newRoot")
	if root.Type == 0 {
		return nil, wire.Errorf(wire.Code{Number: 40231, Name: "Location40231"}, "no newRoot specified for the $replaceRoot stage")
	}
	by, err := expression.Parse(p, root)
	return Replace{n, by}, err
}

func parseReplaceWith(p *expression.Parser, n named) (Stage, error) {
	by, err := expression.Parse(p, n.spec)
	return Replace{n, by}, err
}

func (s Replace) Stream(in value.Documents, r *Run) value.Documents {
	x := r.Evaluation()
	return perDocument(in, func(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
		v := s.by.Value(x.Begin(doc))
		if x.Err() == nil && !value.IsDocument(v) {
			x.Fail(wire.Errorf(wire.Code{Number: 40228, Name: "Location40228"}, "'newRoot' expression must evaluate to an object, but the type of the resulting value was '%s'", value.TypeName(v)))
		}
		if err := x.Err(); err != nil {
			return yield(nil, err) && false
		}
		return yield(v.Value, nil)
	})
}

func (s Replace) Needs(Needs) Needs { return needsOf(s.by) }
