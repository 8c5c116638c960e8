package stage

import (
	"math/rand/v2"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// parseSampleStage reads {size: N}.
func parseSampleStage(v bson.RawValue) (stage, error) {
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
	return sample(n).stage, nil
}

// sample is the $sample stage: so many documents, each set of them as likely as any other, in a random order.
type sample int64

func (size sample) stage(in value.Documents, from *memory.Budget) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		held := from.Open("$sample", expression.MaxMemory)
		defer held.Close()
		chosen, err := size.choose(in, &held)
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

// choose keeps the first size documents. Of those behind, the n-th takes the place of one of them with probability size/n.
func (size sample) choose(in value.Documents, held *memory.Account) (chosen []bson.Raw, err error) {
	var n int64
	for doc, err := range in {
		if err != nil {
			return nil, err
		}
		n++
		if int64(len(chosen)) < int64(size) {
			err, chosen = held.Take(len(doc)), append(chosen, doc)
		} else if i := rand.Int64N(n); i < int64(size) {
			err = held.Take(len(doc) - len(chosen[i]))
			chosen[i] = doc
		}
		if err != nil {
			return nil, err
		}
	}
	return chosen, nil
}
