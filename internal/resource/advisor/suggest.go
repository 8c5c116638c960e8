package advisor

import (
	"slices"

	"github.com/telamon-db/telamon/internal/insight"
)

// From when on queries ask for an index: how many documents one examines, and how many for each that it returns.
const (
	manyExamined = 100
	badRatio     = 10
)

// maxParts is how many fields a suggested index has.
const maxParts = 6

// suggestion is an index that queries ask for.
type suggestion struct {
	Namespace string
	Parts     []insight.Part
	For       []*insight.Stat // the shapes that it would help
	Wasted    int64           // documents that these examined and did not return
}

// suggest returns the indexes that queries ask for and that there are not, the most useful first.
func suggest(stats []*insight.Stat, known catalog) (all []suggestion) {
	for _, s := range stats {
		parts := s.Fields.Index()
		parts = parts[:min(len(parts), maxParts)]
		if len(parts) == 0 || parts[0].Field == "_id" || !wasteful(s) {
			continue
		}
		if c, ok := known.collection(s.Namespace); ok && slices.ContainsFunc(c.Indexes, func(x index) bool { return x.serves(parts) }) {
			continue
		}
		all = append(all, suggestion{s.Namespace, parts, []*insight.Stat{s}, s.Wasted()})
	}
	all = joined(all)
	slices.SortStableFunc(all, func(a, b suggestion) int { return int(max(-1, min(1, b.Wasted-a.Wasted))) })
	return all
}

// wasteful reports whether queries examine far more than they return.
func wasteful(s *insight.Stat) bool {
	return s.Count > 0 && s.Docs >= manyExamined*s.Count && s.Docs > badRatio*max(s.Returned, 1)
}

// joined are suggestions without those that are the beginning of another one, whose shapes that one takes over.
func joined(all []suggestion) (out []suggestion) {
	slices.SortStableFunc(all, func(a, b suggestion) int { return len(b.Parts) - len(a.Parts) })
	for _, s := range all {
		i := slices.IndexFunc(out, func(o suggestion) bool { return o.Namespace == s.Namespace && begins(o.Parts, s.Parts) })
		if i < 0 {
			out = append(out, s)
			continue
		}
		out[i].For = append(out[i].For, s.For...)
		out[i].Wasted += s.Wasted
	}
	return out
}

// begins reports whether an index begins with parts, read in one direction or the other.
func begins(index, parts []insight.Part) bool {
	return len(index) >= len(parts) && (slices.Equal(index[:len(parts)], parts) || slices.EqualFunc(index[:len(parts)], parts, func(a, b insight.Part) bool {
		return a.Field == b.Field && a.Dir == -b.Dir
	}))
}

// serves reports whether an index of a collection does what one with the parts would.
func (x index) serves(parts []insight.Part) bool {
	return !x.Hidden && x.Plain && begins(x.Parts, parts)
}
