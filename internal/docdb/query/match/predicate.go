package match

import (
	"bytes"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// A predicate judges what is at a path of a document, or one value alone.
type predicate interface {
	at(doc []byte, path []string) bool
	holds(v bson.RawValue) bool
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
	plain       bool // op and what goes with it say everything: Filter.Intervals may use them
	test        func(bson.RawValue) bool
}

func (a *atom) holds(v bson.RawValue) bool { return a.test(v) }

func (a *atom) at(doc []byte, path []string) bool {
	return value.Walk(doc, path, func(v bson.RawValue, spread bool) bool {
		if spread && !a.whole && value.IsArray(v) {
			for _, element := range keys.Elements(v.Value) {
				if a.test(element) {
					return true
				}
			}
		}
		return a.test(v)
	})
}

// negation holds when one of its predicates does not.
type negation []predicate

func (n negation) holds(v bson.RawValue) bool {
	for _, p := range n {
		if !p.holds(v) {
			return true
		}
	}
	return false
}

func (n negation) at(doc []byte, path []string) bool {
	for _, p := range n {
		if !p.at(doc, path) {
			return true
		}
	}
	return false
}

// several holds when all of its predicates do.
type several []predicate

func (s several) holds(v bson.RawValue) bool { return len(s) > 0 && !negation(s).holds(v) }

func (s several) at(doc []byte, path []string) bool { return len(s) > 0 && !negation(s).at(doc, path) }

// equalTest is true of values equal to want; a missing field is equal to null.
func equalTest(want bson.RawValue) func(bson.RawValue) bool {
	return func(v bson.RawValue) bool { return keys.Equal(v, want) }
}

// rangeTest is true of values of want's class that compare with it as accept says. NaN is in order only with itself.
// MinKey and MaxKey compare with values of every class.
func rangeTest(want bson.RawValue, accept func(order int) bool) func(bson.RawValue) bool {
	if want.Type == bson.TypeMinKey || want.Type == bson.TypeMaxKey {
		return func(v bson.RawValue) bool { return accept(keys.Compare(v, want)) }
	}
	class, nan := keys.Class(want), value.IsNaN(want)
	return func(v bson.RawValue) bool {
		if keys.Class(v) != class || value.IsNaN(v) != nan {
			return false
		}
		return accept(keys.Compare(v, want))
	}
}

// OneOf is true of values equal to one of a set or matched by one of the expressions.
func OneOf(set []bson.RawValue, expressions []*atom) func(bson.RawValue) bool {
	members := make(map[string]struct{}, len(set))
	for _, v := range set {
		members[string(keys.Append(nil, v))] = struct{}{}
	}
	return func(v bson.RawValue) bool {
		if len(members) > 0 {
			var room [64]byte
			if _, ok := members[string(keys.Append(room[:0], v))]; ok {
				return true
			}
		}
		for _, e := range expressions {
			if e.test(v) {
				return true
			}
		}
		return false
	}
}

// sameRegex reports whether v is the regular expression re itself.
func sameRegex(v, re bson.RawValue) bool { return v.Type == re.Type && bytes.Equal(v.Value, re.Value) }
