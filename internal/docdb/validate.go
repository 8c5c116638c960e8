package docdb

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

func runValidate(c *call) (bson.D, error) {
	if err := c.refuse("repair"); err != nil {
		return nil, err
	}
	v, err := c.openView()
	if err != nil {
		return nil, err
	}
	defer v.close()
	if v.coll == nil {
		return nil, noNamespace(c.ns)
	}
	found, err := inspect(c.ctx, v.r, v.coll)
	if err != nil {
		return nil, err
	}
	var perIndex bson.D
	for i, ix := range v.coll.allIndexes() {
		perIndex = append(perIndex, bson.E{Key: ix.Name, Value: found.entries[i]})
	}
	return bson.D{{Key: "ns", Value: c.ns.String()}, {Key: "nrecords", Value: found.docs}, {Key: "nIndexes", Value: int32(len(perIndex))},
		{Key: "keysPerIndex", Value: perIndex}, {Key: "valid", Value: len(found.faults) == 0}, {Key: "repaired", Value: false},
		{Key: "warnings", Value: bson.A{}}, {Key: "errors", Value: found.faults}}, nil
}

// inspection is what a collection holds and what is wrong with it.
type inspection struct {
	tally
	entries []int64 // of each of allIndexes
	faults  []string
}

// maxFaults bounds the list of faults; one is reason enough to restore.
const maxFaults = 100

func (f *inspection) fault(format string, args ...any) {
	if len(f.faults) < maxFaults {
		f.faults = append(f.faults, fmt.Sprintf(format, args...))
	}
}

// inspect checks that every document is well-formed and under its own key, that it stands in each index by each of its
// values, that the indexes hold nothing else, and that the tally is right.
func inspect(ctx context.Context, r pebble.Reader, coll *collection) (*inspection, error) {
	found := &inspection{entries: make([]int64, len(coll.indexes)+1), faults: []string{}}
	expected := make([]int64, len(coll.indexes)+1)
	s := &scan{r: r, coll: coll, plan: wholeCollection}
	for doc, err := range s.documents(ctx) {
		if err != nil {
			return nil, err
		}
		found.docs++
		found.bytes += int64(len(doc))
		if err := inspectDocument(r, coll, doc, expected, found); err != nil {
			return nil, err
		}
	}
	found.entries[0], expected[0] = found.docs, found.docs
	for i, ix := range coll.indexes {
		if ix.Building {
			continue
		}
		n, err := countKeys(ctx, r, idPrefix(spaceIndex, ix.ID))
		if err != nil {
			return nil, err
		}
		if found.entries[i+1] = n; n != expected[i+1] {
			found.fault("index %s has %d entries instead of %d", ix.Name, n, expected[i+1])
		}
	}
	kept, err := readTally(r, coll.id)
	if kept != found.tally {
		found.fault("the tally says %d documents of %d bytes, there are %d of %d", kept.docs, kept.bytes, found.docs, found.bytes)
	}
	return found, err
}

func inspectDocument(r pebble.Reader, coll *collection, doc bson.Raw, expected []int64, found *inspection) error {
	if err := wire.Validate(doc, maxDepth); err != nil {
		found.fault("a document is malformed")
		return nil
	}
	key := documentKey(coll.id, doc.Lookup("_id"))
	if stored, err := read(r, key); err != nil {
		return err
	} else if !bytes.Equal(stored, doc) {
		found.fault("the document with _id %s is under another key", doc.Lookup("_id"))
	}
	for i, ix := range coll.indexes {
		if ix.Building {
			continue
		}
		values, arrays, err := ix.keys(doc)
		if err != nil {
			found.fault("the document with _id %s cannot be in index %s", doc.Lookup("_id"), ix.Name)
			continue
		}
		expected[i+1] += int64(len(values))
		for _, v := range values {
			entry, err := read(r, indexKey(ix.ID, v, key[prefixLen:]))
			if err != nil {
				return err
			}
			if entry == nil {
				found.fault("the document with _id %s is missing in index %s", doc.Lookup("_id"), ix.Name)
			}
		}
		if slices.Contains(union(ix.Multikey, arrays), true) && !slices.Equal(union(ix.Multikey, arrays), ix.Multikey) {
			found.fault("index %s is not marked as multikey", ix.Name)
		}
	}
	return nil
}

func countKeys(ctx context.Context, r pebble.Reader, prefix []byte) (n int64, err error) {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return 0, err
	}
	defer it.Close()
	for it.First(); it.Valid(); it.Next() {
		if n++; n%patience == 0 && ctx.Err() != nil {
			return n, ctx.Err()
		}
	}
	return n, it.Error()
}
