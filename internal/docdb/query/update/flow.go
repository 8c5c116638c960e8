package update

import (
	"bytes"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// flowing are the stages of which a pipeline may be made that updates: each makes one document of one.
// Source: MongoDB manual, "Updates with Aggregation Pipeline".
var flowing = []string{"$addFields", "$project", "$replaceRoot", "$replaceWith", "$set", "$unset"}

func parsePipeline(p *expression.Parser, v bson.RawValue) (*Update, error) {
	through, err := stage.Parse(p, v)
	if err != nil {
		return nil, err
	}
	for _, one := range keys.Elements(v.Value) {
		if name, _ := value.FirstName(one); !slices.Contains(flowing, name) {
			return nil, wire.Errorf(wire.InvalidOptions, "%s is not allowed to be used within an update; the stages that are: %s", name, strings.Join(flowing, ", "))
		}
	}
	return &Update{pipeline: through}, nil
}

// flow is what the pipeline makes of a document, with the _id that it had.
func (u *Update) flow(doc bson.Raw, r *stage.Run) (bson.Raw, error) {
	one := func(yield func(bson.Raw, error) bool) { yield(doc, nil) }
	for out, err := range u.pipeline.Run(r, one) {
		if err != nil {
			return nil, err
		}
		return replace(doc, bytes.Clone(out))
	}
	return nil, r.Ctx.Err()
}
