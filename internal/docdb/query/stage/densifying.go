package stage

import (
	"bytes"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func (Densify) Needs(Needs) Needs { return everything }

func (d Densify) Stream(in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		held := r.Memory.Open("$densify", expression.MaxMemory)
		defer held.Close()
		x := r.Evaluation()
		all, err := d.gather(in, x, &held)
		if err != nil {
			yield(nil, err)
			return
		}
		least, most := d.extremes(all)
		made := 0
		for len(all) > 0 {
			end := 1
			for end < len(all) && bytes.Equal(all[end].part, all[0].part) {
				end++
			}
			low, high := least, most
			if !d.whole && d.low.Type == 0 {
				low, high = d.extremes(all[:end])
			}
			if err := d.fill(x, all[:end], low, high, &made, yield); err != nil {
				if err != errEnough {
					yield(nil, err)
				}
				return
			}
			all = all[end:]
		}
	}
}

// gather sorts documents by their part, and in it by the field.
func (d *Densify) gather(in value.Documents, x *expression.Evaluation, held *memory.Account) (all []placedDoc, err error) {
	for doc, err := range in {
		if err != nil {
			return nil, err
		}
		p := placedDoc{keyedDoc: keyedDoc{doc: bytes.Clone(doc)}}
		for _, path := range d.parts {
			p.part = d.by.Append(p.part, value.OrNull(plain(p.doc, path)))
		}
		if p.by = plain(p.doc, d.path); !value.IsNull(p.by) {
			err = d.check(p.by)
		}
		p.key = d.by.Append(nil, value.OrNull(p.by))
		if err == nil {
			err = held.Take(len(doc) + len(p.part) + len(p.key) + 160)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b placedDoc) int {
		if !x.Step(1) {
			return 0
		}
		if c := bytes.Compare(a.part, b.part); c != 0 {
			return c
		}
		return bytes.Compare(a.key, b.key)
	})
	return all, x.Err()
}

// extremes are the least and the greatest value of documents, or the bounds that were given. Missing: there is none.
func (d *Densify) extremes(docs []placedDoc) (least, most bson.RawValue) {
	if d.low.Type != 0 {
		return d.low, d.high
	}
	for _, doc := range docs {
		if value.IsNull(doc.by) {
			continue
		}
		if least.Type == 0 || keys.Compare(doc.by, least) < 0 {
			least = doc.by
		}
		if most.Type == 0 || keys.Compare(doc.by, most) > 0 {
			most = doc.by
		}
	}
	return least, most
}

// fill gives the documents of a part with those between them. Bounds that were given do not hold their end.
func (d *Densify) fill(x *expression.Evaluation, docs []placedDoc, low, high bson.RawValue, made *int, yield func(bson.Raw, error) bool) error {
	pattern, err := d.pattern(docs[0].doc)
	if err != nil {
		return err
	}
	next, n, ok := low, int64(0), low.Type != 0
	within := func() bool {
		c := 1
		if ok {
			c = keys.Compare(next, high)
		}
		return c < 0 || c == 0 && d.low.Type == 0
	}
	forward := func() {
		n++
		next, ok = d.at(low, n)
	}
	for i := 0; i < len(docs) || within(); {
		if !x.Step(1) {
			return x.Err()
		}
		if i < len(docs) && (value.IsNull(docs[i].by) || !within() || keys.Compare(docs[i].by, next) <= 0) {
			if within() && !value.IsNull(docs[i].by) && keys.Equal(docs[i].by, next) {
				forward()
			}
			if !yield(docs[i].doc, nil) {
				return errEnough
			}
			i++
			continue
		}
		if i > 0 && !value.IsNull(docs[i-1].by) && keys.Compare(docs[i-1].by, next) >= 0 {
			forward() // it is there, or has been passed
			continue
		}
		if *made++; *made > maxDensified {
			return wire.Errorf(located(5897900), "Generated %d documents in $densify, which is over the limit of %d", *made, maxDensified)
		}
		doc, err := with(pattern, d.path, next)
		if err != nil {
			return err
		}
		if !yield(doc, nil) {
			return errEnough
		}
		forward()
	}
	return nil
}

// pattern is a document with the fields that all of a part have in common.
func (d *Densify) pattern(doc bson.Raw) (bson.Raw, error) {
	pattern := bson.Raw(value.EmptyDoc)
	for _, path := range d.parts {
		if v := plain(doc, path); v.Type != 0 {
			var err error
			if pattern, err = with(pattern, path, v); err != nil {
				return nil, wire.Errorf(wire.BadValue, "the fields of $densify's 'partitionByFields' are part of one another: %s", strings.Join(path, "."))
			}
		}
	}
	return pattern, nil
}
