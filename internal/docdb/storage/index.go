package storage

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Part is one path of an index and its direction, 1 or -1.
type Part struct {
	Path   string  `bson:"path"`
	Dir    int32   `bson:"dir"`
	Given  float64 `bson:"given,omitempty"`  // the number by which the direction was given, if it is not Dir
	Hashed bool    `bson:"hashed,omitempty"` // the entries have hashes in place of values
}

// Shown returns the value of the part in a key pattern.
func (p Part) Shown() any {
	switch {
	case p.Hashed:
		return "hashed"
	case p.Given == 0:
		return p.Dir
	case p.Given == float64(int32(p.Given)):
		return int32(p.Given)
	}
	return p.Given
}

// ParsePart reads a part of a key pattern: a number, by its sign, or "hashed".
func ParsePart(path string, v bson.RawValue) (p Part, ok bool) {
	if kind, _ := v.StringValueOK(); kind == "hashed" {
		return Part{Path: path, Dir: 1, Hashed: true}, true
	}
	n := keys.Compare(v, value.Int32(0))
	if !v.IsNumber() || n == 0 || value.IsNaN(v) {
		return p, false
	}
	p = Part{Path: path, Dir: int32(n)}
	if !keys.Equal(v, value.Int32(p.Dir)) {
		p.Given = value.AsDouble(v)
		if d, ok := v.Decimal128OK(); ok {
			p.Given, _ = strconv.ParseFloat(d.String(), 64)
		}
	}
	return p, true
}

// HashKey returns what the entries of a hashed part have for an encoded value. Source: MongoDB manual, "Hashed Indexes";
// the hash function is Telamon's own.
func HashKey(encoded []byte) []byte {
	sum := sha256.Sum256(encoded)
	return keys.Append(nil, value.Int64(int64(binary.LittleEndian.Uint64(sum[:]))))
}

// Index is an index on one path or several. An entry's key has the encodings of the parts' values one after the other,
// those of descending parts inverted, so that keys sort in the order of the index.
type Index struct {
	ID       uint64   `bson:"id"`
	Name     string   `bson:"name"`
	Parts    []Part   `bson:"parts"`
	Unique   bool     `bson:"unique,omitempty"`
	Sparse   bool     `bson:"sparse,omitempty"`   // has only the documents with at least one of the paths
	Expire   *int64   `bson:"expire,omitempty"`   // seconds from the date on the path to the expiry of a document
	Partial  bson.Raw `bson:"partial,omitempty"`  // has only the documents that this filter matches
	Hidden   bool     `bson:"hidden,omitempty"`   // queries do not use it
	Building bool     `bson:"building,omitempty"` // not all documents have entries yet
	Multikey []bool   `bson:"multikey,omitempty"` // for each part: a document has or had an array on its path

	Filter *match.Filter `bson:"-"` // Partial, parsed
}

// IDIndex stands for the order in which documents are stored.
var IDIndex = Index{Name: "_id_", Parts: []Part{{Path: "_id", Dir: 1}}, Unique: true}

// AllIndexes returns the indexes, that of _id first.
func (c *Collection) AllIndexes() []Index { return append([]Index{IDIndex}, c.Indexes...) }

// Ready are the indexes that may be read.
func (c *Collection) Ready() []Index {
	return slices.DeleteFunc(c.AllIndexes(), func(ix Index) bool { return ix.Building })
}

// Usable are the indexes that queries may use.
func (c *Collection) Usable() []Index {
	return slices.DeleteFunc(c.Ready(), func(ix Index) bool { return ix.Hidden })
}

// Multi reports whether a document has or had an array on the path of part i.
func (ix Index) Multi(i int) bool { return i < len(ix.Multikey) && ix.Multikey[i] }

// HasArrays reports whether a document has or had an array on any of the paths.
func (ix Index) HasArrays() bool { return slices.Contains(ix.Multikey, true) }

func (ix Index) paths() []string {
	paths := make([]string, len(ix.Parts))
	for i, p := range ix.Parts {
		paths[i] = p.Path
	}
	return paths
}

// Pattern is the index's key pattern.
func (ix Index) Pattern() bson.D {
	var d bson.D
	for _, p := range ix.Parts {
		d = append(d, bson.E{Key: p.Path, Value: p.Shown()})
	}
	return d
}

