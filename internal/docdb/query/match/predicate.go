package match

import (
	"bytes"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// A predicate judges what is at a path of a document, or one value alone.
type predicate interface {
	at(x *evaluation, doc []byte, path []string) bool
	holds(x *evaluation, v bson.RawValue) bool
}

// atom holds at a path when test is true of one of the values there. An array stands for its elements and for itself,
// or only for itself if whole is set.
type atom struct {
	op          string
	arg         bson.RawValue
	args        []bson.RawValue // of $in, without regular expressions
	expressions []*atom         // of $in
	prefix      string          // of $regex: what every string that it matches begins with
	whole       bool
	element     test // of $elemMatch: what one element must meet
	collation   *keys.Collation
	plain       bool // op and what goes with it say everything: Filter.Intervals may use them
	test        test
}

// A test judges a value.
type test func(x *evaluation, v bson.RawValue) bool

func (a *atom) holds(x *evaluation, v bson.RawValue) bool { return a.test(x, v) }

func (a *atom) at(x *evaluation, doc []byte, path []string) bool {
	return value.Walk(doc, path, func(v bson.RawValue, spread bool) bool {
		if !x.Step(1) {
			return true
		}
		if spread && !a.whole && value.IsArray(v) {
			for _, element := range keys.Elements(v.Value) {
				if !x.Step(1) || a.test(x, element) {
					return true
				}
			}
		}
		return a.test(x, v)
	})
}

// negation holds when one of its predicates does not.
type negation []predicate

func (n negation) holds(x *evaluation, v bson.RawValue) bool {
	for _, p := range n {
		if !p.holds(x, v) {
			return true
		}
	}
	return false
}

func (n negation) at(x *evaluation, doc []byte, path []string) bool {
	for _, p := range n {
		if !p.at(x, doc, path) {
			return true
		}
	}
	return false
}

// several holds when all of its predicates do.
type several []predicate

func (s several) holds(x *evaluation, v bson.RawValue) bool {
	return len(s) > 0 && !negation(s).holds(x, v)
}

func (s several) at(x *evaluation, doc []byte, path []string) bool {
	return len(s) > 0 && !negation(s).at(x, doc, path)
}

// equalTest is true of values equal to want; a missing field is equal to null.
func equalTest(c *keys.Collation, want bson.RawValue) test {
	return func(_ *evaluation, v bson.RawValue) bool { return c.Equal(v, want) }
}

// rangeTest is true of values of want's class that compare with it as accept says. NaN is in order only with itself.
// MinKey and MaxKey compare with values of every class.
func rangeTest(c *keys.Collation, want bson.RawValue, accept func(order int) bool) test {
	if want.Type == bson.TypeMinKey || want.Type == bson.TypeMaxKey {
		return func(_ *evaluation, v bson.RawValue) bool { return accept(c.Compare(v, want)) }
	}
	class, nan := keys.Class(want), value.IsNaN(want)
	return func(_ *evaluation, v bson.RawValue) bool {
		if keys.Class(v) != class || value.IsNaN(v) != nan {
			return false
		}
		return accept(c.Compare(v, want))
	}
}

// memberTest is true of values equal to one of a set or matched by one of the expressions.
func memberTest(p *expression.Parser, set []bson.RawValue, expressions []*atom) test {
	members, c := make(map[string]struct{}, len(set)), p.Collation
	for _, v := range set {
		if p.Step(3) != nil {
			break // who parses finds the error
		}
		members[string(c.Append(nil, v))] = struct{}{}
	}
	return func(x *evaluation, v bson.RawValue) bool {
		if len(members) > 0 {
			var room [64]byte
			if _, ok := members[string(c.Append(room[:0], v))]; ok {
				return true
			}
		}
		for _, e := range expressions {
			if !x.Step(1) || e.test(x, v) {
				return true
			}
		}
		return false
	}
}

// sameRegex reports whether v is the regular expression re itself.
func sameRegex(v, re bson.RawValue) bool { return v.Type == re.Type && bytes.Equal(v.Value, re.Value) }
