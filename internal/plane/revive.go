package plane

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
)

// Sent is the time from before which the bucket has all changes that the oplog of a dataset has told; zero if it has none.
func (p *Plane) Sent(ctx context.Context, cluster model.ID, dataset string) (t time.Time, err error) {
	if p.cfg.Vault == nil {
		return t, nil
	}
	upTo, err := p.cfg.Vault.Covered(ctx, cluster, dataset)
	if err != nil || upTo == 0 {
		return t, err
	}
	return time.Unix(upTo, 0).UTC(), nil
}

// Revive lays the data of a cluster that was on another node, under a name, unless they are here: a snapshot, brought
// forward by the legs, if any, and then by all that the bucket has of the oplog of its dataset. The oplog goes on here.
func (p *Plane) Revive(ctx context.Context, snapshot model.ID, legs []Leg, cluster model.ID, dataset, name string) error {
	if _, err := os.Stat(p.dataset(cluster, name)); err == nil {
		return nil
	}
	if p.cfg.Vault == nil {
		return ErrNoBuckets
	}
	log := p.oplog(cluster, dataset)
	if err := p.cfg.Vault.FetchLog(ctx, cluster, dataset, log); err != nil {
		return err
	}
	last, begun, err := log.Last()
	if err != nil {
		return err
	}
	from, err := p.endOf(ctx, snapshot, legs)
	if err != nil {
		return err
	}
	if !begun || !last.After(from) {
		return p.Lay(ctx, snapshot, legs, cluster, name)
	}
	all := append(append([]Leg(nil), legs...), Leg{cluster, dataset, last})
	if err = p.Lay(ctx, snapshot, all, cluster, name); !errors.Is(err, ErrNoHistory) {
		return err
	}
	// What the log has does not follow on the snapshot: the cluster comes back as of the snapshot, and its log begins anew.
	if err := errors.Join(os.RemoveAll(filepath.Join(p.oplogs(cluster), dataset)), p.cfg.Vault.DropLog(ctx, cluster, dataset)); err != nil {
		return err
	}
	return p.Lay(ctx, snapshot, legs, cluster, name)
}

// endOf is the time of the last change of a snapshot that has been brought forward.
func (p *Plane) endOf(ctx context.Context, snapshot model.ID, legs []Leg) (bson.Timestamp, error) {
	if n := len(legs); n > 0 {
		return legs[n-1].Until, nil
	}
	m, err := p.cfg.Vault.Manifest(ctx, snapshot)
	if err != nil {
		return bson.Timestamp{}, err
	}
	return m.At, nil
}

// Arrive lays the data of a cluster that comes from another node, on which it goes on: a snapshot, and what the bucket has of
// the oplog. Nobody can start the cluster on them before Forward.
func (p *Plane) Arrive(ctx context.Context, snapshot, cluster model.ID, dataset string) error {
	return p.Revive(ctx, snapshot, nil, cluster, dataset, arriving)
}

const arriving = "arriving"

// Forward brings data that have arrived forward by what the bucket has of the oplog since, and makes them a dataset of the
// cluster. After an error they are gone.
func (p *Plane) Forward(ctx context.Context, cluster model.ID, dataset string) error {
	from, to := p.dataset(cluster, arriving), p.dataset(cluster, dataset)
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	log := p.oplog(cluster, dataset)
	if err := p.cfg.Vault.FetchLog(ctx, cluster, dataset, log); err != nil {
		return err
	}
	last, _, err := log.Last()
	if err != nil {
		return err
	}
	if err := p.bringForward(ctx, from, []Leg{{cluster, dataset, last}}, cluster); err != nil {
		return errors.Join(err, remove(from))
	}
	return settle(from, to)
}

// Leave removes what this node has of a cluster that lives on another one: all but the snapshots that are in no bucket.
func (p *Plane) Leave(ctx context.Context, cluster model.ID) error {
	err := p.Remove(cluster)
	if p.cfg.Vault != nil {
		err = errors.Join(err, p.thin(ctx, "", cluster))
	}
	return err
}
