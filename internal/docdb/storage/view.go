package storage

import "github.com/cockroachdb/pebble/v2"

// View is a collection and all data at one instant.
type View struct {
	Coll *Collection // nil if there is none
	R    *pebble.Snapshot
}

// Close releases the view.
func (v *View) Close() {
	if v.R != nil {
		v.R.Close()
		v.R = nil
	}
}

// View takes a view of a collection.
func (s *Store) View(ns Namespace) *View {
	s.catalog.mu.RLock()
	defer s.catalog.mu.RUnlock()
	return &View{Coll: s.catalog.colls[ns], R: s.db.NewSnapshot()}
}
