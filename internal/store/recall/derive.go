package recall

import (
	"slices"

	"github.com/telamon-db/telamon/internal/store"
)

// Derive implements store.Deriver on what is remembered.
func (m *memory) Derive(name string, _ func() (any, error)) (any, error) {
	e, err := m.read(key{how: byName, text: name})
	if err != nil {
		return nil, err
	}
	return e.derived, nil
}

// Derive implements store.Deriver, and remembers what work makes of the snapshot.
func (s *snapshot) Derive(name string, work func() (any, error)) (any, error) {
	d, err := s.derive(name, work)
	if err != nil {
		return nil, err
	}
	if s.deriving != nil {
		s.deriving.takes(d)
	}
	return d.derived, nil
}

// derive calls work, unless its result for this snapshot is remembered.
func (s *snapshot) derive(name string, work func() (any, error)) (d *entry, err error) {
	if d = s.derived[name]; d != nil {
		return d, nil
	}
	outer := s.deriving
	d = new(entry)
	s.deriving = d
	defer func() { s.deriving = outer }()
	if d.derived, err = work(); err != nil {
		return nil, err
	}
	if s.derived == nil {
		s.derived = map[string]*entry{}
	}
	if sized, ok := d.derived.(store.Sized); ok {
		d.weight += sized.Size()
	}
	s.derived[name] = d
	s.cache.keep(key{how: byName, text: name}, d)
	return d, nil
}

// Recall returns what was derived under the name, if it is still current; else nil.
func (c *Cache) Recall(name string) any {
	if e := c.find(key{how: byName, text: name}); e != nil && !Twice {
		return e.derived
	}
	return nil
}

// takes notes that the result being derived depends on e: it is valid as long as e is, and its size counts as that of
// everything read for it.
func (d *entry) takes(e *entry) {
	d.fleeting = d.fleeting || e.fleeting
	d.weight += e.weight
	for _, r := range e.rows {
		d.weight += len(r.Body)
	}
	for _, s := range e.from {
		if !slices.Contains(d.from, s) {
			d.from = append(d.from, s)
		}
	}
}
