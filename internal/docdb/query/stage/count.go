package stage

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Count gives one document with the number of documents under a name, or none if there are none.
type Count struct {
	named
	Name string
}

func parseCount(_ *expression.Parser, n named) (Stage, error) {
	name, ok := value.Text(n.spec)
	if !ok || name == "" || strings.HasPrefix(name, "$") || strings.ContainsAny(name, ".\x00") {
		return nil, wire.Errorf(wire.Code{Number: 40156, Name: "Location40156"}, "the count field must be a non-empty string without '$' at its start, dots or zero bytes")
	}
	return Count{n, name}, nil
}

func (c Count) Stream(in value.Documents, _ *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		var n int64
		for _, err := range in {
			if err != nil {
				yield(nil, err)
				return
			}
			n++
		}
		if n > 0 {
			b := value.NewBuilder()
			b.Add(c.Name, value.Narrow(n))
			yield(b.Bytes(), nil)
		}
	}
}

func (Count) Needs(Needs) Needs { return Needs{} }
