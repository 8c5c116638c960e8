package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// computed matches when an expression of the document is true.
type computed struct{ is expression.Expression }

func (c computed) match(x *evaluation, _ []byte) bool { return value.Truthy(c.is.Value(x)) }

// parseExpr reads the expression of $expr, which looks at whole documents and not at parts of them.
func parseExpr(p *expression.Parser, v bson.RawValue) (node, error) {
	if p.InPart() {
		return nil, wire.Errorf(wire.BadValue, "$expr can only be applied to the top-level document")
	}
	is, err := expression.Parse(p, v)
	return computed{is}, err
}
