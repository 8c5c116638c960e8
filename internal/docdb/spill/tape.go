package spill

import (
	"bytes"
	"errors"
	"io"
	"iter"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/pace"
)

// Tape keeps records in the order in which they came, to be read any number of times. What does not fit its memory goes to
// disk. It is used by one goroutine at a time and must be closed.
type Tape struct {
	pace    *pace.Pace
	held    memory.Account
	disk    *Disk
	records [][]byte // in memory
	file    *File    // nil: none is on disk
	list    *List    // all of them
	largest int
}

// NewTape returns an empty tape. It holds memory of the account, which it closes, and beyond that room on the disk, unless the
// disk is nil.
func NewTape(p *pace.Pace, held memory.Account, disk *Disk) *Tape {
	return &Tape{pace: p, held: held, disk: disk}
}

// Close gives back all that the tape holds.
func (t *Tape) Close() {
	t.records, t.list = nil, nil
	t.held.Close()
	_ = t.file.Close() // nobody wants what is in it
}

// Add puts a record at the end. It copies what it keeps. Nothing is added once the tape has been read.
func (t *Tape) Add(record []byte) error {
	if t.file == nil {
		err := t.held.Take(len(record) + rowOverhead)
		if err == nil {
			t.records = append(t.records, bytes.Clone(record))
			return nil
		}
		if t.disk == nil {
			return err
		}
		if err := t.spill(); err != nil {
			return err
		}
	}
	if grown := len(record) - t.largest; grown > 0 {
		if err := t.held.Take(grown); err != nil {
			return err
		}
	}
	return t.write(record)
}

// spill writes to disk what is in memory.
func (t *Tape) spill() (err error) {
	if t.file, err = t.disk.Create(blockOf(t.held.Most())); err != nil {
		return err
	}
	t.list = t.file.List()
	for _, record := range t.records {
		if err := t.write(record); err != nil {
			return err
		}
	}
	t.records = nil
	t.held.Close()
	return t.held.Take(t.file.Block() + t.largest)
}

func (t *Tape) write(record []byte) error {
	if err := t.pace.Step(1 + len(record)>>9); err != nil {
		return err
	}
	t.largest = max(t.largest, len(record))
	return t.list.Append(record)
}

// All gives the records from the first one on, each of which lasts until the next. It ends with the first error.
func (t *Tape) All() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if t.file == nil {
			for _, record := range t.records {
				if !yield(record, nil) {
					return
				}
			}
			return
		}
		if err := t.list.End(); err != nil {
			yield(nil, err)
			return
		}
		from := t.list.Again()
		for {
			record, err := from.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil {
				err = t.pace.Step(1 + len(record)>>9)
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}
