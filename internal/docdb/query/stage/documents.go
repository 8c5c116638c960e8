package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Documents gives the documents of an array that is computed, whatever flows in. It stands first.
type Documents struct {
	named
	list expression.Expression
}

func parseDocuments(p *expression.Parser, n named) (Stage, error) {
	list, err := expression.Parse(p, n.spec)
	if err != nil {
		return nil, err
	}
	if paths, whole := expression.Paths(list); whole || len(paths) > 0 {
		return nil, wire.Errorf(located(5858203), "$documents looks at a document, but there is none")
	}
	return Documents{n, list}, nil
}

func (d Documents) Stream(_ value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		x := r.Evaluation()
		list := d.list.Value(x)
		if err := x.Err(); err != nil {
			yield(nil, err)
			return
		}
		if !value.IsArray(list) {
			yield(nil, wire.Errorf(located(5858203), "$documents must evaluate to an array, but got %s", value.TypeName(list)))
			return
		}
		for _, v := range keys.Elements(list.Value) {
			if !value.IsDocument(v) {
				yield(nil, wire.Errorf(located(40228), "the elements of $documents must be objects, but one is of type %s", value.TypeName(v)))
				return
			}
			if !yield(v.Value, nil) {
				return
			}
		}
	}
}

func (Documents) Needs(Needs) Needs { return Needs{} }

// makesDocuments reports whether the pipeline needs no collection.
func (p *Pipeline) makesDocuments() bool {
	_, ok := leading[Documents](p.stages)
	return ok
}

// StandsFirst reports whether the stages make their documents themselves.
func (p *Pipeline) StandsFirst() bool { return p.makesDocuments() }
