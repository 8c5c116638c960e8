package stage

import (
	"bytes"
	"math/rand/v2"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Sample gives Size documents, each set of them as likely as any other, in a random order.
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
		held := r.Memory.Open("$sample", expression.MaxMemory)
		defer held.Close()
		chosen, err := s.choose(in, &held)
		if err != nil {
			yield(nil, err)
			return
		}
		rand.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
		for _, doc := range chosen {
			if !yield(doc, nil) {
				return
			}
		}
	}
}

// choose keeps the first Size documents. Of those behind, the n-th takes the place of one of them with probability Size/n.
func (s Sample) choose(in value.Documents, held *memory.Account) (chosen []bson.Raw, err error) {
	var n int64
	for doc, err := range in {
		if err != nil {
			return nil, err
		}
		n++
		if int64(len(chosen)) < s.Size {
			err, chosen = held.Take(len(doc)), append(chosen, bytes.Clone(doc))
		} else if i := rand.Int64N(n); i < s.Size {
			err = held.Take(len(doc) - len(chosen[i]))
			chosen[i] = append(chosen[i][:0], doc...)
		}
		if err != nil {
			return nil, err
		}
	}
	return chosen, nil
}

func (Sample) Needs(out Needs) Needs { return out }
