package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/telamon-db/telamon/internal/audit"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/mongolog"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/resource/cluster"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// mongoDBVersion is the version of MongoDB that gateways report.
const mongoDBVersion = defaultMajorVersion + ".0"

func (s *Server) newPlane(secret []byte) (*plane.Plane, error) {
	buckets, err := s.cfg.buckets()
	if err != nil {
		return nil, fmt.Errorf("server: the service of the buckets: %w", err)
	}
	store, err := s.cfg.vault(buckets)
	if err != nil {
		return nil, fmt.Errorf("server: the bucket of snapshots: %w", err)
	}
	return plane.New(plane.Config{
		DataDir: s.cfg.DataDir, Node: s.node, Site: s.cfg.site(), TLS: s.clusterTLS, PortFrom: s.cfg.PortFrom, PortTo: s.cfg.PortTo,
		Version: mongoDBVersion, Logger: s.cfg.Logger, Secret: secret,
		Databases: plane.Embedded{Logger: s.cfg.Logger, Now: s.clock.Now},
		Observers: s.observers,
		Meet:      s.rules.Member,
		Directory: func(c *model.Cluster) gateway.Directory {
			return directory{access: s.access.of(c.GroupID), cluster: c.Name, now: s.clock.Now}
		},
		Buckets: buckets, Vault: store,
	}), nil
}

// observers see what clients of a cluster's member do.
func (s *Server) observers(c *model.Cluster, member int, logs string) gateway.Observers {
	access := s.access.of(c.GroupID)
	failed := func(err error) { s.trouble.Report("a log of a cluster cannot be written", err) }
	noted := s.insight.Member(c.ID, member)
	slow := mongolog.NewThreshold(access.managesSlow)
	return gateway.Observers{
		s.metrics.Observer(),
		noted,
		s.sampler.Members.Member(c.ID, member),
		s.audits.list(c.ID, member, audit.New(filepath.Join(logs, audit.FileName), access.policy, s.clock.Now, failed)),
		mongolog.New(filepath.Join(logs, mongolog.FileName), slow, noted, s.clock.Now, failed),
	}
}

// resume runs the clusters of this node that ran when the server ended. One that cannot run, such as for want of a
// port, does not keep the others and the API from running: its reconciler goes on trying.
func (s *Server) resume(ctx context.Context) error {
	clusters, err := s.clusters(ctx)
	if err != nil {
		return err
	}
	for _, c := range clusters {
		s.plane.Claim(c)
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

// clusters are those of this node. All nodes say where they are reached, so that is written down where it has changed. The
// backup schedules are looked at too: the clock may have been moved while the node was down.
func (s *Server) clusters(ctx context.Context) (all []*model.Cluster, err error) {
	err = s.store.Update(ctx, func(tx store.Tx) error {
		all, err = state.ClustersOn(tx, s.node)
		for _, c := range all {
			if c.Site != s.cfg.site() && err == nil {
				c.MoveTo(s.cfg.site())
				err = state.Clusters.Put(tx, c)
			}
			err = errors.Join(err, s.backups().OnClusterReady(tx, c))
		}
		return err
	})
	return all, err
}

// resumeOne runs a cluster. A database that cannot be opened and changed ports are left to the reconciler. In the meantime
// a cluster whose database cannot be opened is not shown as healthy.
func (s *Server) resumeOne(ctx context.Context, c *model.Cluster) error {
	topology, failed := s.plane.Start(c)
	switch {
	case failed != nil:
		s.cfg.Logger.Error("the database of a cluster cannot be opened", "cluster", c.Name, "id", c.ID, "error", failed)
	case !topology.Equal(c.Topology):
		s.cfg.Logger.Warn("the members of a cluster have changed", "cluster", c.Name, "id", c.ID, "members", topology.Members)
	case c.State != model.Repairing:
		return nil
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		if err := cluster.Wake(tx, c); err != nil || failed == nil {
			return err
		}
		return cluster.Fails(tx, c, topology)
	})
}
