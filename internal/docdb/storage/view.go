package storage

import "github.com/cockroachdb/pebble/v2"

// View is a collection and all data at one instant.
type View struct {
	Coll *Collection // nil if there is none
	R    pebble.Reader
}

// Close releases the view.
func (v *View) Close() {
	if v.R != nil {
		_ = v.R.Close() // of a snapshot, which has nothing to report
		v.R = nil
	}
}

// View takes a view of a collection.
func (s *Store) View(ns Namespace) *View {
	s.catalog.mu.RLock()
	defer s.catalog.mu.RUnlock()
	return &View{Coll: s.catalog.colls[ns], R: s.db.NewSnapshot()}
}
