package server

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/resource/cluster"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// lookAtDisks is how often a node looks whether clusters fill their disks.
const lookAtDisks = 500 * time.Millisecond

// growDisks has the reconciler look at clusters that fill their disks, until ctx ends.
func (s *Server) growDisks(ctx context.Context) error {
	tick := time.NewTicker(lookAtDisks)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for _, id := range s.plane.Filling() {
			err := s.store.Update(ctx, func(tx store.Tx) error {
				c, err := state.Clusters.Get(tx, id)
				if err != nil {
					return store.IfMissing(err, nil)
				}
				return cluster.Wake(tx, c)
			})
			if err != nil && ctx.Err() == nil {
				s.cfg.Logger.Warn("a cluster's disk cannot be made larger now", "id", id, "error", err)
			}
		}
	}
}
