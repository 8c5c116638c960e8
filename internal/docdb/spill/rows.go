package spill

import (
	"bytes"
	"cmp"
)

// rowOverhead is about how many bytes a row takes besides its data.
const rowOverhead = 64

// row is a key and a value, and the number of rows that were added before it.
type row struct {
	data []byte // the key and the value
	cut  int    // where the value begins
	n    int64
}

func newRow(key, value []byte, n int64) row {
	data := make([]byte, len(key)+len(value))
	copy(data[copy(data, key):], value)
	return row{data, len(key), n}
}

func (r *row) key() []byte   { return r.data[:r.cut:r.cut] }
func (r *row) value() []byte { return r.data[r.cut:] }
func (r *row) size() int     { return len(r.data) + rowOverhead }

func (r *row) compare(o *row) int {
	if c := bytes.Compare(r.data[:r.cut], o.data[:o.cut]); c != 0 {
		return c
	}
	return cmp.Compare(r.n, o.n)
}

// least has the first rows of all so far in the order of the sort. It is a heap with the last of them at the top.
type least []row

func (h least) add(r row) least {
	h = append(h, r)
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if h[i].compare(&h[parent]) <= 0 {
			break
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
	return h
}

// replace replaces the top by r, which comes before it.
func (h least) replace(r row) {
	h[0] = r
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if right := child + 1; right < len(h) && h[right].compare(&h[child]) > 0 {
			child = right
		}
		if h[child].compare(&h[i]) <= 0 {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
