package match

import (
	"math/rand/v2"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// sampled matches a share of all documents, by chance.
type sampled struct{ share float64 }

func (s sampled) match(*evaluation, []byte) bool { return rand.Float64() < s.share }

func parseSampleRate(p *expression.Parser, v bson.RawValue) (node, error) {
	if !v.IsNumber() {
		return nil, wire.Errorf(wire.BadValue, "argument to $sampleRate must be a numeric type, not %s", value.TypeName(v))
	}
	share := value.AsDouble(v)
	if d, ok := v.Decimal128OK(); ok {
		share, _ = strconv.ParseFloat(d.String(), 64) // NaN, which is refused, is written so too
	}
	if !(share >= 0 && share <= 1) {
		return nil, wire.Errorf(wire.BadValue, "numeric argument to $sampleRate must be in [0, 1]")
	}
	p.Changes()
	return sampled{share}, nil
}
