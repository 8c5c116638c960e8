package spill

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// Bounds of the size of blocks, in bytes, and of the number of lists that are read at once.
const (
	mostBlock = 64 << 10
	mostLists = 64
)

// blockOf is the size of blocks for a sorter that may hold most bytes.
func blockOf(most int) int { return min(most/mostLists, mostBlock) }

// merged yields the rows of all runs in order.
func (s *Sorter) merged(yield func(Row, error) bool) error {
	if len(s.rows) > 0 {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.rows = nil
	width, err := s.reserve()
	if err != nil {
		return err
	}
	for len(s.runs) > width {
		if err := s.narrow(width); err != nil {
			return err
		}
	}
	left := s.keep
	return s.merge(s.runs, func(r Row) (more bool, err error) {
		left--
		return yield(r, nil) && left != 0, nil
	})
}

// reserve takes memory to read several runs at once and to write one. It returns how many can be read, at least two.
func (s *Sorter) reserve() (width int, err error) {
	each := s.file.block + s.largest
	width = min(mostLists, max(2, s.held.Most()/each-1), max(2, len(s.runs)))
	for {
		if err = s.held.Take((width + 1) * each); err == nil || width == 2 {
			return width, err
		}
		width = max(2, width/2)
	}
}

// narrow merges each width runs into one, beginning with the first.
func (s *Sorter) narrow(width int) error {
	var fewer []*List
	for from := 0; from < len(s.runs); from += width {
		some := s.runs[from:min(from+width, len(s.runs))]
		if len(some) == 1 {
			fewer = append(fewer, some...)
			continue
		}
		run := s.file.List()
		if err := s.merge(some, func(r Row) (bool, error) { return true, s.write(run, r.Key, r.Value) }); err != nil {
			return err
		}
		if err := run.End(); err != nil {
			return err
		}
		fewer = append(fewer, run)
	}
	s.runs = fewer
	return nil
}

// head is the next row of a run.
type head struct {
	Row
	run  int
	from *Reader
}

// next moves to the next row, and reports whether there is one.
func (h *head) next() (more bool, err error) {
	record, err := h.from.Next()
	if errors.Is(err, io.EOF) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	length, n := binary.Uvarint(record)
	cut := n + int(length)
	h.Row = Row{record[n:cut:cut], record[cut:]}
	return true, nil
}

func (h *head) before(o *head) bool {
	c := bytes.Compare(h.Key, o.Key)
	return c < 0 || c == 0 && h.run < o.run
}

// merge calls each with the rows of runs in order, until it wants no more.
func (s *Sorter) merge(runs []*List, each func(Row) (more bool, err error)) error {
	var heads []*head // a heap with the first row at the top
	for i, run := range runs {
		h := &head{run: i, from: run.Read()}
		if more, err := h.next(); err != nil {
			return err
		} else if more {
			heads = append(heads, h)
		}
	}
	for i := len(heads) - 1; i >= 0; i-- {
		sink(heads, i)
	}
	for len(heads) > 0 {
		top := heads[0]
		if err := s.pace.Step(1 + len(top.Value)>>9); err != nil {
			return err
		}
		if more, err := each(top.Row); err != nil || !more {
			return err
		}
		more, err := top.next()
		if err != nil {
			return err
		}
		if !more {
			last := len(heads) - 1
			heads[0] = heads[last]
			heads = heads[:last]
		}
		sink(heads, 0)
	}
	return nil
}

// sink moves the element at i of a heap down to its place.
func sink(h []*head, i int) {
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if right := child + 1; right < len(h) && h[right].before(h[child]) {
			child = right
		}
		if !h[child].before(h[i]) {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
