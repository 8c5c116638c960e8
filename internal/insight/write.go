package insight

import (
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// write puts what has been seen on the pages.
func (p *pagesAt) write(tx store.Tx, m *Member, s seen) error {
	if s.shapes != nil {
		if err := p.writeShapes(tx, m, s); err != nil {
			return err
		}
	}
	if err := add(tx, slowPages, &p.slow, m, s.slow, slowOnPage, slowKept); err != nil {
		return err
	}
	return add(tx, loginPages, &p.logins, m, s.logins, loginsPage, loginsKept)
}

// writeShapes writes the page of the present hour anew.
func (p *pagesAt) writeShapes(tx store.Tx, m *Member, s seen) error {
	if !p.shapes.From.Equal(s.from) {
		p.shapes = page[*Stat]{ID: model.NewID(), Cluster: m.cluster, Member: m.id, From: s.from}
		if err := forgetBefore(tx, shapePages, m.cluster, tx.Now().Add(-shapesKept)); err != nil {
			return err
		}
	}
	p.shapes.Until, p.shapes.Entries = tx.Now(), s.shapes
	return shapePages.Put(tx, &p.shapes)
}

// add appends entries to a page, and begins another one when it is full. The oldest pages beyond those that are kept go.
func add[T any](tx store.Tx, t *store.Table[page[T]], p *page[T], m *Member, entries []T, room, kept int) error {
	for len(entries) > 0 {
		fresh := p.ID == "" || len(p.Entries) >= room
		if fresh {
			*p = page[T]{ID: model.NewID(), Cluster: m.cluster, Member: m.id, From: tx.Now()}
		}
		n := min(len(entries), room-len(p.Entries))
		p.Entries = append(p.Entries[:len(p.Entries):len(p.Entries)], entries[:n]...)
		entries = entries[n:]
		p.Until = tx.Now()
		if err := t.Put(tx, p); err != nil {
			return err
		}
		if fresh {
			if err := keepLatest(tx, t, m.cluster, kept); err != nil {
				return err
			}
		}
	}
	return nil
}
