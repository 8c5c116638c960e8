package recall

import "slices"

// Derive is what is remembered under the name.
func (m *memory) Derive(name string, _ func() (any, error)) (any, error) {
	e, err := m.read(key{how: byName, text: name})
	if err != nil {
		return nil, err
	}
	return e.derived, nil
}

// Derive has what work makes of the snapshot remembered.
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

// derive works out what has not been worked out of this snapshot yet.
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
	s.derived[name] = d
	s.cache.keep(key{how: byName, text: name}, d)
	return d, nil
}

// takes notes that e is read for what is being worked out: it is as good as e is, and is taken to weigh what was read
// for it.
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
