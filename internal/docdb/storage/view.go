package storage

import "io"

// View is a collection, and all data of the store, at one instant.
type View struct {
	Coll *Collection // nil if there is none
	R    Reader
	snap io.Closer // to close R; nil: R belongs to others
}

// Close releases the view.
func (v *View) Close() {
	if v.snap != nil {
		_ = v.snap.Close() // closing a snapshot cannot fail
		v.snap = nil
	}
}

// ID returns the id of the view's collection, or 0.
func (v *View) ID() uint64 {
	if v.Coll == nil {
		return 0
	}
	return v.Coll.ID
}

// View takes a view of a collection.
func (s *Store) View(ns Namespace) *View {
	s.catalog.mu.RLock()
	defer s.catalog.mu.RUnlock()
	snap := s.db.NewSnapshot()
	return &View{Coll: s.catalog.colls[ns], R: of{snap}, snap: snap}
}

// Collection returns another collection as it was at the view's instant, or nil.
func (v *View) Collection(ns Namespace) (*Collection, error) {
	if v.Coll != nil && v.Coll.NS == ns {
		return v.Coll, nil
	}
	raw, err := Read(v.R, catalogKey(ns))
	if err != nil || raw == nil {
		return nil, err
	}
	return decodeCollection(ns, raw)
}
