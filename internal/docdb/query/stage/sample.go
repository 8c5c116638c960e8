package stage

import (
	"encoding/binary"
	"math/rand/v2"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Sample gives Size documents, each set of them as likely as any other, in a random order: the first when all are sorted by
// random numbers.
type Sample struct {
	named
	Size int64
}

// parseSample reads {size: N}.
func parseSample(p *expression.Parser, as named) (Stage, error) {
	v := as.spec
	if !value.IsDocument(v) {
		return nil, wire.Errorf(wire.Code{Number: 28745, Name: "Location28745"}, "the $sample stage specification must be an object")
	}
	for name := range keys.Elements(v.Value) {
		if string(name) != "size" {
			return nil, wire.Errorf(wire.Code{Number: 28748, Name: "Location28748"}, "unrecognized option to $sample: %s", name)
		}
	}
	size := keys.Lookup(v.Value, "size")
	if size.Type == 0 {
		return nil, wire.Errorf(wire.Code{Number: 28749, Name: "Location28749"}, "$sample stage must specify a size")
	}
	n, ok := value.Whole(size)
	if !ok {
		return nil, wire.Errorf(wire.Code{Number: 28746, Name: "Location28746"}, "size argument to $sample must be a whole number")
	}
	if n <= 0 {
		return nil, wire.Errorf(wire.Code{Number: 28747, Name: "Location28747"}, "size argument to $sample must be a positive integer")
	}
	p.Changes()
	return Sample{as, n}, nil
}

func (s Sample) Stream(in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		chosen := r.Sorter("$sample", expression.MaxMemory, s.Size)
		defer chosen.Close()
		for doc, err := range in {
			if err == nil {
				err = chosen.Add(binary.BigEndian.AppendUint64(nil, rand.Uint64()), doc)
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
		for row, err := range chosen.Sorted() {
			if !yield(row.Value, err) {
				return
			}
		}
	}
}

func (Sample) Needs(out Needs) Needs { return out }
