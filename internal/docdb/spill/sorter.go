package spill

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/pace"
)

// Sorter puts rows in the order of their keys, and rows of equal keys in the order in which they came. What does not fit its
// memory goes to disk. It is used by one goroutine at a time and must be closed.
type Sorter struct {
	pace *pace.Pace
	held memory.Account
	disk *Disk
	keep int64 // rows that are wanted; 0: all

	n       int64 // rows that have come
	rows    []row // a heap with the last of them at the top, if not all are wanted
	bound   []byte
	runs    []*List // rows in order, each list before the next among equals
	file    *File
	largest int // bytes of a row in runs
}

// NewSorter returns a sorter of which the first keep rows are wanted, or all if that is 0. It holds memory of the account,
// which it closes, and beyond that room on the disk, unless the disk is nil.
func NewSorter(p *pace.Pace, held memory.Account, disk *Disk, keep int64) *Sorter {
	return &Sorter{pace: p, held: held, disk: disk, keep: keep}
}

// Close gives back all that the sorter holds.
func (s *Sorter) Close() {
	s.rows, s.runs = nil, nil
	s.held.Close()
	_ = s.file.Close() // nobody wants what is in it
}

// Rows is how many rows have been added.
func (s *Sorter) Rows() int64 { return s.n }

// Spilled reports whether rows are on disk.
func (s *Sorter) Spilled() bool { return s.file != nil }

// Add takes a row. It copies what it keeps.
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

// spill writes the rows in memory to disk, as a list in order. If these are as many as are wanted, what comes behind them
// is not.
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

// Row is a row as it comes out of a Sorter. It lasts until the next one.
type Row struct{ Key, Value []byte }

// Sorted gives the rows in order. It ends with the first error. No row is added then. What a row holds is given back when
// it has gone on.
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
