package plan

import (
	"bytes"
	"errors"
	"iter"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// Scan walks a plan and yields the documents that match.
type Scan struct {
	r      storage.Reader
	coll   *storage.Collection
	Plan   Plan
	filter *match.Filter
	x      *expression.Evaluation
	Most   int64 // how many keys and documents it may examine; 0: any number
	Lent   bool  // the caller is done with each document before it takes the next

	keysExamined, docsExamined int64
	Work                       *wire.Work // to which they are added whenever the scan rests or ends; nil: to none
	told                       wire.Work  // how much of them has been

	it storage.Iterator // at the scan's position; nil while the scan rests
	at []byte           // the scan's position while it rests

	arms []*arm // of the branches of an $or

	seen      map[string]struct{} // encoded _ids of the documents that a multikey index has led to
	seenBytes int
}

// NewScan returns a scan by a plan for the documents that match a filter.
func NewScan(r storage.Reader, coll *storage.Collection, p Plan, f *match.Filter) *Scan {
	return &Scan{r: r, coll: coll, Plan: p, filter: f}
}

// By returns a scan for the same documents by another plan.
func (s *Scan) By(p Plan) *Scan { return NewScan(s.r, s.coll, p, s.filter) }

const mb = 1 << 20

// ErrFar is the error of a scan that has examined Most keys and documents.
var ErrFar = errors.New("the scan is a long one")

// How many bytes a scan may use to remember documents that it has met, and how many a document takes besides its _id.
const (
	seenMemory   = 4 * mb
	seenOverhead = 64
)

// Documents yields the matching documents, each once. They are copies, unless the caller accepts lent ones.
func (s *Scan) Documents(r *stage.Run) value.Documents {
	s.x = r.Evaluation()
	if s.Plan.Access == accessOr {
		return s.branches(r)
	}
	return func(yield func(bson.Raw, error) bool) {
		switch s.Plan.Access {
		case accessNone:
			return
		case AccessTally:
			s.count(yield)
			return
		}
		defer s.review()
		if err := s.walk(func(doc bson.Raw) bool { return yield(doc, nil) }); err != nil {
			yield(nil, err)
		}
	}
}

// count yields as many empty documents as the collection has documents.
func (s *Scan) count(yield func(bson.Raw, error) bool) {
	all, err := storage.ReadTally(s.r, s.coll.ID)
	for range all.Docs {
		if !yield(field.EmptyDoc, nil) {
			return
		}
	}
	if err != nil {
		yield(nil, err)
	}
}

// review drops a cached plan that has been ten times as much work as expected.
func (s *Scan) review() {
	if s.Plan.shape != "" && s.keysExamined > 10*s.Plan.keys+firstTrial {
		PlansOf(s.coll).forget(s.Plan.shape)
	}
}

// walk visits the plan's ranges one after another with one iterator.
func (s *Scan) walk(yield func(bson.Raw) bool) error {
	if s.Plan.Access == accessIDHack {
		return s.get(yield)
	}
	defer s.Rest()
	for b := range s.ranges() {
		if !s.x.Step(20) {
			return s.x.Err()
		}
		more, err := s.walkRange(b, yield)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// Rest closes the scan's iterator, because it keeps old data in memory, and a cursor may be idle for long. The next call
// continues from the same position with another iterator of the same snapshot.
func (s *Scan) Rest() {
	for _, a := range s.arms {
		a.Rest()
	}
	s.tell()
	if s.it == nil {
		return
	}
	s.at = append(s.at[:0], s.it.Key()...)
	_ = s.it.Close() // its errors have been looked at
	s.it = nil
}

// tell adds to Work what has been examined since it was last told.
func (s *Scan) tell() {
	if s.Work == nil {
		return
	}
	s.Work.Keys += s.keysExamined - s.told.Keys
	s.Work.Docs += s.docsExamined - s.told.Docs
	s.told.Keys, s.told.Docs = s.keysExamined, s.docsExamined
}

// enter places the iterator on a range.
func (s *Scan) enter(b span) (err error) {
	if s.it != nil {
		s.it.SetBounds(b.lo, b.hi)
		return nil
	}
	s.it, err = s.r.Iter(b.lo, b.hi)
	return err
}

// first moves to the first row of a range.
func (s *Scan) first(b span) (bool, error) {
	if err := s.enter(b); err != nil {
		return false, err
	}
	if s.Plan.reverse {
		return s.within(s.it.Last()), nil
	}
	return s.within(s.it.First()), nil
}

// within moves to the next row inside of the plan's fence, unless the present row is.
func (s *Scan) within(ok bool) bool {
	for ok && s.Plan.fence != nil && s.x.Step(80) && !s.far() {
		to, outside := s.Plan.beyond(s.it.Key())
		if !outside {
			break
		}
		s.keysExamined++
		if s.Plan.reverse {
			ok = s.it.SeekLT(to)
		} else {
			ok = s.it.SeekGE(to)
		}
	}
	return ok
}

// far reports whether the scan has examined more than it may.
func (s *Scan) far() bool { return s.Most > 0 && s.keysExamined+s.docsExamined > s.Most }

// next moves to the next row of a range that is inside of the plan's fence.
func (s *Scan) next(b span) (bool, error) {
	ok, err := s.nextRow(b)
	return s.within(ok && err == nil), err
}

func (s *Scan) nextRow(b span) (bool, error) {
	switch rests := s.it == nil; {
	case rests:
		if err := s.enter(b); err != nil {
			return false, err
		}
		if s.Plan.reverse {
			return s.it.SeekLT(s.at), nil
		}
		return s.it.SeekGE(append(s.at, 0)), nil
	case s.Plan.reverse:
		return s.it.Prev(), nil
	}
	return s.it.Next(), nil
}

// get yields the one document of a plan for a single _id. It is always a copy, because a document that Pebble lends would
// have to be given back when the scan rests.
func (s *Scan) get(yield func(bson.Raw) bool) error {
	defer s.tell()
	s.keysExamined++
	doc, err := storage.Read(s.r, storage.DocumentKeyOf(s.coll.ID, s.Plan.spans[0].lo))
	if err != nil || doc == nil {
		return err
	}
	s.docsExamined++
	if s.filter.MatchIn(s.x, doc) {
		yield(doc)
	}
	return s.x.Err()
}

func (s *Scan) walkRange(b span, yield func(bson.Raw) bool) (more bool, err error) {
	ok, err := s.first(b)
	for ; ok && err == nil; ok, err = s.next(b) {
		if !s.x.Step(80) {
			return false, s.x.Err()
		}
		doc, err := s.visit(s.it)
		if err != nil {
			return false, err
		}
		if doc != nil && !yield(doc) {
			return false, nil
		}
		if s.far() {
			return false, ErrFar
		}
	}
	if err != nil {
		return false, err
	}
	return true, s.it.Error()
}

// visit returns the document at the iterator if it matches.
func (s *Scan) visit(it storage.Iterator) (bson.Raw, error) {
	if s.Plan.Access != accessAll {
		s.keysExamined++
	}
	if s.Plan.covered {
		return field.EmptyDoc, nil
	}
	if s.Plan.ix.ID == storage.IDIndex.ID {
		s.docsExamined++
		doc := bson.Raw(it.Value())
		s.x.Step(len(doc) >> 9)
		switch {
		case !s.filter.MatchIn(s.x, doc), s.x.Err() != nil:
			return nil, s.x.Err()
		case s.Lent:
			return doc, nil
		}
		return bytes.Clone(doc), nil
	}
	value, id, ok := storage.SplitIndexKey(it.Key(), it.Value())
	if !ok {
		return nil, errors.New("malformed index entry")
	}
	if _, met := s.seen[string(id)]; met {
		return nil, nil
	}
	doc, closer, err := s.r.Get(storage.DocumentKeyOf(s.coll.ID, id))
	if err != nil {
		return nil, errors.Join(errors.New("index entry without a document"), err)
	}
	defer closer.Close()
	s.docsExamined++
	if !s.filter.MatchIn(s.x, doc) || s.x.Err() != nil {
		return nil, s.x.Err()
	}
	if s.Plan.ix.HasArrays() {
		if anew, err := s.meet(doc, id, value); !anew || err != nil {
			return nil, err
		}
	}
	return bytes.Clone(doc), nil
}

// meet reports whether the scan meets a document with several keys for the first time. It remembers the documents that it
// has met; when they are too many, it compares the document's keys instead.
func (s *Scan) meet(doc bson.Raw, id, key []byte) (bool, error) {
	if s.seenBytes > seenMemory {
		return s.leads(doc, key)
	}
	if s.seen == nil {
		s.seen = map[string]struct{}{}
	}
	s.seen[string(id)] = struct{}{}
	s.seenBytes += len(id) + seenOverhead
	return true, nil
}

// leads reports whether key is the first of the document's keys that the scan visits. A document with several keys is
// returned only there.
func (s *Scan) leads(doc bson.Raw, key []byte) (bool, error) {
	encoded, _, err := s.Plan.ix.Keys(doc)
	if s.Plan.reverse {
		slices.Reverse(encoded)
	}
	for _, k := range encoded {
		if s.Plan.holds(k) {
			return bytes.Equal(k, key), err
		}
	}
	return false, err
}

// holds reports whether the plan visits a key without the index's prefix.
func (p Plan) holds(key []byte) bool {
	return slices.ContainsFunc(p.spans, func(b span) bool { return b.holds(key) }) && (p.fence == nil || p.fence.holds(key))
}

// beyond is fence.beyond for keys with the index's prefix.
func (p Plan) beyond(key []byte) (to []byte, outside bool) {
	prefix := key[:len(storage.IndexPrefix(p.ix.ID))]
	if to, outside = p.fence.beyond(key[len(prefix):], p.reverse); outside {
		to = slices.Concat(prefix, to)
	}
	return to, outside
}

// ranges returns the spans of keys that the plan visits, in its order.
func (s *Scan) ranges() iter.Seq[span] {
	prefix := storage.DocumentPrefix(s.coll.ID)
	if s.Plan.ix.ID != storage.IDIndex.ID {
		prefix = storage.IndexPrefix(s.Plan.ix.ID)
	}
	return func(yield func(span) bool) {
		for i := range s.Plan.spans {
			if s.Plan.reverse {
				i = len(s.Plan.spans) - 1 - i
			}
			if !yield(s.Plan.spans[i].under(prefix)) {
				return
			}
		}
	}
}

// SearchesAll reports whether the scan looks at every document of its collection to find some.
func (s *Scan) SearchesAll() bool {
	return s.Plan.Access == accessAll && s.filter != nil && len(s.filter.Raw()) > len(field.EmptyDoc)
}
