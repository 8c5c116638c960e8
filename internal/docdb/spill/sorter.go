package spill

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/pace"
)

// Sorter sorts rows by their keys; rows with equal keys stay in the order in which they were added. Rows that do not fit in
// its memory go to disk. It is used by one goroutine at a time and must be closed.
type Sorter struct {
	pace *pace.Pace
	held memory.Account
	disk *Disk
	keep int64 // rows that are wanted; 0: all

	n       int64 // rows that have been added
	rows    []row // in memory; if keep is not 0, a heap with the last of them at the top
	bound   []byte
	runs    []*List // on disk: each has sorted rows, which were added before those of the next
	file    *File
	largest int // bytes of a row in runs
}

// NewSorter returns a sorter that yields the first keep rows, or all if keep is 0. It takes memory from the account held,
// which it closes. When that is used up it takes room on the disk, unless disk is nil.
func NewSorter(p *pace.Pace, held memory.Account, disk *Disk, keep int64) *Sorter {
	return &Sorter{pace: p, held: held, disk: disk, keep: keep}
}

// Close gives back all that the sorter holds.
func (s *Sorter) Close() {
	s.rows, s.runs = nil, nil
	s.held.Close()
	_ = s.file.Close() // its content is not needed
}

// Rows is how many rows have been added.
func (s *Sorter) Rows() int64 { return s.n }

// Spilled reports whether rows are on disk.
func (s *Sorter) Spilled() bool { return s.file != nil }

// Add adds a row. It copies key and value.
func (s *Sorter) Add(key, value []byte) error {
	s.n++
	full := s.keep > 0 && int64(len(s.rows)) == s.keep
	if full && bytes.Compare(key, s.rows[0].key()) >= 0 || s.bound != nil && bytes.Compare(key, s.bound) >= 0 {
		return nil
	}
	r := newRow(key, value, s.n)
	grown := r.size()
	if full {
		grown -= s.rows[0].size()
	}
	if err := s.held.Take(grown); err != nil {
		if s.disk == nil || len(s.rows) == 0 {
			return err
		}
		if err := s.spill(); err != nil {
			return err
		}
		if full = false; s.bound != nil && bytes.Compare(key, s.bound) >= 0 {
			return nil
		}
		if err := s.held.Take(r.size()); err != nil {
			return err
		}
	}
	switch {
	case full:
		least(s.rows).replace(r)
	case s.keep > 0:
		s.rows = least(s.rows).add(r)
	default:
		s.rows = append(s.rows, r)
	}
	return nil
}

// spill writes the rows in memory to disk, as a sorted list. If they are keep rows, later rows that sort after all of them
// are dropped.
func (s *Sorter) spill() error {
	if s.file == nil {
		var err error
		if s.file, err = s.disk.Create(blockOf(s.held.Most())); err != nil {
			return err
		}
	}
	if err := arrange(s.rows, s.pace); err != nil {
		return err
	}
	run := s.file.List()
	for _, r := range s.rows {
		if err := s.write(run, r.key(), r.value()); err != nil {
			return err
		}
	}
	if s.keep > 0 && int64(len(s.rows)) == s.keep {
		s.bound = bytes.Clone(s.rows[len(s.rows)-1].key())
	}
	clear(s.rows)
	s.rows, s.runs = s.rows[:0], append(s.runs, run)
	s.held.Close()
	return run.End()
}

func (s *Sorter) write(to *List, key, value []byte) error {
	if err := s.pace.Step(1 + (len(key)+len(value))>>9); err != nil {
		return err
	}
	var length [binary.MaxVarintLen64]byte
	s.largest = max(s.largest, len(key)+len(value)+len(length))
	return to.Append(binary.AppendUvarint(length[:0], uint64(len(key))), key, value)
}

// Row is a row that a Sorter yields. It is valid until the next one.
type Row struct{ Key, Value []byte }

// Sorted yields the rows in order, up to the first error. No row may be added after it is called. The memory of a row is
// given back when the next one is taken.
func (s *Sorter) Sorted() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var err error
		if s.Spilled() {
			err = s.merged(yield)
		} else {
			err = s.inMemory(yield)
		}
		if err != nil {
			yield(Row{}, err)
		}
	}
}

func (s *Sorter) inMemory(yield func(Row, error) bool) error {
	if err := arrange(s.rows, s.pace); err != nil {
		return err
	}
	for i, r := range s.rows {
		if !yield(Row{r.key(), r.value()}, nil) {
			return nil
		}
		s.rows[i] = row{}
		s.held.Give(len(r.data))
	}
	return nil
}

// arrange sorts rows.
func arrange(rows []row, pace *pace.Pace) (err error) {
	slices.SortFunc(rows, func(a, b row) int {
		if err == nil {
			err = pace.Step(1)
		}
		if err != nil {
			return 0 // an end soon
		}
		return a.compare(&b)
	})
	return err
}
