package storage

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Measures are a collection's sizes in bytes. Data in files counts with its compressed size; data that is only in memory
// counts with its size there.
type Measures struct {
	Tally
	Stored  int64   // by the documents
	Indexes []int64 // by each of AllIndexes
}

// IndexBytes is the size of all indexes.
func (m Measures) IndexBytes() (sum int64) {
	for _, n := range m.Indexes {
		sum += n
	}
	return sum
}

// Total is the size of documents and indexes.
func (m Measures) Total() int64 { return m.Stored + m.IndexBytes() }

// Measure finds a collection's sizes.
func (s *Store) Measure(coll *Collection) (m Measures, err error) {
	if m.Tally, err = ReadTally(of{s.db}, coll.ID); err != nil {
		return m, err
	}
	if m.Stored, err = s.inFiles(DocumentPrefix(coll.ID)); err != nil {
		return m, err
	}
	if m.Stored == 0 {
		m.Stored = m.Bytes
	}
	m.Indexes = []int64{0} // that of _id: it is the order of the documents
	for _, ix := range coll.Indexes {
		prefix := IndexPrefix(ix.ID)
		n, err := s.inFiles(prefix)
		if err == nil && n == 0 {
			n, err = s.inMemory(prefix)
		}
		if err != nil {
			return m, err
		}
		m.Indexes = append(m.Indexes, n)
	}
	return m, nil
}

// inFiles returns the size in files of the keys that begin with prefix, with their values.
func (s *Store) inFiles(prefix []byte) (int64, error) {
	n, err := s.db.EstimateDiskUsage(prefix, After(prefix))
	return int64(n), err
}

// inMemory returns the size of the keys that begin with prefix, with their values. It reads them all, so it is for keys
// that are in no file yet, of which there is a bounded number.
func (s *Store) inMemory(prefix []byte) (size int64, err error) {
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: After(prefix)})
	if err != nil {
		return 0, err
	}
	for ok := it.First(); ok; ok = it.Next() {
		size += int64(len(it.Key()) + len(it.Value()))
	}
	return size, errors.Join(it.Error(), it.Close())
}

// Disk returns the usage of the disk that the directory is on.
func (s *Store) Disk() (vfs.DiskUsage, error) { return s.opts.FS.GetDiskUsage(s.dir) }
