package docdb

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query"
)

// scan walks a plan and yields the documents that match.
type scan struct {
	r      pebble.Reader
	coll   *collection
	plan   plan
	filter *query.Filter

	keysExamined, docsExamined int64
}

// patience is how many rows are read between two looks at the context.
const patience = 128

// documents yields copies of the matching documents, each once.
func (s *scan) documents(ctx context.Context) iter.Seq2[bson.Raw, error] {
	return func(yield func(bson.Raw, error) bool) {
		if s.plan.stage == stageNone {
			return
		}
		if err := s.walk(ctx, func(doc bson.Raw) bool { return yield(doc, nil) }); err != nil {
			yield(nil, err)
		}
	}
}

// walk visits the plan's ranges one after another with one iterator.
func (s *scan) walk(ctx context.Context, yield func(bson.Raw) bool) error {
	it, err := s.r.NewIter(nil)
	if err != nil {
		return err
	}
	defer it.Close()
	for _, b := range s.ranges() {
		it.SetBounds(b.lo, b.hi)
		more, err := s.walkRange(ctx, it, yield)
		if err != nil || !more {
			return err
		}
	}
	return it.Error()
}

func (s *scan) walkRange(ctx context.Context, it *pebble.Iterator, yield func(bson.Raw) bool) (more bool, err error) {
	first, next := it.First, it.Next
	if s.plan.reverse {
		first, next = it.Last, it.Prev
	}
	rows := 0
	for ok := first(); ok; ok = next() {
		if rows++; rows%patience == 1 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		doc, err := s.visit(it)
		if err != nil {
			return false, err
		}
		if doc != nil && !yield(doc) {
			return false, nil
		}
	}
	return true, it.Error()
}

// visit returns the document at the iterator if it matches.
func (s *scan) visit(it *pebble.Iterator) (bson.Raw, error) {
	if s.plan.stage != stageAll {
		s.keysExamined++
	}
	if s.plan.ix.ID == idIndex.ID {
		s.docsExamined++
		if doc := bson.Raw(it.Value()); s.filter.Match(doc) {
			return bytes.Clone(doc), nil
		}
		return nil, nil
	}
	value, id, ok := splitIndexKey(it.Key(), it.Value())
	if !ok {
		return nil, errors.New("malformed index entry")
	}
	doc, closer, err := s.r.Get(documentKeyOf(s.coll.id, id))
	if err != nil {
		return nil, errors.Join(errors.New("index entry without a document"), err)
	}
	defer closer.Close()
	s.docsExamined++
	if !s.filter.Match(doc) || s.plan.ix.Multikey && !s.first(doc, value) {
		return nil, nil
	}
	return bytes.Clone(doc), nil
}

// first reports whether value is the first of the document's values that the scan comes to. A document with several
// values is yielded there and nowhere else, so that no list of those already seen is needed.
func (s *scan) first(doc bson.Raw, value []byte) bool {
	values := encodedValues(doc, s.plan.ix.Path)
	if s.plan.reverse {
		slices.Reverse(values)
	}
	for _, v := range values {
		if s.covers(v) {
			return bytes.Equal(v, value)
		}
	}
	return false
}

func (s *scan) covers(v []byte) bool {
	return !s.plan.bounded || slices.ContainsFunc(s.plan.bounds, func(b query.Interval) bool {
		lo, hi := bytes.Compare(v, b.Lo), bytes.Compare(v, b.Hi)
		return (lo > 0 || lo == 0 && b.LoIncl) && (hi < 0 || hi == 0 && b.HiIncl)
	})
}

// span is a range of keys: from lo up to and without hi.
type span struct{ lo, hi []byte }

// ranges are the spans of keys that the plan visits, in its order.
func (s *scan) ranges() []span {
	prefix := idPrefix(spaceDocument, s.coll.id)
	if s.plan.ix.ID != idIndex.ID {
		prefix = idPrefix(spaceIndex, s.plan.ix.ID)
	}
	if !s.plan.bounded {
		return []span{{prefix, after(prefix)}}
	}
	spans := make([]span, 0, len(s.plan.bounds))
	for _, b := range s.plan.bounds {
		spans = append(spans, spanOf(prefix, b))
	}
	if s.plan.reverse {
		slices.Reverse(spans)
	}
	return spans
}

// spanOf turns an interval of values into a span of keys. A key goes on behind its value, so all keys of the value v lie
// between v and the key after it.
func spanOf(prefix []byte, b query.Interval) span {
	lo, hi := slices.Concat(prefix, b.Lo), slices.Concat(prefix, b.Hi)
	if !b.LoIncl {
		lo = after(lo)
	}
	if b.HiIncl {
		hi = after(hi)
	}
	return span{lo, hi}
}
