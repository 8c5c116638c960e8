package order

import (
	"bytes"
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// placed is a document with its place in an order: by its key, and among equal keys by its number.
type placed struct {
	key []byte
	n   int64
	doc bson.Raw
}

// size is about what it takes of memory.
func (p *placed) size() int { return len(p.key) + len(p.doc) + 64 }

func (p *placed) compare(o *placed) int {
	if c := bytes.Compare(p.key, o.key); c != 0 {
		return c
	}
	return int(p.n - o.n)
}

// Stream sorts a stream, of which it gives the first keep documents, or all if that is 0. It is stable, and ends with ctx.
// What it holds it takes from the account that open opens; a document's memory is given back when the document has gone on.
func (s Sort) Stream(ctx context.Context, in value.Documents, keep int64, open func() memory.Account) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		held := open()
		defer held.Close()
		all, err := s.gather(in, keep, &held)
		if err == nil {
			err = arrange(all, pace.New(ctx))
		}
		if err != nil {
			yield(nil, err)
			return
		}
		for i, p := range all {
			if !yield(p.doc, nil) {
				return
			}
			all[i] = placed{}
			held.Give(len(p.key) + len(p.doc))
		}
	}
}

// gather copies the documents that are to be sorted.
func (s Sort) gather(in value.Documents, keep int64, held *memory.Account) ([]placed, error) {
	var first least
	var key []byte
	n := int64(0)
	for doc, err := range in {
		if err == nil {
			key, err = s.appendKey(key[:0], doc)
		}
		if err != nil {
			return nil, err
		}
		n++
		full := keep > 0 && int64(len(first)) == keep
		if full && bytes.Compare(key, first[0].key) >= 0 {
			continue
		}
		p := placed{bytes.Clone(key), n, bytes.Clone(doc)}
		grown := p.size()
		if full {
			grown -= first[0].size()
		}
		if err := held.Take(grown); err != nil {
			return nil, err
		}
		switch {
		case full:
			first.replace(p)
		case keep > 0:
			first.add(p)
		default:
			first = append(first, p)
		}
	}
	return first, nil
}

// arrange sorts documents.
func arrange(all []placed, pace *pace.Pace) (err error) {
	slices.SortFunc(all, func(a, b placed) int {
		if err == nil {
			err = pace.Step(1)
		}
		if err != nil {
			return 0 // an end soon
		}
		return a.compare(&b)
	})
	return err
}

// least has the documents that come first of all so far, as a heap of which the last of them is at the top.
type least []placed

func (l *least) add(p placed) {
	*l = append(*l, p)
	h := *l
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if h[i].compare(&h[parent]) <= 0 {
			return
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
}

// replace puts p, which comes before the top, in its place.
func (l least) replace(p placed) {
	l[0] = p
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(l) {
			return
		}
		if right := child + 1; right < len(l) && l[right].compare(&l[child]) > 0 {
			child = right
		}
		if l[child].compare(&l[i]) <= 0 {
			return
		}
		l[i], l[child] = l[child], l[i]
		i = child
	}
}
