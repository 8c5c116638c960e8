package plane

import (
	"context"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/dump"
)

// Contents returns the names of a snapshot's collections, by database, both in order.
func (p *Plane) Contents(ctx context.Context, snapshot model.ID) (all []Namespace, err error) {
	err = p.read(ctx, snapshot, func(r *dump.Reader) error {
		collections, err := r.Collections(ctx)
		for _, c := range collections {
			all = append(all, Namespace{c.DB, c.Name})
		}
		return err
	})
	return all, err
}

// Namespace names a collection.
type Namespace struct{ DB, Collection string }
