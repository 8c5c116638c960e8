package insight

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math/bits"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/gateway"
)

// Stat is what commands of one shape have done.
type Stat struct {
	Hash      string `json:"hash"` // of command, namespace and shape: 64 hexadecimal digits
	Command   string `json:"command"`
	Namespace string `json:"namespace"`
	Shape     string `json:"shape"` // JSON with types in place of values
	Fields    Fields `json:"fields,omitzero"`

	Count    int64     `json:"count"`
	Micros   int64     `json:"micros"` // of all together
	Keys     int64     `json:"keys"`   // examined
	Docs     int64     `json:"docs"`   // examined
	Returned int64     `json:"returned"`
	Bytes    int64     `json:"bytes"` // of replies
	Last     int64     `json:"last"`  // microseconds of the last one
	First    time.Time `json:"first"`
	Latest   time.Time `json:"latest"`
	Times    []int64   `json:"times"` // how many took up to 1, 2, 4, 8 ... microseconds
}

// newStat returns what there is to say of a shape whose text a writer has made.
func newStat(text []byte, f Fields, now time.Time) *Stat {
	parts := bytes.SplitN(text, []byte{0}, 3)
	sum := sha256.Sum256(text)
	return &Stat{
		Hash: hex.EncodeToString(sum[:]), Command: string(parts[0]), Namespace: string(parts[1]), Shape: string(parts[2]), Fields: f, First: now,
	}
}

// ID names the shape where the API wants 24 hexadecimal digits.
func (s *Stat) ID() string { return s.Hash[:24] }

func (s *Stat) add(e gateway.Command, now time.Time) {
	micros := e.Took.Microseconds()
	s.Count++
	s.Micros += micros
	s.Keys += e.Work.Keys
	s.Docs += e.Work.Docs
	s.Returned += e.Returned()
	s.Bytes += int64(len(e.Reply))
	s.Last, s.Latest = micros, now
	size := bits.Len64(uint64(micros))
	for len(s.Times) <= size {
		s.Times = append(s.Times, 0)
	}
	s.Times[size]++
}

// merge adds what other commands of the same shape have done.
func (s *Stat) merge(o *Stat) {
	s.Count += o.Count
	s.Micros += o.Micros
	s.Keys += o.Keys
	s.Docs += o.Docs
	s.Returned += o.Returned
	s.Bytes += o.Bytes
	if o.First.Before(s.First) {
		s.First = o.First
	}
	if o.Latest.After(s.Latest) {
		s.Last, s.Latest = o.Last, o.Latest
	}
	times := make([]int64, max(len(s.Times), len(o.Times)))
	for _, list := range [][]int64{s.Times, o.Times} {
		for i, n := range list {
			times[i] += n
		}
	}
	s.Times = times
}

// Quantile is how many microseconds so many of the commands took at most, as far as is known: 0.5 asks for the median.
func (s *Stat) Quantile(q float64) int64 {
	var seen int64
	for i, n := range s.Times {
		if seen += n; float64(seen) >= q*float64(s.Count) {
			return 1 << i
		}
	}
	return 0
}

// Wasted is how many documents were examined and not returned.
func (s *Stat) Wasted() int64 { return max(0, s.Docs-s.Returned) }

// merged are the stats of several members and times, one of each shape, those that took longest first.
func merged(all []*Stat) []*Stat {
	byHash := map[string]*Stat{}
	for _, s := range all {
		if known := byHash[s.Hash]; known != nil {
			known.merge(s)
			continue
		}
		one := *s
		byHash[s.Hash] = &one
	}
	var out []*Stat
	for _, s := range byHash {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *Stat) int { return cmp.Or(cmp.Compare(b.Micros, a.Micros), cmp.Compare(a.Hash, b.Hash)) })
	return out
}
