package storage

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// Inspection has the numbers of a collection's documents and index entries, and what is wrong with them.
type Inspection struct {
	Tally
	Entries []int64 // of each of AllIndexes
	Faults  []string
}

// maxFaults bounds the list of faults. One is reason enough to restore.
const maxFaults = 100

func (f *Inspection) fault(format string, args ...any) {
	if len(f.Faults) < maxFaults {
		f.Faults = append(f.Faults, fmt.Sprintf(format, args...))
	}
}

// Inspect checks that every document is well-formed and under its own key, that each index has exactly the entries of
// the documents, and that the tally is right.
func Inspect(ctx context.Context, r Reader, coll *Collection) (*Inspection, error) {
	found := &Inspection{Entries: make([]int64, len(coll.Indexes)+1), Faults: []string{}}
	expected := make([]int64, len(coll.Indexes)+1)
	err := eachRow(ctx, r, DocumentPrefix(coll.ID), func(_, doc []byte) error {
		found.Docs++
		found.Bytes += int64(len(doc))
		return inspectDocument(r, coll, doc, expected, found)
	})
	if err != nil {
		return nil, err
	}
	found.Entries[0], expected[0] = found.Docs, found.Docs
	for i, ix := range coll.Indexes {
		if ix.Building {
			continue
		}
		n, err := countKeys(ctx, r, IndexPrefix(ix.ID))
		if err != nil {
			return nil, err
		}
		if found.Entries[i+1] = n; n != expected[i+1] {
			found.fault("index %s has %d entries instead of %d", ix.Name, n, expected[i+1])
		}
	}
	kept, err := ReadTally(r, coll.ID)
	if kept != found.Tally {
		found.fault("the tally says %d documents of %d bytes, there are %d of %d", kept.Docs, kept.Bytes, found.Docs, found.Bytes)
	}
	return found, err
}

func inspectDocument(r Reader, coll *Collection, doc bson.Raw, expected []int64, found *Inspection) error {
	if err := wire.Validate(doc, MaxDepth); err != nil {
		found.fault("a document is malformed")
		return nil
	}
	key := DocumentKey(coll.ID, doc.Lookup("_id"))
	if stored, err := Read(r, key); err != nil {
		return err
	} else if !bytes.Equal(stored, doc) {
		found.fault("the document with _id %s is under another key", doc.Lookup("_id"))
	}
	for i, ix := range coll.Indexes {
		if ix.Building {
			continue
		}
		values, arrays, err := ix.Keys(doc)
		if err != nil {
			found.fault("the document with _id %s cannot be in index %s", doc.Lookup("_id"), ix.Name)
			continue
		}
		expected[i+1] += int64(len(values))
		for _, v := range values {
			entry, err := Read(r, indexKey(ix.ID, v, key[prefixLen:]))
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

func countKeys(ctx context.Context, r Reader, prefix []byte) (n int64, err error) {
	err = eachRow(ctx, r, prefix, func(_, _ []byte) error { n++; return nil })
	return n, err
}

// eachRow calls fn with the keys that begin with prefix, and what is stored under them.
func eachRow(ctx context.Context, r Reader, prefix []byte, fn func(key, value []byte) error) error {
	it, err := r.Iter(prefix, After(prefix))
	if err != nil {
		return err
	}
	defer it.Close()
	n := 0
	for it.First(); it.Valid(); it.Next() {
		if n++; n%Patience == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := fn(it.Key(), it.Value()); err != nil {
			return err
		}
	}
	return it.Error()
}
