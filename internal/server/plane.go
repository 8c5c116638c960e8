package server

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/telamon-db/telamon/internal/engine"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// mongoDBVersion is what gateways say that they are.
const mongoDBVersion = defaultMajorVersion + ".0"

func (s *Server) newPlane() *engine.Plane {
	return engine.New(engine.Config{
		DataDir: s.cfg.DataDir, Host: s.cfg.ClusterHost, PortFrom: s.cfg.PortFrom, PortTo: s.cfg.PortTo,
		Version: mongoDBVersion, Now: s.clock.Now, Logger: s.cfg.Logger,
		Directory: func(c *model.Cluster) gateway.Directory {
			return directory{store: s.store, groupID: c.GroupID, cluster: c.Name}
		},
	})
}

// resume runs the clusters of this node that ran when the server ended.
func (s *Server) resume(ctx context.Context) error {
	var clusters []*model.Cluster
	err := s.store.View(ctx, func(tx store.Tx) (err error) {
		clusters, err = state.Clusters.List(tx, store.Query{Index: "node", Prefix: []string{localNode}})
		return err
	})
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(8)
	for _, c := range clusters {
		if c.Runs() {
			group.Go(func() error { return s.resumeOne(ctx, c) })
		}
	}
	return group.Wait()
}

// resumeOne runs a cluster; if its port is taken by now, its new one is recorded.
func (s *Server) resumeOne(ctx context.Context, c *model.Cluster) error {
	port, err := s.plane.Start(c)
	if err != nil {
		return fmt.Errorf("server: cluster %s: %w", c.Name, err)
	}
	if port == c.Port {
		return nil
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		current, err := state.Clusters.Get(tx, c.ID)
		if err != nil {
			return err
		}
		current.Port = port
		return state.Clusters.Put(tx, current)
	})
}
