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
	d := new(entry)
	s.deriving = append(s.deriving, d)
	defer func() { s.deriving = s.deriving[:len(s.deriving)-1] }()
	var err error
	if d.derived, err = work(); err == nil {
		s.cache.keep(key{how: byName, text: name}, d)
	}
	return d.derived, err
}

// takes notes that e is read for what is being worked out: it is as good as e is, and weighs as much.
func (d *entry) takes(e *entry) {
	d.weight += e.size()
	for _, s := range e.from {
		if !slices.Contains(d.from, s) {
			d.from = append(d.from, s)
		}
	}
}
