// Package relocation has clusters live on another node: an operator moves one, or brings back from their copies those of a
// node that is gone for good. Their data go by the bucket of snapshots.
package relocation

import (
	"context"
	"log/slog"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/store"
)

// Plane is what relocation needs of this node. Every method may be asked twice.
type Plane interface {
	Hold(cluster model.ID) (release func())
	Snapshot(ctx context.Context, cluster, snapshot model.ID) (plane.Taken, error)
	DropSnapshot(ctx context.Context, snapshot model.ID) error
	Ship(ctx context.Context, cluster model.ID, now time.Time) error
	Send(ctx context.Context, cluster model.ID) error
	Sent(ctx context.Context, cluster model.ID, dataset string) (time.Time, error)
	Revive(ctx context.Context, snapshot model.ID, legs []plane.Leg, cluster model.ID, dataset, name string) error
	Arrive(ctx context.Context, snapshot, cluster model.ID, dataset string) error
	Forward(ctx context.Context, cluster model.ID, dataset string) error
	Leave(ctx context.Context, cluster model.ID) error
	Pause(ctx context.Context, cluster model.ID, now time.Time) error
	Start(c *model.Cluster) (model.Topology, error)
}

// Service begins relocations and does their work.
type Service struct {
	Store   store.Store
	Plane   Plane
	Backups *backup.Service
	Adopt   func(store.Tx, *model.Cluster) error // has a cluster live on this node whose own is gone
	Wake    func(store.Tx, *model.Cluster) error // has a cluster looked at
	Node    string                               // this node's name
	Site    model.Site                           // at which its clusters are reached
	Bucket  bool                                 // there is a bucket that snapshots are stored in
	Log     *slog.Logger
}

// Work has the handlers of relocations.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{RecoverKind: Recovering{s}, MoveKind: Moving{s}}
}
