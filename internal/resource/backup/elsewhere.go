package backup

import (
	"errors"
	"slices"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/backup/collections"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Busy reports whether a snapshot of a cluster is being taken, or the cluster is being restored.
func Busy(tx store.Tx, c *model.Cluster) (bool, error) {
	snaps, err := Snapshots.List(tx, of(c))
	if err != nil {
		return false, err
	}
	jobs, err := Jobs.List(tx, store.Query{Index: "target", Prefix: []string{c.ID}})
	if err != nil {
		return false, err
	}
	copying := false
	err = collectionJobs(tx, "target", c, func(j *collections.Job) error {
		copying = copying || j.Unfinished()
		return nil
	})
	return copying || slices.ContainsFunc(snaps, (*Snapshot).unfinished) || slices.ContainsFunc(jobs, (*Job).unfinished), err
}

// TakeOver has the node of a cluster look after the snapshots and downloads that another node has had. What is not in the
// bucket stays where it is or, if that node is gone, is lost.
func TakeOver(tx store.Tx, c *model.Cluster) error {
	all, err := Snapshots.List(tx, of(c))
	if err != nil {
		return err
	}
	for _, snap := range all {
		node, err := state.Standing(tx, snap.Node)
		switch {
		case err != nil:
			return err
		case snap.Status == Completed && !snap.Stored && node == "":
			err = remove(tx, snap)
		case snap.Status != Completed || snap.Stored:
			snap.Node = c.Node
			err = snap.keep(tx, snap.Expires)
		}
		if err != nil {
			return err
		}
	}
	jobs, err := Jobs.List(tx, of(c))
	for _, j := range jobs {
		node, nerr := state.Standing(tx, j.Node)
		if err = errors.Join(err, nerr); err != nil || j.Delivery != download || j.Expires.IsZero() || j.Expired || node != "" {
			continue
		}
		j.Expired = true // its file is gone
		err = Jobs.Put(tx, j)
	}
	return err
}
