package match

import (
	"bytes"
	"slices"
	"sort"

	"github.com/telamon-db/telamon/internal/docdb/pace"
)

// mark is an interval that a branch of a disjunction is bounded by.
type mark struct {
	Interval
	branch int
	top    []byte // the highest end of the marks of which this one is the root
}

// marks are in the order of their lower ends. They are a tree too: the root is in the middle, and the marks on each side of it
// are its subtrees.
type marks []mark

// arrange makes marks what they are. When p is over, it may leave them without order.
func (m marks) arrange(p *pace.Pace) {
	slices.SortFunc(m, func(x, y mark) int { return unlessOver(p, x.Lo, y.Lo) })
	m.raise()
}

// raise sets the tops of a tree and returns that of its root.
func (m marks) raise() (top []byte) {
	if len(m) == 0 {
		return nil
	}
	middle := len(m) / 2
	root := &m[middle]
	root.top = root.Hi
	for _, half := range []marks{m[:middle], m[middle+1:]} {
		if top := half.raise(); bytes.Compare(top, root.top) > 0 {
			root.top = top
		}
	}
	return root.top
}

// holding calls found with the branch of each mark that holds a key, until that returns true, and reports whether it did.
func (m marks) holding(key []byte, found func(branch int) bool) bool {
	for len(m) > 0 {
		middle := len(m) / 2
		root := &m[middle]
		switch {
		case bytes.Compare(root.top, key) < 0:
			return false
		case m[:middle].holding(key, found):
			return true
		case bytes.Compare(root.Lo, key) > 0:
			return false
		case root.holds(key) && found(root.branch):
			return true
		}
		m = m[middle+1:]
	}
	return false
}

// usual is about how many marks hold the lower end of one, which tells a board that leaves few branches from one that leaves
// many.
func (m marks) usual(p *pace.Pace) float64 {
	held := 0
	for i := range m {
		if p.Over(1) {
			break
		}
		held += sort.Search(len(m)-i, func(k int) bool { return bytes.Compare(m[i+k].Lo, m[i].Hi) > 0 })
	}
	return float64(held) / float64(max(len(m), 1))
}