// AnswersTo reports whether v is the index's name or its key pattern.
func (ix Index) AnswersTo(v bson.RawValue) bool {
	if name, ok := v.StringValueOK(); ok {
		return name == ix.Name
	}
	doc, _ := v.DocumentOK()
	elements, err := doc.Elements()
	return err == nil && slices.EqualFunc(elements, ix.Parts, func(el bson.RawElement, p Part) bool {
		meant, ok := ParsePart(el.Key(), el.Value())
		return ok && meant == p
	})
}

// parallelArrays is MongoDB's code for a document with arrays on two paths of one index.
var parallelArrays = wire.Code{Number: 171, Name: "CannotIndexParallelArrays"}

// hashedArray is MongoDB's code for an array on the path of a hashed index.
var hashedArray = wire.Code{Number: 16766, Name: "Location16766"}

// tuples returns the values of doc's entries in the index, and for each part whether doc has an array on its path.
func (ix Index) tuples(doc bson.Raw) (tuples [][]bson.RawValue, arrays []bool, err error) {
	tuples, arrays, err = order.IndexKeys(doc, ix.paths())
	if err != nil {
		return nil, nil, wire.Errorf(parallelArrays, "cannot index parallel arrays: index %s", ix.Name)
	}
	for i, p := range ix.Parts {
		if p.Hashed && arrays[i] {
			return nil, nil, wire.Errorf(hashedArray, "hashed indexes do not currently support array values. Found an array on the path '%s'", p.Path)
		}
	}
	if ix.Sparse {
		tuples = slices.DeleteFunc(tuples, func(tuple []bson.RawValue) bool {
			return !slices.ContainsFunc(tuple, func(v bson.RawValue) bool { return v.Type != 0 })
		})
	}
	return tuples, arrays, nil
}

// encode is the key of a tuple.
func (ix Index) encode(tuple []bson.RawValue) []byte {
	var key []byte
	for i, v := range tuple {
		start := len(key)
		if ix.Parts[i].Hashed {
			key = append(key, HashKey(keys.Append(nil, v))...)
		} else if key = keys.Append(key, v); ix.Parts[i].Dir < 0 {
			keys.Invert(key[start:])
		}
	}
	return key
}

// Keys returns the encoded tuples of doc, sorted and without duplicates; none if doc is nil.
func (ix Index) Keys(doc bson.Raw) (encoded [][]byte, arrays []bool, err error) {
	if doc == nil || !ix.Filter.Match(doc) {
		return nil, nil, nil
	}
	tuples, arrays, err := ix.tuples(doc)
	for _, tuple := range tuples {
		encoded = append(encoded, ix.encode(tuple))
	}
	slices.SortFunc(encoded, bytes.Compare)
	return slices.CompactFunc(encoded, bytes.Equal), arrays, err
}

// duplicate returns the error for doc, of whose encoded tuples another document has one.
func (ix Index) duplicate(ns Namespace, doc bson.Raw, encoded []byte) error {
	tuples, _, _ := ix.tuples(doc) // doc is in the index
	for _, tuple := range tuples {
		if bytes.Equal(ix.encode(tuple), encoded) {
			return newDuplicateKey(ns, ix, tuple)
		}
	}
	return newDuplicateKey(ns, ix, make([]bson.RawValue, len(ix.Parts)))
}

func newDuplicateKey(ns Namespace, ix Index, tuple []bson.RawValue) error {
	var given bson.D
	var shown []string
	for i, v := range tuple {
		if v.Type == 0 {
			v.Type = bson.TypeNull
		}
		given = append(given, bson.E{Key: ix.Parts[i].Path, Value: v})
		shown = append(shown, fmt.Sprintf("%s: %s", ix.Parts[i].Path, match.ShowValue(v)))
	}
	return &DuplicateKey{
		cause: wire.Errorf(wire.DuplicateKey, "E11000 duplicate key error collection: %s index: %s dup key: { %s }",
			ns, ix.Name, strings.Join(shown, ", ")),
		Pattern: ix.Pattern(),
		Value:   given,
	}
}

// union returns for each part whether it is set in a or b.
func union(a, b []bool) []bool {
	both := make([]bool, max(len(a), len(b)))
	for i := range both {
		both[i] = i < len(a) && a[i] || i < len(b) && b[i]
	}
	return both
}
