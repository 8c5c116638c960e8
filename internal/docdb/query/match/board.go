package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// boardBranches is from how many branches on a disjunction has a board, and boardPaths how many paths are tried for it.
const (
	boardBranches = 16
	boardPaths    = 8
)

// board finds, among many branches that each ask one path to equal a value, those that a document may match: a document
// that has none of a branch's value cannot match it.
type board struct {
	path    []string
	asked   map[string][]int // the branches, by the encoded values that they ask for
	collate *keys.Collation
}

// newDisjunction makes a disjunction of branches, which is not to be looked through one by one if there are many.
func newDisjunction(branches []node) disjunction {
	d := disjunction{branches: branches}
	if len(branches) < boardBranches {
		return d
	}
	first, _ := branches[0].(conjunction)
	clauses := first.flat(nil)
	for _, n := range clauses[:min(len(clauses), boardPaths)] {
		if at, ok := n.(field); ok {
			if b := boardOf(branches, at); b != nil && (d.board == nil || len(b.asked) > len(d.board.asked)) {
				d.board = b
			}
		}
	}
	return d
}

// boardOf makes a board of the values that the branches ask for at a path, or nil if one of them asks for none.
func boardOf(branches []node, at field) *board {
	b := &board{path: at.path, asked: make(map[string][]int, len(branches))}
	for i, n := range branches {
		branch, _ := n.(conjunction)
		a := branch.equality(at.name)
		if a == nil {
			return nil
		}
		b.collate = a.collation
		key := string(a.collation.Append(nil, a.arg))
		b.asked[key] = append(b.asked[key], i)
	}
	return b
}

// equality is what c asks path to equal, if that is a value of a kind that stands for nothing else, or nil.
func (c conjunction) equality(path string) *atom {
	for _, a := range c.conditions(nil, path) {
		if a.plain && a.op == "$eq" && tellsAll(a) {
			return a
		}
	}
	return nil
}

func (b *board) match(x *evaluation, doc []byte, branches []node) bool {
	var room [64]byte
	among := func(v bson.RawValue) bool {
		if !x.Step(1) {
			return true
		}
		for _, i := range b.asked[string(b.collate.Append(room[:0], v))] {
			if branches[i].match(x, doc) {
				return true
			}
		}
		return false
	}
	return value.Walk(doc, b.path, func(v bson.RawValue, spread bool) bool {
		if !spread || !value.IsArray(v) {
			return among(v)
		}
		for _, element := range keys.Elements(v.Value) {
			if among(element) {
				return true
			}
		}
		return false
	})
}
