package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Match passes the documents that a filter means.
type Match struct {
	named
	Filter *match.Filter
}

func parseMatch(p *expression.Parser, n named) (Stage, error) {
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(wire.Code{Number: 15959, Name: "Location15959"}, "the match filter must be an expression in an object")
	}
	f, err := match.Parse(p, n.spec.Value)
	return Match{n, f}, err
}

// newMatch is a $match that nobody has written.
func newMatch(f *match.Filter) Match {
	return Match{named{"$match", value.Document(f.Raw())}, f}
}

func (m Match) Stream(in value.Documents, r *Run) value.Documents {
	x := r.Evaluation()
	return perDocument(in, func(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
		fits := m.Filter.MatchIn(x, doc)
		if err := x.Err(); err != nil {
			return yield(nil, err) && false
		}
		return !fits || yield(doc, nil)
	})
}

func (m Match) Needs(out Needs) Needs {
	paths, whole := m.Filter.Paths()
	return out.and(Needs{whole, paths})
}
