package order

import (
	"bytes"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// placed is a document with its place in an order.
type placed struct {
	key []byte
	doc bson.Raw
}

// size is about what it takes of memory.
func (p placed) size() int { return len(p.key) + len(p.doc) + 64 }

// Stream sorts a stream, of which it gives the first keep documents at least, or all if that is 0. It is stable. What it
// holds it takes from the account that open opens; a document's memory is given back when the document has gone on.
func (s Sort) Stream(in value.Documents, keep int, open func() memory.Account) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		held := open()
		defer held.Close()
		var all []placed
		for doc, err := range in {
			p := placed{doc: doc}
			if err == nil {
				p.key, err = s.Key(doc)
			}
			if err == nil {
				err = held.Take(p.size())
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if all = append(all, p); keep > 0 && len(all) >= 2*keep {
				held.Give(cut(all, keep))
				all = all[:keep]
			}
		}
		arrange(all)
		for i, p := range all {
			if !yield(p.doc, nil) {
				return
			}
			all[i] = placed{}
			held.Give(len(p.key) + len(p.doc))
		}
	}
}

func arrange(all []placed) {
	slices.SortStableFunc(all, func(a, b placed) int { return bytes.Compare(a.key, b.key) })
}

// cut sorts documents, clears all but the first n, and returns the size of what it has cleared.
func cut(all []placed, n int) (size int) {
	arrange(all)
	for _, p := range all[n:] {
		size += p.size()
	}
	clear(all[n:])
	return size
}
