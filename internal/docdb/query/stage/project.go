package stage

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/projection"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Project shapes each document: $project, $addFields and $unset.
type Project struct {
	named
	Projection *projection.Projection
}

func parseProject(p *expression.Parser, n named) (Stage, error) {
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(wire.Code{Number: 15969, Name: "Location15969"}, "$project specification must be an object")
	}
	if len(n.spec.Value) == len(value.EmptyDoc) {
		return nil, wire.Errorf(projection.EmptyProjectionCode, "Invalid $project :: caused by :: projection specification must have at least one field")
	}
	shape, err := projection.Parse(p, n.spec.Value)
	return Project{n, shape}, err
}

func parseAddFields(p *expression.Parser, n named) (Stage, error) {
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(wire.Code{Number: 40272, Name: "Location40272"}, "%s specification stage must be an object", n.name)
	}
	shape, err := projection.ParseAddFields(p, n.spec.Value)
	return Project{n, shape}, err
}

func parseUnset(p *expression.Parser, n named) (Stage, error) {
	names := []bson.RawValue{n.spec}
	if value.IsArray(n.spec) {
		names = value.Elements(n.spec)
	}
	b := value.NewBuilder()
	for _, v := range names {
		name, ok := value.Text(v)
		if !ok || strings.ContainsRune(name, 0) {
			return nil, wire.Errorf(wire.Code{Number: 31120, Name: "Location31120"}, "$unset specification must be a string or an array of strings")
		}
		b.Add(name, value.Int32(0))
	}
	if len(names) == 0 {
		return nil, wire.Errorf(wire.Code{Number: 31119, Name: "Location31119"}, "$unset specification must be a string or an array with at least one field")
	}
	shape, err := projection.Parse(p, b.Bytes())
	return Project{n, shape}, err
}

func (p Project) Stream(in value.Documents, r *Run) value.Documents {
	x := r.Evaluation()
	return perDocument(in, func(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
		out, err := p.Projection.ApplyIn(x, doc)
		return yield(out, err) && err == nil
	})
}

func (p Project) Needs(out Needs) Needs {
	paths, kept := p.Projection.Paths()
	if kept {
		return out.and(Needs{Paths: paths})
	}
	return Needs{Paths: paths}
}
